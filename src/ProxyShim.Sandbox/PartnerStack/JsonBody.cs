using System.Text.Json;

namespace ProxyShim.Sandbox.PartnerStack;

/// <summary>A body as JSON.</summary>
internal static class JsonBody
{
    /// <summary>The body's object, or null when it is anything else: not JSON, not UTF-8, half a surrogate pair in a string, an array.</summary>
    public static JsonElement? TryRead(ReadOnlyMemory<byte> body)
    {
        try
        {
            // A mark is ignored, as RFC 8259 (section 8.1) allows and Python's parser does.
            var root = JsonSerializer.Deserialize<JsonElement>(body.Span.StartsWith("\uFEFF"u8) ? body.Span["\uFEFF"u8.Length..] : body.Span);
            if (root.ValueKind is not JsonValueKind.Object)
            {
                return null;
            }

            // The parser leaves strings undecoded, and would throw later, in the middle of the rules.
            Decode(root);
            return root;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    private static void Decode(JsonElement element)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (var property in element.EnumerateObject())
                {
                    _ = property.Name;
                    Decode(property.Value);
                }

                break;
            case JsonValueKind.Array:
                foreach (var item in element.EnumerateArray())
                {
                    Decode(item);
                }

                break;
            case JsonValueKind.String:
                _ = element.GetString();
                break;
        }
    }
}
