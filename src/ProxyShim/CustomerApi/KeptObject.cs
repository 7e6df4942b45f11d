using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace ProxyShim.CustomerApi;

/// <summary>The success envelope for a write that waits: with what the caller sent, and a <c>key</c> of PartnerStack's that is not known yet.</summary>
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
        json.WritePropertyName(Version.DataName);
        json.WriteRawValue(WithKey(document.RootElement), skipInputValidation: true);
        json.WriteString("message"u8, "Accepted; it takes effect when PartnerStack shows the customer"u8);
        json.WriteNumber("status"u8, status);
        json.WriteEndObject();
    }

    // As it came: it may hold what is no text, such as half of a surrogate pair, and by now it is kept. What is not UTF-8 is replaced.
    private static string WithKey(JsonElement sent)
    {
        var text = Encoding.UTF8.GetString(JsonMarshal.GetRawUtf8Value(sent));
        return sent.EnumerateObject().Any(static member => JsonMarshal.GetRawUtf8PropertyName(member).SequenceEqual("key"u8)) ? text
            : sent.GetPropertyCount() == 0 ? """{"key":null}"""
            : $"{{\"key\":null,{text.AsSpan(1)}";
    }
}
