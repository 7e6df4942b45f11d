using ProxyShim.Redis;
using ProxyShim.Telemetry;
using StackExchange.Redis;
using static ProxyShim.Redis.Sockets.ReplyAwaiting;

namespace ProxyShim.Ledger;

/// <summary>
/// Keeps an entry for each customer for ever, and each request until its conversion is proved. Every change is one script, and so atomic;
/// <see cref="Lifecycle"/> lists the allowed transitions.
/// </summary>
/// <remarks>
/// Every method throws <see cref="RedisUnavailableException"/> when Redis does not answer within the budget; the change may have been made nevertheless. Where it
/// changes the state, <c>onReply</c> is called even when the reply comes later: what is counted once must not be lost with it.
/// </remarks>
internal sealed partial class ConversionLedger(LedgerSettings settings)
{
    // A connected replica acknowledges within a round trip. WAIT blocks its connection until its timeout, so a missing replica must not make it long.
    private const int ReplicaTimeoutMilliseconds = 100;

    private static readonly RedisValue s_state = FieldNames.Of("state");

    private static readonly RedisValue s_subIds = FieldNames.Of("sub_ids");

    private readonly RedisValue _lease = (long)settings.Lease.TotalMilliseconds;
    private readonly RedisValue _bodyTtl = (long)settings.BodyTtl.TotalMilliseconds;

    // A claim's body lives as long as a body that was sent, so that its expiry need not be set again when it is sent.
    private readonly RedisValue _claimedBodyTtl = (long)(settings.BodyTtl + settings.Lease + (settings.ReadBackAfter ?? TimeSpan.Zero)).TotalMilliseconds;
    private readonly RedisValue _readBack = settings.ReadBackAfter is { } wait ? (long)wait.TotalMilliseconds : RedisValue.EmptyString;

    /// <summary>Whether what was sent can be read back.</summary>
    public bool ReadsBack => settings.ReadBackAfter is not null;

    /// <summary>How long a claim belongs to its holder.</summary>
    public TimeSpan Lease => settings.Lease;

    /// <summary>What is known of a customer.</summary>
    public ValueTask<LedgerReading> ReadAsync(RedisBudget budget, ConversionId id) =>
        budget.RunAsync(RedisOperation.LookUp, static (database, entry) => LedgerLookup.Start(database, entry).ReadAsync(), settings.Keys.EntryOf(id));

    /// <summary>The same as part of a pipeline.</summary>
    public LedgerLookup StartLookup(RedisPipeline pipeline, ConversionId id) => LedgerLookup.Start(pipeline.Database, settings.Keys.EntryOf(id));

    /// <summary>Whether a customer is known at all, as part of a pipeline: one command with a small reply, the cheapest question there is.</summary>
    public Reply<bool> Knows(RedisPipeline pipeline, ConversionId id) => pipeline.Database.HasFieldOnMaster(settings.Keys.EntryOf(id), s_state);

    /// <summary>What is known of a customer, and the stored request, null when there is none (any more): in one round trip.</summary>
    /// <exception cref="FormatException">A newer version has written what this one cannot read.</exception>
    public ValueTask<(LedgerEntry? Entry, StoredConversion? Stored)> ReadWithBodyAsync(RedisBudget budget, ConversionId id) => budget.RunAsync(
        RedisOperation.LookUp,
        static async (database, call) =>
        {
            var entry = LedgerLookup.Start(database, call.Keys.EntryOf(call.id)).ReadAsync();
            var stored = BodyAsync(database, call.Keys, call.id);
            return ((await entry).Entry, await stored);
        },
        (settings.Keys, id));

    /// <summary>What brought a customer; null for one who is not known, or was left to the Customer API.</summary>
    /// <exception cref="FormatException">A newer version has written a state that this one does not know.</exception>
    public ValueTask<Referral?> ReferralAsync(RedisBudget budget, ConversionId id) => budget.RunAsync(
        RedisOperation.LookUpAfterAnswer,
        static async (database, entry) => Referrals.Read(await database.GetFieldsFromMaster(entry, Referrals.Fields)).Referral,
        settings.Keys.EntryOf(id));

