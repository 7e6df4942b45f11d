using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Xunit;

namespace ProxyShim.Testing;

/// <summary>Watches a shim while tests try things on it, and has a row of the hardening table to say at the end.</summary>
public sealed partial class HardeningTrial(ShimProcess shim)
{
    /// <summary>The trait of a class of tests that makes a row; its value is the surface.</summary>
    public const string Trait = "Surface";

    // What the manifests limit it to.
    private const int Bound = 128;

    // Whoever has gone takes no place any more.
    private static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(10);

    // The design's own: not implemented, the Customer API is down or late, too much at once, an unknown version of HTTP.
    private static readonly int[] s_stated = [501, 502, 503, 504, 505];

    private readonly double _before = Memory(shim, "VmRSS");

    /// <summary>MiB of the process.</summary>
    /// <param name="line">Of the kernel's page about it, such as <c>VmRSS</c>.</param>
    public static double Memory(ShimProcess shim, string line) => double.Parse(
        File.ReadLines($"/proc/{shim.Pid}/status").First(one => one.StartsWith($"{line}:", StringComparison.Ordinal))
            .Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)[1],
        CultureInfo.InvariantCulture) / 1024;

    /// <summary>The answers of 500 and above that nobody stated.</summary>
    public static int Own5xx(ShimProcess shim) => shim.Log.Count(static line =>
        IsHandled(line) && Number(line, "Status") is >= 500 and var status && !s_stated.Contains(status) && Number(line, "UpstreamStatus") != status);

    /// <summary>Requests whose callers have gone, and which have not ended.</summary>
    public static async Task<int> HangsAsync(ShimProcess shim)
    {
        using var client = new HttpClient();
        var left = 0;
        try
        {
            await Eventually.IsTrueAsync(
                "every request has ended",
                async () =>
                {
                    var page = await client.GetStringAsync(new Uri(shim.Management, "/metrics"));
                    left = int.Parse(InFlight().Match(page).Groups[1].Value, CultureInfo.InvariantCulture);
                    return left == 0;
                },
                s_timeout);
        }
        catch (TimeoutException)
        {
            // As many as are left.
        }

        return left;
    }

    /// <summary>Writes the row of the class of tests that has just run, where it is one of the table's; its callers have gone.</summary>
    /// <exception cref="InvalidOperationException">A cell is not as it must be.</exception>
    public async Task EndAsync()
    {
        if (TestContext.Current.TestClass is not { } tests || !tests.Traits.TryGetValue(Trait, out var surfaces) || !(await PublishedShim.LocateAsync()).IsNative)
        {
            return;
        }

        var crashed = shim.ExitCode is not null;
        var row = new HardeningRow(
            surfaces.Single(),
            shim.Log.Count(IsHandled),
            crashed ? 1 : 0,
            Own5xx(shim),
            crashed ? 0 : await HangsAsync(shim),
            _before,
            crashed ? 0 : Memory(shim, "VmHWM"),
            Bound);
        HardeningPart.Write(tests.TestClassSimpleName, [row]);
        if (!row.IsHeld)
        {
            throw new InvalidOperationException($"{row}\n{shim.Describe()}");
        }
    }

    private static bool IsHandled(JsonElement line) => line.TryGetProperty("Event", out var name) && name.GetString() == "RequestHandled";

    private static int? Number(JsonElement line, string name) =>
        line.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number ? value.GetInt32() : null;

    [GeneratedRegex(@"^proxyshim_requests_in_flight(?:\{[^}]*\})? (\d+)", RegexOptions.Multiline)]
    private static partial Regex InFlight();
}
