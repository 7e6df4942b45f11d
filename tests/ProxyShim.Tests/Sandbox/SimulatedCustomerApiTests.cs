using System.IO.Compression;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Time.Testing;
using ProxyShim.Sandbox.PartnerStack;
using Xunit;

namespace ProxyShim.Tests.Sandbox;

public sealed class SimulatedCustomerApiTests : SimulatorFixture
{
    private const string Ada = """{"customer_key":"ada","email":"ada@example.com","partner_key":"bob"}""";

    private readonly FakeTimeProvider _clock = new(DateTimeOffset.FromUnixTimeMilliseconds(1_700_000_000_000));

    protected override SimulatedPartnerStackOptions Options => new() { TimeProvider = _clock };

    [Fact]
    public async Task Creation_answers_the_documented_envelope_with_the_whole_customer_object()
    {
        using var response = await CreateAsync("""
            {"customer_key":"ada","email":"ada@example.com","partner_key":"bob","name":"Ada","provider_key":"stripe_1","meta":{"plan":"pro"}}
            """);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("application/json", response.Content.Headers.ContentType?.ToString());
        var body = await ReadAsync(response);
        var key = body["data"]!["key"]!.GetValue<string>();
        Assert.Matches("^cus_[0-9A-Za-z]{14}$", key);
        AssertJson($$"""
            {"data":{"key":"{{key}}","customer_key":"ada","email":"ada@example.com","name":"Ada","provider_key":"stripe_1","partner_key":"bob",
             "partnership_key":"part_bob","meta":{"plan":"pro"},"test":false,"source_key":null,"source_type":"api","sub_ids":[],
             "created_at":1700000000000,"updated_at":1700000000000,"fields":[{"api_name":"plan","value":"pro"}]},
             "message":"Customer successfully created","status":200}
            """, body);
    }

    [Fact]
    public async Task A_read_by_either_key_shows_the_custom_fields_under_mdata()
    {
        using var created = await CreateAsync("""{"customer_key":"a/b c","email":"ada@example.com","partner_key":"bob","meta":{"plan":"pro"}}""");
        var key = (await ReadAsync(created))["data"]!["key"]!.GetValue<string>();

        foreach (var identifier in new[] { key, "a%2Fb%20c", "a%2Fb%20c/" })
        {
            using var read = await Customers.GetAsync($"api/v2/customers/{identifier}", Cancellation);
            var data = (await ReadAsync(read))["data"]!;
            Assert.Equal(key, data["key"]!.GetValue<string>());
            AssertJson("{}", data["meta"]);
            AssertJson("""{"plan":"pro"}""", data["mdata"]);
            AssertJson("""[{"api_name":"plan","value":"pro"}]""", data["fields"]);
        }
    }

    [Fact]
    public async Task HEAD_answers_like_GET_without_the_body()
    {
        using var created = await CreateAsync(Ada);
        using var get = await Customers.GetAsync("api/v2/customers/ada", Cancellation);
        using var head = await Customers.SendAsync(new(HttpMethod.Head, "api/v2/customers/ada"), Cancellation);

        Assert.Equal(HttpStatusCode.OK, head.StatusCode);
        Assert.Equal(get.Content.Headers.ContentLength, head.Content.Headers.ContentLength);
        Assert.Empty(await head.Content.ReadAsByteArrayAsync(Cancellation));
    }

    [Fact]
    public async Task The_older_version_takes_key_and_answers_rdata()
    {
        using var response = await CreateAsync("""{"key":"ada","email":"ada@example.com","partner_key":"bob"}""", "v1/customers");

        var body = await ReadAsync(response);
        Assert.Equal("ada", body["rdata"]!["customer_key"]!.GetValue<string>());
        Assert.Null(body["data"]);
    }

    [Theory]
    [InlineData("not json", "The body must be a JSON object")]
    [InlineData("[1]", "The body must be a JSON object")]
    [InlineData("", "The body must be a JSON object")]
    [InlineData("""{"email":"\ud800","partner_key":"bob"}""", "The body must be a JSON object")]
    [InlineData("""{"partner_key":"bob"}""", "email is required")]
    [InlineData("""{"email":null,"partner_key":"bob"}""", "email must be a string")]
    [InlineData("""{"email":7,"partner_key":"bob"}""", "email must be a string")]
    [InlineData("""{"email":"a@b","partner_key":"bob"}""", "email must have at least 4 characters")]
    [InlineData("""{"email":"nobody","partner_key":"bob"}""", "email must be a valid e-mail address")]
    [InlineData("""{"email":"a@b@c.de","partner_key":"bob"}""", "email must be a valid e-mail address")]
    [InlineData("""{"email":"a b@c.de","partner_key":"bob"}""", "email must be a valid e-mail address")]
    [InlineData("""{"email":"ada@example.com"}""", "partner_key is required")]
    [InlineData("""{"email":"ada@example.com","partner_key":""}""", "partner_key must have at least 1 characters")]
    [InlineData("""{"email":"ada@example.com","partner_key":1}""", "partner_key must be a string")]
    [InlineData("""{"email":"ada@example.com","partner_key":"bob","customer_key":1}""", "customer_key must be a string")]
    [InlineData("""{"email":"ada@example.com","partner_key":"bob","name":[]}""", "name must be a string")]
    [InlineData("""{"email":"ada@example.com","partner_key":"bob","provider_key":true}""", "provider_key must be a string")]
    [InlineData("""{"email":"ada@example.com","partner_key":"bob","meta":[]}""", "meta must be an object")]
    public async Task An_invalid_body_is_a_400_that_names_the_field(string body, string message)
    {
        using var response = await CreateAsync(body);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        AssertJson(new JsonObject { ["message"] = message, ["status"] = 400 }.ToJsonString(), await ReadAsync(response));
        Assert.Empty(Stack.Customers);
    }

