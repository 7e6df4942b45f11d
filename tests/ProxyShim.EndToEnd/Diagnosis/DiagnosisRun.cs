using System.Text.Json;
using System.Text.RegularExpressions;
using ProxyShim.EndToEnd.Harness;
using ProxyShim.Testing;

namespace ProxyShim.EndToEnd.Diagnosis;

/// <summary>Plays one row and listens.</summary>
internal static partial class DiagnosisRun
{
    private static readonly HttpClient s_client = new();

    /// <exception cref="TimeoutException">It neither started nor ended.</exception>
    public static async Task<DiagnosisResult> PlayAsync(DiagnosisRow row, TestRedis redis, CancellationToken cancellation)
    {
        await using var scenario = await DiagnosisScene.SetAsync(row, cancellation);
        if (row.Refusal is not null)
        {
            return await ListenToStartAsync(row, scenario, cancellation);
        }

        await scenario.StartAsync(redis, cancellation);
        var result = new DiagnosisResult();
        try
        {
            await Eventually.IsTrueAsync(
                "nobody is silent",
                async () =>
                {
                    await row.ProvokeAsync(scenario, cancellation);
                    result = await ListenAsync(row, scenario.Stand, cancellation);
                    return !result.Silent(row).Any();
                },
                cancellation: cancellation);
        }
        catch (TimeoutException)
        {
            // The test says who was.
        }

        return result;
    }

    private static async Task<DiagnosisResult> ListenToStartAsync(DiagnosisRow row, DiagnosisScene scenario, CancellationToken cancellation)
    {
        var settings = new Dictionary<string, string>
        {
            ["CustomerApi:PublicKey"] = Stand.PublicKey,
            ["CustomerApi:SecretKey"] = Stand.SecretKey,
            ["ConversionApi:Token"] = Stand.Token,
            ["Redis:ConnectionString"] = $"127.0.0.1:{FreePort.Next()}",
        };
        foreach (var (key, value) in scenario.Settings)
        {
            settings.Remove(key);
            if (value is not null)
            {
                settings[key] = value;
            }
        }

        await using var shim = await ShimProcess.LaunchAsync(settings);
        await shim.WaitForExitAsync(cancellation);
        var said = shim.Errors.FirstOrDefault(line => line.Contains(row.Refusal!, StringComparison.Ordinal));
        return new DiagnosisResult(Start: said is null || shim.ExitCode == 0 ? "" : $"ends with {shim.ExitCode}: {said.TrimStart(' ', '-')}");
    }

    private static async Task<DiagnosisResult> ListenAsync(DiagnosisRow row, Stand stand, CancellationToken cancellation)
    {
        var metrics = (await s_client.GetStringAsync(new Uri(stand.Shim.Management, "/metrics"), cancellation)).Split('\n');
        if (row.Warning is { } setting)
        {
            var warning = Find(stand, "SettingWarning", line => line.GetProperty("Setting").GetString() == setting);
            return warning is { } told
                ? new(Start: $"starts, and warns: {told.GetProperty("Setting")} {told.GetProperty("Cause")}; {told.GetProperty("Remedy")}", Log: "`SettingWarning`")
                : new();
        }

        if (row.Alert is { } alert)
        {
            var labels = $"alert=\"{alert}\"";
            return new(
                Log: Find(stand, "Alert", line => line.GetProperty("Alert").GetString() == alert) is { } raised ? $"`Alert` {alert}: {raised.GetProperty("Detail")}" : "",
                Metric: Series(metrics, "proxyshim_alerts_total", labels),
                Alert: AlertRules.Of($"proxyshim_alerts_total{{{labels}}}", ""));
        }

        var (part, reason) = row.Degraded!.Value;
        var degraded = (await stand.DegradedAsync(cancellation)).Where(
            degraded => degraded.GetProperty("part").GetString() == part && degraded.GetProperty("reason").GetString() == reason).ToList();
        if (degraded is not [var health])
        {
            return new();
        }

        var (action, series) = (health.GetProperty("action").GetString()!, $"part=\"{part}\"");
        var detail = health.TryGetProperty("detail", out var more) ? $" ({more})" : "";
        var isLogged = Find(stand, "Degraded", line =>
            line.GetProperty("Part").GetString() == part && line.GetProperty("Reason").GetString() == reason && line.GetProperty("Action").GetString() == action);
        return new(
            Health: $"`{part}`: {reason}{detail}. {action}",
            Log: isLogged is null ? "" : "`Degraded`",
            Metric: Series(metrics, "proxyshim_degraded", series),
            Alert: AlertRules.Of($"proxyshim_degraded{{{series}}}", action));
    }

    private static JsonElement? Find(Stand stand, string name, Func<JsonElement, bool> matches) => stand.Shim.Log
        .Where(line => line.TryGetProperty("Event", out var said) && said.GetString() == name && matches(line)).Cast<JsonElement?>().FirstOrDefault();

    private static string Series(IEnumerable<string> metrics, string name, string label) =>
        metrics.Any(line => line.StartsWith($"{name}{{{label}}} ", StringComparison.Ordinal) && !line.EndsWith(" 0", StringComparison.Ordinal))
            ? $"`{name}{{{label}}}`"
            : "";

    /// <summary>config/alerts/proxyshim.rules.yml. That they fire is for their own unit tests to show.</summary>
    private static partial class AlertRules
    {
        private static readonly string[] s_rules = [.. File.ReadAllText(Path.Combine(Repository.Root, "config", "alerts", "proxyshim.rules.yml"))
            .Split("- alert: ")[1..].Select(rule => WhiteSpace().Replace(rule, " "))];

        /// <summary>The name of the one that looks at the series and says what to do; empty: there is none.</summary>
        public static string Of(string series, string action) =>
            s_rules.FirstOrDefault(rule => rule.Contains(series, StringComparison.Ordinal) && rule.Contains(action, StringComparison.Ordinal))?.Split(' ')[0] ?? "";

        [GeneratedRegex(@"\s+")]
        private static partial Regex WhiteSpace();
    }
}
