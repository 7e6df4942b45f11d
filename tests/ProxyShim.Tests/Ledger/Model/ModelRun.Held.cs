using ProxyShim.Conversions;
using ProxyShim.CustomerApi;
using ProxyShim.Ledger;
using ProxyShim.Redis;
using ProxyShim.Telemetry;

namespace ProxyShim.Tests.Ledger.Model;

/// <summary>Customers whose click is not there yet: CreationFlow's and HeldRunner's protocol, step by step.</summary>
internal sealed partial class ModelRun
{
    private async Task HoldAsync(Step step, RedisBudget redis, Actor actor, Customer customer)
    {
        var token = LeaseToken.New();
        var notAfter = await _under.NowAsync() + TimeSpan.FromMinutes(step.Luck == 8 ? -1 : 1);
        ClaimOutcome? outcome = null;
        await TryAsync(async () => outcome = await _under.Held.HoldAsync(redis, customer.Id, token, notAfter, LedgerUnderTest.HeldCreation(customer.Key)));
        if (outcome == ClaimOutcome.Claimed)
        {
            (actor.Customer, actor.Holding) = (customer, token);
        }
        else if (outcome is null && step.Luck < 5)
        {
            // Redis was silent, and the Customer API gets the request.
            ForwardUnheard(step, customer);
            actor.Backlog.Enqueue((customer, IsSent: false, async budget => await Ledger.FallbackAsync(budget, customer.Id, token, 0, Reasons.RedisDown)));
        }
    }

    // Lost, or given away in the meantime: the caller comes again.
    private async Task AcknowledgeAsync(RedisBudget redis, Customer customer, LeaseToken? holder = null)
    {
        var confirmed = false;
        await TryAsync(async () => confirmed = await Ledger.AcknowledgeAsync(redis, customer.Id, holder));
        customer.Acknowledged |= confirmed;
    }

    private async Task TakeHeldAsync(RedisBudget redis, Actor actor, Customer customer)
    {
        var age = customer.Age;
        LedgerJob? job = null;
        await TryAsync(async () => (_, job) = await _under.Held.TakeAsync(redis, customer.Id, LeaseToken.New()));
        if (job is not null)
        {
            (actor.Customer, actor.Held, actor.Age) = (customer, job, age);
        }
    }

    private async Task LookAsync(Step step, RedisBudget redis, Actor actor, Customer customer)
    {
        var token = actor.Held!.Token;
        switch (step.Luck)
        {
            case < 3:
                var anew = LedgerUnderTest.Anew(customer.Key);
                await TryRunAsync(() => _under.Held.ClickFoundAsync(redis, customer.Id, token, anew.Body, anew.Xid));
                break;
            case < 5:
                await TryRunAsync(() => _under.Held.RescheduleAsync(redis, customer.Id, token, TimeSpan.FromMinutes(1), mayHaveLanded: false, ""));
                break;
            default:
                await TryAsync(async () => actor.Begun = await _under.Held.BeginHandOverAsync(redis, customer.Id, token, Reasons.NoClick) == FencedWrite.Applied);
                break;
        }

        if (!actor.Begun)
        {
            actor.Rest();
        }
    }

    private static void HandOver(Step step, Actor actor, Customer customer)
    {
        if (actor.Age != customer.Age)
        {
            // Its lease may have run out.
            actor.Rest();
            return;
        }

        (actor.Handed, var lands) = step.Luck switch
        {
            < 9 when customer.Exists => (AttemptResult.Ambiguous, false),
            < 3 => (AttemptResult.Sent, true),
            3 => (AttemptResult.Ambiguous, true),
            4 => (AttemptResult.Ambiguous, false),
            5 => (AttemptResult.Refused, false),
            _ => (AttemptResult.NotDelivered, false),
        };
        customer.HandOvers += actor.Handed is AttemptResult.Sent or AttemptResult.Ambiguous ? 1 : 0;
        customer.Exists |= lands;
        customer.HandedOver |= lands;
        customer.GivenAway |= lands || actor.Handed == AttemptResult.Ambiguous;
    }

    private Task<bool> SettleHandOverAsync(RedisBudget redis, Actor actor, Customer customer)
    {
        var (token, held) = (actor.Held!.Token, _under.Held);
        return TryRunAsync(() => actor.Handed switch
        {
            AttemptResult.Sent => held.HandedOverAsync(redis, customer.Id, token, Reasons.NoClick),
            AttemptResult.Refused => Ledger.BuryAsync(redis, customer.Id, token, 0, Reasons.Refused),
            AttemptResult.Ambiguous when !_under.ReadsBack => Ledger.BuryAsync(redis, customer.Id, token, 0, Reasons.MayHaveLanded),
            AttemptResult.Ambiguous => held.RescheduleAsync(redis, customer.Id, token, held.ReadBackAfter!.Value, mayHaveLanded: true, "timeout"),
            _ => held.RescheduleAsync(redis, customer.Id, token, TimeSpan.FromMinutes(1), mayHaveLanded: false, "status_503"),
        });
    }

    private async Task JudgeHandOverAsync(RedisBudget redis, Actor actor, Customer customer)
    {
        var (token, held) = (actor.Held!.Token, _under.Held);
        if (!_under.ReadsBack)
        {
            await TryRunAsync(() => Ledger.BuryAsync(redis, customer.Id, token, 0, Reasons.MayHaveLanded));
            return;
        }

        if (actor.Found == ReadBackResult.Absent && await TryRunAsync(() => held.RescheduleAsync(redis, customer.Id, token, TimeSpan.Zero, mayHaveLanded: false, "not_landed")))
        {
            customer.HandOverAbsences++;
        }
        else if (actor.Found == ReadBackResult.Found)
        {
            await TryRunAsync(() => held.HandedOverAsync(redis, customer.Id, token, Reasons.NoClick));
        }
        else if (actor.Found == ReadBackResult.Unknown)
        {
            await TryRunAsync(() => held.RescheduleAsync(redis, customer.Id, token, TimeSpan.FromMinutes(1), mayHaveLanded: true, "timeout"));
        }
    }
}
