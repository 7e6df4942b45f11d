using System.Text.Json;

namespace ProxyShim.CustomerApi;

/// <summary>The success envelope for a write that waits: with what the caller sent, and a <c>key</c> of PartnerStack's that nobody knows yet.</summary>
/// <param name="Version">Whose envelope it is.</param>
/// <param name="Sent">The request's body, a JSON object.</param>
internal sealed record KeptObject(CustomerApiVersion Version, ReadOnlyMemory<byte> Sent)
{
    /// <summary>Writes the envelope.</summary>
    /// <param name="status">The envelope's <c>status</c>.</param>
    public void Write(Utf8JsonWriter json, int status)
    {
        using var document = JsonDocument.Parse(Sent);
        json.WriteStartObject();
        json.WriteStartObject(Version.DataName);
        if (!document.RootElement.TryGetProperty("key"u8, out _))
        {
            json.WriteNull("key"u8);
        }

        foreach (var property in document.RootElement.EnumerateObject())
        {
            property.WriteTo(json);
        }

        json.WriteEndObject();
        json.WriteString("message"u8, "Accepted; it takes effect when PartnerStack shows the customer"u8);
        json.WriteNumber("status"u8, status);
        json.WriteEndObject();
    }
}