    [Theory]
    [InlineData(100, HttpStatusCode.OK)]
    [InlineData(101, HttpStatusCode.BadRequest)]
    public async Task A_name_has_at_most_100_characters_not_UTF16_units(int length, HttpStatusCode expected)
    {
        var name = string.Concat(Enumerable.Repeat("😀", length));
        using var response = await CreateAsync($$"""{"email":"ada@example.com","partner_key":"bob","name":"{{name}}"}""");
        Assert.Equal(expected, response.StatusCode);
    }

    [Theory]
    [InlineData(255, HttpStatusCode.OK)]
    [InlineData(256, HttpStatusCode.BadRequest)]
    public async Task An_address_has_at_most_255_characters(int length, HttpStatusCode expected)
    {
        var email = "@example.com".PadLeft(length, 'a');
        using var response = await CreateAsync($$"""{"email":"{{email}}","partner_key":"bob"}""");
        Assert.Equal(expected, response.StatusCode);
    }

    [Fact]
    public async Task Nulls_are_fine_where_the_documentation_has_them()
    {
        using var response = await CreateAsync("""{"email":"ada@example.com","partner_key":"bob","customer_key":null,"provider_key":null,"unknown":{"x":1}}""");
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Theory]
    [InlineData("""{"customer_key":"ada","email":"other@example.com","partner_key":"bob"}""")]
    [InlineData("""{"customer_key":"other","email":"ada@example.com","partner_key":"bob"}""")]
    public async Task A_taken_key_or_address_is_a_409(string second)
    {
        using var first = await CreateAsync(Ada);
        using var response = await CreateAsync(second);

        Assert.Equal(HttpStatusCode.Conflict, response.StatusCode);
        Assert.Equal(409, (await ReadAsync(response))["status"]!.GetValue<int>());
        Assert.Single(Stack.Customers);
    }

    [Theory]
    [InlineData("pk_sandbox", "wrong")]
    [InlineData("wrong", "sk_sandbox")]
    [InlineData(null, null)]
    public async Task A_wrong_key_pair_is_a_401_whatever_the_path(string? user, string? password)
    {
        using var client = new HttpClient { BaseAddress = Stack.CustomerApiAddress };
        client.DefaultRequestHeaders.Authorization = user is null ? new("Bearer", "tok_sandbox") : Basic(user, password!);

        foreach (var path in new[] { "api/v2/customers", "api/v2/deals", "nothing" })
        {
            using var response = await client.GetAsync(path, Cancellation);
            Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
            Assert.Equal(401, (await ReadAsync(response))["status"]!.GetValue<int>());
        }
    }

    [Theory]
    [InlineData("GET", "api/v2/customers/unknown", HttpStatusCode.NotFound)]
    [InlineData("PATCH", "api/v2/customers/unknown", HttpStatusCode.NotFound)]
    [InlineData("DELETE", "api/v2/customers/unknown", HttpStatusCode.NotFound)]
    [InlineData("PUT", "api/v2/customers", HttpStatusCode.MethodNotAllowed)]
    [InlineData("POST", "api/v2/customers/unknown", HttpStatusCode.MethodNotAllowed)]
    [InlineData("GET", "api/v2/unknown", HttpStatusCode.NotFound)]
    [InlineData("GET", "", HttpStatusCode.NotFound)]
    public async Task What_does_not_exist_is_answered_in_the_envelope(string method, string path, HttpStatusCode expected)
    {
        using var request = new HttpRequestMessage(new(method), path) { Content = Json("{}") };
        using var response = await Customers.SendAsync(request, Cancellation);

        Assert.Equal(expected, response.StatusCode);
        Assert.Equal((int)expected, (await ReadAsync(response))["status"]!.GetValue<int>());
    }

