using System.Globalization;
using ProxyShim.EndToEnd.Harness;
using ProxyShim.Testing;
using Xunit;

namespace ProxyShim.EndToEnd.Lifetime;

/// <summary>The machine around it: what the shim leaves there, and what of it shows.</summary>
[RedisSuite]
public sealed class SurroundingsTests(TestRedis redis)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task It_leaves_nothing_in_the_home_directory_or_in_the_temporary_one()
    {
        using var home = new TemporaryFolder();
        using var temporary = new TemporaryFolder();
        await using var stand = await Stand.StartAsync(redis, Cancellation, ("HOME", home.Path), ("TMPDIR", temporary.Path));
        await stand.PostAsync(Stand.Body(await stand.NewCustomerAsync()), Cancellation);

        Assert.Equal(0, await stand.Shim.StopAsync(Cancellation));

        Assert.Empty(Directory.EnumerateFileSystemEntries(home.Path));
        Assert.Empty(Directory.EnumerateFileSystemEntries(temporary.Path));
    }

    // Minutes that no other zone has; a comma in numbers, letters that change in other ways, digits that are not ours.
    [Theory]
    [InlineData("Asia/Kathmandu", "de_DE.UTF-8")]
    [InlineData("Pacific/Marquesas", "tr_TR.UTF-8")]
    [InlineData("Nowhere/AtAll", "ar_EG.UTF-8")]
    public async Task Neither_its_time_zone_nor_its_language_shows(string zone, string language)
    {
        await using var stand = await Stand.StartAsync(redis, Cancellation, ("TZ", zone), ("LANG", language), ("LC_ALL", language));
        var before = TimeProvider.System.GetUtcNow();

        var answer = await stand.PostAsync(Stand.Body(await stand.NewCustomerAsync()), Cancellation);

        var line = await stand.EventOfAsync(answer, Cancellation);
        var time = line.GetProperty("@t").GetString()!;
        Assert.EndsWith("Z", time, StringComparison.Ordinal);
        Assert.InRange(DateTimeOffset.Parse(time, CultureInfo.InvariantCulture), before.AddSeconds(-1), TimeProvider.System.GetUtcNow().AddSeconds(1));

        using var client = new HttpClient();
        var samples = (await client.GetStringAsync(new Uri(stand.Shim.Management, "/metrics"), Cancellation)).Split('\n')
            .Where(sample => sample.Length > 0 && sample[0] != '#').Select(sample => sample[(sample.LastIndexOf(' ') + 1)..]).ToList();
        Assert.All(samples, value => Assert.Matches(@"^(NaN|[+-]Inf|-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?)$", value));
        Assert.Contains(samples, value => value.Contains('.', StringComparison.Ordinal));
    }
}
