using System.Security.Cryptography;
using System.Text;
using ProxyShim.Clicks;
using ProxyShim.Redis;
using ProxyShim.Testing;
using ProxyShim.Tests.CustomerApi;
using ProxyShim.Tests.Settings;
using Xunit;

namespace ProxyShim.Tests.Clicks;

[RedisSuite]
public class ClickWriterTests(TestRedis redis)
{
    private static readonly long s_now = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();

    [Theory]
    [InlineData("Auto")]
    [InlineData("Hash")]
    public async Task What_is_written_is_found_with_all_that_was_said(string format)
    {
        await using var scope = await redis.OpenAsync();
        var (writer, store) = New(scope, format);

        var outcome = await writer.WriteAsync(Reported(
            $$"""{"xid":"X1","partner_key":"lovelace","sub_ids":["a,\"b","c"],"clicked_at":{{s_now}},"origin":"acme.com","ip_address":"203.0.113.7","user_agent":"Fire\"fox","customer_key":"c-1"}"""));

        Assert.Equal(ClickWriteOutcome.Written, outcome);
        var click = (await store.FindAsync(scope.Database, Read.Request())).Click!;
        Assert.Equal(("X1", "lovelace", s_now), (click.Xid.Value, click.PartnerKey, click.When!.Value.ToUnixTimeMilliseconds()));
        Assert.Equal(["a,\"b", "c"], click.SubIds!);
        Assert.Equal(("acme.com", "203.0.113.7", "Fire\"fox"), (click.Origin.ToString(), click.IpAddress.ToString(), click.UserAgent.ToString()));
    }

    [Theory]
    [InlineData("Auto")]
    [InlineData("Hash")]
    public async Task The_last_click_wins_in_whatever_order_they_come(string format)
    {
        await using var scope = await redis.OpenAsync();
        var (writer, store) = New(scope, format);

        Assert.Equal(ClickWriteOutcome.Written, await WriteAsync("second", s_now - 1000));
        Assert.Equal(ClickWriteOutcome.Older, await WriteAsync("first", s_now - 2000));
        Assert.Equal(ClickWriteOutcome.Same, await WriteAsync("second", s_now - 1000));
        Assert.Equal("second", (await store.FindAsync(scope.Database, Read.Request())).Click!.Xid.Value);
        Assert.Equal(ClickWriteOutcome.Written, await WriteAsync("third", s_now));
        Assert.Equal("third", (await store.FindAsync(scope.Database, Read.Request())).Click!.Xid.Value);

        ValueTask<ClickWriteOutcome> WriteAsync(string xid, long at) => writer.WriteAsync(Reported($$"""{"xid":"{{xid}}","clicked_at":{{at}},"customer_key":"c-1"}"""));
    }

    [Fact]
    public async Task A_click_lives_from_its_own_time_and_one_that_is_over_is_not_written()
    {
        await using var scope = await redis.OpenAsync();
        var (writer, _) = New(scope, "Auto");

        await writer.WriteAsync(Reported($$"""{"xid":"X1","clicked_at":{{s_now - (long)TimeSpan.FromDays(60).TotalMilliseconds}},"customer_key":"c-1"}"""));
        var over = await writer.WriteAsync(Reported($$"""{"xid":"X1","clicked_at":{{s_now - (long)TimeSpan.FromDays(91).TotalMilliseconds}},"customer_key":"c-2"}"""));

        var life = await scope.Database.KeyTimeToLiveAsync(scope.Key("key:c-1"));
        Assert.InRange(life!.Value, TimeSpan.FromDays(29), TimeSpan.FromDays(30));
        Assert.Equal(ClickWriteOutcome.Older, over);
        Assert.False(await scope.Database.KeyExistsAsync(scope.Key("key:c-2")));
    }

    [Theory]
    [InlineData("xid-by-hand")]
    [InlineData("""{"xid":"xid-by-hand","clicked_at":"2026-01-31T09:30:00Z"}""")]
    [InlineData("not a click")]
    public async Task What_others_wrote_without_a_readable_time_is_replaced(string former)
    {
        await using var scope = await redis.OpenAsync();
        var (writer, store) = New(scope, "Auto");
        await scope.Database.StringSetAsync(scope.Key("key:c-1"), former);

        Assert.Equal(ClickWriteOutcome.Written, await writer.WriteAsync(Reported("""{"xid":"X1","customer_key":"c-1"}""")));
        Assert.Equal("X1", (await store.FindAsync(scope.Database, Read.Request())).Click!.Xid.Value);
    }

    [Fact]
    public async Task A_value_of_another_type_is_replaced_and_not_an_error()
    {
        await using var scope = await redis.OpenAsync();
        var (writer, _) = New(scope, "Auto");
        await scope.Database.ListLeftPushAsync(scope.Key("key:c-1"), "x");

        Assert.Equal(ClickWriteOutcome.Written, await writer.WriteAsync(Reported("""{"xid":"X1","customer_key":"c-1"}""")));
    }

