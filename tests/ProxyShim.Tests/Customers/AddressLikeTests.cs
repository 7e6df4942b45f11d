using System.Text;
using ProxyShim.Customers;
using Xunit;

namespace ProxyShim.Tests.Customers;

/// <summary>In whatever form a URL or a site keeps it, an e-mail address is known for one; what only looks odd stays what it is.</summary>
public class AddressLikeTests
{
    public static TheoryData<string> Addresses() =>
    [
        "jane@acme.com", "mailto:jane@acme.com", "jane\uFF20acme.com", "jane\uFE6Bacme.com", "j\u00fcrgen@firma.de",
        "jane%40acme.com", "jane%2540acme.com", "jane%EF%BC%A0acme.com", "100%&jane%40acme.com", "%C3%jane%40acme.com",
        .. InBase64("jane@acme.com"), .. InBase64("ann@acme.io"), .. InBase64("a@b.cd"), .. InBase64("j\u00fcrgen@firma.de"), .. InBase64("\u5f35\u4f1f@example.cn"),
        .. InBase64("\u043f\u043e\u0447\u0442\u0430@\u043f\u0440\u0438\u043c\u0435\u0440.\u0440\u0444"), .. InBase64("jane\uFF20acme.com"), .. InBase64($"{new string('x', 244)}@example.com"),
    ];

    public static TheoryData<string> Others() =>
    [
        "", "lovelace", "editorialdepartment9381", "blog|notebook", "2026-11", "X1aB2cD3eF4g", "ada-lovelace.2", "100%organic", "50%25", "caf%C3%A9", "%", "%4", "%4g",
        "M\u00fcller & S\u00f6hne", "\ud800", "====", new string('A', 1000),
        .. InBase64("lovelace"), .. InBase64("m\u00fcller"), .. InBase64("editorialdepartment9381"),

        // Bytes that are no text, and a text that nobody would write: chance.
        Convert.ToBase64String([0xff, .. "jane@acme.com"u8]), Convert.ToBase64String([0x01, .. "jane@acme.com"u8]), Convert.ToBase64String([0xc2, 0x85, .. "jane@acme.com"u8]),
    ];

    [Theory]
    [MemberData(nameof(Addresses))]
    public void An_address_is_known_in_each_of_its_forms(string text) => Assert.True(AddressLike.Matches(text));

    [Theory]
    [MemberData(nameof(Others))]
    public void Another_text_is_none(string text) => Assert.False(AddressLike.Matches(text));

    // Both alphabets, with and without the padding, and as a query string has it.
    private static IEnumerable<string> InBase64(string text)
    {
        var padded = Convert.ToBase64String(Encoding.UTF8.GetBytes(text));
        var urlSafe = padded.Replace('+', '-').Replace('/', '_');
        return new[] { padded, padded.TrimEnd('='), urlSafe.TrimEnd('='), Uri.EscapeDataString(padded), Uri.EscapeDataString(Uri.EscapeDataString(padded)) }.Distinct();
    }
}
