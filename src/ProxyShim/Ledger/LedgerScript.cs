using ProxyShim.Redis;
using StackExchange.Redis;

namespace ProxyShim.Ledger;

/// <summary>One atomic change of the ledger, as a Lua script.</summary>
internal sealed class LedgerScript
{
    private static readonly string s_prelude = Load("prelude");

    private readonly RedisScript _script;

    private LedgerScript(string name) => _script = new RedisScript(s_prelude + Load(name));

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

    /// <inheritdoc cref="RedisScript.RunAsync{TResult}"/>
    public Task<TResult> RunAsync<TResult>(IDatabase redis, RedisKey[] keys, RedisValue[] arguments, Func<RedisResult, TResult> read) =>
        _script.RunAsync(redis, keys, arguments, read);

    /// <inheritdoc cref="RedisScript.RunAsync(IServer, RedisKey[], RedisValue[])"/>
    public Task<RedisResult> RunAsync(IServer server, RedisKey[] keys, params RedisValue[] arguments) => _script.RunAsync(server, keys, arguments);

    private static string Load(string name) => RedisScript.Load($"ProxyShim.Ledger.Scripts.{name}.lua");
}
