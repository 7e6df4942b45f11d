namespace ProxyShim.SwitchOver;

/// <summary>Looks, every two seconds, at what is set for all replicas: each follows within five.</summary>
internal sealed class RolloutWatch(RolloutControl control, TimeProvider time) : BackgroundService
{
    /// <summary>From one look to the next.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        do
        {
            await control.LookAsync();
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }
}
