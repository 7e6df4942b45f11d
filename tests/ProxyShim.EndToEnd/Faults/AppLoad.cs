using System.Globalization;
using ProxyShim.EndToEnd.Harness;

namespace ProxyShim.EndToEnd.Faults;

/// <summary>What the tests share in which an app calls two replicas for as long as they are replaced, or differ.</summary>
internal static class AppLoad
{
    /// <summary>The app's key pair, and times in which a machine that is busy with the test does not look like an API, or a Redis, that hangs.</summary>
    public static IReadOnlyDictionary<string, string> Settings { get; } = new Dictionary<string, string>
    {
        ["CustomerApi:Callers:0:Name"] = "legacy",
        ["CustomerApi:Callers:0:PublicKey"] = Stand.PublicKey,
        ["CustomerApi:Callers:0:SecretKey"] = Stand.SecretKey,
        ["ConversionApi:AttemptTimeout"] = "00:00:10",
        ["ConversionApi:TotalTimeout"] = "00:00:10",
        ["Redis:Timeout"] = "00:00:10",
    };

    public static string CustomerKey(int number) => string.Create(CultureInfo.InvariantCulture, $"customer-{number}");
}
