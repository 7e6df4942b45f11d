using ProxyShim.Rollout;
using ProxyShim.Settings;
using ProxyShim.SwitchOver;
using ProxyShim.Telemetry;

namespace ProxyShim.Hosting;

/// <summary>
/// Looks at the settings' files, every second, and reads them where they have changed: the rollout counts at once, of anything else it is said that it waits for a
/// restart. Their content is compared, not the files' times: in a mounted ConfigMap only a link two steps away changes
/// (https://github.com/kubernetes/kubernetes/blob/master/pkg/volume/util/atomic_writer.go).
/// </summary>
/// <param name="fingerprint">Of the files that there are, and of those in the folder of secrets; null where that cannot be told.</param>
internal sealed class SettingsWatch(
    ShimSettings start, Func<string, UInt128?> fingerprint, Func<ShimSettings> read, RolloutControl rollout, EventLog log, TimeProvider time) : BackgroundService
{
    /// <summary>From one look to the next.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    // What is seen counts at its second look.
    private const int LooksAtOne = 2;

    private readonly Dictionary<string, string?> _told = new(StringComparer.OrdinalIgnoreCase);
    private RolloutPlan _seen = start.Rollout;
    private (string? Text, int Looks) _unusable;
    private string _secrets = start.SecretsFolder;
    private (UInt128? Files, int Looks) _read;

    /// <summary>One look.</summary>
    public void Look()
    {
        var files = fingerprint(_secrets);
        if (files is not null && files == _read.Files && _read.Looks == LooksAtOne)
        {
            return;
        }

        _read = (files, files == _read.Files ? _read.Looks + 1 : 1);
        try
        {
            var now = read();
            _secrets = now.SecretsFolder;
            _unusable = default;
            TellWaiting(now.Values);
            TakeRollout(now.Rollout);
        }
        catch (SettingsException exception)
        {
            TellUnusable(exception);
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            Look();
        }
    }

    // Each change once; one that is taken back is forgotten.
    private void TellWaiting(IReadOnlyDictionary<string, string?> now)
    {
        foreach (var key in start.Values.Keys.Union(now.Keys, StringComparer.OrdinalIgnoreCase).Where(key => !ReloadedSettings.Include(key)))
        {
            var value = now.GetValueOrDefault(key);
            if (value == start.Values.GetValueOrDefault(key))
            {
                _told.Remove(key);
            }
            else if (!_told.TryGetValue(key, out var told) || told != value)
            {
                _told[key] = value;
                LogEvents.SettingWarning(log, new SettingWarning(key, "it was changed while the shim runs, and counts after a restart only", "restart the shim"));
            }
        }
    }

    // At the second look: a file that is replaced may be away for a moment, and that does not mean all customers.
    private void TakeRollout(RolloutPlan plan)
    {
        var isSettled = plan == _seen;
        _seen = plan;
        if (!isSettled || plan == rollout.Now.Settings)
        {
            return;
        }

        rollout.TakeSettings(plan);
        if (rollout.Now.IsShared)
        {
            LogEvents.SettingWarning(log, new SettingWarning(
                "Rollout", "it was changed, but what was set for all replicas counts", "take that back: DELETE /admin/rollout, or the console"));
        }
    }

    // At the second look likewise.
    private void TellUnusable(SettingsException exception)
    {
        var text = string.Join(' ', exception.Problems);
        _unusable = (text, text == _unusable.Text ? _unusable.Looks + 1 : 1);
        if (_unusable.Looks == LooksAtOne)
        {
            LogEvents.SettingWarning(log, new SettingWarning(
                "(all)", $"as they stand now the shim would not start with them: {text}", "mend that; until then what counted before goes on to count"));
        }
    }
}
