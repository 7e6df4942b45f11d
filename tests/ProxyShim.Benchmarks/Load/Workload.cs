using ProxyShim.Benchmarks.Servers;

namespace ProxyShim.Benchmarks.Load;

/// <summary>A kind of request, and which API has to have seen it.</summary>
/// <param name="Name">As in the report.</param>
/// <param name="Template">The request's bytes; <see cref="RequestTemplate.Placeholder"/> stands where the customer's key goes.</param>
/// <param name="Converts">It ends at the Conversion API; otherwise at the Customer API.</param>
internal sealed record Workload(string Name, RequestTemplate Template, bool Converts)
{
    private const string ConversionBody =
        $$$"""{"customer_key":"{{{RequestTemplate.Placeholder}}}","email":"{{{RequestTemplate.Placeholder}}}@example.com","partner_key":"{{{Account.PartnerKey}}}","name":"Ada Lovelace","meta":{"plan":"pro","seats":12}}""";

    public static Workload Conversion { get; } = new(
        "conversion",
        new RequestTemplate(
            $"""
            POST /api/v2/customers HTTP/1.1
            Host: 127.0.0.1
            Authorization: {Account.Basic}
            User-Agent: legacy-app/1.0
            Accept: application/json
            Content-Type: application/json
            Content-Length: {ConversionBody.Length}


            """,
            ConversionBody),
        Converts: true);

    /// <summary>The same call where nobody is converted.</summary>
    public static Workload Shadow { get; } = new("shadow", Conversion.Template, Converts: false);

    public static Workload Passthrough { get; } = new(
        "passthrough",
        new RequestTemplate(
            $"""
            GET /api/v2/customers/cus_8U5s1iH2Pd2a2p HTTP/1.1
            Host: 127.0.0.1
            Authorization: {Account.Basic}
            User-Agent: legacy-app/1.0
            Accept: application/json


            """,
            ""),
        Converts: false);
}
