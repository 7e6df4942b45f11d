using Microsoft.Extensions.Configuration;
using ProxyShim.Hosting;
using ProxyShim.Settings;

namespace ProxyShim.Tests.Settings;

/// <summary>Settings for tests: what must be there, and what a test says besides.</summary>
internal static class Given
{
    /// <summary>What the shim does not start without, or warns of (config/settings.md).</summary>
    private static readonly Dictionary<string, string?> s_required = new(StringComparer.OrdinalIgnoreCase)
    {
        ["CustomerApi:PublicKey"] = "pk_test",
        ["CustomerApi:SecretKey"] = "sk_test",
        ["ConversionApi:Token"] = "token",
        ["Redis:ConnectionString"] = "localhost:6379",
        ["Privacy:PseudonymKey"] = Convert.ToBase64String(new byte[32]),
    };

    /// <summary>The required settings and these; a null value takes one away.</summary>
    public static ShimSettings Settings(params (string Key, string? Value)[] settings) => ShimSettings.Read(Configuration([.. Required(settings)]));

    /// <summary>The problems that the required settings and these have; empty when there is none.</summary>
    public static IReadOnlyList<string> Problems(params (string Key, string? Value)[] settings)
    {
        try
        {
            Settings(settings);
            return [];
        }
        catch (SettingsException exception)
        {
            return exception.Problems;
        }
    }

    /// <summary>Nothing but these.</summary>
    public static IConfiguration Configuration(params (string Key, string? Value)[] settings) => new ConfigurationBuilder()
        .AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create(setting.Key, setting.Value)))
        .Build();

    private static IEnumerable<(string Key, string? Value)> Required(IEnumerable<(string Key, string? Value)> settings)
    {
        var all = new Dictionary<string, string?>(s_required, StringComparer.OrdinalIgnoreCase);
        foreach (var (key, value) in settings)
        {
            all[key] = value;
        }

        return all.Where(setting => setting.Value is not null).Select(setting => (setting.Key, setting.Value));
    }
}
