using System.Text;
using System.Text.Json;
using ProxyShim.Management;
using ProxyShim.Management.Admin;
using ProxyShim.Redis;
using ProxyShim.Rollout;
using ProxyShim.SwitchOver;
using ProxyShim.Telemetry;
using ProxyShim.Testing;
using ProxyShim.Tests.Settings;
using Xunit;

namespace ProxyShim.Tests.Management.Admin;

[RedisSuite]
public sealed class RolloutEndpointsTests(TestRedis redis)
{
    [Fact]
    public async Task It_is_shown_set_changed_in_part_and_taken_back()
    {
        await using var scope = await redis.OpenAsync();
        await using var surface = await ServeAsync(scope, AdminDoor.Token("token", "ann"));

        var (_, shown) = await surface.SendAsync(HttpMethod.Get);
        Assert.Equal("""{"mode":"Live","percent":100,"partners":[],"callers":[],"source":"settings","changed_at":null,"changed_by":null,"settings":"Live 100 %"}""", shown);

        Assert.Equal(200, (await surface.SendAsync(HttpMethod.Put, """{"mode":"live","percent":10,"partners":["lovelace"],"callers":["default"]}""")).Status);
        var (status, part) = await surface.SendAsync(HttpMethod.Put, """{"percent":20}""");
        Assert.Equal(200, status);
        Assert.StartsWith("""{"mode":"Live","percent":20,"partners":["lovelace"],"callers":["default"],"source":"runtime","changed_at":"20""", part, StringComparison.Ordinal);
        Assert.Contains("""
            "changed_by":"ann"
            """, part, StringComparison.Ordinal);

        var (_, back) = await surface.SendAsync(HttpMethod.Delete);
        Assert.Contains("""
            "percent":100,"partners":[],"callers":[],"source":"settings","changed_at":"20
            """, back, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"percent":101}""", "percent", "0 to 100")]
    [InlineData("""{"percent":-1}""", "percent", "0 to 100")]
    [InlineData("""{"percent":"10"}""", "percent", "0 to 100")]
    [InlineData("""{"percent":null}""", "percent", "0 to 100")]
    [InlineData("""{"mode":"On"}""", "mode", "Off, Shadow, Live")]
    [InlineData("""{"mode":2}""", "mode", "Off, Shadow, Live")]
    [InlineData("""{"partners":["lovelace",""]}""", "partners", "1 to 256")]
    [InlineData("""{"partners":"lovelace"}""", "partners", "1 to 256")]
    [InlineData("""{"callers":["shop"]}""", "callers", "default")]
    [InlineData("""{"share":10}""", "share", "mode, percent, partners or callers")]
    [InlineData("""{"percent":10,"percent":20}""", "(body)", "mode")]
    [InlineData("[]", "(body)", "mode")]
    [InlineData("", "(body)", "mode")]
    [InlineData("""{"percent":101,"mode":"On"}""", "percent,mode", "Off, Shadow, Live")]
    public async Task What_cannot_be_names_each_wrong_field_with_the_valid_values_and_changes_nothing(string body, string fields, string valid)
    {
        await using var scope = await redis.OpenAsync();
        await using var surface = await ServeAsync(scope, AdminDoor.Token("token"));
        var (_, before) = await surface.SendAsync(HttpMethod.Get);

        var (status, answer) = await surface.SendAsync(HttpMethod.Put, body);

        Assert.Equal(422, status);
        var refusal = JsonElement.Parse(answer);
        Assert.Equal(fields, string.Join(',', refusal.GetProperty("fields").EnumerateArray().Select(field => field.GetProperty("field").GetString())));
        Assert.Contains(valid, refusal.GetProperty("error").GetString(), StringComparison.Ordinal);
        Assert.Equal(before, (await surface.SendAsync(HttpMethod.Get)).Body);
        Assert.Empty(await scope.KeysAsync());
    }

    [Fact]
    public async Task Nobody_goes_live_where_there_is_no_token_to_convert_with()
    {
        await using var scope = await redis.OpenAsync();
        await using var surface = await ServeAsync(scope, AdminDoor.Token("token"), ("ConversionApi:Token", null), ("Rollout:Mode", "Shadow"));

        var (status, answer) = await surface.SendAsync(HttpMethod.Put, """{"mode":"Live"}""");

        Assert.Equal(422, status);
        Assert.Contains("ConversionApi:Token", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_token_that_may_only_read_changes_nothing()
    {
        await using var scope = await redis.OpenAsync();
        await using var surface = await ServeAsync(scope, AdminDoor.Token("token", readOnly: true));

        Assert.Equal((403, 403), ((await surface.SendAsync(HttpMethod.Put, """{"percent":10}""")).Status, (await surface.SendAsync(HttpMethod.Delete)).Status));
        Assert.Equal(200, (await surface.SendAsync(HttpMethod.Get)).Status);
        Assert.Empty(await scope.KeysAsync());
    }

    private static async Task<Surface> ServeAsync(RedisScope scope, ManagementToken token, params (string Key, string? Value)[] more)
    {
        var settings = Given.Settings([("Redis:KeyPrefix", scope.KeyPrefix), .. more]);
        var gate = new RedisGate(settings.Redis, TimeProvider.System, () => Task.FromResult(scope.Connection));
        var control = new RolloutControl(
            settings.Rollout, settings.RolloutBounds, new RolloutStore(settings.Ledger), gate, new RolloutState(settings.Rollout), EventLog.Silent);
        var door = new AdminDoor(token);
        return new Surface(await ManagementSurface.ServeAsync(endpoints => new RolloutEndpoints(control).Map(door.Routes(endpoints))), door);
    }

    private sealed class Surface(ManagementSurface surface, AdminDoor door) : IAsyncDisposable
    {
        public async Task<(int Status, string Body)> SendAsync(HttpMethod method, string? body = null)
        {
            using var request = new HttpRequestMessage(method, new Uri(RolloutEndpoints.Rollout, UriKind.Relative));
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
