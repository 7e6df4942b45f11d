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

    public static LedgerScript Acknowledge { get; } = new("acknowledge");

    public static LedgerScript Sent { get; } = new("sent");

    public static LedgerScript SentByHolder { get; } = new("sent_by_holder");

    public static LedgerScript Due { get; } = new("due");

    public static LedgerScript Ambiguous { get; } = new("ambiguous");

    public static LedgerScript Bury { get; } = new("bury");

    public static LedgerScript Fallback { get; } = new("fallback");

    public static LedgerScript Release { get; } = new("release");

    public static LedgerScript Take { get; } = new("take");

    public static LedgerScript TakeReadBack { get; } = new("take_read_back");

    public static LedgerScript Verified { get; } = new("verified");

    public static LedgerScript ReadBackNotFound { get; } = new("read_back_not_found");

    public static LedgerScript RescheduleReadBack { get; } = new("reschedule_read_back");

    public static LedgerScript AbandonReadBack { get; } = new("abandon_read_back");

    public static LedgerScript Revive { get; } = new("revive");

    public static LedgerScript Erase { get; } = new("erase");

    public static LedgerScript Survey { get; } = new("survey");

    public static LedgerScript ShortenWaits { get; } = new("shorten_waits");

    public static LedgerScript KeepCall { get; } = new("keep_call");

    public static LedgerScript WithdrawCall { get; } = new("withdraw_call");

    public static LedgerScript TakeCall { get; } = new("take_call");

    public static LedgerScript SettleCall { get; } = new("settle_call");

    public static LedgerScript ResolveDeadCall { get; } = new("resolve_dead_call");

    public static LedgerScript Hold { get; } = new("hold");

    public static LedgerScript TakeHeld { get; } = new("take_held");

    public static LedgerScript RescheduleHeld { get; } = new("reschedule_held");

    public static LedgerScript ClickFound { get; } = new("click_found");

    public static LedgerScript BeginHandOver { get; } = new("begin_hand_over");

    public static LedgerScript HandedOver { get; } = new("handed_over");

    public static LedgerScript Probe { get; } = new("probe");

    /// <summary>Runs it in a round trip of its own.</summary>
    /// <param name="operation">Null for what has no span.</param>
    /// <param name="arguments">Its arguments, the conversion's hash among them.</param>
    /// <param name="read">Reads the reply.</param>
    /// <param name="onReply">Is told of it as soon as it is there, even when that is too late for the budget: the change has been made.</param>
    /// <exception cref="RedisUnavailableException">Redis did not answer in time; the change may have been made nevertheless.</exception>
    public ValueTask<TResult> RunAsync<TResult>(
        RedisBudget budget, RedisOperation? operation, RedisKey[] keys, RedisValue[] arguments, Func<RedisResult, TResult> read, Action<TResult>? onReply = null)
    {
        var call = new ScriptCall<TResult>(_script, keys, arguments, read, onReply);
        return operation is null ? budget.RunAsync(Work<TResult>.Run, call) : budget.RunAsync(operation, Work<TResult>.Run, call);
    }

    /// <inheritdoc cref="RedisScript.RunAsync{TResult}"/>
    public Task<TResult> RunAsync<TResult>(IDatabase redis, RedisKey[] keys, RedisValue[] arguments, Func<RedisResult, TResult> read) =>
        _script.RunAsync(redis, keys, arguments, read).AsTask();

    /// <inheritdoc cref="RedisScript.RunAsync(IServer, RedisKey[], RedisValue[])"/>
    public Task<RedisResult> RunAsync(IServer server, RedisKey[] keys, params RedisValue[] arguments) => _script.RunAsync(server, keys, arguments);

    /// <summary>The command that Redis's user may not use, of which its error reply tells the line only. Null when it is about something else.</summary>
    public string? RefusedCommand(string reply) =>
        RedisReplies.Read(reply)?.Reason == "noperm" && RedisReplies.LineOf(reply) is { } line && _text.Split('\n').ElementAtOrDefault(line - 1) is { } text
        && Call().Match(text) is { Success: true } call
            ? call.Groups[1].Value.ToLowerInvariant()
            : null;

    private readonly record struct ScriptCall<TResult>(
        RedisScript Script, RedisKey[] Keys, RedisValue[] Arguments, Func<RedisResult, TResult> Read, Action<TResult>? OnReply);

    // Made once for each kind of reply, and not at each call.
    private static class Work<TResult>
    {
        public static readonly Func<IDatabase, ScriptCall<TResult>, ValueTask<TResult>> Run =
            static (database, call) => call.Script.RunAsync(database, call.Keys, call.Arguments, call.Read, call.OnReply);
    }

    [GeneratedRegex(@"redis\.call\('([A-Z]+)'")]
    private static partial Regex Call();

    private static string Load(string name) => RedisScript.Load($"ProxyShim.Ledger.Scripts.{name}.lua");
}
