using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Unicode;
using ProxyShim.Customers;
using ProxyShim.Primitives;
using ProxyShim.Telemetry;

namespace ProxyShim.CustomerApi;

/// <summary>Reads the JSON of a call that creates a customer. What the Customer API would refuse, or might read otherwise, is left for it to answer.</summary>
internal static class CustomerRequestReader
{
    // CONTRACT.md, POST /api/v2/customers.
    private const int LeastEmailLength = 4;
    private const int MostEmailLength = 255;
    private const int MostNameLength = 100;

    // Of two equal names parsers take the first, the last, or neither (https://www.rfc-editor.org/rfc/rfc8259#section-4): which customer is meant would be a
    // guess.
    private static readonly JsonDocumentOptions s_options = new() { AllowDuplicateProperties = false };

    /// <summary>The request, or null and the reason (<see cref="Reasons"/>) for which it is forwarded instead.</summary>
    public static CustomerRequest? Read(ReadOnlyMemory<byte> json, CustomerApiVersion version, out string? reason)
    {
        reason = Reasons.MalformedJson;
        json = ByteOrderMark.Skip(json);
        if (!Utf8.IsValid(json.Span))
        {
            return null;
        }

        try
        {
            using var document = JsonDocument.Parse(json, s_options);
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? Read(document.RootElement, version, Fingerprint.Of(json.Span), out reason)
                : null;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // InvalidOperationException: an escaped lone surrogate (https://learn.microsoft.com/dotnet/api/system.text.json.jsonelement.getstring).
            reason = Reasons.MalformedJson;
            return null;
        }
    }

    private static CustomerRequest? Read(JsonElement root, CustomerApiVersion version, string fingerprint, out string? reason)
    {
        reason = null;
        if (!TryKeyText(root, version.KeyNameUtf8, out var keyText)
            || !TryText(root, "email"u8, out var email)
            || !TryText(root, "partner_key"u8, out var partnerKey)
            || !TryText(root, "name"u8, out var name)
            || !TryText(root, "provider_key"u8, out var providerKey)
            || !TryText(root, "member_key"u8, out var member)
            || !TryMeta(root, out var meta))
        {
            reason = Reasons.InvalidField;
            return null;
        }

        if (string.IsNullOrEmpty(keyText) || string.IsNullOrEmpty(email) || string.IsNullOrEmpty(partnerKey))
        {
            reason = Reasons.MissingField;
            return null;
        }

        if (!CustomerKey.TryCreate(keyText, out var customerKey))
        {
            reason = Reasons.KeyTooLong;
            return null;
        }

        // A path cannot name these two, "." and ".." (https://www.rfc-editor.org/rfc/rfc3986#section-5.2.4), so the customer could never be read back.
        if (keyText is "." or ".." || !IsPlausibleEmail(email) || name?.Length > MostNameLength)
        {
            reason = Reasons.InvalidField;
            return null;
        }

        return new CustomerRequest(customerKey, email, partnerKey, name, providerKey, meta, fingerprint) { HasMember = !string.IsNullOrEmpty(member) };
    }

    private static bool TryText(JsonElement root, ReadOnlySpan<byte> name, out string? text)
    {
        text = null;
        if (!root.TryGetProperty(name, out var value) || value.ValueKind == JsonValueKind.Null)
        {
            return true;
        }

        text = value.ValueKind == JsonValueKind.String ? value.GetString() : null;
        return text is not null;
    }

    private static bool TryKeyText(JsonElement root, ReadOnlySpan<byte> name, out string? text)
    {
        if (root.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number)
        {
            text = value.GetRawText();
            return IsInteger(text);
        }

        return TryText(root, name, out text);
    }

    // 1e3 and 1.0 are integers to some parsers and not to others, and -0 is 0 to most (https://www.rfc-editor.org/rfc/rfc8259#section-6).
    private static bool IsInteger(string number) =>
        number.AsSpan().TrimStart('-') is { Length: > 0 } digits && !digits.ContainsAnyExceptInRange('0', '9') && number != "-0";

    private static bool TryMeta(JsonElement root, out ReadOnlyMemory<byte>? meta)
    {
        meta = null;
        if (!root.TryGetProperty("meta"u8, out var value) || value.ValueKind == JsonValueKind.Null)
        {
            return true;
        }

        if (value.ValueKind != JsonValueKind.Object)
        {
            return false;
        }

        if (value.GetPropertyCount() > 0)
        {
            meta = JsonMarshal.GetRawUtf8Value(value).ToArray();
        }

        return true;
    }

    private static bool IsPlausibleEmail(string email)
    {
        var at = email.IndexOf('@', StringComparison.Ordinal);
        return email.Length is >= LeastEmailLength and <= MostEmailLength
            && at > 0 && at == email.LastIndexOf('@') && at < email.Length - 1
            && !email.AsSpan().ContainsAny(" \t\r\n");
    }
}
