using ProxyShim.Clicks;
using ProxyShim.CustomerApi;
using ProxyShim.Customers;
using ProxyShim.Primitives;
using ProxyShim.Redis;
using ProxyShim.Telemetry;

namespace ProxyShim.Creation;

/// <summary>Leaves a customer to the Customer API and learns, beside that, what would have become of it. It claims nothing and writes nothing.</summary>
internal sealed class Shadow(ConversionSettings settings, ClickJudge judge)
{
    /// <param name="clicks">The look-up, which is under way; it is understood once the caller has its answer.</param>
    public CreationAnswer Begin(CreationContext creation, ValueTask<ClickLookup> clicks)
    {
        creation.Record.AfterAnswer = () => JudgeAsync(creation, clicks);
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

    private async ValueTask JudgeAsync(CreationContext creation, ValueTask<ClickLookup> clicks)
    {
        try
        {
            Judge(creation, await clicks);
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
