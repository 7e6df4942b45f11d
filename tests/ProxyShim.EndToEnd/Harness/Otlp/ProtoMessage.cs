using System.Buffers.Binary;
using System.Text;

namespace ProxyShim.EndToEnd.Harness.Otlp;

/// <summary>A protobuf message taken apart by field numbers: all that a receiver of OTLP needs to know of protobuf.</summary>
/// <remarks>Field numbers are those of opentelemetry-proto, version 1.</remarks>
public sealed class ProtoMessage
{
    private readonly List<(int Field, ReadOnlyMemory<byte> Bytes, ulong Number)> _fields = [];

    /// <param name="bytes">The message.</param>
    /// <exception cref="InvalidDataException">It is none.</exception>
    public ProtoMessage(ReadOnlyMemory<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            var tag = Varint(ref bytes);
            var field = (int)(tag >> 3);
            switch (tag & 7)
            {
                case 0:
                    _fields.Add((field, default, Varint(ref bytes)));
                    break;
                case 1:
                    _fields.Add((field, default, BinaryPrimitives.ReadUInt64LittleEndian(Take(ref bytes, 8).Span)));
                    break;
                case 2:
                    _fields.Add((field, Take(ref bytes, (int)Varint(ref bytes)), 0));
                    break;
                case 5:
                    _fields.Add((field, default, BinaryPrimitives.ReadUInt32LittleEndian(Take(ref bytes, 4).Span)));
                    break;
                default:
                    throw new InvalidDataException($"Protobuf has no wire type {tag & 7}.");
            }
        }
    }

    /// <summary>The messages of a repeated field.</summary>
    public IEnumerable<ProtoMessage> Messages(int field) => _fields.Where(entry => entry.Field == field).Select(entry => new ProtoMessage(entry.Bytes));

    /// <summary>The message of a field; an empty one when there is none.</summary>
    public ProtoMessage Message(int field) => Messages(field).LastOrDefault() ?? new ProtoMessage(default);

    /// <summary>The text of a field; empty when there is none.</summary>
    public string Text(int field) => Encoding.UTF8.GetString(Bytes(field));

    /// <summary>The bytes of a field in hexadecimal digits; empty when there are none.</summary>
    public string Hex(int field) => Convert.ToHexStringLower(Bytes(field));

    /// <summary>The number of a field; 0 when there is none.</summary>
    public ulong Number(int field) => _fields.LastOrDefault(entry => entry.Field == field).Number;

    /// <summary>Whether the field is there.</summary>
    public bool Has(int field) => _fields.Exists(entry => entry.Field == field);

    /// <summary>A repeated KeyValue as texts, whatever type its values have.</summary>
    public IReadOnlyDictionary<string, string> Attributes(int field) => Messages(field).ToDictionary(
        entry => entry.Text(1),
        entry => entry.Message(2) is var value && value.Has(1) ? value.Text(1) : value.Has(2) ? $"{value.Number(2) == 1}" : $"{(long)value.Number(3)}",
        StringComparer.Ordinal);

    private ReadOnlySpan<byte> Bytes(int field) => _fields.LastOrDefault(entry => entry.Field == field).Bytes.Span;

    private static ulong Varint(ref ReadOnlyMemory<byte> bytes)
    {
        var value = 0UL;
        for (var shift = 0; ; shift += 7)
        {
            var next = Take(ref bytes, 1).Span[0];
            value |= (ulong)(next & 0x7f) << shift;
            if (next < 0x80)
            {
                return value;
            }
        }
    }

    private static ReadOnlyMemory<byte> Take(ref ReadOnlyMemory<byte> bytes, int count)
    {
        if (count < 0 || count > bytes.Length)
        {
            throw new InvalidDataException("The message ends too soon.");
        }

        var taken = bytes[..count];
        bytes = bytes[count..];
        return taken;
    }
}
