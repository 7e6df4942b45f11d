using System.Globalization;
using ProxyShim.Telemetry;
using StackExchange.Redis;

namespace ProxyShim.Ledger;

/// <summary>
/// Remembers each customer for ever, and each conversion until it is proved. Every method is one script, and so one atomic change;
/// <see cref="Lifecycle"/> says what may follow what.
/// </summary>
/// <remarks>Every method may throw what StackExchange.Redis throws; the change may have been made nevertheless.</remarks>
internal sealed class ConversionLedger(LedgerSettings settings)
{
    // A connected replica acknowledges within a round trip; WAIT blocks its connection, and must not do so for a replica that is missing.
    private const int ReplicaPatienceMilliseconds = 100;

    private readonly RedisValue _lease = (long)settings.Lease.TotalMilliseconds;
    private readonly RedisValue _bodyTtl = (long)settings.BodyTtl.TotalMilliseconds;
    private readonly RedisValue _readBack = settings.ReadBackAfter is { } wait ? (long)wait.TotalMilliseconds : RedisValue.EmptyString;

    /// <summary>Whether what was sent can be read back.</summary>
    public bool ReadsBack => settings.ReadBackAfter is not null;

    /// <summary>How long a claim belongs to its holder.</summary>
    public TimeSpan Lease => settings.Lease;

    /// <summary>What is known of a customer.</summary>
    public Task<LedgerReading> ReadAsync(IDatabase redis, ConversionId id) => LedgerScript.Read.RunAsync(redis, settings.Keys.OfEntry(id), [], static reply =>
    {
        if (reply.Resp3Type == ResultType.Integer)
        {
            return new LedgerReading(DateTimeOffset.FromUnixTimeMilliseconds((long)reply), null);
        }

        var fields = (RedisResult[])reply!;
        var (now, state) = (Time(fields[0]), Lifecycle.Parse(Text(fields[1])));
        return new LedgerReading(now, new LedgerEntry(
            state, Text(fields[2]), Time(fields[3]), Text(fields[4]), state == ConversionState.Claimed && !fields[5].IsNull && Time(fields[5]) > now));
    });

    /// <summary>What brought a customer; null for one who is not known, or was left to the Customer API.</summary>
    /// <exception cref="FormatException">A newer version has written a state that this one does not know.</exception>
    public async Task<Referral?> ReferralAsync(IDatabase redis, ConversionId id) =>
        Referrals.Read(await redis.HashGetAsync(settings.Keys.OfEntry(id)[0], Referrals.Fields, CommandFlags.DemandMaster)).Referral;

    /// <summary>Takes a customer that nobody has, unless it is later than <paramref name="notAfter"/> by Redis's clock.</summary>
    public Task<ClaimOutcome> ClaimAsync(IDatabase redis, ConversionId id, LeaseToken token, DateTimeOffset notAfter, NewConversion conversion) => RunAsync(
        LedgerScript.Claim, redis, id, ClaimOutcomeOf,
        token.Value, notAfter.ToUnixTimeMilliseconds(), _lease, conversion.Body, _bodyTtl, conversion.Xid, conversion.Fingerprint, conversion.TraceId,
        conversion.Caller, conversion.PartnerKey, conversion.SubIds ?? RedisValue.EmptyString);

    /// <summary>PartnerStack took it.</summary>
    public Task<SentOutcome> SentAsync(IDatabase redis, ConversionId id, LeaseToken token, int attempts, string xid) => RunAsync(
        LedgerScript.Sent, redis, id,
        static reply => Text(reply) switch
        {
            "sent" => SentOutcome.Sent,
            "already" => SentOutcome.Already,
            _ => SentOutcome.Fallback,
        },
        token.Value, attempts, _readBack, _bodyTtl, xid);

    /// <summary>It was not sent, and is to be sent again after a wait.</summary>
    public Task<FencedWrite> DueAsync(IDatabase redis, ConversionId id, LeaseToken token, int attempts, TimeSpan wait, string error, bool maybeLanded) =>
        FencedAsync(LedgerScript.Due, redis, id, token.Value, attempts, Milliseconds(wait), error, maybeLanded ? 1 : 0, _bodyTtl);

    /// <summary>It may have landed, and is to be read back before it is sent again.</summary>
    public Task<FencedWrite> AmbiguousAsync(IDatabase redis, ConversionId id, LeaseToken token, int attempts, string error) =>
        FencedAsync(LedgerScript.Ambiguous, redis, id, token.Value, attempts, _readBack, error);

