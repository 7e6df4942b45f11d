using System.Globalization;
using ProxyShim.Customers;

namespace ProxyShim.Clicks;

/// <summary>A click that has been reported: valid, and within the bounds of <see cref="ClickForm"/>.</summary>
/// <param name="Click">The click. Its <see cref="Click.ClickedAt"/> is empty, or a time.</param>
/// <param name="Customer">Whose it is.</param>
internal sealed record ReportedClick(Click Click, CustomerIdentity Customer)
{
    /// <summary>The same, made at this time where it does not say when.</summary>
    public ReportedClick At(DateTimeOffset time) => Click.When is not null
        ? this
        : this with { Click = Click with { ClickedAt = time.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture) } };
}
