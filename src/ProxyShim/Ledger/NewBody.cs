namespace ProxyShim.Ledger;

/// <summary>What a dead letter is delivered with after all: as <see cref="NewConversion"/> has it, of the request that came again.</summary>
internal sealed record NewBody(ReadOnlyMemory<byte> Body, string Xid, string PartnerKey, string? SubIds);