    /// <summary>Given up.</summary>
    /// <param name="status">The last answer's status; null when none came.</param>
    /// <param name="said">What it said, as far as it may be kept: no personal data.</param>
    public Task<FencedWrite> BuryAsync(
        IDatabase redis, ConversionId id, LeaseToken token, int attempts, string reason, int? status = null, string? said = null) =>
        FencedAsync(LedgerScript.Bury, redis, id, token.Value, attempts, reason, status ?? RedisValue.EmptyString, said ?? RedisValue.EmptyString);

    /// <summary>The Customer API gets this customer.</summary>
    public Task<FencedWrite> FallbackAsync(IDatabase redis, ConversionId id, LeaseToken token, int attempts, string reason) =>
        FencedAsync(LedgerScript.Fallback, redis, id, token.Value, attempts, reason);

    /// <summary>As if it had never been claimed.</summary>
    public Task<FencedWrite> ReleaseAsync(IDatabase redis, ConversionId id, LeaseToken token) => FencedAsync(LedgerScript.Release, redis, id, token.Value);

    /// <summary>Takes a job that is due.</summary>
    public Task<(TakeOutcome Outcome, LedgerJob? Job)> TakeAsync(IDatabase redis, ConversionId id, LeaseToken token) => RunAsync(
        LedgerScript.Take, redis, id,
        reply =>
        {
            var fields = (RedisResult[])reply!;
            return Text(fields[0]) switch
            {
                "taken" => (TakeOutcome.Taken, (LedgerJob?)Job(id, token, fields)),
                "ambiguous" => (TakeOutcome.Ambiguous, null),
                "lost" => (TakeOutcome.Lost, null),
                _ => (TakeOutcome.Gone, null),
            };
        },
        token.Value, _lease, _readBack);

    /// <summary>Takes a conversion that is to be read back; null when somebody else was faster.</summary>
    public Task<ReadBackJob?> TakeReadBackAsync(IDatabase redis, ConversionId id, LeaseToken token) => RunAsync(
        LedgerScript.Review, redis, id,
        reply =>
        {
            var fields = (RedisResult[])reply!;
            return Text(fields[0]) != "taken" ? null : new ReadBackJob(
                Job(id, token, fields), Lifecycle.Parse(Text(fields[10])), Number(fields[11]), Number(fields[12]), Time(fields[13]));
        },
        token.Value, _lease);

    /// <summary>A read-back has proved it.</summary>
    public Task<VerifiedOutcome> VerifiedAsync(IDatabase redis, ConversionId id, LeaseToken token, string reason) => RunAsync(
        LedgerScript.Verified, redis, id,
        static reply => Text(reply) switch
        {
            "verified" => VerifiedOutcome.Verified,
            "sent" => VerifiedOutcome.SentAndVerified,
            _ => VerifiedOutcome.Already,
        },
        token.Value, reason);

    /// <summary>A read-back has proved that nothing landed.</summary>
    public Task<FencedWrite> ReadBackNotFoundAsync(IDatabase redis, ConversionId id, LeaseToken token) => FencedAsync(LedgerScript.Absent, redis, id, token.Value);

    /// <summary>A read-back told nothing.</summary>
    public Task<FencedWrite> RescheduleReadBackAsync(IDatabase redis, ConversionId id, LeaseToken token, TimeSpan wait) =>
        FencedAsync(LedgerScript.Again, redis, id, token.Value, Milliseconds(wait), _bodyTtl);

    /// <summary>There is no key pair any more to prove it with.</summary>
    public Task<FencedWrite> AbandonReadBackAsync(IDatabase redis, ConversionId id, LeaseToken token) => FencedAsync(LedgerScript.Unprovable, redis, id, token.Value);

    /// <summary>Makes a dead letter due again, with a new body, and the click that stands in it, when one is given.</summary>
    public Task<ReviveOutcome> ReviveAsync(IDatabase redis, ConversionId id, NewBody? anew = null) => RunAsync(
        LedgerScript.Revive, redis, id,
        static reply => Text(reply) switch
        {
            "revived" => ReviveOutcome.Revived,
            "no_body" => ReviveOutcome.NoBody,
            _ => ReviveOutcome.NotDead,
        },
        anew is not null ? anew.Body : RedisValue.EmptyString, _bodyTtl, _readBack, anew?.Xid ?? RedisValue.EmptyString,
        anew?.PartnerKey ?? RedisValue.EmptyString, anew?.SubIds ?? RedisValue.EmptyString);

    /// <summary>The customer was deleted: no job, no read-back, no personal data. The state it had, or null when it was not known then.</summary>
    /// <param name="ago">How long ago. Whoever has been claimed since is not meant.</param>
    public Task<ConversionState?> EraseAsync(IDatabase redis, ConversionId id, TimeSpan ago = default) => LedgerScript.Erase.RunAsync(
        redis, settings.Keys.OfCalls(id), [id.Hash, "erased", 0, Milliseconds(ago)],
        static reply => Text(reply) is var former && former is "missing" or "newer" ? (ConversionState?)null : Lifecycle.Parse(former));

