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

    private const string FollowUpBody = $$"""{"customer_key":"{{RequestTemplate.Placeholder}}","amount":4900,"currency":"USD","category_key":"plan"}""";

    private const string ActionBody = $$"""{"target_type":"customer","target_key":"{{RequestTemplate.Placeholder}}","key":"seats","value":1}""";

    private const string ClickBody =
        $$"""{"customer_key":"{{RequestTemplate.Placeholder}}","ps_xid":"xid-{{RequestTemplate.Placeholder}}","ps_partner_key":"{{Account.PartnerKey}}","sub_ids":["spring"],"ip_address":"203.0.113.7"}""";

    public static Workload Conversion { get; } = new(
        "conversion",
        LegacyPost("/api/v2/customers", ConversionBody),
        Converts: true);

    /// <summary>The same call where nobody is converted.</summary>
    public static Workload Shadow { get; } = new("shadow", Conversion.Template, Converts: false) { Settings = [("Rollout__Mode", "Shadow")] };

    /// <summary>A payment of a customer whom the ledger does not know: each write that names a customer is looked up there.</summary>
    public static Workload FollowUp { get; } = new(
        "follow-up",
        LegacyPost("/api/v2/transactions", FollowUpBody),
        Converts: false);

    /// <summary>The same body where nobody looks into it: what a call with one costs anyway.</summary>
    public static Workload Post { get; } = new(
        "post",
        LegacyPost("/api/v2/partnerships", FollowUpBody),
        Converts: false);

    /// <summary>An action of a customer: kept at once while the customer has not appeared.</summary>
    public static Workload Action { get; } = new(
        "action",
        LegacyPost("/api/v2/actions", ActionBody),
        Converts: false);

    /// <summary>A back-end reports a click to the capture listener.</summary>
    public static Workload Click { get; } = new(
        "click",
        new RequestTemplate(
            $"""
            POST /clicks HTTP/1.1
            Host: 127.0.0.1
            Authorization: Bearer {Account.CaptureToken}
            User-Agent: back-end/1.0
            Accept: */*
            Content-Type: application/json
            Content-Length: {ClickBody.Length}


            """,
            ClickBody),
        Converts: false);

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

    /// <summary>What the shim has to be set to for it, beside its usual settings.</summary>
    public IReadOnlyList<(string Name, string Value)> Settings { get; private init; } = [];

    private static RequestTemplate LegacyPost(string target, string body) => new(
        $"""
        POST {target} HTTP/1.1
        Host: 127.0.0.1
        Authorization: {Account.Basic}
        User-Agent: legacy-app/1.0
        Accept: application/json
        Content-Type: application/json
        Content-Length: {body.Length}


        """,
        body);
}
