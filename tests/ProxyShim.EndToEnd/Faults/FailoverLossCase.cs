namespace ProxyShim.EndToEnd.Faults;

/// <summary>A row of the measurement.</summary>
/// <param name="Takeover">How the master is replaced.</param>
/// <param name="Converts">
/// Whether the Conversion API takes conversions; if not, it answers 503 until all is well again, and customers are acknowledged as queued.
/// </param>
/// <param name="WaitReplicas"><c>Redis:WaitReplicas</c>.</param>
internal sealed record FailoverLossCase(Takeover Takeover, bool Converts, int WaitReplicas)
{
    /// <summary>All of them, in the order of the report.</summary>
    public static IReadOnlyList<FailoverLossCase> All { get; } =
    [
        .. from takeover in Takeover.All
           from converts in new[] { false, true }
           from waitReplicas in new[] { 0, 1 }
           select new FailoverLossCase(takeover, converts, waitReplicas),
    ];

    /// <summary>What the app is told before the replica takes over.</summary>
    public string Answer => Converts ? "converted" : "queued";

    /// <summary>Unique among them.</summary>
    public string Name => $"{Takeover.Name}, {Answer}, WaitReplicas {WaitReplicas}";
}