    /// <summary>A dead letter is given up for good. False when it was none.</summary>
    public Task<bool> DiscardAsync(IDatabase redis, ConversionId id) =>
        LedgerScript.Erase.RunAsync(
            redis, settings.Keys.OfCalls(id), [id.Hash, "discarded", 1, 0], static reply => Text(reply) is not ("missing" or "not_dead"));

    /// <summary>What a partition has to do, at most <paramref name="most"/> of each kind.</summary>
    /// <param name="latest">The latest that it can be by the asker's clock; what waits for later is not ready yet, whatever Redis's clock says. Null: not known.</param>
    public Task<PartitionSurvey> SurveyAsync(IDatabase redis, int partition, int most, DateTimeOffset? latest = null) => LedgerScript.Survey.RunAsync(
        redis, settings.Keys.OfPartition(partition),
        [RedisValue.EmptyString, most, (latest ?? DateTimeOffset.MaxValue).ToUnixTimeMilliseconds(), Milliseconds(settings.LongestWait)],
        reply =>
        {
            var fields = (RedisResult[])reply!;
            return new PartitionSurvey(
                partition, Time(fields[0]), Ids(partition, fields[1]), Ids(partition, fields[2]), (long)fields[3], (long)fields[4], (long)fields[5],
                fields[6].IsNull ? null : Time(fields[6]), Ids(partition, fields[7]), (long)fields[8], (long)fields[9],
                fields[10].IsNull ? null : Time(fields[10]), Ids(partition, fields[11]), (long)fields[12]);
        });

    /// <summary>
    /// Redis's clock was set back: what waits longer than it was to wait comes sooner, of all that waits for a later time than <paramref name="after"/>, or of the first of it.
    /// </summary>
    /// <returns>Where to go on: after that time nothing has been looked at yet. Null: all of it has been.</returns>
    public async Task<DateTimeOffset?> ShortenWaitsAsync(IDatabase redis, int partition, DateTimeOffset after)
    {
        const int Most = 256;
        var keys = settings.Keys.OfPartition(partition);
        var pages = await Task.WhenAll(new[] { keys[2], keys[3], keys[5], keys[8] }.Select(index => redis.SortedSetRangeByScoreWithScoresAsync(
            index, after.ToUnixTimeMilliseconds(), exclude: Exclude.Start, take: Most, flags: CommandFlags.DemandMaster)));
        await Task.WhenAll(pages.SelectMany(page => page).Select(entry => new ConversionId(partition, entry.Element!)).Distinct().Select(id => LedgerScript.Rewait.RunAsync(
            redis, settings.Keys.OfCalls(id), [id.Hash, Milliseconds(settings.LongestWait)], static _ => true)));
        double[] ends = [.. pages.Where(page => page.Length == Most).Select(page => page[^1].Score)];
        return ends is [] ? null : DateTimeOffset.FromUnixTimeMilliseconds((long)ends.Min());
    }

    /// <summary>A partition's dead letters, longest dead first.</summary>
    public async Task<IReadOnlyList<(ConversionId Id, DateTimeOffset DeadAt)>> DeadAsync(IDatabase redis, int partition, int most) =>
        [.. (await redis.SortedSetRangeByRankWithScoresAsync(settings.Keys.OfPartition(partition)[4], 0, most - 1, flags: CommandFlags.DemandMaster)).Select(
            letter => (new ConversionId(partition, letter.Element!), DateTimeOffset.FromUnixTimeMilliseconds((long)letter.Score)))];

    /// <summary>Whether the ledger still has a conversion, and enough replicas have all that was written of it.</summary>
    public async Task<bool> IsReplicatedAsync(IDatabase redis, ConversionId id)
    {
        var keys = settings.Keys.Of(id);
        if (await redis.IdentifyEndpointAsync(keys[0], CommandFlags.DemandMaster) is not { } master)
        {
            return false;
        }

        // WAIT speaks of its own connection's last write: both go to one server, the second on the heels of the first. Had a failover come between them,
        // the replicas of another master would vouch for what that master never had.
        var server = redis.Multiplexer.GetServer(master);
        var confirming = LedgerScript.Confirm.RunAsync(server, keys, id.Hash);
        var waiting = server.ExecuteAsync("WAIT", settings.WaitReplicas, ReplicaPatienceMilliseconds);
        await Task.WhenAll(confirming, waiting);
        return Text(await confirming) == "known" && (int)await waiting >= settings.WaitReplicas;
    }

