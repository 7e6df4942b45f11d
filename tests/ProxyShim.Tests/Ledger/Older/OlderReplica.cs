using ProxyShim.Ledger;
using ProxyShim.Redis;
using ProxyShim.Testing;
using StackExchange.Redis;

namespace ProxyShim.Tests.Ledger.Older;

/// <summary>A replica of 2026-11-29 that is still there while this version comes: its scripts, called and read as it does.</summary>
internal sealed class OlderReplica(LedgerUnderTest under)
{
    private static readonly string s_folder = Path.Combine(Repository.Root, "tests", "ProxyShim.Tests", "Ledger", "Older");

    private static RedisValue Lease => (long)LedgerUnderTest.Lease.TotalMilliseconds;

    private static RedisValue BodyTtl => (long)LedgerUnderTest.BodyTtl.TotalMilliseconds;

    private RedisValue Grace => under.ReadsBack ? (long)LedgerUnderTest.Grace.TotalMilliseconds : RedisValue.EmptyString;

    public async Task<string> ClaimAsync(ConversionId id, LeaseToken token, string customerKey)
    {
        var conversion = LedgerUnderTest.NewConversion(customerKey);
        return (string)(await RunAsync(
            "claim", id, token.Value, DateTimeOffset.MaxValue.ToUnixTimeMilliseconds(), Lease, conversion.Body, BodyTtl, conversion.Xid, conversion.Fingerprint,
            conversion.TraceId, conversion.Caller, conversion.PartnerKey, conversion.SubIds))!;
    }

    public async Task<string> SentAsync(ConversionId id, LeaseToken token) => (string)(await RunAsync("sent", id, token.Value, 1, Grace, BodyTtl, "xid_1"))!;

    /// <returns>What it said, and the job where it took one.</returns>
    public async Task<(string Said, LedgerJob? Job)> TakeAsync(ConversionId id, LeaseToken token) => Read(id, token, await RunAsync("take", id, token.Value, Lease, Grace));

    /// <inheritdoc cref="TakeAsync"/>
    public async Task<(string Said, LedgerJob? Job, DateTimeOffset? LastAttempt)> ReviewAsync(ConversionId id, LeaseToken token)
    {
        var fields = await RunAsync("review", id, token.Value, Lease);
        var (said, job) = Read(id, token, fields);
        return (said, job, job is null ? null : LedgerReply.Time(((RedisResult[])fields!)[13]));
    }

    private static (string Said, LedgerJob? Job) Read(ConversionId id, LeaseToken token, RedisResult reply)
    {
        var fields = (RedisResult[])reply!;
        var said = LedgerReply.Text(fields[0]);
        return (said, said == "taken" ? LedgerReply.Job(id, token, fields) : null);
    }

    private Task<RedisResult> RunAsync(string script, ConversionId id, params RedisValue[] arguments) =>
        new RedisScript(Text("prelude") + Text(script)).RunAsync(under.Redis, under.Keys.Of(id), [id.Hash, .. arguments], static reply => reply).AsTask();

    private static string Text(string script) => File.ReadAllText(Path.Combine(s_folder, $"{script}.lua"));
}
