using ProxyShim.Telemetry;
using Xunit;

namespace ProxyShim.Tests.Telemetry;

public class RouteNameTests
{
    [Theory]
    [InlineData("/api/v2/customers", "/api/v2/customers")]
    [InlineData("/api/v2/customers/", "/api/v2/customers")]
    [InlineData("/v1/customers", "/v1/customers")]
    [InlineData("/api/v2/customers/canary@example.com", "/api/v2/customers/{key}")]
    [InlineData("/api/v2/customers/canary/deeper/canary", "/api/v2/customers/{key}")]
    [InlineData("/api/v2/transactions/canary", "/api/v2/transactions/{key}")]
    [InlineData("/v1/partnerships/canary/", "/v1/partnerships/{key}")]
    [InlineData("/api/v2/canary", "other")]
    [InlineData("/api/v2/canary/customers", "other")]
    [InlineData("/api/v2/Customers", "other")]
    [InlineData("/api/v2/customers%2Fcanary", "other")]
    [InlineData("/api/v2/", "other")]
    [InlineData("/api/v2", "other")]
    [InlineData("/canary", "other")]
    [InlineData("/", "other")]
    [InlineData("", "other")]
    [InlineData("/api/v3/customers", "other")]
    [InlineData("//api/v2/customers", "other")]
    public void Names_a_documented_route_without_its_identifiers(string path, string expected)
        => Assert.Equal(expected, RouteName.OfPath(path));

    [Theory]
    [InlineData("GET", "GET")]
    [InlineData("PATCH", "PATCH")]
    [InlineData("get", "OTHER")]
    [InlineData("CANARY", "OTHER")]
    [InlineData("", "OTHER")]
    public void Names_a_known_method(string method, string expected)
        => Assert.Equal(expected, RouteName.OfMethod(method));
}