    /// <summary>Everything about a conversion; null when it is not known.</summary>
    public async Task<LedgerDetails?> DescribeAsync(IDatabase redis, ConversionId id)
    {
        var keys = settings.Keys.Of(id);
        var reading = redis.HashGetAllAsync(keys[0], CommandFlags.DemandMaster);
        var looking = redis.KeyExistsAsync(keys[1], CommandFlags.DemandMaster);
        var fields = (await reading).ToDictionary(field => (string)field.Name!, field => (string?)field.Value ?? "", StringComparer.Ordinal);
        var hasBody = await looking;
        return !fields.TryGetValue("state", out var state) ? null : new LedgerDetails(
            id, Lifecycle.Parse(state), Field("xid"), Field("caller"), Field("trace"), Field("error"), Count("answer_status"), Field("answer_text"), Count("attempts"), Count("resends"), Count("read_backs"),
            When("claimed_at") ?? default, When("last_attempt"), When("sent_at"), When("verified_at"), When("dead_at"), hasBody);

        string Field(string name) => fields.GetValueOrDefault(name, "");

        int Count(string name) => int.TryParse(Field(name), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;

        DateTimeOffset? When(string name) => Field(name) is { Length: > 0 } time
            ? DateTimeOffset.FromUnixTimeMilliseconds((long)double.Parse(time, CultureInfo.InvariantCulture))
            : null;
    }

    /// <summary>The stored request; null when the entry has none (any more).</summary>
    public async Task<StoredConversion?> ReadBodyAsync(IDatabase redis, ConversionId id) =>
        (byte[]?)await redis.StringGetAsync(settings.Keys.Of(id)[1], CommandFlags.DemandMaster) is { } body ? StoredConversion.Read(body) : null;

    /// <summary>How a claim ended, in the script's words.</summary>
    internal static ClaimOutcome ClaimOutcomeOf(RedisResult reply) => Text(reply) switch
    {
        "claimed" => ClaimOutcome.Claimed,
        "known" => ClaimOutcome.Known,
        _ => ClaimOutcome.Late,
    };

    /// <summary>How a change ended that only the holder of a lease may make, in the script's words.</summary>
    internal static FencedWrite FencedOf(RedisResult reply) => Text(reply) switch
    {
        "stale" => FencedWrite.StaleLease,
        "missing" => FencedWrite.NotFound,
        _ => FencedWrite.Applied,
    };

    // take.lua, review.lua and seek.lua begin alike.
    internal static LedgerJob Job(ConversionId id, LeaseToken token, RedisResult[] reply) => new(
        id, token, Time(reply[1]), ClaimedAt: Time(reply[9]), TriedSince: Time(reply[3]), Number(reply[2]), MaybeLanded: Text(reply[4]) == "1",
        Text(reply[5]), Text(reply[6]), Text(reply[7]), (byte[]?)reply[8] is { } body ? body : (ReadOnlyMemory<byte>?)null);

    private static IReadOnlyList<ConversionId> Ids(int partition, RedisResult list) =>
        [.. ((RedisValue[])list!).Select(hash => new ConversionId(partition, hash!))];

    /// <summary>
    /// A caller is about to be told that it will be delivered: from here on its holder may not give it away. False when the ledger does not have it any more,
    /// or it has been given away already.
    /// </summary>
    public Task<bool> AcknowledgeAsync(IDatabase redis, ConversionId id) => RunAsync(LedgerScript.Confirm, redis, id, static reply => Text(reply) == "known");


    private static RedisValue Milliseconds(TimeSpan time) => (long)Math.Ceiling(time.TotalMilliseconds);

    private static string Text(RedisResult value) => (string?)value ?? "";

    private static int Number(RedisResult value) => int.TryParse(Text(value), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;

    // A score comes back as a number with a decimal point, or with an exponent, as the server likes.
    private static DateTimeOffset Time(RedisResult value) =>
        DateTimeOffset.FromUnixTimeMilliseconds((long)double.Parse(Text(value), CultureInfo.InvariantCulture));

    // What only the holder of the lease may do.
    private Task<FencedWrite> FencedAsync(LedgerScript script, IDatabase redis, ConversionId id, params ReadOnlySpan<RedisValue> arguments) => RunAsync(
        script, redis, id, FencedOf, arguments);

    private Task<TResult> RunAsync<TResult>(
        LedgerScript script, IDatabase redis, ConversionId id, Func<RedisResult, TResult> read, params ReadOnlySpan<RedisValue> arguments) =>
        script.RunAsync(redis, settings.Keys.Of(id), [id.Hash, .. arguments], read);
}
