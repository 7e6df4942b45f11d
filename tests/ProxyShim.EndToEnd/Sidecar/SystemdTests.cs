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

    // What MemoryDenyWriteExecute= does, by Linux' own means (6.3 or later): PR_SET_MDWE, PR_MDWE_REFUSE_EXEC_GAIN; it outlives exec.
    private const string WithoutNewCode = """
        import ctypes, os, sys
        if ctypes.CDLL(None).prctl(65, 1, 0, 0, 0):
            sys.exit("this kernel has no PR_SET_MDWE")
        os.execv(sys.argv[1], sys.argv[1:])
        """;

    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(30);
    private static readonly string s_unit = KubernetesTools.PathOf("systemd", "proxyshim.service");
    private static readonly string s_capture = KubernetesTools.PathOf("systemd", "proxyshim.service.d", "capture.conf");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Systemd_finds_no_fault_in_it()
    {
        using var folder = new TemporaryFolder();
        var unit = Path.Combine(folder.Path, "proxyshim.service");
        var shim = await PublishedShim.LocateAsync();
        var text = await File.ReadAllTextAsync(s_unit, Cancellation);
        await File.WriteAllTextAsync(unit, text.Replace(Installed, shim.Path, StringComparison.Ordinal), Cancellation);
        File.Copy(s_capture, Path.Combine(Directory.CreateDirectory($"{unit}.d").FullName, Path.GetFileName(s_capture)));

        await using var verify = ChildProcess.Start(Program(), ["verify", unit]);

        Assert.True(await verify.WaitForExitAsync(s_limit, Cancellation) == 0, verify.Describe());
        Assert.DoesNotContain(
            verify.Errors, line => line.Contains("proxyshim.service", StringComparison.Ordinal) || line.Contains("capture.conf", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Its_exposure_is_at_most_2()
    {
        var report = await ChildProcess.RunAsync(Program(), ["security", "--offline=yes", "--no-pager", s_unit], s_limit, cancellation: Cancellation);

        var exposure = double.Parse(Overall().Match(report).Groups[1].Value, CultureInfo.InvariantCulture);
        Assert.InRange(exposure, 0.1, 2.0);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_program_converts_with_the_credentials_of_the_unit_and_may_make_no_code(bool withCapture)
    {
        string[] files = withCapture ? [s_unit, s_capture] : [s_unit];
        using var credentials = new TemporaryFolder();
        var secrets = Manifest.OperatorsSecrets.ToDictionary();
        await using var neighbours = await Neighbours.StartAsync(Cancellation);
        neighbours.Take(secrets);
        foreach (var name in files.SelectMany(file => Lines("LoadCredential", file)).Select(credential => credential.Split(':')[0]))
        {
            await File.WriteAllTextAsync(Path.Combine(credentials.Path, name), secrets[name] + "\n", Cancellation);
        }

        // %d is the folder of the credentials; the rest is what the operator writes into proxyshim.env.
        var settings = files.SelectMany(file => Lines("Environment", file)).SelectMany(line => line.Split(' ')).Select(variable => variable.Split('=', 2))
            .ToDictionary(pair => pair[0], pair => pair[1].Replace("%d", credentials.Path, StringComparison.Ordinal));
        var capture = withCapture ? new Uri($"http://127.0.0.1:{FreePort.Next()}") : null;
        if (capture is not null)
        {
            Assert.True(new Uri(settings["Capture__Url"]).IsLoopback);
            settings["Capture__Url"] = capture.OriginalString;
        }

        foreach (var name in secrets.Keys.Except(Manifest.OperatorsSecrets.Keys))
        {
            settings[name] = secrets[name];
        }

        using var folder = new TemporaryFolder();
        await using var shim = ShimProcess.Launch(await LauncherAsync(folder), settings);
        await shim.WaitUntilReadyAsync(Cancellation);

        await neighbours.AssertConvertsAsync(shim.Address, shim.Management, capture, Cancellation);
        using var client = new HttpClient();
        client.DefaultRequestHeaders.Authorization = new("Bearer", secrets["Management__Token"]);
        Assert.NotEmpty(await client.GetStringAsync(new Uri(shim.Management, "/admin/overview"), Cancellation));
        Assert.Equal(0, await shim.StopAsync(Cancellation));
    }

    [Fact]
    public void It_has_the_time_to_drain_and_does_not_try_wrong_settings_again()
    {
        Assert.InRange(int.Parse(Lines("TimeoutStopSec", s_unit).Single(), CultureInfo.InvariantCulture), ShimDefaults.ShutdownTimeout.TotalSeconds + 1, 600);
        Assert.Contains("78", Lines("RestartPreventExitStatus", s_unit).Single().Split(' '));
    }

    [GeneratedRegex(@"Overall exposure level for \S+: (\d+\.\d+)")]
    private static partial Regex Overall();

    private static string Program() => Require.Program("systemd-analyze", "systemd");

    private static IEnumerable<string> Lines(string name, string file)
        => File.ReadLines(file).Where(line => line.StartsWith(name + "=", StringComparison.Ordinal)).Select(line => line[(name.Length + 1)..]);

    // The managed build compiles while it runs, so it cannot be held to that.
    private static async Task<PublishedShim> LauncherAsync(TemporaryFolder folder)
    {
        var shim = await PublishedShim.LocateAsync();
        if (File.Exists(Path.ChangeExtension(shim.Path, "dll")))
        {
            return shim;
        }

        var (python, script, launcher) = (Require.Program("python3", "python3"), Path.Combine(folder.Path, "no-code.py"), Path.Combine(folder.Path, "launcher"));
        await File.WriteAllTextAsync(script, WithoutNewCode, Cancellation);
        await File.WriteAllTextAsync(
            launcher, $"#!/bin/sh\nPATH={Environment.GetEnvironmentVariable("PATH")} exec {python} {script} {shim.Path} \"$@\"\n", Cancellation);
        File.SetUnixFileMode(launcher, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        return new(launcher, shim.IsNative);
    }
}