    [Fact]
    public async Task A_change_keeps_what_it_does_not_name()
    {
        using var created = await CreateAsync("""{"customer_key":"ada","email":"ada@example.com","partner_key":"bob","meta":{"a":1,"b":2}}""");
        _clock.Advance(TimeSpan.FromSeconds(1));
        using var changed = await Customers.PatchAsync("api/v2/customers/ada", Json("""{"name":"Ada","meta":{"b":3}}"""), Cancellation);

        Assert.Equal(HttpStatusCode.OK, changed.StatusCode);
        var data = (await ReadAsync(changed))["data"]!;
        Assert.Equal("Ada", data["name"]!.GetValue<string>());
        Assert.Equal("ada@example.com", data["email"]!.GetValue<string>());
        AssertJson("""{"a":1,"b":3}""", data["mdata"]);
        Assert.Equal(1_700_000_001_000, data["updated_at"]!.GetValue<long>());
        Assert.Equal(1_700_000_000_000, data["created_at"]!.GetValue<long>());
    }

    [Fact]
    public async Task A_deleted_customer_is_gone_and_its_key_is_free_again()
    {
        using var created = await CreateAsync(Ada);
        using var deleted = await Customers.DeleteAsync("api/v2/customers/ada", Cancellation);
        using var read = await Customers.GetAsync("api/v2/customers/ada", Cancellation);
        using var again = await CreateAsync(Ada);

        Assert.Equal(
            [HttpStatusCode.OK, HttpStatusCode.NotFound, HttpStatusCode.OK],
            new[] { deleted.StatusCode, read.StatusCode, again.StatusCode });
    }

    [Fact]
    public async Task The_list_is_paged_newest_first()
    {
        for (var i = 0; i < 12; i++)
        {
            using var created = await CreateAsync($$"""{"customer_key":"c{{i:00}}","email":"c{{i}}@example.com","partner_key":"bob"}""");
            _clock.Advance(TimeSpan.FromMilliseconds(1));
        }

        Assert.Equal(["c11", "c10", "c09", "c08", "c07", "c06", "c05", "c04", "c03", "c02"], await KeysAsync("", hasMore: true));
        Assert.Equal(["c11", "c10", "c09"], await KeysAsync("?limit=3", hasMore: true));
        Assert.Equal(["c01", "c00"], await KeysAsync("?limit=3&starting_after=c02", hasMore: false));
        Assert.Equal(["c11", "c10"], await KeysAsync("?ending_before=c09", hasMore: false));
        Assert.Equal(["c00", "c01"], await KeysAsync("?limit=2&order_by=created_at", hasMore: true));
        Assert.Equal(["c05", "c04"], await KeysAsync("?min_created=1700000000004&max_created=1700000000005", hasMore: false));
    }

    [Theory]
    [InlineData("?limit=0")]
    [InlineData("?limit=251")]
    [InlineData("?limit=ten")]
    [InlineData("?min_created=yesterday")]
    public async Task A_list_with_an_invalid_parameter_is_a_400(string query)
    {
        using var response = await Customers.GetAsync($"api/v2/customers{query}", Cancellation);
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
    }

    [Fact]
    public async Task A_transaction_of_an_unknown_customer_is_a_404()
    {
        using var unknown = await Customers.PostAsync("api/v2/transactions", Json("""{"customer_key":"ada","amount":100}"""), Cancellation);
        using var created = await CreateAsync(Ada);
        using var known = await Customers.PostAsync("api/v2/transactions", Json("""{"customer_key":"ada","amount":100}"""), Cancellation);

        Assert.Equal(HttpStatusCode.NotFound, unknown.StatusCode);
        Assert.Equal(HttpStatusCode.OK, known.StatusCode);
        Assert.Equal(100, (await ReadAsync(known))["data"]!["amount"]!.GetValue<int>());
    }

    [Fact]
    public async Task Other_resources_answer_plausibly()
    {
        using var list = await Customers.GetAsync("api/v2/deals?limit=5", Cancellation);
        using var made = await Customers.PostAsync("api/v2/deals", Json("""{"name":"big"}"""), Cancellation);

        AssertJson("""{"items":[],"has_more":false}""", (await ReadAsync(list))["data"]);
        Assert.Equal("big", (await ReadAsync(made))["data"]!["name"]!.GetValue<string>());
    }

    [Fact]
    public async Task A_packed_body_is_understood()
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            gzip.Write(Encoding.UTF8.GetBytes(Ada));
        }

        using var content = new ByteArrayContent(packed.ToArray());
        content.Headers.ContentEncoding.Add("gzip");
        using var response = await Customers.PostAsync("api/v2/customers", content, Cancellation);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(packed.ToArray(), Assert.Single(Stack.Calls).Body.ToArray());
    }

    private static void AssertJson(string expected, JsonNode? actual) =>
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(expected), actual), actual?.ToJsonString());

    private async Task<string[]> KeysAsync(string query, bool hasMore)
    {
        using var response = await Customers.GetAsync($"api/v2/customers{query}", Cancellation);
        var data = (await ReadAsync(response))["data"]!;
        Assert.Equal(hasMore, data["has_more"]!.GetValue<bool>());
        return [.. data["items"]!.AsArray().Select(static item => item!["customer_key"]!.GetValue<string>())];
    }
}
