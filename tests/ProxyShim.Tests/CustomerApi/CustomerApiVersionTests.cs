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
    public void These_are_for_the_Customer_API_to_answer(string method, string path)
        => Assert.False(CustomerApiVersion.TryMatch(method, path, out _));
}
