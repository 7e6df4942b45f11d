using ProxyShim.Settings;

namespace ProxyShim.Settlement;

/// <param name="Schedule">Waits between attempts; the last one repeats. Each gets jitter.</param>
/// <param name="MaxAge">How old a conversion may grow, from its claim, before it is given up.</param>
/// <param name="Concurrency">How many jobs one replica sends at once.</param>
internal sealed record DeliverySettings(IReadOnlyList<TimeSpan> Schedule, TimeSpan MaxAge, int Concurrency)
{
    private static readonly TimeSpan s_leastWait = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan s_mostWait = TimeSpan.FromDays(1);

    // 30 s doubling to 1 h: quick after a hiccup, and some 80 attempts in the three days that an outage may last.
    private static readonly IReadOnlyList<TimeSpan> s_defaultSchedule =
        [.. new[] { 30, 60, 120, 240, 480, 960, 1920, 3600 }.Select(seconds => TimeSpan.FromSeconds(seconds))];

    public static DeliverySettings Read(SettingsReader reader) => new(
        reader.List("Delivery:Schedule", s_defaultSchedule, key => reader.Duration(
            key, s_defaultSchedule[0], s_leastWait, s_mostWait,
            "Waits between attempts at a conversion that is queued; the last one repeats, and each gets ±20 % of jitter. Without any: 30 s, doubling to 1 h. One entry replaces them all.")),
        reader.Duration(
            "Delivery:MaxAge", TimeSpan.FromDays(3), TimeSpan.FromSeconds(1), TimeSpan.FromDays(90),
            "How old a conversion may grow, counted from its claim, before it is given up and becomes a dead letter."),
        reader.Number("Delivery:Concurrency", 8, 1, 256, "jobs", "How many queued conversions one replica sends at once."));
}
