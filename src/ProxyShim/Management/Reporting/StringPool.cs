using System.IO.Hashing;
using System.Text.Json;

namespace ProxyShim.Management.Reporting;

/// <summary>One string for each text that occurs over and over, so that a million lines do not make a million of them.</summary>
internal sealed class StringPool
{
    // In UTF-8: longer than any text that the log holds (its fields are cut at 256 characters, and one is escaped to six bytes at most).
    private const int MaxLength = 6 * 256;

    // Above this a text is not kept: then it is not one of a few names.
    private const int MaxNames = 10_000;

    // By the bytes as they stand in the line: one that is known need not be decoded.
    private readonly Dictionary<byte[], string> _names = new(Utf8.Instance);
    private readonly Dictionary<byte[], string>.AlternateLookup<ReadOnlySpan<byte>> _lookup;

    public StringPool() => _lookup = _names.GetAlternateLookup<ReadOnlySpan<byte>>();

    /// <summary>The reader's text; null for null.</summary>
    /// <exception cref="FormatException">It is neither, or too long.</exception>
    public string? Read(ref Utf8JsonReader reader)
    {
        if (reader.TokenType == JsonTokenType.Null)
        {
            return null;
        }

        ThrowUnlessText(ref reader);
        if (_lookup.TryGetValue(reader.ValueSpan, out var name))
        {
            return name;
        }

        name = reader.GetString()!;
        if (_names.Count < MaxNames)
        {
            _lookup[reader.ValueSpan] = name;
        }

        return name;
    }

    /// <summary>Copies the reader's text to where it is not kept.</summary>
    /// <returns>Its length; 0 for null.</returns>
    /// <exception cref="FormatException">It is neither, or too long.</exception>
    public static int Copy(ref Utf8JsonReader reader, ref char[] text)
    {
        if (reader.TokenType == JsonTokenType.Null)
        {
            return 0;
        }

        ThrowUnlessText(ref reader);
        if (text.Length < MaxLength)
        {
            text = new char[MaxLength];
        }

        return reader.CopyString(text);
    }

    private static void ThrowUnlessText(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.String || reader.ValueSpan.Length > MaxLength)
        {
            throw new FormatException("A field is not a text, or too long.");
        }
    }

    private sealed class Utf8 : IEqualityComparer<byte[]>, IAlternateEqualityComparer<ReadOnlySpan<byte>, byte[]>
    {
        // A caller who chooses its names cannot choose where they are kept.
        private static readonly long s_seed = Random.Shared.NextInt64();

        public static Utf8 Instance { get; } = new();

        public bool Equals(byte[]? x, byte[]? y) => x.AsSpan().SequenceEqual(y);

        public int GetHashCode(byte[] name) => GetHashCode(name.AsSpan());

        public bool Equals(ReadOnlySpan<byte> alternate, byte[] other) => alternate.SequenceEqual(other);

        public int GetHashCode(ReadOnlySpan<byte> alternate) => (int)XxHash3.HashToUInt64(alternate, s_seed);

        public byte[] Create(ReadOnlySpan<byte> alternate) => alternate.ToArray();
    }
}