    /// <summary>Claims a customer that has no entry yet, unless it is later than <paramref name="notAfter"/> by Redis's clock.</summary>
    /// <param name="now">What Redis's clock says, as the look-up has just read it.</param>
    public ValueTask<ClaimOutcome> ClaimAsync(
        RedisBudget budget, ConversionId id, LeaseToken token, DateTimeOffset now, DateTimeOffset notAfter, NewConversion conversion)
    {
        // In one list the compiler would join them by way of a List that grows: 550 bytes more.
        ReadOnlySpan<RedisValue> always =
        [
            id.Hash, token.Value, notAfter.ToUnixTimeMilliseconds(), now.ToUnixTimeMilliseconds(), (now + settings.Lease).ToUnixTimeMilliseconds(), conversion.Body,
            _claimedBodyTtl, conversion.Xid, conversion.Fingerprint, conversion.TraceId, conversion.Caller, conversion.PartnerKey,
        ];
        ReadOnlySpan<RedisValue> subIds = conversion.SubIds is null ? [] : [s_subIds, conversion.SubIds];
        return LedgerScript.Claim.RunAsync(budget, RedisOperation.Claim, settings.Keys.OfClaim(id), [.. always, .. subIds], LedgerReply.Claim);
    }

    /// <summary>
    /// Before a caller is told that it will be delivered: from here on not even the lease holder may leave it to the Customer API. False when it has been left
    /// to it already, or the ledger no longer has it.
    /// </summary>
    /// <param name="holder">Of whoever has just had it held, and has not left it to the Customer API: from here on its click is looked for.</param>
    public ValueTask<bool> AcknowledgeAsync(RedisBudget budget, ConversionId id, LeaseToken? holder = null) =>
        RunAsync(LedgerScript.Acknowledge, budget, null, id, static reply => LedgerReply.Text(reply) == "known", null, holder?.Value ?? RedisValue.EmptyString);

    /// <summary>
    /// PartnerStack accepted it, reported by the holder of its claim where it can be read back: the same as <see cref="SentAsync"/>, as long as the entry is
    /// unchanged since the claim.
    /// </summary>
    /// <param name="at">When, by Redis's clock.</param>
    /// <returns><see cref="SentOutcome.Unknown"/> where the entry has changed: <see cref="SentAsync"/> then tells.</returns>
    public ValueTask<SentOutcome> SentByHolderAsync(
        RedisBudget budget, ConversionId id, LeaseToken token, int attempts, DateTimeOffset at, Action<SentOutcome> onReply) => LedgerScript.SentByHolder.RunAsync(
        budget, RedisOperation.SettleBesideAnswer, settings.Keys.OfSentByHolder(id),
        [id.Hash, token.Value, attempts, at.ToUnixTimeMilliseconds(), (at + settings.ReadBackAfter!.Value).ToUnixTimeMilliseconds()],
        static reply => LedgerReply.Text(reply) == "sent" ? SentOutcome.Sent : SentOutcome.Unknown, onReply);

    /// <summary>PartnerStack accepted it.</summary>
    public ValueTask<SentOutcome> SentAsync(RedisBudget budget, ConversionId id, LeaseToken token, int attempts, string xid, Action<SentOutcome>? onReply = null) => RunAsync(
        LedgerScript.Sent, budget, RedisOperation.Settle, id,
        static reply => LedgerReply.Text(reply) switch
        {
            "sent" => SentOutcome.Sent,
            "already" => SentOutcome.Already,
            _ => SentOutcome.Fallback,
        },
        onReply, token.Value, attempts, _readBack, _bodyTtl, xid);

    /// <summary>It was not sent, and is to be sent again after a wait.</summary>
    public ValueTask<FencedWrite> DueAsync(RedisBudget budget, ConversionId id, LeaseToken token, int attempts, TimeSpan wait, string error, bool maybeLanded) =>
        FencedAsync(LedgerScript.Due, budget, id, null, token.Value, attempts, LedgerReply.Milliseconds(wait), error, maybeLanded ? 1 : 0, _bodyTtl);

    /// <summary>It may have landed, and is to be read back before it is sent again.</summary>
    public ValueTask<FencedWrite> AmbiguousAsync(RedisBudget budget, ConversionId id, LeaseToken token, int attempts, string error) =>
        FencedAsync(LedgerScript.Ambiguous, budget, id, null, token.Value, attempts, _readBack, error);

