using System.Text.RegularExpressions;
using ProxyShim.Redis;
using ProxyShim.Redis.Health;
using StackExchange.Redis;

namespace ProxyShim.Ledger;

/// <summary>One atomic change of the ledger, as a Lua script.</summary>
internal sealed partial class LedgerScript
{
    private static readonly ScriptPrelude s_prelude = new(Load("common") + "\n" + Load("calls"));

    private readonly RedisScript _script;

    private readonly string _text;

    private LedgerScript(string name)
    {
        _text = s_prelude.Before(Load(name));
        _script = new RedisScript(_text);
    }

    public static LedgerScript Read { get; } = new("read");

    public static LedgerScript Claim { get; } = new("claim");

    public static LedgerScript Confirm { get; } = new("confirm");

    public static LedgerScript Sent { get; } = new("sent");

    public static LedgerScript SentByHolder { get; } = new("sent_by_holder");

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

    public static LedgerScript Rewait { get; } = new("rewait");

    public static LedgerScript Keep { get; } = new("keep");

    public static LedgerScript Play { get; } = new("play");

    public static LedgerScript Played { get; } = new("played");

    public static LedgerScript Letter { get; } = new("letter");

    public static LedgerScript Hold { get; } = new("hold");

    public static LedgerScript Seek { get; } = new("seek");

    public static LedgerScript Wait { get; } = new("wait");

    public static LedgerScript Found { get; } = new("found");

    public static LedgerScript Begin { get; } = new("begin");

    public static LedgerScript Handed { get; } = new("handed");

    public static LedgerScript Probe { get; } = new("probe");

    /// <summary>Runs it in a round trip of its own.</summary>
    /// <param name="stage">Null for what has no span.</param>
    /// <param name="arguments">Its arguments, the conversion's hash among them.</param>
    /// <param name="read">Reads the reply.</param>
    /// <param name="told">Is told of it as soon as it is there, even when that is too late for the budget: the change has been made.</param>
    /// <exception cref="RedisUnavailableException">Redis did not answer in time; the change may have been made nevertheless.</exception>
    public ValueTask<TResult> RunAsync<TResult>(
        RedisBudget budget, RedisOperation? stage, RedisKey[] keys, RedisValue[] arguments, Func<RedisResult, TResult> read, Action<TResult>? told = null)
    {
        var call = new ScriptCall<TResult>(_script, keys, arguments, read, told);
        return stage is null ? budget.RunAsync(Work<TResult>.Run, call) : budget.RunAsync(stage, Work<TResult>.Run, call);
    }

    /// <inheritdoc cref="RedisScript.RunAsync{TResult}"/>
    public Task<TResult> RunAsync<TResult>(IDatabase redis, RedisKey[] keys, RedisValue[] arguments, Func<RedisResult, TResult> read) =>
        _script.RunAsync(redis, keys, arguments, read);

    /// <inheritdoc cref="RedisScript.RunAsync(IServer, RedisKey[], RedisValue[])"/>
    public Task<RedisResult> RunAsync(IServer server, RedisKey[] keys, params RedisValue[] arguments) => _script.RunAsync(server, keys, arguments);

    /// <summary>The command that Redis's user may not use, of which its error reply tells the line only. Null when it is about something else.</summary>
    public string? RefusedCommand(string reply) =>
        RedisReplies.Read(reply)?.Reason == "noperm" && RedisReplies.LineOf(reply) is { } line && _text.Split('\n').ElementAtOrDefault(line - 1) is { } text
        && Call().Match(text) is { Success: true } call
            ? call.Groups[1].Value.ToLowerInvariant()
            : null;

    private readonly record struct ScriptCall<TResult>(
        RedisScript Script, RedisKey[] Keys, RedisValue[] Arguments, Func<RedisResult, TResult> Read, Action<TResult>? Told);

    // Made once for each kind of reply, and not at each call.
    private static class Work<TResult>
    {
        public static readonly Func<IDatabase, ScriptCall<TResult>, Task<TResult>> Run =
            static (database, call) => call.Script.RunAsync(database, call.Keys, call.Arguments, call.Read, call.Told);
    }

    [GeneratedRegex(@"redis\.call\('([A-Z]+)'")]
    private static partial Regex Call();

    private static string Load(string name) => RedisScript.Load($"ProxyShim.Ledger.Scripts.{name}.lua");
}
