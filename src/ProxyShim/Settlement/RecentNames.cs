using System.Buffers.Binary;
using System.IO.Hashing;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using ProxyShim.Ledger;

namespace ProxyShim.Settlement;

/// <summary>Which entry of the ledger the log's last names stand for, so that one leads to the customer's life. Memory is bounded, 64 KiB.</summary>
/// <remarks>
/// Kept without a reference: what outlives a collection is copied by it, and a table of strings that is written at each call is looked through by each (a tenth of
/// the collector's time).
/// </remarks>
internal sealed class RecentNames
{
    /// <summary>How many notes are kept.</summary>
    public const int Count = 1024;

    private readonly Lock _gate = new();
    private readonly Entry[] _entries = new Entry[Count];
    private long _written;

    public void Note(string name, ConversionId id)
    {
        var entry = Entry.Of(name, id);
        lock (_gate)
        {
            // Of one call there may be several notes.
            if (_written == 0 || _entries[(_written - 1) % Count] != entry)
            {
                _entries[_written++ % Count] = entry;
            }
        }
    }

    /// <summary>Null for a name that was not used lately.</summary>
    public ConversionId? Find(string name)
    {
        var hash = Entry.HashOf(name);
        lock (_gate)
        {
            for (var back = 1; back <= Math.Min(_written, Count); back++)
            {
                if (_entries[(_written - back) % Count] is var entry && entry.Name == hash)
                {
                    return entry.Id;
                }
            }
        }

        return null;
    }

    /// <param name="Name">128 bits of a hash: no two names of a thousand share it.</param>
    /// <param name="Head">The first half of the id's hash.</param>
    /// <param name="Tail">The second.</param>
    private readonly record struct Entry(UInt128 Name, int Partition, UInt128 Head, UInt128 Tail)
    {
        public ConversionId Id
        {
            get
            {
                Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
                BinaryPrimitives.WriteUInt128BigEndian(hash, Head);
                BinaryPrimitives.WriteUInt128BigEndian(hash[16..], Tail);
                return new(Partition, Convert.ToHexStringLower(hash));
            }
        }

        public static Entry Of(string name, ConversionId id)
        {
            Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
            Convert.FromHexString(id.Hash, hash, out _, out _);
            return new(HashOf(name), id.Partition, BinaryPrimitives.ReadUInt128BigEndian(hash), BinaryPrimitives.ReadUInt128BigEndian(hash[16..]));
        }

        public static UInt128 HashOf(string name) => XxHash128.HashToUInt128(MemoryMarshal.AsBytes(name.AsSpan()));
    }
}
