using System.Globalization;
using System.Text;
using ProxyShim.Clicks;
using ProxyShim.Customers;
using ProxyShim.Ledger;
using ProxyShim.Ledger.Held;
using ProxyShim.Ledger.Kept;
using ProxyShim.Redis;
using ProxyShim.Testing;
using StackExchange.Redis;
using Xunit;

namespace ProxyShim.Tests.Ledger;

/// <summary>A ledger in a test's part of the shared Redis, and a look behind its back.</summary>
internal sealed class LedgerUnderTest : IAsyncDisposable
{
    /// <summary>Far longer than a test takes, so that nothing runs out by itself: <see cref="PassTimeAsync"/> says when.</summary>
    public static readonly TimeSpan Lease = TimeSpan.FromHours(1);

    public static readonly TimeSpan Grace = TimeSpan.FromHours(2);

    public static readonly TimeSpan HoldFor = TimeSpan.FromMinutes(2);

    /// <summary>Above both.</summary>
    public static readonly TimeSpan LongestWait = TimeSpan.FromHours(3);

    /// <summary>The trace of every request.</summary>
    public const string TraceId = "0af7651916cd43dd8448eb211c80319c";

    public static readonly TimeSpan BodyTtl = TimeSpan.FromDays(6);

    private static readonly Click s_click = ClickReader.FromString("xid_1")!;

    public LedgerUnderTest(RedisScope scope, bool readsBack = true, bool test = false)
    {
        Scope = scope;
        ReadsBack = readsBack;
        Keys = new LedgerKeys(scope.KeyPrefix, test);
        var settings = new LedgerSettings(Keys, Lease, BodyTtl, readsBack ? Grace : null, WaitReplicas: 0, LongestWait);
        (Ledger, Held) = (new ConversionLedger(settings), new HeldCreations(settings));
    }

    public RedisScope Scope { get; }

    public ConversionLedger Ledger { get; }

    public HeldCreations Held { get; }

    public LedgerKeys Keys { get; }

    public bool ReadsBack { get; }

    public IDatabase Redis => Scope.Database;

    /// <summary>For one call of the ledger.</summary>
    public RedisBudget Budget => TestBudget.Over(Scope.Connection);

    public static ConversionId IdOf(string customerKey) => ConversionId.Of(KeyOf(customerKey));

    public static CustomerKey KeyOf(string customerKey) => CustomerKey.TryCreate(customerKey, out var key) ? key : throw new ArgumentException("No customer_key.");

    /// <summary>A body as the shim would store it.</summary>
    public static ReadOnlyMemory<byte> BodyOf(string customerKey) => StoredConversion.Compose(
        new CustomerRequest(KeyOf(customerKey), $"{customerKey}@example.com", "partner", null, null, null), s_click).Body;

    /// <summary>What a dead letter is revived with.</summary>
    public static NewBody Anew(string customerKey) => new(BodyOf(customerKey), "xid_1", "partner", null);

    /// <summary>A conversion to be claimed.</summary>
    public static NewConversion NewConversion(string customerKey) => new(BodyOf(customerKey), "xid_1", "f1f2f3f4", TraceId, "default", "partner", "blog|top");

    /// <summary>A held creation's body, written as nobody else would write it.</summary>
    public static string OriginalBody(string customerKey) =>
        $"{{ \"customer_key\":\t\"{customerKey}\",  \"email\":\"{customerKey}@example.com\", \"partner_key\":\"partner\", \"more\": 1.0 }}\r\n";

    /// <summary>A creation to be held, as the shim would store it.</summary>
    public static HeldCreation HeldCreation(string customerKey, string caller = "default")
    {
        var key = KeyOf(customerKey);
        var original = new KeptCall(
            key, "POST", "/api/v2/customers", "/api/v2/customers", "application/json; charset=UTF-8", Encoding.UTF8.GetBytes(OriginalBody(customerKey)), caller,
            TraceId, DateTimeOffset.UnixEpoch);
        var request = new CustomerRequest(key, $"{customerKey}@example.com", "partner", null, null, null);
        return new HeldCreation(StoredConversion.ComposeHeld(request, original), HoldFor, "f1f2f3f4", TraceId, caller);
    }

    /// <summary>Redis's clock.</summary>
    public async Task<DateTimeOffset> NowAsync() => (await Ledger.ReadAsync(Budget, IdOf("nobody"))).Now;

