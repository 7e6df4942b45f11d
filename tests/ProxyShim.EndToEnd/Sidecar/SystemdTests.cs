using System.Globalization;
using System.Runtime.Versioning;
using System.Text.RegularExpressions;
using ProxyShim.Testing;
using Xunit;

namespace ProxyShim.EndToEnd.Sidecar;

/// <summary>The unit for a machine without containers.</summary>
[UnsupportedOSPlatform("windows")]
public sealed partial class SystemdTests
{
    private const string Installed = "/opt/proxyshim/proxyshim";

    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(30);
    private static readonly string s_unit = KubernetesTools.PathOf("systemd", "proxyshim.service");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Systemd_finds_no_fault_in_it()
    {
        using var folder = new TemporaryFolder();
        var unit = Path.Combine(folder.Path, "proxyshim.service");
        var shim = await PublishedShim.LocateAsync();
        var text = await File.ReadAllTextAsync(s_unit, Cancellation);
        await File.WriteAllTextAsync(unit, text.Replace(Installed, shim.Path, StringComparison.Ordinal), Cancellation);

        await using var verify = ChildProcess.Start(Program(), ["verify", unit]);

        Assert.True(await verify.WaitForExitAsync(s_limit, Cancellation) == 0, verify.Describe());
        Assert.DoesNotContain(verify.Errors, line => line.Contains("proxyshim.service", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Its_exposure_is_at_most_2()
    {
        var report = await ChildProcess.RunAsync(Program(), ["security", "--offline=yes", "--no-pager", s_unit], s_limit, cancellation: Cancellation);

        var exposure = double.Parse(Overall().Match(report).Groups[1].Value, CultureInfo.InvariantCulture);
        Assert.InRange(exposure, 0.1, 2.0);
    }

    [Fact]
    public void It_has_the_time_to_drain_and_does_not_try_wrong_settings_again()
    {
        Assert.InRange(int.Parse(Lines("TimeoutStopSec").Single(), CultureInfo.InvariantCulture), ShimDefaults.ShutdownTimeout.TotalSeconds + 1, 600);
        Assert.Contains("78", Lines("RestartPreventExitStatus").Single().Split(' '));
    }

    [GeneratedRegex(@"Overall exposure level for \S+: (\d+\.\d+)")]
    private static partial Regex Overall();

    private static string Program() => Require.Program("systemd-analyze", "systemd");

    private static IEnumerable<string> Lines(string name)
        => File.ReadLines(s_unit).Where(line => line.StartsWith(name + "=", StringComparison.Ordinal)).Select(line => line[(name.Length + 1)..]);
}