    /// <summary>Given up.</summary>
    /// <param name="status">The last answer's status; null when none came.</param>
    /// <param name="answerText">Its text, as far as it may be kept: no personal data.</param>
    public ValueTask<FencedWrite> BuryAsync(
        RedisBudget budget, ConversionId id, LeaseToken token, int attempts, string reason, int? status = null, string? answerText = null, Action<FencedWrite>? onReply = null) =>
        FencedAsync(LedgerScript.Bury, budget, id, onReply, token.Value, attempts, reason, status ?? RedisValue.EmptyString, answerText ?? RedisValue.EmptyString);

    /// <summary>The Customer API gets this customer.</summary>
    public ValueTask<FencedWrite> FallbackAsync(RedisBudget budget, ConversionId id, LeaseToken token, int attempts, string reason) =>
        FencedAsync(LedgerScript.Fallback, budget, id, null, token.Value, attempts, reason);

    /// <summary>As if it had never been claimed.</summary>
    public ValueTask<FencedWrite> ReleaseAsync(RedisBudget budget, ConversionId id, LeaseToken token) =>
        FencedAsync(LedgerScript.Release, budget, id, null, token.Value);

    /// <summary>Takes a job that is due.</summary>
    public ValueTask<(TakeOutcome Outcome, LedgerJob? Job)> TakeAsync(RedisBudget budget, ConversionId id, LeaseToken token) => RunAsync(
        LedgerScript.Take, budget, null, id,
        reply =>
        {
            var fields = (RedisResult[])reply!;
            return LedgerReply.Text(fields[0]) switch
            {
                "taken" => (TakeOutcome.Taken, (LedgerJob?)LedgerReply.Job(id, token, fields)),
                "ambiguous" => (TakeOutcome.Ambiguous, null),
                "lost" => (TakeOutcome.BodyLost, null),
                _ => (TakeOutcome.Gone, null),
            };
        },
        null, token.Value, _lease, _readBack, _bodyTtl);

    /// <summary>Takes a conversion that is to be read back; null when another worker has taken it.</summary>
    public ValueTask<ReadBackJob?> TakeReadBackAsync(RedisBudget budget, ConversionId id, LeaseToken token) => RunAsync(
        LedgerScript.TakeReadBack, budget, null, id,
        reply =>
        {
            var fields = (RedisResult[])reply!;
            return LedgerReply.Text(fields[0]) != "taken" ? null : new ReadBackJob(
                LedgerReply.Job(id, token, fields), Lifecycle.Parse(LedgerReply.Text(fields[10])), LedgerReply.Number(fields[11]), LedgerReply.Number(fields[12]),
                LedgerReply.Time(fields[13]));
        },
        null, token.Value, _lease);

    /// <summary>A read-back has proved it.</summary>
    public ValueTask<VerifiedOutcome> VerifiedAsync(RedisBudget budget, ConversionId id, LeaseToken token, string reason, Action<VerifiedOutcome>? onReply = null) => RunAsync(
        LedgerScript.Verified, budget, RedisOperation.Settle, id,
        static reply => LedgerReply.Text(reply) switch
        {
            "verified" => VerifiedOutcome.Verified,
            "sent" => VerifiedOutcome.SentAndVerified,
            _ => VerifiedOutcome.Already,
        },
        onReply, token.Value, reason);

    /// <summary>A read-back has proved that nothing landed.</summary>
    public ValueTask<FencedWrite> ReadBackNotFoundAsync(RedisBudget budget, ConversionId id, LeaseToken token, Action<FencedWrite>? onReply = null) =>
        FencedAsync(LedgerScript.ReadBackNotFound, budget, id, onReply, token.Value);

    /// <summary>A read-back was inconclusive, and is to be repeated after a wait.</summary>
    public ValueTask<FencedWrite> RescheduleReadBackAsync(RedisBudget budget, ConversionId id, LeaseToken token, TimeSpan wait) =>
        FencedAsync(LedgerScript.RescheduleReadBack, budget, id, null, token.Value, LedgerReply.Milliseconds(wait), _bodyTtl);

    /// <summary>There is no key pair any more to prove it with.</summary>
    public ValueTask<FencedWrite> AbandonReadBackAsync(RedisBudget budget, ConversionId id, LeaseToken token) =>
        FencedAsync(LedgerScript.AbandonReadBack, budget, id, null, token.Value);

