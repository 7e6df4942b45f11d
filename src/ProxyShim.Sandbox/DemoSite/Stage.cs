namespace ProxyShim.Sandbox.DemoSite;

/// <summary>One step on a customer's way, as the demo site tells it.</summary>
/// <param name="State">Whether it has come about.</param>
/// <param name="Text">What has happened, in a sentence or two.</param>
/// <param name="Code">What went over the wire; null = nothing to show.</param>
internal sealed record Stage(string Name, StageState State, string Text, string? Code = null);

internal enum StageState
{
    /// <summary>It has come about.</summary>
    Done,

    /// <summary>It will, or one does not know yet.</summary>
    Open,

    /// <summary>It will not.</summary>
    Stopped,
}
