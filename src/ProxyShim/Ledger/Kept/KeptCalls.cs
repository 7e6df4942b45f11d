using System.Globalization;
using ProxyShim.Redis;
using ProxyShim.Telemetry;
using StackExchange.Redis;

namespace ProxyShim.Ledger.Kept;

/// <summary>Calls about customers whom PartnerStack does not show yet, in the order in which they came. Every change is one script, and so one atomic change.</summary>
/// <remarks>Every method throws <see cref="RedisUnavailableException"/> when Redis does not answer; the change may have been made nevertheless.</remarks>
internal sealed class KeptCalls(LedgerSettings settings)
{
    /// <summary>Bytes that a customer's calls may take up together.</summary>
    public const int MaxBytes = 1024 * 1024;

    private static readonly RedisValue s_count = FieldNames.Of("count");

    /// <summary>How long a call that was taken belongs to its taker.</summary>
    public TimeSpan Lease => settings.Lease;

    /// <summary>Whether calls can be kept at all: without a key pair to read back with the shim does not learn when a customer is shown.</summary>
    public bool IsPossible => settings.ReadBackAfter is not null;

    /// <summary>The customer's state, null when the ledger does not know it, how many calls wait, and what brought the customer.</summary>
    /// <exception cref="FormatException">A newer version has written a state that this one does not know.</exception>
    public ValueTask<(ConversionState? State, int Waiting, Referral? Referral)> ReadStatusAsync(RedisBudget budget, ConversionId id) => budget.RunAsync(
        RedisOperation.LookUp,
        static async (database, call) =>
        {
            // The state first: calls that are played between the two reads have been played.
            var entry = database.GetFieldsFromMaster(call.Keys.EntryOf(call.id), Referrals.Fields);
            var waiting = database.GetFieldFromMasterAsync(call.Keys.CallsOf(call.id), s_count);
            var (state, referral) = Referrals.Read(await entry);
            return (state, (int?)await waiting ?? 0, referral);
        },
        (settings.Keys, id));

    /// <summary>The clock of the server that has a customer's calls.</summary>
    public async ValueTask<DateTimeOffset> ReadTimeAsync(RedisBudget budget, ConversionId id) => LedgerReply.Time(
        await LedgerScript.Read.RunAsync(budget, RedisOperation.LookUp, [settings.Keys.EntryOf(id)], [], static reply => ((RedisResult[])reply!)[0]));

    /// <summary>The calls that wait for a customer, in their order: for a read that has to show what they will write.</summary>
    public ValueTask<IReadOnlyList<KeptCall>> ReadAsync(RedisBudget budget, ConversionId id) => budget.RunAsync(
        RedisOperation.LookUp,
        static async (database, call) =>
        {
            var fields = await database.GetHashFromMasterAsync(call.Keys.CallsOf(call.id));
            return (IReadOnlyList<KeptCall>)[.. fields
                .Select(static field => (Name: (string)field.Name!, field.Value))
                .Where(static field => field.Name.StartsWith("c:", StringComparison.Ordinal))
                .OrderBy(static field => int.Parse(field.Name.AsSpan(2), NumberStyles.None, CultureInfo.InvariantCulture))
                .Select(static field => KeptCall.Read((byte[])field.Value!))];
        },
        (settings.Keys, id));

    /// <summary>Keeps a call behind those that wait, unless it is later than <paramref name="notAfter"/> by Redis's clock.</summary>
    /// <param name="nonce">By which it can be withdrawn.</param>
    /// <param name="max">Calls that may wait for this customer.</param>
    /// <param name="wasUnverified">The Customer API has just said 404, of a customer who was not verified when it was asked.</param>
    public ValueTask<KeepOutcome> KeepAsync(
        RedisBudget budget, ConversionId id, KeptCall call, CallNonce nonce, int max, bool wasUnverified, DateTimeOffset notAfter) => RunAsync(
        budget, RedisOperation.Keep, LedgerScript.KeepCall, id, [call.Write(nonce), max, MaxBytes, wasUnverified, notAfter.ToUnixTimeMilliseconds()],
        static reply => (string?)reply switch
        {
            "kept" => KeepOutcome.Kept,
            "too_many" => KeepOutcome.TooMany,
            "late" => KeepOutcome.Late,
            _ => KeepOutcome.NotNeeded,
        });

    /// <summary>Takes back a call that may have been kept: its caller was given another answer. What has begun to be played stays.</summary>
    /// <param name="notAfter">As when it was to be kept.</param>
    /// <returns>False where it is not there and may come yet: Redis has not carried the other command out, and would not refuse it.</returns>
    public ValueTask<bool> WithdrawAsync(RedisBudget budget, ConversionId id, CallNonce nonce, DateTimeOffset notAfter) => RunAsync(
        budget, RedisOperation.Keep, LedgerScript.WithdrawCall, id, [nonce.Value, notAfter.ToUnixTimeMilliseconds()],
        static reply => (string?)reply != "early");