    /// <summary>In a file that has each customer once, and in one in which another row of the same customer stands beside it.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Of_many_each_is_judged_as_it_would_be_alone(bool twice)
    {
        await using var scope = await redis.OpenAsync();
        var (writer, _) = New(scope, "Auto");
        string[] present =
        [
            "", "by-hand", "not a click", $$"""{"xid":"new","clicked_at":{{s_now}}}""", $$"""{"xid":"old","clicked_at":{{s_now - 9000}}}""",
            $$"""{"xid":"X1","clicked_at":{{s_now - 5000}}}""", $$"""{"xid":"other","clicked_at":{{s_now - 5000}}}""", $$"""{"xid":"new","clicked_at":{{s_now / 1000}}}""", "list",
        ];
        var (alone, together) = (new List<string>(), new List<string>());
        for (var i = 0; i < present.Length; i++)
        {
            await PutAsync($"a{i}", present[i]);
            await PutAsync($"m{i}", present[i]);
            alone.Add($"{await writer.WriteAsync(Row($"a{i}"))} {await ShownAsync($"a{i}")}");
        }

        var rows = Enumerable.Range(0, present.Length).Select(i => Row($"m{i}"));
        var outcomes = await writer.WriteAsync([.. (twice ? rows.Concat(rows) : rows).Select(row => writer.Prepare(row, TimeProvider.System.GetUtcNow()))]);
        for (var i = 0; i < present.Length; i++)
        {
            together.Add($"{outcomes.Where((_, place) => place % present.Length == i).Min()} {await ShownAsync($"m{i}")}");
        }

        Assert.Equal(alone, together);
        Assert.Equal(["Older", "Same", "Written"], alone.Select(line => line.Split(' ')[0]).Distinct().Order());

        ReportedClick Row(string key) => Reported($$"""{"xid":"X1","clicked_at":{{s_now - 5000}},"customer_key":"{{key}}"}""");

        async Task PutAsync(string key, string value)
        {
            var name = scope.Key($"key:{key}");
            _ = value switch
            {
                "" => false,
                "list" => await scope.Database.ListLeftPushAsync(name, "x") > 0,
                _ => await scope.Database.StringSetAsync(name, value, TimeSpan.FromHours(1)),
            };
        }

        // Its life too: what stays is not prolonged. In hours, since time goes on.
        async Task<string> ShownAsync(string key) =>
            $"{await scope.Database.StringGetAsync(scope.Key($"key:{key}"))} {Math.Ceiling((await scope.Database.KeyTimeToLiveAsync(scope.Key($"key:{key}")))!.Value.TotalHours)}";
    }

    [Fact]
    public async Task The_first_template_that_can_be_filled_gets_the_click()
    {
        await using var scope = await redis.OpenAsync();
        var (writer, store) = New(scope, "Auto");

        Assert.Equal(ClickWriteOutcome.NoKey, await writer.WriteAsync(Reported("""{"xid":"X1"}""")));
        Assert.Empty(await scope.KeysAsync());
        Assert.Equal(ClickWriteOutcome.Written, await writer.WriteAsync(Reported("""{"xid":"X1","email":" Ann@Example.com "}""")));

        // What a browser says: the hash, and no address.
        var hash = Convert.ToHexString(SHA256.HashData("ann@example.com"u8));
        Assert.Equal(ClickWriteOutcome.Same, await writer.WriteAsync(Reported($$"""{"xid":"X1","email_sha256":"{{hash}}"}""")));
        Assert.Equal("X1", (await store.FindAsync(scope.Database, Read.Request())).Click!.Xid.Value);
    }

    [Fact]
    public async Task What_is_deleted_is_found_no_more()
    {
        await using var scope = await redis.OpenAsync();
        var (writer, store) = New(scope, "Auto");
        var reported = Reported("""{"xid":"X1","customer_key":"c-1"}""");
        await writer.WriteAsync(reported);

        Assert.True(await writer.DeleteAsync(reported.Customer));
        Assert.False(await writer.DeleteAsync(reported.Customer));
        Assert.Null((await store.FindAsync(scope.Database, Read.Request())).Click);
    }

    private static (ClickWriter Writer, ClickStore Store) New(RedisScope scope, string format)
    {
        var settings = Given.Settings(
            ("Clicks:Format", format), ("Clicks:Keys:0", scope.Key("key:{customer_key}")), ("Clicks:Keys:1", scope.Key("email:{email_sha256}")), ("Redis:Timeout", "10s"));
        var gate = new RedisGate(settings.Redis, TimeProvider.System, () => Task.FromResult(scope.Connection));
        return (new ClickWriter(settings.Clicks, gate, TimeProvider.System), new ClickStore(settings.Clicks));
    }

    private static ReportedClick Reported(string json)
    {
        var reported = ClickForm.Read(Encoding.UTF8.GetBytes(json), TimeProvider.System.GetUtcNow(), out var problem);
        Assert.Null(problem);
        return reported!;
    }
}
