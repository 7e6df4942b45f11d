using System.Text;
using ProxyShim.Clicks;
using ProxyShim.Clicks.Import;
using ProxyShim.Management.Admin;
using ProxyShim.Redis;
using ProxyShim.Telemetry;
using ProxyShim.Testing;
using ProxyShim.Tests.Settings;
using ProxyShim.Tests.Telemetry;
using Xunit;

namespace ProxyShim.Tests.Management.Admin;

[RedisSuite]
public sealed class ClickEndpointsTests(TestRedis redis)
{
    private const string Click = """{"ps_xid":"X1","ps_partner_key":"bG92ZWxhY2U","sub_ids":["a"],"ip_address":"203.0.113.7","user_agent":"Firefox"}""";

    [Theory]
    [InlineData("ada", "ada")]
    [InlineData("cus%2Fto%20m%C3%A9r", "cus/to mér")]
    public async Task A_click_is_put_shown_and_taken_away(string path, string customerKey)
    {
        await using var scope = await redis.OpenAsync();
        await using var surface = await ServeAsync(scope);

        Assert.Equal((404, """{"error":"Redis has no click of this customer under its customer_key."}"""), await surface.SendAsync(HttpMethod.Get, path));
        Assert.Equal((204, ""), await surface.SendAsync(HttpMethod.Put, path, Click));

        var (status, shown) = await surface.SendAsync(HttpMethod.Get, path);
        Assert.Equal(200, status);
        Assert.StartsWith("""{"xid":"X1","partner_key":"lovelace","sub_ids":["a"],"clicked_at":"20""", shown, StringComparison.Ordinal);
        Assert.DoesNotContain("203.0.113.7", shown, StringComparison.Ordinal);
        Assert.DoesNotContain("Firefox", shown, StringComparison.Ordinal);
        Assert.Equal([scope.Key("click:" + customerKey)], await scope.KeysAsync());

        // What is shown can be put back.
        Assert.Equal((204, ""), await surface.SendAsync(HttpMethod.Put, path, shown));
        Assert.Equal((200, shown), await surface.SendAsync(HttpMethod.Get, path));

        Assert.Equal((204, ""), await surface.SendAsync(HttpMethod.Delete, path));
        Assert.Equal(404, (await surface.SendAsync(HttpMethod.Delete, path)).Status);
        Assert.Empty(await scope.KeysAsync());
    }

    [Theory]
    [InlineData("ada", "{}", 422)]
    [InlineData("ada", "no JSON", 422)]
    [InlineData("", Click, 422)]
    public async Task What_cannot_be_a_click_is_refused_and_nothing_is_written(string path, string body, int expected)
    {
        await using var scope = await redis.OpenAsync();
        await using var surface = await ServeAsync(scope);

        Assert.Equal(expected, (await surface.SendAsync(HttpMethod.Put, path, body)).Status);
        Assert.Equal(413, (await surface.SendAsync(HttpMethod.Put, "ada", new string('x', ClickForm.MaxLength + 1))).Status);
        Assert.Empty(await scope.KeysAsync());
    }

    [Fact]
    public async Task An_older_click_does_not_replace_a_newer_one()
    {
        await using var scope = await redis.OpenAsync();
        await using var surface = await ServeAsync(scope);
        var older = TimeProvider.System.GetUtcNow().AddHours(-1).ToUnixTimeMilliseconds();
        await surface.SendAsync(HttpMethod.Put, "ada", """{"xid":"new"}""");

        Assert.Equal(409, (await surface.SendAsync(HttpMethod.Put, "ada", $$"""{"xid":"old","clicked_at":{{older}}}""")).Status);
        Assert.Contains("\"new\"", (await surface.SendAsync(HttpMethod.Get, "ada")).Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Each_change_is_told_with_the_tokens_name_and_without_the_customer()
    {
        await using var scope = await redis.OpenAsync();
        await using var surface = await ServeAsync(scope);
        await surface.SendAsync(HttpMethod.Put, "ada", Click);
        await surface.SendAsync(HttpMethod.Put, "ada", "{}");
        await surface.SendAsync(HttpMethod.Delete, "ada");
        await surface.SendAsync(HttpMethod.Delete, "ada");

        Assert.Equal(
            [("ClickChanged", "written", "ops", "X1"), ("ClickChanged", "deleted", "ops", null)],
            surface.Log.Entries.Select(entry => (
                entry.GetProperty("Event").GetString(), entry.GetProperty("Change").GetString(), entry.GetProperty("By").GetString(), entry.GetProperty("Xid").GetString())));
        Assert.All(surface.Log.Lines, line => Assert.DoesNotContain("\"ada\"", line, StringComparison.Ordinal));
    }

    private static async Task<Surface> ServeAsync(RedisScope scope)
    {
        var settings = Given.Settings(("Clicks:Keys:0", scope.Key("click:{customer_key}")));
        var gate = new RedisGate(settings.Redis, TimeProvider.System, () => Task.FromResult(scope.Connection));
        var door = new AdminDoor(AdminDoor.Token("token", "ops"));
        var search = new ClickSearch(gate, new ClickStore(settings.Clicks));
        var writer = new ClickWriter(settings.Clicks, gate, TimeProvider.System);
        var changes = new ClickChanges(
            writer, new ClickImport(writer, door.Metrics, TimeProvider.System), new CustomerRef(settings.Privacy), door.Log.Events, door.Metrics, TimeProvider.System);
        return new Surface(await ManagementSurface.ServeAsync(endpoints => new ClickEndpoints(search, changes).Map(door.Routes(endpoints))), door);
    }

    private sealed class Surface(ManagementSurface surface, AdminDoor door) : IAsyncDisposable
    {
        public CapturedLog Log => door.Log;

        public async Task<(int Status, string Body)> SendAsync(HttpMethod method, string key, string? body = null)
        {
            using var request = new HttpRequestMessage(method, new Uri(ClickEndpoints.Clicks + key, UriKind.Relative));
            request.Headers.TryAddWithoutValidation("Authorization", "Bearer token");
            request.Content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json");
            using var answer = await surface.SendAsync(request);
            return ((int)answer.StatusCode, await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        }

        public ValueTask DisposeAsync()
        {
            door.Dispose();
            return surface.DisposeAsync();
        }
    }
}
