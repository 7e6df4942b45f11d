using System.Runtime.CompilerServices;
using ProxyShim.Clicks;
using ProxyShim.CustomerApi;
using ProxyShim.Customers;
using ProxyShim.Ledger;
using ProxyShim.Primitives;
using ProxyShim.Redis;
using ProxyShim.Rollout;
using ProxyShim.Settlement;
using ProxyShim.Telemetry;

namespace ProxyShim.Creation;

/// <summary>Leaves a customer to the Customer API and, in the shadow, learns beside that what would have become of it. It claims nothing and writes nothing.</summary>
internal sealed class Shadow(ConversionSettings settings, ClickJudge judge, ClickStore clicks, ConversionLedger ledger, SettlementBacklog backlog)
{
    /// <summary>
    /// Where no customer is converted only the ledger can keep a call from the Customer API: whether it knows the customer is all that is waited for. The click's replies come with
    /// that answer, and are read when the caller has its own.
    /// </summary>
    /// <returns>Null where the ledger has the customer already.</returns>
    /// <exception cref="RedisUnavailableException">Redis did not answer in time.</exception>
    [AsyncMethodBuilder(typeof(PooledAsync<>))]
    public async ValueTask<CreationAnswer?> TryForwardAsync(CreationContext creation, CancellationToken aborted)
    {
        var (knows, replies) = await creation.Budget.RunTogetherAsync(
            RedisOperation.LookUp,
            static async (pipeline, call) =>
            {
                var knows = call.Ledger.Knows(pipeline, call.Id);
                var replies = call.IsShadow ? call.Clicks.StartLookups(pipeline, call.Request) : [];
                return (await knows, replies);
            },
            (Ledger: ledger, Clicks: clicks, creation.Id, creation.Request, IsShadow: creation.Mode == RolloutMode.Shadow));

        aborted.ThrowIfCancellationRequested();
        creation.Known = knows || backlog.HasSent(creation.Id);
        if (creation.Known)
        {
            return null;
        }

        if (creation.Mode == RolloutMode.Off)
        {
            return creation.Forward(Outcome.Passthrough, Reasons.Off);
        }

        creation.Record.AfterAnswer = () => JudgeAsync(creation, replies);
        return Forward(creation);
    }

    /// <summary>Redis could not be asked.</summary>
    public CreationAnswer RedisDown(CreationContext creation)
    {
        NoteRedisDown(creation.Record);
        return Forward(creation);
    }

    private static CreationAnswer.Forward Forward(CreationContext creation)
    {
        creation.Record.Outcome = Outcome.Shadowed;
        return CreationAnswer.Forward.Instance;
    }

    private async ValueTask JudgeAsync(CreationContext creation, Task?[] replies)
    {
        try
        {
            Judge(creation, await ClickStore.ParseAsync(creation.Request, replies));
        }
        catch (Exception exception) when (RedisGate.IsUnavailable(exception))
        {
            NoteRedisDown(creation.Record);
        }
    }

    private void Judge(CreationContext creation, ClickLookup lookup)
    {
        var verdict = judge.Judge(creation, lookup);
        creation.Record.WouldBe = verdict.Outcome;
        creation.Record.Reason = verdict.Reason;
        creation.Record.BodyBytes = verdict.Click is { } click
            ? JsonText.WriteShared((creation.Request, click), static (json, from) => ConversionBody.Compose(json, from.Request, from.click)).Length
            : null;
    }

    private void NoteRedisDown(RequestRecord record)
    {
        record.WouldBe = settings.OnRedisDown == OnRedisDown.Fallback ? Outcome.Fallback : Outcome.Unavailable;
        record.Reason = Reasons.RedisDown;
    }
}
