using System.Text.RegularExpressions;
using ProxyShim.Ledger;
using ProxyShim.Testing;
using Xunit;

namespace ProxyShim.Tests.Ledger;

/// <summary>What the check finds open is open to every script, and it leaves nothing behind.</summary>
[RedisSuite]
public sealed partial class LedgerCheckTests(TestRedis redis)
{
    [Fact]
    public void It_tries_every_command_that_a_script_uses_one_a_line()
    {
        var scripts = Directory.GetFiles(Path.Combine(Repository.Root, "src", "ProxyShim", "Ledger", "Scripts"), "*.lua").ToDictionary(file => Path.GetFileName(file), File.ReadAllText);
        var probe = scripts["probe.lua"];

        var tried = Call().Matches(probe + scripts["common.lua"]).Select(call => call.Value).ToHashSet();

        Assert.Equal(scripts.Values.SelectMany(script => Call().Matches(script)).Select(call => call.Value).Order().Distinct(), tried.Order());
        Assert.All(probe.Split('\n'), line => Assert.InRange(Call().Count(line), 0, 1));
    }

    [Fact]
    public async Task It_leaves_nothing_behind_but_the_format()
    {
        await using var scope = await redis.OpenAsync();
        var settings = ShimSettingsOf(scope);

        await new LedgerCheck(settings).CheckAsync(scope.Database);
        await new LedgerCheck(settings).CheckAsync(scope.Database);

        Assert.Equal(LedgerStartupCheck.Format, (int)await scope.Database.StringGetAsync(settings.Keys.Format));
        foreach (var key in Enumerable.Range(0, ConversionId.Partitions).SelectMany(settings.Keys.OfProbe))
        {
            Assert.False(await scope.Database.KeyExistsAsync(key));
        }
    }

    private static LedgerSettings ShimSettingsOf(RedisScope scope) => Settings.Given.Settings(("Redis:KeyPrefix", scope.KeyPrefix)).Ledger;

    [GeneratedRegex(@"redis\.call\('\w+'")]
    private static partial Regex Call();
}
