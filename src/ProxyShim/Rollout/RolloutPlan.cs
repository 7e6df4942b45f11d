using System.IO.Hashing;
using System.Text;
using ProxyShim.Customers;
using ProxyShim.Settings;

namespace ProxyShim.Rollout;

/// <summary>How far the switch-over has come, and for whom.</summary>
/// <param name="Percent">0 to 100: which share of the customers is converted in <see cref="RolloutMode.Live"/>.</param>
/// <param name="Partners">The partners whose customers are; empty for all.</param>
/// <param name="Callers">The names of the callers whose customers are; empty for all.</param>
internal sealed record RolloutPlan(RolloutMode Mode, int Percent, IReadOnlyList<string> Partners, IReadOnlyList<string> Callers)
{
    /// <summary>Of <see cref="Percent"/>: everybody.</summary>
    public const int Everybody = 100;

    /// <summary>What counts where nothing is set.</summary>
    public static readonly RolloutPlan Usual = new(RolloutMode.Live, Everybody, [], []);

    public static RolloutPlan Read(SettingsReader reader) => new(
        reader.Choice(
            "Rollout:Mode", RolloutMode.Live,
            "`Live`: customers with a click are converted. `Shadow`: the Customer API answers as ever, and what would have been sent is composed, judged and logged. `Off`: no new customer is "
            + "converted, and every new call passes through. In all three what the ledger holds is still delivered and proved, and calls about its customers are answered from it."),
        reader.Number(
            "Rollout:Percent", Everybody, 0, Everybody, "percent of the customers",
            "In `Live`: which share is converted. Who is in it stays in it while it grows: it follows from the `customer_key`. Who is not is treated as in `Shadow`."),
        Names(reader, "Rollout:Partners", "In `Live`: the `partner_key` of a partner whose customers are converted; none for all partners. Others are treated as in `Shadow`.", "lovelace"),
        Names(
            reader, "Rollout:Callers",
            "In `Live`: the name of a caller (`CustomerApi:Callers:N:Name`, or `default`) whose customers are converted; none for all callers. Others are treated as in `Shadow`.", "crm"));

    /// <summary>On which side one customer is: the same one for as long as the plan is the same, on every replica.</summary>
    public RolloutMode ModeFor(CustomerKey customer, string partner, string caller) =>
        Mode != RolloutMode.Live || (BucketOf(customer) < Percent && Includes(Partners, partner) && Includes(Callers, caller)) ? Mode : RolloutMode.Shadow;

    /// <summary>0 to 99. Another hash than the one that chooses the ledger's partition: each share is spread over all of them.</summary>
    public static int BucketOf(CustomerKey customer)
    {
        Span<byte> utf8 = stackalloc byte[CustomerKey.MaxUtf8Length];
        return (int)(XxHash64.HashToUInt64(utf8[..Encoding.UTF8.GetBytes(customer.Value, utf8)]) % Everybody);
    }

    // By their content: a list is equal to itself only.
    public bool Equals(RolloutPlan? other) =>
        other is not null && Mode == other.Mode && Percent == other.Percent && Partners.SequenceEqual(other.Partners) && Callers.SequenceEqual(other.Callers);

    public override int GetHashCode() => HashCode.Combine(Mode, Percent, Partners.Count, Callers.Count);

    /// <summary>In one line, such as <c>Live 10 % partners=lovelace callers=crm</c>.</summary>
    /// <param name="nameOfPartner">
    /// How a <c>partner_key</c>, which may be somebody's address, is named there. <see cref="object.ToString"/> does not do this: a log or a page would call it unasked.
    /// </param>
    public string Describe(Func<string, string> nameOfPartner) => string.Join(' ', ((string?[])
    [
        Mode.ToString(),
        Mode == RolloutMode.Live ? $"{Percent} %" : null,
        Mode == RolloutMode.Live && Partners.Count > 0 ? $"partners={string.Join(',', Partners.Select(nameOfPartner))}" : null,
        Mode == RolloutMode.Live && Callers.Count > 0 ? $"callers={string.Join(',', Callers)}" : null,
    ]).OfType<string>());

    private static bool Includes(IReadOnlyList<string> names, string name) => names.Count == 0 || names.Contains(name, StringComparer.Ordinal);

    private static IReadOnlyList<string> Names(SettingsReader reader, string key, string about, string example) => [.. reader.List(key, [], entry =>
    {
        var name = reader.Text(entry, about, example);
        if (name is null)
        {
            reader.Problem(entry, "is empty", "write a name, or take the entry away");
        }

        return name;
    }).OfType<string>()];
}
