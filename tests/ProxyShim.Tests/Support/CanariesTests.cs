using System.Security.Cryptography;
using System.Text;
using ProxyShim.Testing;
using Xunit;

namespace ProxyShim.Tests.Support;

/// <summary>What is searched for is found in every disguise, so that a search which finds nothing means something.</summary>
public class CanariesTests
{
    private const string Secret = "sk_s\u00e9cret/+&";

    private static readonly string s_key = Canaries.NewKey();
    private static readonly string s_stranger = Canaries.Plant("jane@partner.example");

    private static readonly OutputCheck s_check = new(new Dictionary<string, string>
    {
        ["CustomerApi:SecretKey"] = Secret,
        ["Redis:ConnectionString"] = "localhost,password=redis-password,ssl=true",
        ["ConversionApi:Token"] = "tok",
    });

    public static TheoryData<string> Leaks() =>
    [
        s_key,
        s_key.ToUpperInvariant(),
        s_key[..20],
        Canaries.EmailOf(s_key),
        "jane%40partner.example",
        "jane%2540partner.example",
        @"jane\u0040partner.example",
        @"\u006aane%40partner.example",
        Secret,
        Uri.EscapeDataString(Secret),
        @"sk_s\u00E9cret/\u002B\u0026",
        @"sk_sécret\/+&",
        Convert.ToHexStringLower(Encoding.UTF8.GetBytes(Secret)),
        Convert.ToHexString(Encoding.UTF8.GetBytes(s_key)),
        Base64($"pk:{Secret}"),
        Base64($"pk_:{Secret}"),
        Base64($"pk_1:{Secret}"),
        Base64(s_key).Replace('+', '-').Replace('/', '_'),
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(s_key))),
        Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(Canaries.EmailOf(s_key))))[..32],
        $"conversion_{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(s_stranger)))}",
        Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(s_key))),
        "redis-password",
    ];

    [Theory]
    [MemberData(nameof(Leaks))]
    public void A_leak_is_found(string leak)
    {
        var found = s_check.LeaksIn("a line", [$$"""{"Event":"Diagnostic","@mt":"{{leak}}"}"""]);

        Assert.NotEmpty(found);
        Assert.Throws<InvalidOperationException>(() => s_check.Hold("a line", [leak]));
    }

    [Theory]
    [InlineData("")]
    [InlineData("""{"@t":"2026-05-04T03:02:01.0000000Z","Event":"RequestHandled","CustomerRef":"0123456789abcdef0123456789abcdef","TraceId":"4bf92f3577b34da6a3ce929d0e0e4736"}""")]
    [InlineData("the tracking token tok is too short to be looked for: 100%")]
    [InlineData(@"C:\path\u00")]
    public void What_gives_nothing_away_is_no_leak(string text) => Assert.Empty(s_check.LeaksIn("a line", [text]));

    [Fact]
    public void A_plain_CustomerRef_is_what_was_asked_for_and_nothing_else_is()
    {
        var plain = new OutputCheck(new Dictionary<string, string> { ["Privacy:CustomerRef"] = "Plain" });

        Assert.Empty(plain.LeaksIn("a line", [$$"""{"CustomerRef":"{{s_key}}"}"""]));
        Assert.NotEmpty(plain.LeaksIn("a line", [$$"""{"CustomerRef":"{{s_key}}","Xid":"{{s_key}}"}"""]));
        Assert.NotEmpty(s_check.LeaksIn("a line", [$$"""{"CustomerRef":"{{s_key}}"}"""]));
    }

    [Fact]
    public void A_dead_letters_handle_can_be_left_out_and_nothing_else_is()
    {
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(s_key)));

        Assert.Empty(s_check.LeaksIn("a list", [OutputCheck.WithoutReferences($"07-{hash}  expired")]));
        Assert.NotEmpty(s_check.LeaksIn("a list", [OutputCheck.WithoutReferences($"{hash}  expired")]));
    }

    private static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));
}