    /// <summary>Makes a dead letter due again, with a new body, and the click that stands in it, when one is given.</summary>
    public ValueTask<ReviveOutcome> ReviveAsync(RedisBudget budget, ConversionId id, NewBody? newBody = null, Action<ReviveOutcome>? onReply = null) => RunAsync(
        LedgerScript.Revive, budget, RedisOperation.Revive, id,
        static reply => LedgerReply.Text(reply) switch
        {
            "revived" => ReviveOutcome.Revived,
            "no_body" => ReviveOutcome.NoBody,
            _ => ReviveOutcome.NotDead,
        },
        onReply, newBody is not null ? newBody.Body : RedisValue.EmptyString, _bodyTtl, _readBack, newBody?.Xid ?? RedisValue.EmptyString,
        newBody?.PartnerKey ?? RedisValue.EmptyString, newBody?.SubIds ?? RedisValue.EmptyString);

    /// <summary>The customer was deleted: no job, no read-back, no personal data. The state it had, or null when it was not known then.</summary>
    /// <param name="ago">How long ago. A customer who has been claimed since is not meant.</param>
    public ValueTask<ConversionState?> EraseAsync(RedisBudget budget, ConversionId id, TimeSpan ago = default) => LedgerScript.Erase.RunAsync(
        budget, RedisOperation.Erase, settings.Keys.OfCalls(id), [id.Hash, "erased", 0, LedgerReply.Milliseconds(ago)],
        static reply => LedgerReply.Text(reply) is var former && former is "missing" or "newer" ? (ConversionState?)null : Lifecycle.Parse(former));

    /// <summary>A dead letter is given up for good. False when it was none.</summary>
    public ValueTask<bool> DiscardAsync(RedisBudget budget, ConversionId id, Action<bool>? onReply = null) => LedgerScript.Erase.RunAsync(
        budget, RedisOperation.Settle, settings.Keys.OfCalls(id), [id.Hash, "discarded", 1, 0],
        static reply => LedgerReply.Text(reply) is not ("missing" or "not_dead"), onReply);

    /// <summary>Whether the ledger still has a conversion, and enough replicas have all that was written of it.</summary>
    public ValueTask<bool> IsReplicatedAsync(RedisBudget budget, ConversionId id) => settings.WaitReplicas == 0
        ? new(true)
        : budget.RunOnDedicatedConnectionAsync(static (database, call) => call.ledger.IsReplicatedAsync(database, call.id), (ledger: this, id));

    internal async Task<bool> IsReplicatedAsync(IDatabase redis, ConversionId id)
    {
        var keys = settings.Keys.Of(id);
        if (await redis.FindMasterAsync(keys[0]) is not { } master)
        {
            return false;
        }

        // WAIT counts the replicas that have the last write of its own connection (https://redis.io/docs/latest/commands/wait/): both commands go to one server, one
        // right after the other. With a failover between them, replicas of the new master would acknowledge a write that it never had.
        var server = redis.Multiplexer.GetServer(master);
        var confirming = LedgerScript.Acknowledge.RunAsync(server, keys, id.Hash);
        var waiting = server.ExecuteAsync("WAIT", settings.WaitReplicas, ReplicaTimeoutMilliseconds);
        await Task.WhenAll(confirming, waiting);
        return LedgerReply.Text(await confirming) == "known" && (int)await waiting >= settings.WaitReplicas;
    }

    private static async Task<StoredConversion?> BodyAsync(IDatabase redis, LedgerKeys keys, ConversionId id) =>
        (byte[]?)await redis.GetFromMasterAsync(keys.BodyOf(id)) is { } body ? StoredConversion.Read(body) : null;

    // What only the holder of the lease may do.
    private ValueTask<FencedWrite> FencedAsync(
        LedgerScript script, RedisBudget budget, ConversionId id, Action<FencedWrite>? onReply, params ReadOnlySpan<RedisValue> arguments) =>
        RunAsync(script, budget, RedisOperation.Settle, id, LedgerReply.Fenced, onReply, arguments);

    private ValueTask<TResult> RunAsync<TResult>(
        LedgerScript script, RedisBudget budget, RedisOperation? operation, ConversionId id, Func<RedisResult, TResult> read, Action<TResult>? onReply,
        params ReadOnlySpan<RedisValue> arguments) =>
        script.RunAsync(budget, operation, settings.Keys.Of(id), [id.Hash, .. arguments], read, onReply);
}
