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
    private static readonly RedisScript s_writeString = new(RedisScript.Load("ProxyShim.Clicks.Scripts.write-string.lua"));
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

        // In a Cluster they are not of one slot.
        var merged = settings.Format == ClickFormat.Auto && !RedisTopology.IsCluster(database)
            ? await WriteTogetherAsync(database, keys, clicks)
            : await Task.WhenAll(keys.Zip(clicks, (key, click) => WriteAsync(database, key, click.Click, click.Life)));
        for (var i = 0; i < merged.Length; i++)
        {
            outcomes[places[i]] = merged[i];
        }

        return outcomes;
    }

    // One command costs both ends less than one for each would.
    private static async Task<ClickWriteOutcome[]> WriteTogetherAsync(IDatabase database, List<RedisKey> keys, List<(Click Click, TimeSpan Life)> clicks)
    {
        if (keys.Count == 0)
        {
            return [];
        }

        var arguments = new RedisValue[clicks.Count * 2];
        for (var i = 0; i < clicks.Count; i++)
        {
            (arguments[2 * i], arguments[(2 * i) + 1]) = (Json(clicks[i].Click), (long)clicks[i].Life.TotalMilliseconds);
        }

        return await s_writeString.RunAsync(database, [.. keys], arguments, static reply => Array.ConvertAll(((string)reply!).ToCharArray(), Understand));
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
            ? s_writeHash.RunAsync(database, [key], [click.Xid.Value, click.When?.ToUnixTimeMilliseconds() ?? 0, lives, .. Fields(click).SelectMany(field => new RedisValue[] { field.Name, field.Value })], static reply => Understand(((string)reply!)[0]))
            : s_writeString.RunAsync(database, [key], [Json(click), lives], static reply => Understand(((string)reply!)[0]));
    }

    // The first letter of written, same and older.
    private static ClickWriteOutcome Understand(char said) => said switch
    {
        'w' => ClickWriteOutcome.Written,
        's' => ClickWriteOutcome.Same,
        _ => ClickWriteOutcome.Older,
    };

    // What is not known is left out: to the Conversion API an empty text is worse than none.
    private static IEnumerable<(string Name, string Value)> Fields(Click click)
    {
        foreach (var (name, value) in new (string, string?)[]
        {
            ("xid", click.Xid.Value), ("partner_key", click.PartnerKey), ("origin", click.Origin.ToString()), ("ip_address", click.IpAddress.ToString()),
            ("user_agent", click.UserAgent.ToString()), ("external_type", click.ExternalType.ToString()),
        })
        {
            if (!string.IsNullOrEmpty(value))
            {
                yield return (name, value);
            }
        }

        if (click.SubIds is not null)
        {
            yield return ("sub_ids", Encoding.UTF8.GetString(JsonText.Write(click.SubIds, static (json, subIds) =>
            {
                json.WriteStartArray();
                foreach (var subId in subIds)
                {
                    json.WriteStringValue(subId);
                }

                json.WriteEndArray();
                return 0;
            }).Text));
        }

        if (click.When is { } at)
        {
            yield return ("clicked_at", at.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture));
        }
    }

    private static byte[] Json(Click click) => JsonText.Write(click, static (json, click) =>
    {
        json.WriteStartObject();
        json.WriteString("xid"u8, click.Xid.Value);
        if (!string.IsNullOrEmpty(click.PartnerKey))
        {
            json.WriteString("partner_key"u8, click.PartnerKey);
        }

        WriteText(json, "origin"u8, click.Origin);
        WriteText(json, "ip_address"u8, click.IpAddress);
        WriteText(json, "user_agent"u8, click.UserAgent);
        WriteText(json, "external_type"u8, click.ExternalType);
        if (click.SubIds is not null)
        {
            JsonText.WriteStringArray(json, "sub_ids"u8, click.SubIds);
        }

        if (click.When is { } at)
        {
            json.WriteNumber("clicked_at"u8, at.ToUnixTimeMilliseconds());
        }

        json.WriteEndObject();
        return 0;
    }).Text;

    private static void WriteText(Utf8JsonWriter json, ReadOnlySpan<byte> name, Utf8Text value)
    {
        if (!value.IsEmpty)
        {
            json.WriteString(name, value.Span);
        }
    }
}
