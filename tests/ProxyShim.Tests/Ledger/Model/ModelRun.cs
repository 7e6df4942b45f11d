using ProxyShim.Conversions;
using ProxyShim.CustomerApi;
using ProxyShim.Ledger;
using ProxyShim.Primitives;
using ProxyShim.Redis;
using ProxyShim.Settlement;
using ProxyShim.Telemetry;
using ProxyShim.Tests.Telemetry;
using Xunit;

namespace ProxyShim.Tests.Ledger.Model;

/// <summary>
/// A few customers, some actors that follow the protocol of the shim step by step, and the two APIs as they really are. After each step it is held to
/// what DESIGN.md promises. The ledger, its scripts and the settler are the real ones.
/// </summary>
internal sealed partial class ModelRun
{
    public const int Customers = 3;
    public const int Actors = 4;

    private const int MaxResends = 2;
    private const int MostRoundsToTheEnd = 20;

    private readonly LedgerUnderTest _under;
    private readonly CapturedLog _log = new();
    private readonly ConversionEvents _events;
    private readonly Settler _settler;
    private readonly Customer[] _customers;
    private readonly Actor[] _actors = [.. Enumerable.Range(0, Actors).Select(_ => new Actor())];

    /// <param name="name">Names its customers, of whom no other world may know.</param>
    public ModelRun(LedgerUnderTest under, string name)
    {
        _under = under;
        _customers = [.. Enumerable.Range(0, Customers).Select(number => new Customer($"{name}-{number}"))];
        _events = _log.NewConversionEvents(new PrivacySettings(CustomerRefKind.Plain, null));
        var settings = new DeliverySettings([TimeSpan.FromMinutes(1)], TimeSpan.FromDays(3), Concurrency: 1);
        _settler = new Settler(_under.Ledger, settings, new Backoff(settings, () => 0.5), _events, TimeProvider.System);
    }

    private ConversionLedger Ledger => _under.Ledger;

    public async Task RunAsync(IEnumerable<Step> steps)
    {
        foreach (var step in steps)
        {
            var actor = _actors[step.Actor];
            var customer = actor.Customer ?? _customers[step.Customer];
            if (step.Act == Act.Report && actor.Backlog.TryPeek(out var entry))
            {
                customer = entry.Customer;
            }

            await DoAsync(step, actor, customer);
            await CheckAsync(customer, step.Act);
        }

        await FinishAsync();
    }

