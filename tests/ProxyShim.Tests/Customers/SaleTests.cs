using System.Text;
using ProxyShim.Customers;
using Xunit;

namespace ProxyShim.Tests.Customers;

public sealed class SaleTests
{
    [Theory]
    [InlineData("""{"amount":49.90,"currency":"USD"}""", "49.90", "USD")]
    [InlineData("""{"amount":-3,"currency":"eur"}""", "-3", "eur")]
    [InlineData("""{"amount":"49.90","currency":"USD"}""", null, "USD")]
    [InlineData("""{"amount":1e300}""", null, null)]
    [InlineData("""{"amount":1,"currency":"ann@example.com"}""", "1", null)]
    [InlineData("""{"amount":1,"currency":"a@b"}""", "1", null)]
    [InlineData("""{"amount":1,"currency":"\ud800ab"}""", null, null)]
    [InlineData("""[1]""", null, null)]
    [InlineData("""{"amount":""", null, null)]
    public void A_body_tells_an_amount_and_three_letters_and_nothing_else(string body, string? amount, string? currency)
    {
        var sale = Sale.Read(Encoding.UTF8.GetBytes(body));

        Assert.Equal((amount, currency), (sale.Amount?.ToString(System.Globalization.CultureInfo.InvariantCulture), sale.Currency));
    }
}
