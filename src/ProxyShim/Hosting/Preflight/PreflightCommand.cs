using ProxyShim.Settings;
using ProxyShim.Telemetry;

namespace ProxyShim.Hosting.Preflight;

/// <summary><c>proxyshim check</c>: looks at what the shim of these settings would meet, and changes nothing. Made for an init container.</summary>
internal static class PreflightCommand
{
    // sysexits.h (https://man.freebsd.org/cgi/man.cgi?sysexits(3)): EX_CONFIG.
    private const int ConfigurationError = 78;
    private const int Faults = 1;

    /// <param name="arguments">What the command line says of settings.</param>
    /// <param name="sendTest">Whether one conversion is sent to the test environment and read back.</param>
    /// <param name="colours">Whether the output is for eyes.</param>
    /// <returns>0; 1 where there is a fault; 78 where the settings cannot be used.</returns>
    public static async Task<int> RunAsync(string[] arguments, bool json, bool sendTest, bool colours, Stream output, TimeProvider time)
    {
        var findings = new FindingWriter(output, json, colours);
        ShimSettings settings;
        try
        {
            settings = ShimSettings.Read(ShimConfiguration.Read(arguments));
        }
        catch (SettingsException exception)
        {
            foreach (var problem in exception.Problems)
            {
                findings.Write(Finding.Fault("settings", "unusable", problem, "the shim does not start", "write what is said there; 'proxyshim settings' lists all of them"));
            }

            findings.End();
            return ConfigurationError;
        }

        var rollout = settings.Rollout.Describe(new CustomerRef(settings.Privacy).OfPartner);
        findings.Write(Finding.Well("settings", $"they can be used; rollout: {rollout}; environment: {(settings.ConversionApi.Test ? "test" : "live")}"));
        foreach (var warning in settings.Warnings)
        {
            findings.Write(Finding.Warning("settings", "warning", $"{warning.Setting}: {warning.Cause}", "it does less than it says", warning.Remedy));
        }

        foreach (var finding in CredentialsCheck.Look(settings))
        {
            findings.Write(finding);
        }

        await foreach (var finding in new RedisPreflight(settings, time).LookAsync())
        {
            findings.Write(finding);
        }

        await foreach (var finding in new ApiPreflight(settings, time).LookAsync(sendTest))
        {
            findings.Write(finding);
        }

        findings.End();
        return findings.HasFault ? Faults : 0;
    }
}
