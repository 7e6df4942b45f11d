using ProxyShim.Management;
using ProxyShim.Settings;

namespace ProxyShim.Hosting.Commands;

/// <summary><c>proxyshim health</c>: asks the running shim whether it is ready, for an image that has no shell and no curl.</summary>
internal static class HealthCommand
{
    private static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(3);

    /// <returns>0 when the shim is ready, 1 when it is not or does not answer.</returns>
    public static async Task<int> RunAsync(string[] arguments)
    {
        var reader = new SettingsReader(ShimConfiguration.Read(arguments));
        var management = ManagementSettings.Read(reader);
        if (reader.Problems.Count > 0)
        {
            throw new SettingsException(reader.Problems);
        }

        using var client = new HttpClient { Timeout = s_timeout };
        try
        {
            using var answer = await client.GetAsync(new Uri(management.Url, HealthEndpoints.Ready));
            Console.Out.WriteLine(await answer.Content.ReadAsStringAsync());
            return answer.IsSuccessStatusCode ? 0 : 1;
        }
        catch (Exception exception) when (exception is HttpRequestException or OperationCanceledException)
        {
            Console.Error.WriteLine($"{management.Url} does not answer: {exception.Message}");
            return 1;
        }
    }
}
