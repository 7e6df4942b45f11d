using ProxyShim.CustomerApi;
using Xunit;

namespace ProxyShim.Tests.CustomerApi;

public class CustomerApiVersionTests
{
    [Theory]
    [InlineData("POST", "/api/v2/customers", "customer_key", "data")]
    [InlineData("POST", "/api/v2/customers/", "customer_key", "data")]
    [InlineData("POST", "/v1/customers", "key", "rdata")]
    [InlineData("POST", "/v1/customers/", "key", "rdata")]
    public void These_create_a_customer(string method, string path, string keyName, string dataName)
    {
        Assert.True(CustomerApiVersion.TryMatch(method, path, out var version));
        Assert.Equal((keyName, dataName), (version.KeyName, version.DataName));
    }

    [Theory]
    [InlineData("GET", "/api/v2/customers")]
    [InlineData("HEAD", "/api/v2/customers")]
    [InlineData("OPTIONS", "/api/v2/customers")]
    [InlineData("PUT", "/api/v2/customers")]
    [InlineData("PATCH", "/api/v2/customers")]
    [InlineData("POSTS", "/api/v2/customers")]
    [InlineData("POST", "/")]
    [InlineData("POST", "")]
    [InlineData("POST", "/api/v2/customer")]
    [InlineData("POST", "/api/v2/customersx")]
    [InlineData("POST", "/api/v2/customers//")]
    [InlineData("POST", "/api/v2/customers/abc")]
    [InlineData("POST", "//api/v2/customers")]
    [InlineData("POST", "/api//v2/customers")]
    [InlineData("POST", "/api/v2/./customers")]
    [InlineData("POST", "/API/v2/customers")]
    [InlineData("POST", "/api/v2/Customers")]
    [InlineData("POST", "/api/v2/custo%6Ders")]
    [InlineData("POST", "/api/v2%2Fcustomers")]
    [InlineData("POST", "/api/v2/customers%2F")]
    [InlineData("POST", "/api/v1/customers")]
    [InlineData("POST", "/v2/customers")]
    [InlineData("POST", "/api/v2/transactions")]
    [InlineData("post", "/api/v2/customers")]
    [InlineData("Post", "/api/v2/customers")]
    public void These_are_for_the_Customer_API_to_answer(string method, string path)
        => Assert.False(CustomerApiVersion.TryMatch(method, path, out _));

    [Theory]
    [InlineData("POST", "/API/V2/Customers", "unusual_path")]
    [InlineData("POST", "/api//v2/customers", "unusual_path")]
    [InlineData("POST", "/api/v2/customers//", "unusual_path")]
    [InlineData("POST", "/api/v2/%63ustomers", "unusual_path")]
    [InlineData("POST", "/api/v2%2Fcustomers", "unusual_path")]
    [InlineData("POST", "/V1/customers", "unusual_path")]
    [InlineData("post", "/api/v2/customers", "unusual_method")]
    [InlineData("POST", "/api/v2/customers/abc", null)]
    [InlineData("POST", "/api/v2/transactions", null)]
    [InlineData("POST", "", null)]
    [InlineData("GET", "/API/V2/Customers", null)]
    public void What_is_nearly_one_has_a_name(string method, string path, string? reason)
        => Assert.Equal(reason, CustomerApiVersion.OddityOf(method, path));
}
