using System.Net;
using System.Net.Http.Headers;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Time.Testing;
using ProxyShim.Sandbox.PartnerStack;
using Xunit;

namespace ProxyShim.Tests.Sandbox;

public sealed class SimulatedConversionApiTests : SimulatorFixture
{
    private readonly FakeTimeProvider _clock = new();

    protected override SimulatedPartnerStackOptions Options => new() { TimeProvider = _clock, Lag = TimeSpan.FromMinutes(5), Test = true };

    [Fact]
    public async Task Success_is_200_with_an_empty_body()
    {
        using var response = await ConvertAsync("ada");

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(0, response.Content.Headers.ContentLength);
        Assert.Empty(await response.Content.ReadAsByteArrayAsync(Cancellation));
    }

    [Fact]
    public async Task The_customer_appears_when_the_lag_is_over_not_before()
    {
        const string Body = """{"xid":"x1","customer_key":"ada","email":"a@b.cd","name":"Ada","sub_ids":["s1","s2"],"meta":{"plan":"pro"}}""";
        using var response = await Conversions.PostAsync("conversion/xid", Json(Body), Cancellation);
        _clock.Advance(TimeSpan.FromMinutes(5) - TimeSpan.FromMilliseconds(1));
        using var early = await Customers.GetAsync("api/v2/customers/ada", Cancellation);
        _clock.Advance(TimeSpan.FromMilliseconds(1));
        using var read = await Customers.GetAsync("api/v2/customers/ada", Cancellation);

        Assert.Equal(HttpStatusCode.NotFound, early.StatusCode);
        Assert.Equal(HttpStatusCode.OK, read.StatusCode);
        var customer = Assert.Single(Stack.Customers);
        Assert.Equal(CustomerOrigin.Conversion, customer.Origin);
        Assert.Equal(_clock.GetUtcNow(), customer.CreatedAt);
        Assert.Equal(("ada", "x1", "a@b.cd", "Ada", true), (customer.CustomerKey, customer.Xid, customer.Email, customer.Name, customer.Test));
        Assert.Equal(["s1", "s2"], customer.SubIds);
        var conversion = Assert.Single(Stack.Conversions);
        Assert.Equal((Body, ConversionEffect.Landed, "ada", "x1"), (conversion.Json, conversion.Effect, conversion.CustomerKey, conversion.Xid));
    }

    [Fact]
    public async Task A_changed_lag_is_for_the_conversions_after_it()
    {
        using var slow = await ConvertAsync("slow");
        Stack.Lag = TimeSpan.Zero;
        using var quick = await ConvertAsync("quick");

        Assert.Equal("quick", Assert.Single(Stack.Customers).CustomerKey);
    }

    [Fact]
    public async Task One_conversion_counts_for_the_life_of_the_account_even_after_a_deletion()
    {
        using var first = await ConvertAsync("ada");
        using var second = await ConvertAsync("ada", "xid_2");
        _clock.Advance(Stack.Lag);
        using var deleted = await Customers.DeleteAsync("api/v2/customers/ada", Cancellation);
        using var third = await ConvertAsync("ada");
        _clock.Advance(Stack.Lag);

        Assert.Equal(HttpStatusCode.OK, third.StatusCode);
        Assert.Equal(3, Stack.ConversionsFor("ada"));
        Assert.Equal(
            [ConversionEffect.Landed, ConversionEffect.Ignored, ConversionEffect.Ignored],
            Stack.Conversions.Select(static conversion => conversion.Effect));
        Assert.Empty(Stack.Customers);
    }

    [Fact]
    public async Task A_customer_the_Customer_API_made_is_not_made_again()
    {
        using var created = await CreateAsync("""{"customer_key":"ada","email":"ada@example.com","partner_key":"bob"}""");
        using var converted = await ConvertAsync("ada");
        _clock.Advance(Stack.Lag);

        Assert.Equal(CustomerOrigin.CustomerApi, Assert.Single(Stack.Customers).Origin);
        Assert.Equal(ConversionEffect.Ignored, Assert.Single(Stack.Conversions).Effect);
    }

    [Fact]
    public async Task A_customer_made_while_the_lag_runs_wins()
    {
        using var converted = await ConvertAsync("ada");
        using var created = await CreateAsync("""{"customer_key":"ada","email":"ada@example.com","partner_key":"bob"}""");
        _clock.Advance(Stack.Lag);

        Assert.Equal(HttpStatusCode.OK, created.StatusCode);
        Assert.Equal(CustomerOrigin.CustomerApi, Assert.Single(Stack.Customers).Origin);
    }

