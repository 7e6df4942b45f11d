using System.Text;
using ProxyShim.CustomerApi;
using ProxyShim.Settings;
using Xunit;

namespace ProxyShim.Tests.CustomerApi;

public class CallersTests
{
    private static readonly CallerPair[] s_pairs =
    [
        new("default", "pk_1", new Secret("sk_1")),
        new("crm", "pk_2", new Secret("sk_2")),
        new("umlaut", "pk_3", new Secret("ßk:3")),
    ];

    [Theory]
    [InlineData("pk_1:sk_1", "default")]
    [InlineData("pk_2:sk_2", "crm")]
    [InlineData("pk_3:ßk:3", "umlaut")] // Only the first colon separates (RFC 7617).
    [InlineData("pk_1:sk_2", null)]
    [InlineData("pk_2:sk_1", null)]
    [InlineData("pk_1:sk_", null)]
    [InlineData("pk_1:sk_11", null)]
    [InlineData("pk_1:SK_1", null)]
    [InlineData("pk_1:sk_1 ", null)]
    [InlineData("pk_1:sk_1\n", null)]
    [InlineData("pk_1", null)]
    [InlineData("pk_1:", null)]
    [InlineData(":sk_1", null)]
    [InlineData(":", null)]
    [InlineData("", null)]
    [InlineData("PK_1:sk_1", null)]
    public void The_pair_decides_who_it_is(string credentials, string? expected)
        => Assert.Equal(expected, Identify("Basic " + Base64(credentials)));

    [Theory]
    [InlineData("basic {0}", "default")] // The scheme's case does not matter (RFC 9110, section 11.1).
    [InlineData("BASIC {0}", "default")]
    [InlineData("Basic  {0} ", "default")]
    [InlineData("{0}", null)]
    [InlineData("Basic{0}", null)]
    [InlineData("Bearer {0}", null)]
    [InlineData("Basic {0},Basic {0}", null)]
    [InlineData("Basic {0}!", null)]
    [InlineData("Basic {0}{0}", null)]
    [InlineData("Basic pk_1:sk_1", null)]
    [InlineData("Basic ", null)]
    [InlineData("Basic", null)]
    [InlineData("", null)]
    public void Only_well_formed_Basic_credentials_count(string format, string? expected)
        => Assert.Equal(expected, Identify(format.Replace("{0}", Base64("pk_1:sk_1"), StringComparison.Ordinal)));

    [Fact]
    public void No_header_is_nobody()
        => Assert.Null(Identify(null));

    [Fact]
    public void Padding_that_is_left_out_makes_it_no_base64()
    {
        var padded = Base64("pk_1:sk_1!");
        Assert.EndsWith("=", padded, StringComparison.Ordinal);

        Assert.Null(Identify("Basic " + padded.TrimEnd('=')));
    }

    [Theory]
    [InlineData(1000)]
    [InlineData(1025)]
    [InlineData(100_000)]
    public void Any_length_of_header_is_answered(int length)
        => Assert.Null(Identify("Basic " + Base64(new string('x', length))));

    [Fact]
    public void The_longest_header_that_is_read_may_be_right()
    {
        // 1,024 characters of header hold 762 bytes of credentials.
        var secret = new string('s', 762 - "pk:".Length);
        var callers = Of(allowAnonymous: false, new CallerPair("long", "pk", new Secret(secret)));

        Assert.Equal("long", callers.Identify("Basic " + Base64("pk:" + secret)));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("Basic !!!")]
    [InlineData("Bearer token")]
    public void Where_anyone_may_convert_a_stranger_is_anonymous(string? authorization)
        => Assert.Equal("anonymous", Of(allowAnonymous: true, s_pairs).Identify(authorization));

    [Fact]
    public void Where_anyone_may_convert_a_known_one_keeps_its_name()
        => Assert.Equal("crm", Of(allowAnonymous: true, s_pairs).Identify("Basic " + Base64("pk_2:sk_2")));

    private static string? Identify(string? authorization) => Of(allowAnonymous: false, s_pairs).Identify(authorization);

    private static Callers Of(bool allowAnonymous, params CallerPair[] pairs)
        => new(new CustomerApiSettings(new Uri("http://localhost"), null, pairs, allowAnonymous));

    private static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));
}
