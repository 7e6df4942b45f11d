using System.Text.Json;
using ProxyShim.Customers;
using ProxyShim.Primitives;

namespace ProxyShim.Ledger.Kept;

/// <summary>A call about a customer whom PartnerStack did not show yet, as it will be played. Personal data; never the caller's credentials.</summary>
/// <param name="CustomerKey">Whom it is about.</param>
/// <param name="Method">Its method, as it came.</param>
/// <param name="Target">Its path and query, as they came.</param>
/// <param name="Route">What the log calls them.</param>
/// <param name="ContentType">Its body's label; null when it had none.</param>
/// <param name="Body">Its body, byte for byte; unpacked where it came packed.</param>
/// <param name="Caller">The caller's name, by which the key pair is found.</param>
/// <param name="TraceId">The trace of the request.</param>
/// <param name="KeptAt">When it came, by the clock of the replica that kept it.</param>
internal sealed record KeptCall(
    CustomerKey CustomerKey,
    string Method,
    string Target,
    string Route,
    string? ContentType,
    ReadOnlyMemory<byte> Body,
    string Caller,
    string TraceId,
    DateTimeOffset KeptAt)
{
    /// <summary>Whether playing it twice is as good as once (RFC 9110, 9.2.2): a transaction that counts twice is a commission paid twice.</summary>
    public bool IsIdempotent => Method is not "POST";

    /// <summary>As the ledger keeps it.</summary>
    /// <param name="nonce">Tells it from one that says the same, and is kept with it: by this alone it is withdrawn.</param>
    public byte[] Write(CallNonce nonce) => JsonText.Write((Call: this, nonce), static (json, kept) =>
    {
        json.WriteStartObject();
        kept.Call.WriteMembers(json);
        json.WriteString("nonce"u8, kept.nonce.Value);
        json.WriteEndObject();
        return 0;
    }).Text;

    /// <summary>The same as a part of something else.</summary>
    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        WriteMembers(json);
        json.WriteEndObject();
    }

    /// <exception cref="FormatException">The bytes are none of ours.</exception>
    public static KeptCall Read(ReadOnlyMemory<byte> bytes)
    {
        try
        {
            using var document = JsonDocument.Parse(bytes);
            return Read(document.RootElement);
        }
        catch (JsonException)
        {
            throw new FormatException("A kept call cannot be read.");
        }
    }

    /// <inheritdoc cref="Read(ReadOnlyMemory{byte})"/>
    public static KeptCall Read(JsonElement root)
    {
        try
        {
            return new KeptCall(
                CustomerKey.TryCreate(root.GetProperty("customer_key"u8).GetString(), out var key) ? key : throw new FormatException("A kept call has no customer_key."),
                root.GetProperty("method"u8).GetString()!,
                root.GetProperty("target"u8).GetString()!,
                root.GetProperty("route"u8).GetString()!,
                root.GetProperty("content_type"u8).GetString(),
                root.GetProperty("body"u8).GetBytesFromBase64(),
                root.GetProperty("caller"u8).GetString()!,
                root.GetProperty("trace"u8).GetString()!,
                DateTimeOffset.FromUnixTimeMilliseconds(root.GetProperty("kept_at"u8).GetInt64()));
        }
        catch (Exception exception) when (exception is KeyNotFoundException or InvalidOperationException)
        {
            throw new FormatException("A kept call cannot be read.");
        }
    }

    private void WriteMembers(Utf8JsonWriter json)
    {
        json.WriteString("customer_key"u8, CustomerKey.Value);
        json.WriteString("method"u8, Method);
        json.WriteString("target"u8, Target);
        json.WriteString("route"u8, Route);
        json.WriteString("content_type"u8, ContentType);
        json.WriteBase64String("body"u8, Body.Span);
        json.WriteString("caller"u8, Caller);
        json.WriteString("trace"u8, TraceId);
        json.WriteNumber("kept_at"u8, KeptAt.ToUnixTimeMilliseconds());
    }
}
