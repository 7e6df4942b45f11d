using CsCheck;
using ProxyShim.Settlement;
using Xunit;

namespace ProxyShim.Tests.Settlement;

public class BackoffTests
{
    private static readonly Gen<TimeSpan> s_wait = Gen.Int[10, 86_400_000].Select(milliseconds => TimeSpan.FromMilliseconds(milliseconds));
    private static readonly Gen<TimeSpan[]> s_schedule = s_wait.Array[1, 10];

    // What a double loses.
    private static readonly TimeSpan s_tick = TimeSpan.FromTicks(1);

    // 0 (inclusive) to 1 (exclusive).
    private static readonly Gen<double> s_draw = Gen.Double[0, 0.999999];

    [Fact]
    public void A_wait_is_its_step_of_the_schedule_give_or_take_a_fifth_and_the_last_step_repeats() =>
        Gen.Select(s_schedule, Gen.Int[0, 100], s_draw).Sample((schedule, attempts, draw) =>
        {
            var wait = Of(schedule, draw).After(attempts, retryAfter: null);

            var step = schedule[Math.Min(Math.Max(attempts, 1), schedule.Length) - 1];
            return wait >= step * 0.8 - s_tick && wait <= step * 1.2 + s_tick;
        });

    [Fact]
    public void Retry_After_is_never_shortened_up_to_an_hour_and_no_reason_to_come_sooner() =>
        Gen.Select(s_schedule, Gen.Int[0, 100], s_draw, s_wait).Sample((schedule, attempts, draw, retryAfter) =>
        {
            var wait = Of(schedule, draw).After(attempts, retryAfter);

            var asked = TimeSpan.FromTicks(Math.Min(retryAfter.Ticks, TimeSpan.TicksPerHour));
            return wait >= asked && wait >= Of(schedule, draw).After(attempts, retryAfter: null)
                && wait <= TimeSpan.FromTicks(Math.Max((asked * 1.2).Ticks, (schedule.Max() * 1.2).Ticks)) + s_tick;
        });

    [Fact]
    public void What_failed_together_does_not_come_back_together()
    {
        TimeSpan[] schedule = [TimeSpan.FromSeconds(30)];

        Assert.NotEqual(Of(schedule, 0.1).After(1, null), Of(schedule, 0.9).After(1, null));
        Assert.NotEqual(Of(schedule, 0.1).After(1, TimeSpan.FromMinutes(5)), Of(schedule, 0.9).After(1, TimeSpan.FromMinutes(5)));
    }

    private static Backoff Of(TimeSpan[] schedule, double draw) => new(new DeliverySettings(schedule, TimeSpan.FromDays(3), 1), () => draw);
}
