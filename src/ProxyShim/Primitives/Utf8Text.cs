using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace ProxyShim.Primitives;

/// <summary>Text that is passed on and not looked at: its bytes as they came, valid UTF-8. Absent is the same as empty.</summary>
internal readonly struct Utf8Text(ReadOnlyMemory<byte> bytes) : IEquatable<Utf8Text>
{
    public ReadOnlySpan<byte> Span => bytes.Span;

    public bool IsEmpty => bytes.IsEmpty;

    public static implicit operator Utf8Text(string? text) => new(text is null ? default(ReadOnlyMemory<byte>) : Encoding.UTF8.GetBytes(text));

    public static bool operator ==(Utf8Text left, Utf8Text right) => left.Equals(right);

    public static bool operator !=(Utf8Text left, Utf8Text right) => !left.Equals(right);

    public bool Equals(Utf8Text other) => Span.SequenceEqual(other.Span);

    public override bool Equals([NotNullWhen(true)] object? obj) => obj is Utf8Text other && Equals(other);

    public override int GetHashCode()
    {
        var hash = new HashCode();
        hash.AddBytes(Span);
        return hash.ToHashCode();
    }

    public override string ToString() => Encoding.UTF8.GetString(Span);
}
