using System.Text;
using ProxyShim.FollowUps;
using Xunit;

namespace ProxyShim.Tests.FollowUps;

/// <summary>Which calls are about a customer, and whom they name.</summary>
public class FollowUpTests
{
    [Theory]
    [InlineData("POST", "/api/v2/transactions", """{"customer_key":"ada"}""", "ada", false)]
    [InlineData("POST", "/api/v2/transactions/", "\uFEFF{\"customer_key\":\"ada\"}", "ada", false)]
    [InlineData("POST", "/v1/transactions", """{"customer_key":"ada"}""", "ada", false)]
    [InlineData("POST", "/api/v2/deals", """{"customer_key":"ada"}""", "ada", false)]
    [InlineData("POST", "/api/v2/actions", """{"target_type":"customer","target_key":"ada"}""", "ada", true)]
    [InlineData("POST", "/api/v2/actions", """{"target_type":"partnership","target_key":"ada"}""", null, false)]
    [InlineData("POST", "/api/v2/transactions", """{"customer_email":"ada"}""", null, false)]
    [InlineData("POST", "/api/v2/transactions", """{"customer_key":7}""", null, false)]
    [InlineData("POST", "/api/v2/transactions", "[]", null, false)]
    [InlineData("POST", "/api/v2/transactions", "no json", null, false)]
    public void A_body_may_name_its_customer(string method, string path, string body, string? customer, bool answersTooEarly)
    {
        var (row, version) = Assert.NotNull(FollowUp.RowOf(method, path));

        var followUp = FollowUp.OfBody(row, version, Encoding.UTF8.GetBytes(body));

        Assert.Equal((customer, customer is not null && answersTooEarly), (followUp?.CustomerKey.Value, followUp?.AnswersTooEarly ?? false));
    }

    [Theory]
    [InlineData("GET", "/api/v2/transactions")]
    [InlineData("POST", "/api/v2/webhooks")]
    [InlineData("POST", "/api/v2/transactions/tx_1")]
    [InlineData("POST", "/transactions")]
    public void Of_other_calls_no_body_is_read(string method, string path) => Assert.Null(FollowUp.RowOf(method, path));
}
