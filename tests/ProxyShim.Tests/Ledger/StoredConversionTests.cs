using System.Text;
using System.Text.Json;
using ProxyShim.Clicks;
using ProxyShim.Customers;
using ProxyShim.Ledger;
using ProxyShim.Ledger.Kept;
using ProxyShim.Primitives;
using Xunit;

namespace ProxyShim.Tests.Ledger;

public class StoredConversionTests
{
    private const string TraceParent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

    // The second is longer than what a writer takes at once.
    public static TheoryData<string, string?> Cases => new() { { "Ada", null }, { new string('ä', 20_000), TraceParent }, { "\"quoted\" \u2028", TraceParent } };

    [Theory]
    [MemberData(nameof(Cases))]
    public void What_is_sent_is_what_is_stored(string name, string? traceParent)
    {
        var request = new CustomerRequest(LedgerUnderTest.KeyOf("customer"), "ada@example.com", "partner", name, null, """{"plan":"ü"}"""u8.ToArray());
        var click = ClickReader.FromString("""{"xid":"xid_1","sub_ids":["a","b"],"clicked_at":1770000000000,"origin":"https://example.com/ä"}""")!;

        var (body, conversion) = StoredConversion.Compose(request, click, traceParent);

        Assert.Equal(Encoding.UTF8.GetString(JsonText.WriteShared((request, click), static (json, from) => ConversionBody.Compose(json, from.request, from.click))), Text(conversion));
        var stored = StoredConversion.Read(body);
        Assert.Equal(Text(conversion), Text(stored.Conversion));
        Assert.Equal(("partner", name, traceParent is not null), (stored.Request.PartnerKey, stored.Request.Name, stored.Span != default));
        Assert.Equal(["a", "b"], stored.SubIds);
        Assert.Equal(TimeSpan.FromMinutes(1), stored.ClickAgeAt(DateTimeOffset.FromUnixTimeMilliseconds(1_770_000_060_000)));
    }

    [Fact]
    public void One_that_an_older_version_wrote_is_read_and_tells_no_click_age()
    {
        var stored = StoredConversion.Read(
            """{"partner_key":"partner","conversion":{"xid":"xid_1","customer_key":"ada","email":"ada@example.com","sub_ids":["a"]}}"""u8.ToArray());

        Assert.Equal(("partner", "ada", (TimeSpan?)null), (stored.Request.PartnerKey, stored.Request.CustomerKey.Value, stored.ClickAgeAt(DateTimeOffset.UnixEpoch)));
        Assert.Equal(["a"], stored.SubIds);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_held_one_is_the_original_request_and_nothing_that_could_be_sent(string name, string? traceParent)
    {
        var request = new CustomerRequest(LedgerUnderTest.KeyOf("customer"), "ada@example.com", "partner", name, null, """{"plan":"ü"}"""u8.ToArray());
        byte[] bytes = [0xEF, 0xBB, 0xBF, .. Encoding.UTF8.GetBytes("{ \"name\" :\t\"ü\" }\r\n")];
        var original = new KeptCall(
            request.CustomerKey, "POST", "/v1/customers/", "/v1/customers", "text/plain", bytes, "crm", LedgerUnderTest.TraceId, DateTimeOffset.UnixEpoch);

        var body = StoredConversion.ComposeHeld(request, original, traceParent);

        var stored = StoredConversion.Read(body);
        Assert.Equal(bytes, stored.Original!.Body.ToArray());
        Assert.Equal(original with { Body = default }, stored.Original with { Body = default });
        Assert.Equal(
            ("partner", name, "ada@example.com", """{"plan":"ü"}""", traceParent is not null),
            (stored.Request.PartnerKey, stored.Request.Name, stored.Request.Email, Text(stored.Request.Meta!.Value), stored.Span != default));

        // What an older version looks for, and sends.
        using var document = JsonDocument.Parse(body);
        Assert.False(document.RootElement.TryGetProperty("conversion", out _));
        Assert.True(stored.Conversion.IsEmpty);
    }

    private static string Text(ReadOnlyMemory<byte> bytes) => Encoding.UTF8.GetString(bytes.Span);
}