    /// <summary>Takes a customer's first call, when it is its turn. Null when it is not, or another worker has taken it.</summary>
    public ValueTask<TakenCall?> TakeAsync(RedisBudget budget, ConversionId id, LeaseToken token) => RunAsync(
        budget, RedisOperation.Take, LedgerScript.TakeCall, id, [token.Value, (long)settings.Lease.TotalMilliseconds],
        reply =>
        {
            var fields = (RedisResult[])reply!;
            return (string?)fields[0] != "taken" ? null : new TakenCall(
                id, token, (int)fields[1], (byte[])fields[2]!, (string?)fields[3] == "1", (int)fields[4], Referrals.Read((RedisValue[])fields[6]!).Referral);
        });

    /// <summary>The Customer API accepted it: its body is deleted, and the next one is due.</summary>
    public ValueTask<bool> PlayedAsync(RedisBudget budget, TakenCall taken) => SettleAsync(budget, taken, "played", default, mayHaveLanded: false, "");

    /// <summary>It is to be played again after a wait.</summary>
    /// <param name="mayHaveLanded">Whether it may have landed; only for one that may be played twice.</param>
    public ValueTask<bool> RescheduleAsync(RedisBudget budget, TakenCall taken, TimeSpan wait, bool mayHaveLanded) =>
        SettleAsync(budget, taken, "again", wait, mayHaveLanded, "");

    /// <summary>Given up: a dead letter of its own. The next one is due.</summary>
    public ValueTask<bool> BuryAsync(RedisBudget budget, TakenCall taken, string reason, int? status) => SettleAsync(
        budget, taken, "dead", default, mayHaveLanded: false, status is { } code ? string.Create(CultureInfo.InvariantCulture, $"{reason} {code}") : reason);

    /// <summary>Dead calls, longest dead first.</summary>
    public async ValueTask<IReadOnlyList<DeadCall>> DeadAsync(RedisBudget budget, int maxPerPartition) => await budget.RunAsync(
        static async (database, call) =>
        {
            var partitions = await Task.WhenAll(Enumerable.Range(0, ConversionId.Partitions).Select(number => DeadAsync(database, call.Keys, number, call.maxPerPartition)));
            return (IReadOnlyList<DeadCall>)[.. partitions.SelectMany(static calls => calls).OrderBy(static dead => dead.DeadAt)];
        },
        (settings.Keys, maxPerPartition));

    /// <summary>A dead call; null when there is none.</summary>
    public ValueTask<DeadCall?> FindDeadAsync(RedisBudget budget, CallReference reference) => budget.RunAsync(
        RedisOperation.LookUp,
        static async (database, call) => await FindAsync(database, call.Keys, call.reference, default) is { } dead && dead.Reason.Length > 0 ? dead : null,
        (settings.Keys, reference));

    /// <summary>A dead call is played after all, behind those that wait. False when there is none.</summary>
    public ValueTask<bool> ReplayAsync(RedisBudget budget, CallReference reference) => ResolveAsync(budget, reference, "replay");

    /// <summary>A dead call is given up for good. False when there is none.</summary>
    public ValueTask<bool> DiscardAsync(RedisBudget budget, CallReference reference) => ResolveAsync(budget, reference, "discard");

    private ValueTask<bool> ResolveAsync(RedisBudget budget, CallReference reference, string decision) => RunAsync(
        budget, RedisOperation.Revive, LedgerScript.ResolveDeadCall, reference.Id, [reference.Number, decision], static reply => (string?)reply == "done");

    // False: the lease was no longer ours.
    private ValueTask<bool> SettleAsync(RedisBudget budget, TakenCall taken, string outcome, TimeSpan wait, bool mayHaveLanded, string reason) => RunAsync(
        budget, RedisOperation.Settle, LedgerScript.SettleCall, taken.Id,
        [taken.Token.Value, outcome, (long)Math.Ceiling(wait.TotalMilliseconds), mayHaveLanded ? 1 : 0, reason],
        static reply => (string?)reply != "stale");

    private static async Task<IEnumerable<DeadCall>> DeadAsync(IDatabase database, LedgerKeys keys, int partition, int max)
    {
        var letters = await database.GetFirstFromMasterAsync(keys.LettersOf(partition), max);
        return await Task.WhenAll(letters.Select(letter =>
        {
            var parts = ((string)letter.Element!).Split(':');
            var reference = new CallReference(new ConversionId(partition, parts[0]), int.Parse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture));
            return FindAsync(database, keys, reference, DateTimeOffset.FromUnixTimeMilliseconds((long)letter.Score));
        }));
    }

    private static async Task<DeadCall> FindAsync(IDatabase database, LedgerKeys keys, CallReference reference, DateTimeOffset deadAt)
    {
        RedisValue[] names = [$"d:{reference.Number}", $"r:{reference.Number}"];
        var fields = await database.GetFieldsFromMaster(keys.CallsOf(reference.Id), names);
        return new DeadCall(reference.Id, reference.Number, deadAt, Read(fields[0]), (string?)fields[1] ?? "");
    }

    private static KeptCall? Read(RedisValue call)
    {
        try
        {
            return call.IsNull ? null : KeptCall.Read((byte[])call!);
        }
        catch (FormatException)
        {
            return null;
        }
    }

    private ValueTask<TResult> RunAsync<TResult>(
        RedisBudget budget, RedisOperation operation, LedgerScript script, ConversionId id, RedisValue[] arguments, Func<RedisResult, TResult> read) =>
        script.RunAsync(budget, operation, settings.Keys.OfCalls(id), [id.Hash, .. arguments], read);
}
