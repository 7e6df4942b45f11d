using System.Globalization;
using System.Text;
using System.Text.Json;
using ProxyShim.Customers;
using ProxyShim.Primitives;
using ProxyShim.Redis;
using StackExchange.Redis;

namespace ProxyShim.Clicks;

/// <summary>Writes clicks where <see cref="ClickStore"/> looks for them. Last click wins, by the time of the click; one round trip each.</summary>
internal sealed class ClickWriter(ClickSettings settings, RedisGate redis, TimeProvider time)
{
    private static readonly RedisScript s_writeHash = new(RedisScript.Load("ProxyShim.Clicks.Scripts.write-hash.lua"));

    /// <summary>Writes it under the first key template that what is known of the customer fills.</summary>
    /// <param name="reported">The click; one without a time replaces none that has one.</param>
    /// <exception cref="RedisUnavailableException">Redis did not answer; whether it is written is unknown, and writing it again changes nothing.</exception>
    public async ValueTask<ClickWriteOutcome> WriteAsync(ReportedClick reported)
    {
        var now = time.GetUtcNow();
        var life = LifeOf(reported.Click, now);
        if (KeyOf(reported.Customer) is not { } key)
        {
            return ClickWriteOutcome.NoKey;
        }

        return life <= TimeSpan.Zero ? ClickWriteOutcome.Older : await redis.NewBudget().RunAsync(
            RedisOperation.Click, static (database, call) => call.writer.WriteAsync(database, call.key, call.click, call.life), (writer: this, key, click: reported.Click, life));
    }

    /// <summary>Writes many at once, pipelined. In which order is not said: of two for one customer the newer one counts.</summary>
    /// <returns>What became of each.</returns>
    /// <exception cref="RedisUnavailableException">Redis did not answer; which are written is unknown, and writing them again changes nothing.</exception>
    public ValueTask<ClickWriteOutcome[]> WriteAsync(IReadOnlyList<ReportedClick> many) => redis.NewBudget().RunAsync(
        RedisOperation.Click, static (database, call) => call.writer.WriteAsync(database, call.many), (writer: this, many));

    /// <summary>What would become of each where there is no other click; Redis is not asked.</summary>
    public ClickWriteOutcome[] Foresee(IReadOnlyList<ReportedClick> many)
    {
        var now = time.GetUtcNow();
        return [.. many.Select(reported => Prepare(reported, now).Outcome)];
    }

    // Written where nothing but Redis has a say any more.
    private (ClickWriteOutcome Outcome, RedisKey Key, TimeSpan Life) Prepare(ReportedClick reported, DateTimeOffset now) =>
        KeyOf(reported.Customer) is not { } key ? (ClickWriteOutcome.NoKey, default, default)
        : LifeOf(reported.Click, now) is var life && life <= TimeSpan.Zero ? (ClickWriteOutcome.Older, key, life)
        : (ClickWriteOutcome.Written, key, life);

    private async Task<ClickWriteOutcome[]> WriteAsync(IDatabase database, IReadOnlyList<ReportedClick> many)
    {
        var now = time.GetUtcNow();
        var outcomes = new ClickWriteOutcome[many.Count];
        var (places, keys, clicks) = (new List<int>(many.Count), new List<RedisKey>(many.Count), new List<(Click Click, TimeSpan Life)>(many.Count));
        for (var i = 0; i < many.Count; i++)
        {
            (outcomes[i], var key, var life) = Prepare(many[i], now);
            if (outcomes[i] == ClickWriteOutcome.Written)
            {
                places.Add(i);
                keys.Add(key);
                clicks.Add((many[i].Click, life));
            }
        }

        var written = settings.Format == ClickFormat.Hash
            ? await Task.WhenAll(keys.Zip(clicks, (key, click) => WriteAsync(database, key, click.Click, click.Life)))
            : await StringClicks.WriteAsync(
                database, [.. keys], [.. clicks.Select(click => (RedisValue)StoredClick.Json(click.Click))], [.. clicks.Select(click => (long)click.Life.TotalMilliseconds)]);
        for (var i = 0; i < written.Length; i++)
        {
            outcomes[places[i]] = written[i];
        }

        return outcomes;
    }

    /// <summary>Takes the click of a customer away, wherever a template names it by what is known of the customer.</summary>
    /// <returns>Whether there was one.</returns>
    /// <exception cref="RedisUnavailableException">Redis did not answer.</exception>
    public async ValueTask<bool> DeleteAsync(CustomerIdentity customer)
    {
        var deleted = false;
        foreach (var key in settings.Keys.Select(template => template.KeyOf(customer)).OfType<RedisKey>())
        {
            deleted |= await redis.NewBudget().RunAsync(
                RedisOperation.Click, static (database, key) => database.DeleteOnMasterAsync(key), key);
        }

        return deleted;
    }

    private TimeSpan LifeOf(Click click, DateTimeOffset now) => (click.When ?? now) + settings.Lifetime - now;

    private RedisKey? KeyOf(in CustomerIdentity customer)
    {
        // By index: the enumerator of an interface is an object.
        for (var i = 0; i < settings.Keys.Count; i++)
        {
            if (settings.Keys[i].KeyOf(customer) is { } key)
            {
                return key;
            }
        }

        return null;
    }

    private Task<ClickWriteOutcome> WriteAsync(IDatabase database, RedisKey key, Click click, TimeSpan life)
    {
        var lives = (long)life.TotalMilliseconds;
        return settings.Format == ClickFormat.Hash
            ? s_writeHash.RunAsync(
                database, [key],
                [click.Xid.Value, click.When?.ToUnixTimeMilliseconds() ?? 0, lives, .. StoredClick.Fields(click).SelectMany(field => new RedisValue[] { field.Name, field.Value })],
                static reply => ClickWriteOutcomes.OfLetter(((string)reply!)[0]))
            : StringClicks.WriteAsync(database, key, StoredClick.Json(click), lives);
    }
}
