using System.Text;
using ProxyShim.CustomerApi;
using ProxyShim.Tests.Ledger;
using Xunit;

namespace ProxyShim.Tests.CustomerApi;

public class OwnKeyTests
{
    [Theory]
    [InlineData("""{"data":{"key":"cus_1","customer_key":"ada"}}""", "ada")]
    [InlineData("\uFEFF" + """{"data":{"key":"cus_1","customer_key":"ada"}}""", "ada")]

    // The vendor's customer_key has that form itself.
    [InlineData("""{"data":{"key":"cus_2","customer_key":"cus_1"}}""", "cus_1")]

    // One without a customer_key.
    [InlineData("""{"data":{"key":"cus_1","customer_key":null}}""", "cus_1")]
    [InlineData("""{"data":{"key":"cus_1"}}""", "cus_1")]

    // Another one, or none.
    [InlineData("""{"data":{"key":"cus_2","customer_key":"ada"}}""", null)]
    [InlineData("""{"data":{"key":7,"customer_key":"ada"}}""", null)]
    [InlineData("""{"data":{}}""", null)]
    [InlineData("""{"data":[]}""", null)]
    [InlineData("""{"rdata":{"key":"cus_1","customer_key":"ada"}}""", null)]
    [InlineData("""{"message":"Customer successfully deleted","status":200}""", null)]
    [InlineData("[]", null)]
    [InlineData("", null)]
    [InlineData("<html>", null)]
    [InlineData("""{"data":{"key":"cus_1","customer_key":"\ud800"}}""", null)]
    public void An_answer_tells_whose_it_is_or_nothing(string answer, string? owner) =>
        Assert.Equal(owner, OwnKey.OwnerIn(Encoding.UTF8.GetBytes(answer), CustomerApiVersion.V2, LedgerUnderTest.KeyOf("cus_1"))?.Value);

    [Fact]
    public void An_older_version_shows_the_customer_under_another_name() => Assert.Equal(
        "ada", OwnKey.OwnerIn("""{"rdata":{"key":"cus_1","customer_key":"ada"}}"""u8.ToArray(), CustomerApiVersion.V1, LedgerUnderTest.KeyOf("cus_1"))?.Value);

    [Theory]
    [InlineData("cus_8U5s1iH2Pd2a2p", true)]
    [InlineData("CUS_8U5s1iH2Pd2a2p", false)]
    [InlineData("ada", false)]
    public void Its_form_is_known(string identifier, bool isLike) => Assert.Equal(isLike, OwnKey.IsLike(LedgerUnderTest.KeyOf(identifier)));
}
