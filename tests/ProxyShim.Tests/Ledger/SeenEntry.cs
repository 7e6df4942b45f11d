using System.Globalization;
using ProxyShim.Ledger;

namespace ProxyShim.Tests.Ledger;

/// <summary>What Redis holds of a conversion.</summary>
/// <param name="Fields">The hash.</param>
/// <param name="Body">The body; empty when there is none.</param>
/// <param name="BodyTtl">What is left of the body's expiry; null when it has none, or there is no body.</param>
/// <param name="Indexes">Where it stands, and from when on its time has come.</param>
internal sealed record SeenEntry(
    IReadOnlyDictionary<string, string> Fields, string Body, TimeSpan? BodyTtl, IReadOnlyDictionary<LedgerIndex, DateTimeOffset> Indexes)
{
    public ConversionState State => Lifecycle.Parse(Fields["state"]);

    /// <summary>When its time has come, in the one index where it stands; the earliest of all times when it stands in none.</summary>
    public DateTimeOffset DueAt => Indexes.Values.SingleOrDefault();

    public string? Field(string name) => Fields.GetValueOrDefault(name);

    public DateTimeOffset Time(string name) => DateTimeOffset.FromUnixTimeMilliseconds(long.Parse(Fields[name], CultureInfo.InvariantCulture));
}