    private async Task DoAsync(Step step, Actor actor, Customer customer)
    {
        var redis = TestBudget.Over(LossyRedis.Over(_under.Scope.Connection, () => step.Loss));
        switch (step.Act)
        {
            case Act.Post when actor.IsIdle:
                await PostAsync(step, redis, actor, customer);
                break;
            case Act.Take when actor.IsIdle:
                await TakeAsync(redis, actor, customer);
                break;
            case Act.Seek when actor.IsIdle:
                await TakeHeldAsync(redis, actor, customer);
                break;
            case Act.Look when actor is { Held.MaybeLanded: false, Begun: false }:
                await LookAsync(step, redis, actor, customer);
                break;
            case Act.Send when actor is { Begun: true, Handed: null }:
                HandOver(step, actor, customer);
                break;
            case Act.Settle when actor.Holding is not null:
                await AcknowledgeAsync(redis, customer, actor.Holding);
                actor.Rest();
                break;
            case Act.Settle when actor.Handed is not null:
                await SettleHandOverAsync(redis, actor, customer);
                actor.Rest();
                break;
            case Act.Read when actor.Held is { MaybeLanded: true } && _under.ReadsBack:
                actor.Found = Read(step, customer);
                break;
            case Act.Judge when actor.Held is { MaybeLanded: true } && (actor.Found is not null || !_under.ReadsBack):
                await JudgeHandOverAsync(redis, actor, customer);
                actor.Rest();
                break;
            case Act.Send when actor is { Lease: not null, Outcome: null or { Answer.Meaning: AttemptResult.NotDelivered } }:
                Send(step, actor, customer);
                break;
            case Act.Settle when actor is { Outcome.Answer.Meaning: AttemptResult.Refused, Lease.Inline: true }:
                await RefuseAsync(step, redis, actor, customer);
                actor.Rest();
                break;
            case Act.Settle when actor.Outcome is not null:
                await SettleAsync(redis, actor, customer);
                actor.Rest();
                break;
            case Act.Report when actor.Backlog.TryPeek(out var entry) && await TryAsync(() => entry.Report(redis)):
                actor.Backlog.Dequeue();
                break;
            case Act.Review when actor.IsIdle && _under.ReadsBack:
                await TakeReadBackAsync(redis, actor, customer);
                break;
            case Act.Read when actor.Review is not null:
                actor.Found = Read(step, customer);
                break;
            case Act.Judge when actor.Found is not null:
                await JudgeAsync(step, redis, actor, customer);
                actor.Rest();
                break;
            case Act.Crash:
                actor.Crash();
                break;
            case Act.PassTime:
                customer.Age++;
                await _under.PassTimeAsync(customer.Id);
                break;
            case Act.Erase:
                // The Customer API deletes whom it knows, the ledger whom it knows; both refuse nothing.
                await Ledger.EraseAsync(_under.Budget, customer.Id);
                (customer.Exists, customer.GivenAway, customer.Unheard) = (false, true, false);
                break;
            case Act.Replay:
                // Without a key pair that is a person's word that it is not there.
                customer.HandOverAbsences += _under.ReadsBack ? 0 : 1;
                await TryRunAsync(() => Ledger.ReviveAsync(redis, customer.Id));
                break;
            case Act.Discard:
                customer.GivenAway |= await Ledger.DiscardAsync(_under.Budget, customer.Id);
                break;
        }
    }

    private async Task PostAsync(Step step, RedisBudget redis, Actor actor, Customer customer)
    {
        switch ((await Ledger.ReadAsync(_under.Budget, customer.Id)).Entry?.State)
        {
            case null when step.Luck % 3 == 2:
                await HoldAsync(step, redis, actor, customer);
                break;
            case null:
                await ClaimAsync(step, redis, actor, customer);
                break;
            case ConversionState.Fallback:
                Forward(step, customer);
                break;
            case ConversionState.Held when step.Luck < 3:
                // It brings the click itself; told or not, the rest is as for any other.
                await TryRunAsync(() => _under.Held.ClickSuppliedAsync(redis, customer.Id, LedgerUnderTest.Anew(customer.Key)));
                await AcknowledgeAsync(redis, customer);
                break;
            case ConversionState.Claimed or ConversionState.Held:
                // Whoever holds it has taken too long.
                await AcknowledgeAsync(redis, customer);
                break;
            case ConversionState.Dead:
                var revived = ReviveOutcome.NotDead;
                await TryAsync(async () => revived = await Ledger.ReviveAsync(redis, customer.Id, LedgerUnderTest.Anew(customer.Key)));
                Assert.NotEqual(ReviveOutcome.NoBody, revived);
                customer.Acknowledged |= revived == ReviveOutcome.Revived;
                break;
            default:
                customer.Acknowledged = true;
                break;
        }
    }

    private async Task ClaimAsync(Step step, RedisBudget redis, Actor actor, Customer customer)
    {
        var lease = LeaseOf(customer, LeaseToken.New(), inline: true, attempts: 0, maybeLanded: false);
        var isLate = step.Luck == 9;
        var now = await _under.NowAsync();
        var notAfter = now + TimeSpan.FromMinutes(isLate ? -1 : 1);
        lease = lease with { RedisTime = now };
        ClaimOutcome? outcome = null;
        await TryAsync(async () => outcome = await Ledger.ClaimAsync(redis, customer.Id, lease.Token, now, notAfter, LedgerUnderTest.NewConversion(customer.Key)));
        if (outcome == ClaimOutcome.Claimed)
        {
            Assert.False(isLate);
            (actor.Customer, actor.Lease, actor.Age) = (customer, lease, customer.Age);
        }
        else if (outcome is null && step.Luck < 5)
        {
            // Redis was silent, and the Customer API gets the request. (Otherwise the caller is told to come again.)
            ForwardUnheard(step, customer);
            actor.Backlog.Enqueue((customer, IsSent: false, async budget => await Ledger.FallbackAsync(budget, customer.Id, lease.Token, 0, Reasons.RedisDown)));
        }
    }

