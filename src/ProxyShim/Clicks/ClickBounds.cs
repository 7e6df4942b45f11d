namespace ProxyShim.Clicks;

/// <summary>
/// How much of a click is taken. A visitor has a hand in it (the browser's name, the link's parameters), and all of it is sent on and kept: what is too long is
/// left out, for the xid alone is a conversion; a value that is far too long is none at all.
/// </summary>
internal static class ClickBounds
{
    /// <summary>Bytes of a value in Redis.</summary>
    public const int Value = 64 * 1024;

    /// <summary>Bytes of one field. Browsers' names and addresses of pages stay far below.</summary>
    public const int Field = 4 * 1024;

    /// <summary>SubIDs of one click.</summary>
    public const int SubIds = 64;

    /// <summary>Characters of one subID.</summary>
    public const int SubId = 1024;
}
