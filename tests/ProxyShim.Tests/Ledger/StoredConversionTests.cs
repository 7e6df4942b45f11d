using System.Text;
using ProxyShim.Clicks;
using ProxyShim.Customers;
using ProxyShim.Ledger;
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
        var click = ClickReader.FromString("""{"xid":"xid_1","sub_ids":["a","b"],"origin":"https://example.com/ä"}""")!;

        var (body, conversion) = StoredConversion.Compose(request, click, traceParent);

        Assert.Equal(Encoding.UTF8.GetString(JsonText.WriteShared((request, click), static (json, from) => ConversionBody.Compose(json, from.request, from.click))), Text(conversion));
        var stored = StoredConversion.Read(body);
        Assert.Equal(Text(conversion), Text(stored.Conversion));
        Assert.Equal(("partner", name, traceParent is not null), (stored.Request.PartnerKey, stored.Request.Name, stored.Span != default));
        Assert.Equal(["a", "b"], stored.SubIds);
    }

    private static string Text(ReadOnlyMemory<byte> bytes) => Encoding.UTF8.GetString(bytes.Span);
}
