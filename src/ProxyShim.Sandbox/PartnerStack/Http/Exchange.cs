namespace ProxyShim.Sandbox.PartnerStack.Http;

/// <summary>One request: as Kestrel sees it, as it came over the wire, and the connection it came by.</summary>
internal sealed record Exchange(HttpContext Context, RawHead Head, SimulatedConnection Connection)
{
    /// <inheritdoc cref="SimulatedConnection.Reset"/>
    public void Reset() => Connection.Reset(Context);
}
