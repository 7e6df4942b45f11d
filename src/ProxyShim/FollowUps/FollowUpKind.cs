namespace ProxyShim.FollowUps;

/// <summary>What a call about an existing customer wants.</summary>
internal enum FollowUpKind
{
    Read,
    Write,
    Delete,
}
