using System.Reflection;
using ProxyShim.Telemetry;
using Xunit;

namespace ProxyShim.Tests.Telemetry;

public class ReasonTextTests
{
    [Fact]
    public void Each_reason_has_its_sentence()
    {
        var reasons = typeof(Reasons).GetFields(BindingFlags.Public | BindingFlags.Static).Select(field => (string)field.GetRawConstantValue()!).ToHashSet();

        Assert.Empty(reasons.Except(ReasonText.All));

        // What the ledger alone says: the customer was deleted, or the dead letter discarded.
        Assert.Equal(["discarded", "erased"], ReasonText.All.Except(reasons).Order());
        Assert.All(ReasonText.All.Select(ReasonText.Of), text =>
        {
            Assert.Matches(@"^\w[^\n]+\.$", text!.Meaning);
            Assert.Matches(@"^(\w[^\n]+\.)?$", text.Remedy);
        });
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("status_503")]
    public void Whatever_is_no_reason_has_none(string? reason) => Assert.Null(ReasonText.Of(reason));
}