    private async Task TakeAsync(RedisBudget redis, Actor actor, Customer customer)
    {
        var age = customer.Age;
        LedgerJob? job = null;
        await TryAsync(async () => (_, job) = await Ledger.TakeAsync(redis, customer.Id, LeaseToken.New()));
        if (job is not null)
        {
            Assert.NotEmpty(job.Body!.Value.ToArray());
            (actor.Customer, actor.Lease, actor.Age) = (customer, LeaseOf(customer, job.Token, inline: false, job.Attempts, job.MaybeLanded), age);
        }
    }

    private static void Send(Step step, Actor actor, Customer customer)
    {
        var attempts = actor.Outcome?.Attempts ?? 0;
        if (actor.Age != customer.Age)
        {
            // ConversionSender lets nobody begin whose lease may have run out.
            actor.Outcome ??= Ended(AttemptResult.NotDelivered, status: null, attempts);
            return;
        }

        if (!actor.Lease!.Inline && attempts > 0)
        {
            return;
        }

        var (meaning, status, lands) = (step.Luck, customer.Landed) switch
        {
            ( < 3, false) => (AttemptResult.Sent, 200, true),
            ( < 3, true) => (AttemptResult.Sent, 200, false),
            (3, _) => (AttemptResult.Sent, 200, false),
            (4, _) => (AttemptResult.Ambiguous, (int?)null, !customer.Landed),
            (5, false) => (AttemptResult.Ambiguous, null, false),
            (5, true) => (AttemptResult.Ambiguous, 409, false),
            (6, false) => (AttemptResult.Refused, 400, false),
            (7, _) => (AttemptResult.Misconfigured, 401, false),
            _ => (AttemptResult.NotDelivered, 503, false),
        };
        customer.Landed |= lands;
        customer.Exists |= lands;
        customer.Arrivals += meaning is AttemptResult.Sent or AttemptResult.Ambiguous ? 1 : 0;
        actor.Outcome = Ended(meaning, status, attempts + 1);
    }

    private async Task SettleAsync(RedisBudget redis, Actor actor, Customer customer)
    {
        var (lease, outcome) = (actor.Lease!, actor.Outcome!);
        var isSent = outcome.Answer.Meaning == AttemptResult.Sent;
        var settlement = SettlementResult.Queued;
        if (!await TryAsync(async () => settlement = await _settler.SettleAsync(redis, lease, outcome)) && isSent)
        {
            actor.Backlog.Enqueue((customer, IsSent: true, async budget => await _settler.SentAsync(budget, lease, outcome.Attempts)));
        }

        // No memory is lost here; but a claim that was released has no entry either, and whoever took it over hears of that.
        customer.Acknowledged |= lease.Inline && (isSent || settlement != SettlementResult.Lost);
    }

    private async Task RefuseAsync(Step step, RedisBudget redis, Actor actor, Customer customer)
    {
        var (lease, attempts, fallsBack) = (actor.Lease!, actor.Outcome!.Attempts, step.Luck < 5);
        async Task<FencedWrite> ChangeAsync(RedisBudget budget) => await (fallsBack
            ? Ledger.FallbackAsync(budget, customer.Id, lease.Token, attempts, Reasons.Refused)
            : Ledger.ReleaseAsync(budget, customer.Id, lease.Token));
        FencedWrite? fenced = null;
        if (!await TryAsync(async () => fenced = await ChangeAsync(redis)))
        {
            actor.Backlog.Enqueue((customer, IsSent: false, ChangeAsync));
        }

        if (fenced == FencedWrite.StaleLease)
        {
            customer.Acknowledged = true;
        }
        else if (fallsBack)
        {
            Forward(step, customer);
        }
    }

