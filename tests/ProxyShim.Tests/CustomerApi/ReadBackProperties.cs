using System.Net;
using System.Text;
using CsCheck;
using ProxyShim.CustomerApi;
using ProxyShim.Tests.Ledger;
using Xunit;

namespace ProxyShim.Tests.CustomerApi;

public class ReadBackProperties
{
    private static readonly string[] s_names = ["data", "message", "status", "customer_key", "created_at", "test", "rdata"];

    private static readonly string[] s_values =
    [
        "404", "200", "4.04e2", "1e400", "-9223372036854775808", "99999999999999999999", "null", "true", "\"\"", "\"c\"", "[]", "{}", "\"404\"", "\"\\ud800\"", "nul",
        "{\"customer_key\":\"c\",\"created_at\":1767225600000,\"test\":false}", "{\"customer_key\":\"c\",\"created_at\":1e400,\"test\":1}", "{\"customer_key\":\"C\"}",
    ];

    /// <summary>A page of a proxy, half an answer, another account's customer: what is not certain is unknown, and never missing.</summary>
    [Fact]
    public void Whatever_envelope_comes_only_the_customer_is_found_and_only_the_APIs_own_404_is_absent()
    {
        var key = LedgerUnderTest.KeyOf("c");
        var envelope = Gen.Select(Gen.OneOf(s_names), Gen.OneOf(Gen.OneOf(s_values), GenJson.Text.SelectMany(GenJson.Quoted))).Array[0, 4]
            .Select(members => $"{{{string.Join(',', members.Select(member => $"\"{member.Item1}\":{member.Item2}"))}}}");
        Gen.Select(Gen.OneOf(envelope, GenJson.Object, GenJson.Text), Gen.OneOf(200, 404, 500, 204)).Sample(
            (text, status) => CustomerReader.Judge((HttpStatusCode)status, Encoding.UTF8.GetBytes(text), key).Result switch
            {
                ReadBackResult.Found => status == 200 && text.Contains("\"data\"", StringComparison.Ordinal),
                ReadBackResult.Absent => status == 404 && text.Contains("\"message\"", StringComparison.Ordinal) && text.Contains("\"status\"", StringComparison.Ordinal),
                _ => true,
            },
            iter: 5_000);
    }
}
