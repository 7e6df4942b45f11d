namespace ProxyShim.Sandbox.PartnerStack;

/// <summary>Which of the two APIs of CONTRACT.md a call came to.</summary>
public enum ApiKind
{
    /// <summary>What legacy apps call: HTTP Basic, <c>/api/v2/…</c>.</summary>
    CustomerApi,

    /// <summary>What the shim calls: a bearer token, <c>POST /conversion/xid</c>.</summary>
    ConversionApi,
}