    private async Task TakeReadBackAsync(RedisBudget redis, Actor actor, Customer customer)
    {
        ReadBackJob? review = null;
        await TryAsync(async () => review = await Ledger.TakeReadBackAsync(redis, customer.Id, LeaseToken.New()));
        if (review is not null)
        {
            (actor.Customer, actor.Review) = (customer, review);
        }
    }

    // VerificationRunner, step by step.
    private async Task JudgeAsync(Step step, RedisBudget redis, Actor actor, Customer customer)
    {
        var (review, token) = (actor.Review!, actor.Review!.Job.Token);
        switch (actor.Found)
        {
            case ReadBackResult.Found:
                var outcome = VerifiedOutcome.Already;
                customer.CountUncertain |= !await TryAsync(async () => outcome = await Ledger.VerifiedAsync(redis, customer.Id, token, ""));
                if (outcome == VerifiedOutcome.SentAndVerified)
                {
                    _events.Sent(LeaseOf(customer, token, inline: false, review.Job.Attempts, maybeLanded: true), attempts: 0);
                }

                break;
            case ReadBackResult.Absent when review.State == ConversionState.Sent && review.Resends >= MaxResends:
                await TryRunAsync(() => Ledger.BuryAsync(redis, customer.Id, token, 0, Reasons.Phantom));
                break;
            case ReadBackResult.Absent:
                await TryRunAsync(() => Ledger.ReadBackNotFoundAsync(redis, customer.Id, token));
                break;
            case ReadBackResult.Unknown when step.Luck < 3:
                await TryRunAsync(() => Ledger.BuryAsync(redis, customer.Id, token, 0, Reasons.Unverifiable));
                break;
            default:
                await TryRunAsync(() => Ledger.RescheduleReadBackAsync(redis, customer.Id, token, TimeSpan.FromMinutes(1)));
                break;
        }
    }

    private async Task CheckAsync(Customer customer, Act act)
    {
        // Index, body and expiry are held by every look.
        var state = (await _under.SeeAsync(customer.Id))?.State;
        if (customer.LastSeen is { } before)
        {
            if (state is { } after)
            {
                Assert.True(Lifecycle.Allows(before, after), $"{before} → {after}");
            }
            else
            {
                Assert.True(before == ConversionState.Claimed && act is Act.Settle or Act.Report, $"{before} has vanished.");
            }
        }

        if (state == ConversionState.Due && customer.LastSeen is ConversionState.Sent or ConversionState.Ambiguous)
        {
            Assert.Equal(Act.Judge, act);
            Assert.False(customer.Exists, "It is there, and goes back to be sent again.");
            customer.Absences++;
        }

        Assert.False(
            Lifecycle.IsSent(customer.LastSeen ?? ConversionState.Claimed) && state == ConversionState.Claimed, "Sent, and on its way again without a 404.");
        Assert.False(_under.ReadsBack && customer.Arrivals > 1 + customer.Absences, $"{customer.Arrivals} arrivals, {customer.Absences} absences.");
        Assert.False(
            _under.ReadsBack && customer.HandOvers > 1 + customer.HandOverAbsences, $"{customer.HandOvers} hand-overs, {customer.HandOverAbsences} absences.");
        Assert.False(_under.ReadsBack && customer.HandedOver && customer.Landed, "Handed over, and converted.");
        Assert.False(
            _under.ReadsBack && customer.Unheard && (customer.Landed || customer.HandOvers > 0), "The Customer API had it when Redis was silent, and got it again.");
        Assert.True(Count(customer) <= 1, "Counted twice.");
        Assert.True(!customer.Acknowledged || customer.GivenAway || state is not null, "Acknowledged, and gone.");
        Assert.True(
            state != ConversionState.Fallback || customer.GivenAway || !customer.Acknowledged, "Acknowledged, not sent, and not given to the Customer API.");
        customer.LastSeen = state;
    }

