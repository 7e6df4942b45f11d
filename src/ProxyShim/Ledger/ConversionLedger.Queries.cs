using System.Globalization;
using ProxyShim.Redis;
using StackExchange.Redis;

namespace ProxyShim.Ledger;

/// <content>Queries over the whole ledger, for the background worker and the operators.</content>
internal sealed partial class ConversionLedger
{
    /// <summary>What every partition has to do, at most <paramref name="max"/> of each kind, in one round trip.</summary>
    /// <param name="latestOf">By partition: the latest that it can be by the asker's clock; what waits for later is not ready yet, whatever Redis's clock says. Null: not known.</param>
    /// <returns>Those that answered: in a cluster, one whose master is down or whose slot moves keeps none of the others waiting.</returns>
    public ValueTask<PartitionSurvey[]> SurveyAsync(RedisBudget budget, int max, Func<int, DateTimeOffset?> latestOf) => budget.RunAsync(
        static async (database, call) =>
        {
            var looks = Enumerable.Range(0, ConversionId.Partitions)
                .Select(partition => call.Ledger.SurveyAsync(database, partition, call.max, call.latestOf(partition))).ToArray();
            var all = Task.WhenAll(looks);
            await ((Task)all).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            var answers = looks.Where(look => look.IsCompletedSuccessfully).Select(look => look.Result).ToArray();
            return answers.Length > 0 && all.Exception?.InnerExceptions.All(RedisGate.IsUnavailable) != false ? answers : await all;
        },
        (Ledger: this, max, latestOf));

    /// <summary>
    /// Redis's clock was set back: what waits longer than it was to wait comes sooner, of all that waits for a later time than <paramref name="after"/>, or of the first of it.
    /// </summary>
    /// <returns>Where to go on: after that time nothing has been looked at yet. Null: all of it has been.</returns>
    public ValueTask<DateTimeOffset?> ShortenWaitsAsync(RedisBudget budget, int partition, DateTimeOffset after) => budget.RunAsync(
        static async (database, call) => await call.Ledger.ShortenWaitsAsync(database, call.partition, call.after), (Ledger: this, partition, after));

    /// <summary>The dead letters of all partitions, longest dead first, in one round trip.</summary>
    public async ValueTask<IReadOnlyList<ConversionId>> DeadAsync(RedisBudget budget, int maxPerPartition)
    {
        var partitions = await budget.RunAsync(
            static async (database, call) =>
                await Task.WhenAll(Enumerable.Range(0, ConversionId.Partitions).Select(partition => DeadAsync(database, call.Keys, partition, call.maxPerPartition))),
            (settings.Keys, maxPerPartition));
        return [.. partitions.SelectMany(static letters => letters).OrderBy(static letter => letter.DeadAt).Select(static letter => letter.Id)];
    }

    /// <summary>Everything about several conversions, in one round trip; null for one that is not known.</summary>
    public ValueTask<LedgerDetails?[]> DescribeAsync(RedisBudget budget, IEnumerable<ConversionId> ids) =>
        budget.RunAsync(static async (database, call) => await Task.WhenAll(call.ids.Select(id => DescribeAsync(database, call.Keys, id))), (settings.Keys, ids));

    /// <summary>Everything about a conversion, and the stored request: null when it has none (any more), and when a newer version wrote it.</summary>
    public ValueTask<(LedgerDetails? Details, StoredConversion? Stored)> DescribeWithBodyAsync(RedisBudget budget, ConversionId id) => budget.RunAsync(
        static async (database, call) =>
        {
            var reading = BodyAsync(database, call.Keys, call.id);
            var details = await DescribeAsync(database, call.Keys, call.id);
            try
            {
                return (details, await reading);
            }
            catch (FormatException)
            {
                // A newer version wrote the body: the details are readable all the same.
                return (details, null);
            }
        },
        (settings.Keys, id));

    internal Task<PartitionSurvey> SurveyAsync(IDatabase redis, int partition, int max, DateTimeOffset? latest = null) => LedgerScript.Survey.RunAsync(
        redis, settings.Keys.OfPartition(partition),
        [RedisValue.EmptyString, max, (latest ?? DateTimeOffset.MaxValue).ToUnixTimeMilliseconds(), LedgerReply.Milliseconds(settings.LongestWait)],
        reply =>
        {
            var fields = (RedisResult[])reply!;
            return new PartitionSurvey(
                partition, LedgerReply.Time(fields[0]), LedgerReply.Ids(partition, fields[1]), LedgerReply.Ids(partition, fields[2]), (long)fields[3], (long)fields[4],
                (long)fields[5], fields[6].IsNull ? null : LedgerReply.Time(fields[6]), LedgerReply.Ids(partition, fields[7]), (long)fields[8], (long)fields[9],
                fields[10].IsNull ? null : LedgerReply.Time(fields[10]), LedgerReply.Ids(partition, fields[11]), (long)fields[12]);
        });

    private async Task<DateTimeOffset?> ShortenWaitsAsync(IDatabase redis, int partition, DateTimeOffset after)
    {
        const int PageSize = 256;
        var pages = await Task.WhenAll(settings.Keys.SchedulesOf(partition).Select(index => redis.GetAboveFromMasterAsync(index, after.ToUnixTimeMilliseconds(), PageSize)));
        await Task.WhenAll(pages.SelectMany(page => page).Select(entry => new ConversionId(partition, entry.Element!)).Distinct().Select(id => LedgerScript.ShortenWaits.RunAsync(
            redis, settings.Keys.OfCalls(id), [id.Hash, LedgerReply.Milliseconds(settings.LongestWait)], static _ => true)));
        double[] ends = [.. pages.Where(page => page.Length == PageSize).Select(page => page[^1].Score)];
        return ends is [] ? null : DateTimeOffset.FromUnixTimeMilliseconds((long)ends.Min());
    }

    private static async Task<IEnumerable<(ConversionId Id, DateTimeOffset DeadAt)>> DeadAsync(IDatabase redis, LedgerKeys keys, int partition, int max) =>
        (await redis.GetFirstFromMasterAsync(keys.DeadOf(partition), max)).Select(
            letter => (new ConversionId(partition, letter.Element!), DateTimeOffset.FromUnixTimeMilliseconds((long)letter.Score)));

    private static async Task<LedgerDetails?> DescribeAsync(IDatabase redis, LedgerKeys keys, ConversionId id)
    {
        var reading = redis.GetHashFromMasterAsync(keys.EntryOf(id));
        var looking = redis.ExistsOnMasterAsync(keys.BodyOf(id));
        var fields = (await reading).ToDictionary(field => (string)field.Name!, field => (string?)field.Value ?? "", StringComparer.Ordinal);
        var hasBody = await looking;
        return !fields.TryGetValue("state", out var state) ? null : new LedgerDetails(
            id, Lifecycle.Parse(state), Field("xid"), Field("caller"), Field("trace"), Field("error"), Count("answer_status"), Field("answer_text"), Count("attempts"),
            Count("resends"), Count("read_backs"), When("claimed_at") ?? default, When("last_attempt"), When("sent_at"), When("verified_at"), When("dead_at"), hasBody);

        string Field(string name) => fields.GetValueOrDefault(name, "");

        int Count(string name) => int.TryParse(Field(name), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;

        DateTimeOffset? When(string name) => Field(name) is { Length: > 0 } time
            ? DateTimeOffset.FromUnixTimeMilliseconds((long)double.Parse(time, CultureInfo.InvariantCulture))
            : null;
    }
}
