namespace ProxyShim.Ledger;

/// <summary>What a dead letter, or a held customer, is delivered with after all: as <see cref="NewConversion"/> has it, since a request came again.</summary>
internal sealed record NewBody(ReadOnlyMemory<byte> Body, string Xid, string PartnerKey, string? SubIds);
