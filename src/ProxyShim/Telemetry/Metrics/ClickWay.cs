namespace ProxyShim.Telemetry.Metrics;

/// <summary>By which way a click got in: a label of <c>proxyshim.clicks.reported</c>.</summary>
internal static class ClickWay
{
    /// <summary>A visitor's browser, by <c>POST /clicks</c>.</summary>
    public const string Page = "page";

    /// <summary>A back-end with <c>Capture:Token</c>, by <c>POST /clicks</c>.</summary>
    public const string BackEnd = "back_end";

    /// <summary>One by one through the admin API.</summary>
    public const string Admin = "admin";

    /// <summary>From a file.</summary>
    public const string Import = "import";

    /// <summary>Every one there is.</summary>
    public static readonly IReadOnlyList<string> All = [Page, BackEnd, Admin, Import];
}
