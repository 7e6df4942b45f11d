using ProxyShim.Management;

namespace ProxyShim.Hosting.Commands;

/// <summary><c>proxyshim health</c>: asks a running shim whether it is ready, for an image that has no shell and no curl.</summary>
internal static class HealthCommand
{
    private static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(3);

    /// <param name="elsewhere">The management listener of another machine; null for the shim of these settings, on this one.</param>
    /// <returns>0 when the shim is ready, 1 when it is not or does not answer.</returns>
    public static Task<int> RunAsync(string[] arguments, Uri? elsewhere) => elsewhere is null
        ? ManagementClient.CallAsync(arguments, withToken: false, HttpMethod.Get, HealthEndpoints.Ready, s_timeout, ShowAsync)
        : ManagementClient.AskAsync(elsewhere, HealthEndpoints.Ready, s_timeout, ShowAsync);

    private static async Task<int> ShowAsync(HttpResponseMessage answer)
    {
        Console.Out.WriteLine(await answer.Content.ReadAsStringAsync());
        return answer.IsSuccessStatusCode ? 0 : 1;
    }
}