    [Theory]
    [InlineData("not json")]
    [InlineData("[]")]
    [InlineData("""{"customer_key":"ada"}""")]
    [InlineData("""{"xid":"x"}""")]
    [InlineData("""{"xid":"","customer_key":"ada"}""")]
    [InlineData("""{"xid":"x","customer_key":""}""")]
    [InlineData("""{"xid":1,"customer_key":"ada"}""")]
    [InlineData("""{"xid":"x","customer_key":1}""")]
    [InlineData("""{"xid":"x","customer_key":null}""")]
    [InlineData("""{"xid":"x","customer_key":"ada","sub_ids":"s"}""")]
    [InlineData("""{"xid":"x","customer_key":"ada","sub_ids":[1]}""")]
    [InlineData("""{"xid":"x","customer_key":"ada","sub_ids":null}""")]
    [InlineData("""{"xid":"x","customer_key":"ada","meta":[]}""")]
    public async Task An_invalid_body_is_a_400_and_no_conversion(string body)
    {
        using var response = await Conversions.PostAsync("conversion/xid", Json(body), Cancellation);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Equal(400, (await ReadAsync(response))["status"]!.GetValue<int>());
        Assert.Empty(Stack.Conversions);
        Assert.Single(Stack.Calls);
    }

    [Fact]
    public async Task Anything_but_the_token_is_a_401_and_no_conversion()
    {
        AuthenticationHeaderValue?[] wrong = [null, new("Bearer", "tok_other"), new("Bearer", "sk_sandbox"), Basic("pk_sandbox", "sk_sandbox")];
        foreach (var authorization in wrong)
        {
            Conversions.DefaultRequestHeaders.Authorization = authorization;
            using var response = await ConvertAsync("ada");
            Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        }

        Assert.Empty(Stack.Conversions);
    }

    [Fact]
    public async Task A_partners_link_makes_a_click_and_sends_the_visitor_on()
    {
        Stack.LandingPage = new Uri("http://acme.example/landing");
        using var visitor = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false }) { BaseAddress = Stack.ConversionApiAddress };
        using var first = await visitor.GetAsync("link/editorialdepartment9381?sid1=a%20b&sid2=c", Cancellation);
        using var second = await visitor.GetAsync("link/editorialdepartment9381", Cancellation);

        Assert.Equal(HttpStatusCode.Found, first.StatusCode);
        var query = QueryHelpers.ParseQuery(first.Headers.Location!.Query);
        var xid = query["ps_xid"].ToString();
        Assert.StartsWith("http://acme.example/landing?", first.Headers.Location.OriginalString, StringComparison.Ordinal);
        Assert.Matches("^[0-9A-Za-z]{14}$", xid);
        Assert.Equal(
            [xid, "ZWRpdG9yaWFsZGVwYXJ0bWVudDkzODE", "ZWRpdG9yaWFsZGVwYXJ0bWVudDkzODE", "a b", "c"],
            ((string[])["gsxid", "ps_partner_key", "gspk", "sid1", "sid2"]).Select(name => query[name].ToString()));
        Assert.DoesNotContain(xid, second.Headers.Location!.Query, StringComparison.Ordinal);

        using var converted = await ConvertAsync("ada", xid);
        _clock.Advance(Stack.Lag);
        Assert.Equal("editorialdepartment9381", Assert.Single(Stack.Customers).PartnerKey);
    }

    [Theory]
    [InlineData("link/lovelace", null)]
    [InlineData("link/", "http://acme.example/")]
    [InlineData("link/a/b", "http://acme.example/")]
    public async Task A_link_that_leads_nowhere_is_a_404(string path, string? landingPage)
    {
        Stack.LandingPage = landingPage is null ? null : new Uri(landingPage);
        using var answer = await Conversions.GetAsync(path, Cancellation);
        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
    }

    [Theory]
    [InlineData("GET", "conversion/xid")]
    [InlineData("POST", "conversion/xid/")]
    [InlineData("POST", "api/v2/customers")]
    public async Task Any_other_route_is_a_404(string method, string path)
    {
        using var response = await Conversions.SendAsync(new(new(method), path), Cancellation);
        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
    }

    [Fact]
    public async Task Of_many_at_once_one_lands_and_all_are_counted()
    {
        Stack.Lag = TimeSpan.Zero;
        await Parallel.ForAsync(0, 2_000, Cancellation, async (i, _) =>
        {
            using var response = await ConvertAsync($"key_{i % 500}");
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        });

        Assert.Equal(2_000, Stack.Conversions.Count);
        Assert.Equal(500, Stack.Conversions.Count(static conversion => conversion.Landed));
        Assert.Equal(500, Stack.Customers.Count);
        Assert.All(Enumerable.Range(0, 500), i => Assert.Equal((4, 4), (Stack.ConversionsFor($"key_{i}"), Stack.ArrivalsFor($"key_{i}"))));
        Assert.Equal(500, Stack.ConversionCounts.Count);
        Assert.Equal(Enumerable.Range(0, 2_000), Stack.Calls.Select(static call => call.Number));
    }
}