    /// <summary>Claims a customer whom nobody has.</summary>
    public async Task<(ConversionId Id, LeaseToken Token)> ClaimAsync(string customerKey = "customer")
    {
        var (id, token) = (IdOf(customerKey), LeaseToken.New());
        Assert.Equal(ClaimOutcome.Claimed, await TryClaimAsync(customerKey, token));
        return (id, token);
    }

    public async Task<ClaimOutcome> TryClaimAsync(string customerKey, LeaseToken token, TimeSpan? timeout = null)
    {
        var now = await NowAsync();
        return await Ledger.ClaimAsync(Budget, IdOf(customerKey), token, now, now + (timeout ?? TimeSpan.FromMinutes(1)), NewConversion(customerKey));
    }

    /// <summary>Whoever has claimed it has sent it.</summary>
    public async Task<SentOutcome> SentByHolderAsync(ConversionId id, LeaseToken token, Action<SentOutcome>? told = null) => ReadsBack
        ? await Ledger.SentByHolderAsync(Budget, id, token, 1, await NowAsync(), told ?? (static _ => { }))
        : await Ledger.SentAsync(Budget, id, token, 1, "xid_1", told);

    /// <summary>Whatever the entry waits for has come: its lease has run out, its next attempt or its read-back is due.</summary>
    public async Task PassTimeAsync(ConversionId id)
    {
        var keys = Keys.Of(id);
        var past = (await NowAsync()).ToUnixTimeMilliseconds() - 1;

        // A held one is read back by the time of its last attempt, which may be later than what it waits for now.
        if (await Redis.SortedSetScoreAsync(keys[5], id.Hash) is { } look && look > past)
        {
            await Redis.HashDecrementAsync(keys[0], "last_attempt", (long)look - past);
        }

        foreach (var index in (RedisKey[])[keys[2], keys[3], keys[5]])
        {
            await Redis.SortedSetAddAsync(index, id.Hash, past, SortedSetWhen.Exists);
        }

        if (await Redis.HashExistsAsync(keys[0], "lease"))
        {
            await Redis.HashSetAsync(keys[0], "lease", past);
        }
    }

    /// <summary>Takes a job that is due.</summary>
    public async Task<LedgerJob> TakeAsync(ConversionId id)
    {
        var (outcome, job) = await Ledger.TakeAsync(Budget, id, LeaseToken.New());
        Assert.Equal(TakeOutcome.Taken, outcome);
        return job!;
    }

    /// <summary>Takes the job once its time has come.</summary>
    public async Task<LedgerJob> TakeDueAsync(ConversionId id)
    {
        await PassTimeAsync(id);
        return await TakeAsync(id);
    }

    /// <summary>Holds a customer whom nobody has, and tells its caller.</summary>
    public async Task<ConversionId> HoldAsync(string customerKey = "customer", string caller = "default")
    {
        var (id, token) = (IdOf(customerKey), LeaseToken.New());
        Assert.Equal(ClaimOutcome.Claimed, await TryHoldAsync(customerKey, token, caller: caller));
        Assert.True(await Ledger.AcknowledgeAsync(Budget, id, token));
        return id;
    }

    public async Task<ClaimOutcome> TryHoldAsync(string customerKey, LeaseToken token, TimeSpan? timeout = null, string caller = "default") =>
        await Held.HoldAsync(Budget, IdOf(customerKey), token, await NowAsync() + (timeout ?? TimeSpan.FromMinutes(1)), HeldCreation(customerKey, caller));

    /// <summary>Takes a held creation whose next look has come.</summary>
    public async Task<LedgerJob> TakeHeldAsync(ConversionId id)
    {
        var (outcome, job) = await Held.TakeAsync(Budget, id, LeaseToken.New());
        Assert.Equal(TakeOutcome.Taken, outcome);
        return job!;
    }

    /// <summary>Takes a conversion that is to be read back.</summary>
    public async Task<ReadBackJob> TakeReadBackAsync(ConversionId id)
    {
        var review = await Ledger.TakeReadBackAsync(Budget, id, LeaseToken.New());
        Assert.NotNull(review);
        return review;
    }

    /// <summary>Takes the read-back once its time has come.</summary>
    public async Task<ReadBackJob> TakeDueReadBackAsync(ConversionId id)
    {
        await PassTimeAsync(id);
        return await TakeReadBackAsync(id);
    }

