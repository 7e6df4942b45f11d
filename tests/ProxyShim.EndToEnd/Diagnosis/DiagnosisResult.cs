namespace ProxyShim.EndToEnd.Diagnosis;

/// <summary>Who has said what of a row; empty: nothing.</summary>
/// <param name="Start">What the start itself says.</param>
/// <param name="Health">What <c>/healthz/ready</c> says is degraded, and what to do.</param>
/// <param name="Log">The event.</param>
/// <param name="Metric">The series that stands at more than 0.</param>
/// <param name="Alert">The alert rule that looks at that series and says what to do.</param>
internal sealed record DiagnosisResult(string Start = "", string Health = "", string Log = "", string Metric = "", string Alert = "")
{
    /// <summary>Those who must speak of this row and are silent.</summary>
    public IEnumerable<string> Silent(DiagnosisRow row)
    {
        (string Name, string Said, bool IsWanted)[] all =
        [
            (nameof(Start), Start, row.Refusal is not null || row.Warning is not null),
            (nameof(Health), Health, row.Degraded is not null),
            (nameof(Log), Log, row.Refusal is null),
            (nameof(Metric), Metric, row.Degraded is not null || row.Alert is not null),
            (nameof(Alert), Alert, row.Degraded is not null || row.Alert is not null),
        ];
        return all.Where(each => each.IsWanted && each.Said.Length == 0).Select(each => each.Name);
    }
}
