using System.IO.Compression;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace ProxyShim.Sandbox.PartnerStack;

/// <summary>Answers as CONTRACT.md says the Customer API does.</summary>
internal sealed class CustomerApiHandler(SimulatedPartnerStackOptions options, Account account)
{
    private const string NoSuchCustomer = "Customer not found";

    // The other resources legacy apps use on the same base (CONTRACT.md).
    private static readonly HashSet<string> OtherResources = new(StringComparer.Ordinal)
    {
        "partnerships", "transactions", "actions", "deals", "leads", "groups", "rewards", "webhooks",
    };

    private readonly HashSet<string> _authorizations = [.. options.KeyPairs.Select(static pair =>
        Convert.ToBase64String(Encoding.UTF8.GetBytes($"{pair.PublicKey}:{pair.SecretKey}")))];

    public Answer Handle(RecordedCall call, Handling handling)
    {
        if (call.Method is "OPTIONS")
        {
            return new(204, [], KeyValuePair.Create("Allow", "GET, HEAD, POST, PATCH, DELETE, OPTIONS"));
        }

        if (!Authorized(call.Header("Authorization")))
        {
            return Answer.Failure(401, "Invalid API keys", KeyValuePair.Create("WWW-Authenticate", "Basic realm=\"PartnerStack\""));
        }

        var method = call.Method is "HEAD" ? "GET" : call.Method;
        return (method, RawTarget.Segments(call.Path)) switch
        {
            ("POST", ["api", "v2", "customers"]) => Create(call, CustomerFields.Field.CustomerKey, "data", handling),
            ("POST", ["v1", "customers"]) => Create(call, "key", "rdata", handling),
            ("GET", ["api", "v2", "customers"]) => CustomerList.Of(account.Snapshot(), call.Query, handling),
            ("GET", ["api", "v2", "customers", var id]) => Shown(account.Find(id), handling, "Customer successfully retrieved"),
            ("PATCH", ["api", "v2", "customers", var id]) => Update(call, id, handling),
            ("DELETE", ["api", "v2", "customers", var id]) => Shown(account.Delete(id, handling), handling, "Customer successfully deleted"),
            (_, ["api", "v2", "customers"]) => NotAllowed("GET, HEAD, POST, OPTIONS"),
            (_, ["api", "v2", "customers", _]) => NotAllowed("GET, HEAD, PATCH, DELETE, OPTIONS"),
            ("POST", ["api", "v2", var resource]) when OtherResources.Contains(resource) => Report(call, resource, handling),
            ("GET", ["api", "v2", var resource]) when OtherResources.Contains(resource) =>
                Answer.Success("data", CustomerList.Page([], hasMore: false), $"{resource} successfully retrieved"),
            _ => Answer.Failure(404, "Not found"),
        };
    }

    private static Answer NotAllowed(string allow) => Answer.Failure(405, "Method not allowed", KeyValuePair.Create("Allow", allow));

    private static Answer Shown(SimulatedCustomer? customer, Handling handling, string message) => customer is null
        ? Answer.Failure(404, NoSuchCustomer)
        : Answer.Success("data", CustomerJson.Read(customer, handling), message);

    private static Answer Echo(RecordedCall call, string resource)
    {
        if (Body(call) is not { } body)
        {
            return NoObject();
        }

        var data = JsonObject.Create(body)!;
        data["key"] = $"{resource[..4]}_{call.Number}";
        return Answer.Success("data", data, $"{resource} successfully created");
    }

    private static Answer NoObject() => Answer.Failure(400, "The body must be a JSON object");

    private static JsonElement? Body(RecordedCall call)
    {
        if (!string.Equals(call.Header("Content-Encoding"), "gzip", StringComparison.OrdinalIgnoreCase))
        {
            return JsonBody.TryRead(call.Body);
        }

        try
        {
            using var packed = new MemoryStream(call.Body.ToArray());
            using var gzip = new GZipStream(packed, CompressionMode.Decompress);
            using var plain = new MemoryStream();
            gzip.CopyTo(plain);
            return JsonBody.TryRead(plain.ToArray());
        }
        catch (InvalidDataException)
        {
            return null;
        }
    }

    private bool Authorized(string? authorization) =>
        authorization is not null
        && authorization.StartsWith("Basic ", StringComparison.OrdinalIgnoreCase)
        && _authorizations.Contains(authorization["Basic ".Length..].Trim());

    private Answer Create(RecordedCall call, string keyField, string member, Handling handling)
    {
        if (Body(call) is not { } body)
        {
            return NoObject();
        }

        if (CustomerFields.TryRead(body, keyField, creates: true, out var fields) is { } problem)
        {
            return Answer.Failure(400, problem);
        }

        return account.Create(fields, handling) is { } customer
            ? Answer.Success(member, CustomerJson.Created(customer), "Customer successfully created")
            : Answer.Failure(409, "A customer with this key or e-mail address exists already");
    }

    private Answer Update(RecordedCall call, string id, Handling handling)
    {
        if (Body(call) is not { } body)
        {
            return NoObject();
        }

        return CustomerFields.TryRead(body, CustomerFields.Field.CustomerKey, creates: false, out var fields) is { } problem
            ? Answer.Failure(400, problem)
            : Shown(account.Update(id, fields, handling, call.BodyText), handling, "Customer successfully updated");
    }

    // An action about a customer who is not known is answered all the same, and has no effect (CONTRACT.md, field).
    private Answer Report(RecordedCall call, string resource, Handling handling)
    {
        if (Body(call) is not { } body || Named(body, resource) is not { } key)
        {
            return Echo(call, resource);
        }

        if (account.Find(key) is null)
        {
            return resource is "actions" ? Echo(call, resource) : Answer.Failure(404, NoSuchCustomer);
        }

        account.Note(new RecordedFollowUp(key, resource, call.BodyText), handling);
        return Echo(call, resource);
    }

    // Null where it names none.
    private static string? Named(JsonElement body, string resource)
    {
        if (body.ValueKind is not JsonValueKind.Object)
        {
            return null;
        }

        var isAction = resource is "actions";
        return isAction && !(body.TryGetProperty("target_type", out var kind) && kind.ValueKind is JsonValueKind.String && kind.ValueEquals("customer")) ? null
            : !body.TryGetProperty(isAction ? "target_key" : CustomerFields.Field.CustomerKey, out var key) ? null
            : key.ValueKind is JsonValueKind.String ? key.GetString() : "";
    }
}