    /// <summary>Brings a new customer into a state, by the shortest way that the ledger offers.</summary>
    /// <returns>The token of whoever held it last.</returns>
    public async Task<(ConversionId Id, LeaseToken Token)> BringToAsync(ConversionState state, string customerKey = "customer")
    {
        if (state == ConversionState.Held)
        {
            var held = await HoldAsync(customerKey);
            return (held, (await TakeHeldAsync(held)).Token);
        }

        var (id, token) = await ClaimAsync(customerKey);
        Assert.True(state switch
        {
            ConversionState.Claimed => true,
            ConversionState.Due => await Ledger.DueAsync(Budget, id, token, 1, TimeSpan.FromHours(1), "status_503", maybeLanded: false) == FencedWrite.Applied,
            ConversionState.Ambiguous => await Ledger.AmbiguousAsync(Budget, id, token, 1, "timeout") == FencedWrite.Applied,
            ConversionState.Sent => await SentByHolderAsync(id, token) == SentOutcome.Sent,
            ConversionState.Verified => await SentByHolderAsync(id, token) == SentOutcome.Sent
                && await Ledger.VerifiedAsync(Budget, id, LeaseToken.New(), "") == VerifiedOutcome.Verified,
            ConversionState.Dead => await Ledger.BuryAsync(Budget, id, token, 1, "refused") == FencedWrite.Applied,
            ConversionState.Fallback => await Ledger.FallbackAsync(Budget, id, token, 1, "refused") == FencedWrite.Applied,
            _ => throw new ArgumentOutOfRangeException(nameof(state)),
        });
        Assert.Equal(state, (await SeeAsync(id))!.State);
        return (id, token);
    }

    /// <summary>What Redis holds of an entry; null when nothing. Fails where that breaks a rule which holds always.</summary>
    public async Task<SeenEntry?> SeeAsync(ConversionId id)
    {
        var keys = Keys.Of(id);
        LedgerIndex[] all = [LedgerIndex.Due, LedgerIndex.Unverified, LedgerIndex.Dead, LedgerIndex.Held];
        var scores = all.Select((index, position) => (index, score: Redis.SortedSetScoreAsync(keys[2 + position], id.Hash))).ToArray();
        var (readBody, readLife) = (Redis.StringGetAsync(keys[1]), Redis.KeyTimeToLiveAsync(keys[1]));
        var fields = await Redis.HashGetAllAsync(keys[0]);
        var (body, life) = (await readBody, await readLife);
        var indexes = new Dictionary<LedgerIndex, DateTimeOffset>();
        foreach (var (index, read) in scores)
        {
            if (await read is { } score)
            {
                indexes[index] = DateTimeOffset.FromUnixTimeMilliseconds((long)score);
            }
        }

        if (fields.Length == 0)
        {
            Assert.True(body.IsNull, "An entry that is gone has left its body.");
            Assert.Empty(indexes);
            return null;
        }

        var seen = new SeenEntry(fields.ToDictionary(field => $"{field.Name}", field => $"{field.Value}"), $"{body}", life, indexes);
        HoldAlways(seen, !body.IsNull);
        return seen;
    }

    /// <summary>Holds that what is done leaves the entry as it was; only its body is a moment nearer to its end.</summary>
    public async Task StaysAsItIsAsync(ConversionId id, Func<Task> act)
    {
        var before = await SeeAsync(id);

        await act();

        Assert.Equivalent(before, await SeeAsync(id) is { } after ? after with { BodyTtl = before!.BodyTtl } : null, strict: true);
    }

    public ValueTask DisposeAsync() => Scope.DisposeAsync();

    private void HoldAlways(SeenEntry seen, bool hasBody)
    {
        var index = Lifecycle.IndexOf(seen.State, ReadsBack);
        Assert.Equal(index == LedgerIndex.None ? [] : [index], seen.Indexes.Keys);
        Assert.Equal(Lifecycle.HasBody(seen.State, ReadsBack), hasBody);

        // A dead letter's body waits for a person; any other goes by itself some day.
        Assert.Equal(hasBody && seen.State != ConversionState.Dead, seen.BodyTtl is not null);
        Assert.Equal("1", seen.Field("v") ?? "1");
        _ = long.Parse(seen.Fields["claimed_at"], CultureInfo.InvariantCulture);
    }
}
