using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using ProxyShim.Redis.Sockets;
using StackExchange.Redis;

namespace ProxyShim.Ledger;

/// <summary>One atomic change of the ledger, as a Lua script.</summary>
/// <remarks>Called by its hash from the start: by its text, StackExchange.Redis hashes some two thousand characters at every call to find out the same.</remarks>
internal sealed class LedgerScript
{
    private static readonly string s_prelude = Load("prelude");

    private readonly string _text;
    private readonly byte[] _hash;

    private LedgerScript(string name)
    {
        _text = s_prelude + Load(name);
        _hash = Hash(_text);
    }

    public static LedgerScript Read { get; } = new("read");

    public static LedgerScript Claim { get; } = new("claim");

    public static LedgerScript Confirm { get; } = new("confirm");

    public static LedgerScript Sent { get; } = new("sent");

    public static LedgerScript Due { get; } = new("due");

    public static LedgerScript Ambiguous { get; } = new("ambiguous");

    public static LedgerScript Bury { get; } = new("bury");

    public static LedgerScript Fallback { get; } = new("fallback");

    public static LedgerScript Release { get; } = new("release");

    public static LedgerScript Take { get; } = new("take");

    public static LedgerScript Review { get; } = new("review");

    public static LedgerScript Verified { get; } = new("verified");

    public static LedgerScript Absent { get; } = new("absent");

    public static LedgerScript Again { get; } = new("again");

    public static LedgerScript Unprovable { get; } = new("unprovable");

    public static LedgerScript Revive { get; } = new("revive");

    public static LedgerScript Erase { get; } = new("erase");

    public static LedgerScript Survey { get; } = new("survey");

    /// <summary>Runs it, by its hash; where Redis does not know it (a new server, <c>SCRIPT FLUSH</c>), StackExchange.Redis loads it first.</summary>
    /// <remarks>A replica that lags would deny what is known, and StackExchange.Redis asks one when the master does not answer: hence the master only.</remarks>
    /// <param name="read">Reads the reply.</param>
    public async Task<TResult> RunAsync<TResult>(IDatabase redis, RedisKey[] keys, RedisValue[] arguments, Func<RedisResult, TResult> read)
    {
        RedisResult reply;
        try
        {
            reply = await redis.ScriptEvaluateAsync(_hash, keys, arguments, CommandFlags.DemandMaster).InTurn();
        }
        catch (RedisServerException unknown) when (unknown.Message.StartsWith("NOSCRIPT", StringComparison.Ordinal))
        {
            // It was not run, so running it now is not running it twice.
            reply = await redis.ScriptEvaluateAsync(_text, keys, arguments, CommandFlags.DemandMaster).InTurn();
        }

        return read(reply);
    }

    /// <summary>Runs it on one server and no other, without its cache of scripts: for what is rare.</summary>
    public Task<RedisResult> RunAsync(IServer server, RedisKey[] keys, params RedisValue[] arguments) =>
        server.ExecuteAsync("EVAL", [_text, keys.Length, .. keys, .. arguments], CommandFlags.DemandMaster | CommandFlags.NoRedirect);

    // Redis's own name for a script, not a safeguard.
    [SuppressMessage("Security", "CA5350", Justification = "EVALSHA knows scripts by SHA-1.")]
    private static byte[] Hash(string text) => SHA1.HashData(Encoding.UTF8.GetBytes(text));

    private static string Load(string name)
    {
        using var stream = typeof(LedgerScript).Assembly.GetManifestResourceStream($"ProxyShim.Ledger.Scripts.{name}.lua")!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
