using Microsoft.Extensions.Time.Testing;
using ProxyShim.Hosting;
using ProxyShim.Redis;
using ProxyShim.Rollout;
using ProxyShim.Settings;
using ProxyShim.SwitchOver;
using ProxyShim.Tests.Redis;
using ProxyShim.Tests.Settings;
using ProxyShim.Tests.Telemetry;
using Xunit;

namespace ProxyShim.Tests.Hosting;

/// <summary>What a running shim sees of its settings' files.</summary>
public sealed class SettingsWatchTests : IAsyncDisposable
{
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 5, 4, 3, 2, 1, TimeSpan.Zero));
    private readonly CapturedLog _log;
    private readonly RedisGate _redis;
    private readonly RolloutControl _control;
    private readonly SettingsWatch _watch;
    private UInt128? _files = 1;
    private Func<ShimSettings> _read;
    private int _reads;

    public SettingsWatchTests()
    {
        var start = Given.Settings();
        _log = new CapturedLog(_time);
        _redis = new RedisGate(start.Redis, _time, () => Task.FromResult(NoRedis.Connection()));
        _control = new RolloutControl(start.Rollout, start.RolloutBounds, new RolloutStore(start.Ledger), _redis, new RolloutState(start.Rollout), _log.Events);
        _read = () => start;
        _watch = new SettingsWatch(
            start, _ => _files,
            () =>
            {
                _reads++;
                return _read();
            },
            _control, _log.Events, _time);
    }

    [Fact]
    public void A_change_counts_at_its_second_look()
    {
        Look(5);
        Write(2, () => Given.Settings(("Rollout:Percent", "10")));

        Look(1);
        Assert.Equal(100, _control.Now.Settings.Percent);
        Look(1);

        Assert.Equal(10, _control.Now.Settings.Percent);
    }

    [Fact]
    public void One_that_is_taken_back_before_it_is_seen_twice_is_none()
    {
        Look(5);
        Write(2, () => Given.Settings(("Rollout:Percent", "10")));
        Look(1);
        Write(1, () => Given.Settings());

        Look(5);

        Assert.Equal(100, _control.Now.Settings.Percent);
    }

    [Fact]
    public void Files_that_stay_as_they_are_cost_no_more_than_a_look()
    {
        Look(10);

        Assert.Equal(2, _reads);
    }

    [Fact]
    public void Files_that_cannot_be_told_apart_are_read_each_time()
    {
        _files = null;
        Look(5);
        _read = () => Given.Settings(("Rollout:Percent", "10"));

        Look(2);

        Assert.Equal(10, _control.Now.Settings.Percent);
    }

    [Fact]
    public void What_the_shim_would_not_start_with_is_told_once_and_its_mending_counts()
    {
        Look(5);
        Write(2, () => throw new SettingsException(["Rollout:Percent: 101 is too much."]));
        Look(5);
        Write(3, () => Given.Settings(("Rollout:Percent", "10")));
        Look(2);

        Assert.Single(_log.Lines, line => line.Contains("would not start", StringComparison.Ordinal));
        Assert.Equal(10, _control.Now.Settings.Percent);
    }

    public async ValueTask DisposeAsync()
    {
        _watch.Dispose();
        await _redis.DisposeAsync();
    }

    private void Write(UInt128 files, Func<ShimSettings> settings) => (_files, _read) = (files, settings);

    private void Look(int times)
    {
        for (var i = 0; i < times; i++)
        {
            _watch.Look();
        }
    }
}
