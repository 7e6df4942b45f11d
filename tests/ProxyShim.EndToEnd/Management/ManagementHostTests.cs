using System.Net;
using ProxyShim.EndToEnd.Harness;
using ProxyShim.Testing;
using Xunit;

namespace ProxyShim.EndToEnd.Management;

/// <summary>A browser that a stranger's page has led here under the stranger's name reads nothing; whoever asks by an address or by a name of ours does.</summary>
[RedisSuite]
public sealed class ManagementHostTests(TestRedis redis)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Only_under_names_that_are_its_own_it_says_anything()
    {
        await using var stand = await Stand.StartAsync(redis, Cancellation, ("Management:Token", "management-token"), ("Management:Hosts:0", "shim.acme.com"));
        using var client = new HttpClient();
        foreach (var path in (string[])["/", "/console/main.js", "/metrics", "/healthz/live", "/healthz/ready"])
        {
            Assert.Equal(HttpStatusCode.MisdirectedRequest, await StatusAsync(path, "rebound.example.com"));
            foreach (var host in (string?[])[null, "localhost", "proxyshim.shop.svc.cluster.local:8081", "SHIM.acme.com"])
            {
                Assert.Equal(HttpStatusCode.OK, await StatusAsync(path, host));
            }
        }

        Assert.Equal(HttpStatusCode.MisdirectedRequest, await StatusAsync("/admin/overview", "rebound.example.com"));
        Assert.Equal(0, (await stand.RunProgramAsync(["health"], Cancellation)).ExitCode);

        async Task<HttpStatusCode> StatusAsync(string path, string? host)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(stand.Shim.Management, path));
            request.Headers.Host = host;
            using var answer = await client.SendAsync(request, Cancellation);
            return answer.StatusCode;
        }
    }
}