    // From here on nothing fails any more, and everybody is brought to an end.
    private async Task FinishAsync()
    {
        foreach (var actor in _actors)
        {
            if (actor.Customer is { } customer)
            {
                await DoAsync(new Step(Act.Settle, 0, 0, Luck: 0, Loss.None), actor, customer);
                await CheckAsync(customer, Act.Settle);
            }

            while (actor.Backlog.TryPeek(out var entry))
            {
                await DoAsync(new Step(Act.Report, 0, 0, Luck: 0, Loss.None), actor, entry.Customer);
                await CheckAsync(entry.Customer, Act.Report);
            }

            actor.Crash();
        }

        foreach (var customer in _customers)
        {
            await FinishAsync(customer);
        }
    }

    private async Task FinishAsync(Customer customer)
    {
        var actor = new Actor();
        for (var round = 0; customer.LastSeen is { } state && Lifecycle.IndexOf(state, _under.ReadsBack) is LedgerIndex.Due or LedgerIndex.Unverified or LedgerIndex.Held; round++)
        {
            Assert.True(round < MostRoundsToTheEnd, $"Stays {state}: nothing leads to delivery.");
            foreach (var act in new[] { Act.PassTime, Act.Take, Act.Seek, Act.Look, Act.Send, Act.Settle, Act.Review, Act.Read, Act.Judge })
            {
                // To some the click comes at last, and to others it never does.
                var choice = act == Act.Read || (act == Act.Look && customer == _customers[0]) ? 9 : 0;
                await DoAsync(new Step(act, 0, 0, choice, Loss.None), actor, customer);
                await CheckAsync(customer, act);
            }
        }

        var isSent = customer.LastSeen is { } end && Lifecycle.IsSent(end);
        Assert.True(!isSent || customer.Exists || customer.GivenAway || !_under.ReadsBack, "Proved, and not there.");
        Assert.True(!isSent || !customer.Landed || customer.CountUncertain || Count(customer) == 1, "Landed, and not counted.");
        Assert.True(
            !customer.Acknowledged || isSent || customer.GivenAway || customer.LastSeen == ConversionState.Dead, $"Acknowledged, and {customer.LastSeen} in the end.");
    }

    private int Count(Customer customer) => _log.Lines.Count(
        line => line.Contains("ConversionSent", StringComparison.Ordinal) && line.Contains($"\"{customer.Key}\"", StringComparison.Ordinal));

    // The Customer API may fail too: then the caller hears of it, and nobody has the customer.
    private static void Forward(Step step, Customer customer)
    {
        if (step.Luck % 2 == 0)
        {
            (customer.Exists, customer.GivenAway) = (true, true);
        }
    }

    // Where only the reply was lost the ledger has the customer as well.
    private static void ForwardUnheard(Step step, Customer customer)
    {
        Forward(step, customer);
        customer.Unheard = customer.Exists && step.Loss == Loss.Reply;
    }

    private static ReadBackResult Read(Step step, Customer customer) =>
        step.Luck < 2 ? ReadBackResult.Unknown : customer.Exists ? ReadBackResult.Found : ReadBackResult.Absent;

    private static ConversionOutcome Ended(AttemptResult meaning, int? status, int attempts) =>
        new(new ConversionAnswer(meaning, status, Error: status is null ? "timeout" : null), attempts, TimeSpan.Zero);

    private static Lease LeaseOf(Customer customer, LeaseToken token, bool inline, int attempts, bool maybeLanded) => new(
        customer.Id, token, customer.Key, "xid_1", "partner", "default", LedgerUnderTest.TraceId, Moment.Now(TimeProvider.System), inline, attempts,
        maybeLanded);

    /// <summary>False when the network lost the command or its reply.</summary>
    private static async Task<bool> TryAsync(Func<Task> command)
    {
        try
        {
            await command();
            return true;
        }
        catch (RedisUnavailableException lost) when (lost.InnerException is TimeoutException)
        {
            return false;
        }
    }

    private static Task<bool> TryRunAsync<T>(Func<ValueTask<T>> command) => TryAsync(() => command().AsTask());
}
