using ProxyShim.Customers;
using ProxyShim.Redis;
using StackExchange.Redis;

namespace ProxyShim.Clicks;

/// <summary>Writes clicks where <see cref="ClickStore"/> looks for them. Last click wins, by the time of the click.</summary>
internal sealed class ClickWriter(ClickSettings settings, RedisGate redis, TimeProvider time)
{
    private static readonly RedisScript s_writeHash = new(RedisScript.Load("ProxyShim.Clicks.Scripts.write-hash.lua"));

    /// <summary>Writes it under the first key template that what is known of the customer fills, in one round trip.</summary>
    /// <param name="reported">The click; one without a time replaces none that has one.</param>
    /// <exception cref="RedisUnavailableException">Redis did not answer; whether it is written is unknown, and writing it again changes nothing.</exception>
    public async ValueTask<ClickWriteOutcome> WriteAsync(ReportedClick reported)
    {
        var click = Prepare(reported, time.GetUtcNow());
        return click.Outcome == ClickWriteOutcome.Written
            ? await redis.NewBudget().RunAsync(
                RedisOperation.Click,
                static (database, click) => click.Hash is null ? StringClicks.WriteAsync(database, click) : WriteHashAsync(database, click),
                click)
            : click.Outcome;
    }

    /// <summary>Writes many at once, pipelined. In which order is not said: of two for one customer the newer one counts.</summary>
    /// <returns>What became of each.</returns>
    /// <exception cref="RedisUnavailableException">Redis did not answer; which are written is unknown, and writing them again changes nothing.</exception>
    public async ValueTask<ClickWriteOutcome[]> WriteAsync(IReadOnlyList<PreparedClick> many)
    {
        ClickWriteOutcome[] outcomes = [.. many.Select(static click => click.Outcome)];
        int[] places = [.. Enumerable.Range(0, outcomes.Length).Where(i => outcomes[i] == ClickWriteOutcome.Written)];
        if (places.Length > 0)
        {
            var written = await redis.NewBudget().RunAsync(
                RedisOperation.Click,
                static async (database, clicks) => clicks[0].Hash is null
                    ? await StringClicks.WriteAsync(database, clicks)
                    : await Task.WhenAll(clicks.Select(click => WriteHashAsync(database, click).AsTask())),
                Array.ConvertAll(places, i => many[i]));
            for (var i = 0; i < written.Length; i++)
            {
                outcomes[places[i]] = written[i];
            }
        }

        return outcomes;
    }

    /// <summary>All of it that Redis is not needed for.</summary>
    public PreparedClick Prepare(ReportedClick reported, DateTimeOffset now)
    {
        if (KeyOf(reported.Customer) is not { } key)
        {
            return new(ClickWriteOutcome.NoKey);
        }

        var at = reported.Click.When;
        var life = (long)((at ?? now) + settings.Lifetime - now).TotalMilliseconds;
        return life <= 0 ? new(ClickWriteOutcome.Older)
            : settings.Format == ClickFormat.Hash ? new(ClickWriteOutcome.Written, key, life, Hash: StoredClick.Hash(reported.Click, at, life))
            : new(ClickWriteOutcome.Written, key, life, StoredClick.Json(reported.Click, at));
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
                RedisOperation.Click, static async (database, key) => await database.DeleteOnMasterAsync(key), key);
        }

        return deleted;
    }

    private static ValueTask<ClickWriteOutcome> WriteHashAsync(IDatabase database, PreparedClick click) =>
        s_writeHash.RunAsync(database, [click.Key], click.Hash!, static reply => ClickWriteOutcomes.OfLetter(((string)reply!)[0]));

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
}
