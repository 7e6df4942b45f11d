using System.Net;
using System.Net.Http.Headers;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using ProxyShim.Sandbox.PartnerStack;
using ProxyShim.Sandbox.Shim;
using ProxyShim.Sandbox.Tour;

namespace ProxyShim.Sandbox.DemoSite;

/// <summary>What became of a sign-up: from what the shim's ledger says of it, and what PartnerStack got.</summary>
internal sealed class Journey(SimulatedPartnerStack partnerStack, Func<ShimEndpoints> shim) : IDisposable
{
    private static readonly JsonSerializerOptions s_shown = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly HttpClient _client = new();

    public async Task<IReadOnlyList<Stage>> OfAsync(SignUp signUp, CancellationToken cancellationToken)
    {
        if (signUp.Request is null)
        {
            return [new("Not reported", StageState.Stopped, "No partner has brought this customer, so Acme's app has nothing to report.")];
        }

        var entry = await EntryAsync(signUp.Key, cancellationToken);
        return [Click(entry), Report(signUp), Sent(signUp, entry), Verified(signUp, entry)];
    }

    public void Dispose() => _client.Dispose();

    private Stage Click(Entry? entry)
    {
        const string name = "The click";
        return entry switch
        {
            { State: "held" } => new(
                name, StageState.Open, $"Acme's back-end was faster than the page: no click is known yet. ProxyShim looks for it again, here for {shim().HoldFor.TotalSeconds:0} s."),
            { HasClick: true } => new(name, StageState.Done, $"ProxyShim found it: {entry.Xid}."),
            _ => new(name, StageState.Stopped, "No click is known for this customer."),
        };
    }

    private static Stage Report(SignUp signUp) => new(
        "Acme's call",
        signUp.Status is null ? StageState.Stopped : StageState.Done,
        signUp.Status is not { } status ? "The app reported the customer, and got no answer."
            : $"The app reported the customer as ever, and got {status}, {(signUp.Outcome is null ? "the Customer API's own answer" : $"in the Customer API's own shape ({signUp.Outcome})")}.",
        Indented(signUp.Request!));

    private Stage Sent(SignUp signUp, Entry? entry)
    {
        const string name = "What PartnerStack got";
        if (entry is null or { HasClick: false, State: "fallback" })
        {
            return new(name, StageState.Done, "The original call, as if there were no shim in between.");
        }

        var conversion = partnerStack.Conversions.LastOrDefault(conversion => conversion.CustomerKey == signUp.Key);
        return entry.State == "held" ? new(name, StageState.Open, "Nothing yet: a conversion if the click comes, else the original call.")
            : conversion is null ? new(name, StageState.Open, "Nothing yet: the Conversion API cannot be reached, or refuses. The conversion is kept, and sent again.")
            : new(name, StageState.Done, "A conversion with the click, and with what the browser said of itself:", Indented(conversion.Json));
    }

    private Stage Verified(SignUp signUp, Entry? entry)
    {
        const string name = "Verified";
        var record = PartnerRecord.Of(partnerStack, signUp.Key);
        return entry?.State switch
        {
            null => new(name, StageState.Stopped, $"PartnerStack has {record}. This sign-up cannot be tied to a link."),
            "held" => new(name, StageState.Open, "PartnerStack has heard of nobody yet."),
            "fallback" when !entry.HasClick => new(name, StageState.Stopped, $"PartnerStack has {record}. This sign-up cannot be tied to a link."),
            "verified" => new(name, StageState.Done, $"ProxyShim has read it back. PartnerStack has {record}."),
            "dead" => new(name, StageState.Stopped, "It could not be delivered: it is a dead letter, which a person replays or discards in the console."),
            "fallback" => new(name, StageState.Stopped, $"The conversion was refused, so the Customer API got the original call. PartnerStack has {record}."),
            _ => new(name, StageState.Open, $"PartnerStack shows a new customer only after a while (here {partnerStack.Lag.TotalSeconds:0.###} s). ProxyShim looks until it does."),
        };
    }

    private static string Indented(string json) => JsonNode.Parse(json)!.ToJsonString(s_shown);

    private async Task<Entry?> EntryAsync(string key, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(shim().Management, $"admin/conversions/{key}"));
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", shim().ManagementToken);
        using var answer = await _client.SendAsync(request, cancellationToken);
        if (answer.StatusCode is not HttpStatusCode.OK)
        {
            return null;
        }

        var entry = JsonElement.Parse(await answer.Content.ReadAsStringAsync(cancellationToken));
        return new(entry.GetProperty("state").GetString()!, entry.GetProperty("xid").GetString()!);
    }

    /// <summary>The part of the ledger's entry that is told.</summary>
    private sealed record Entry(string State, string Xid)
    {
        public bool HasClick => Xid.Length > 0;
    }
}
