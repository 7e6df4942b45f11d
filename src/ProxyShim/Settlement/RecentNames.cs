using ProxyShim.Ledger;

namespace ProxyShim.Settlement;

/// <summary>Which entry of the ledger the log's last names stand for, so that one leads to the customer's life. Memory is bounded, some 300 KB.</summary>
internal sealed class RecentNames
{
    /// <summary>How many are kept.</summary>
    public const int Count = 1024;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, ConversionId> _ids = new(Count, StringComparer.Ordinal);
    private readonly string?[] _names = new string?[Count];
    private long _written;

    public void Note(string name, ConversionId id)
    {
        lock (_gate)
        {
            if (!_ids.TryAdd(name, id))
            {
                return;
            }

            ref var slot = ref _names[_written++ % Count];
            if (slot is not null)
            {
                _ids.Remove(slot);
            }

            slot = name;
        }
    }

    /// <summary>Null for a name that was not used lately.</summary>
    public ConversionId? Find(string name)
    {
        lock (_gate)
        {
            return _ids.TryGetValue(name, out var id) ? id : null;
        }
    }
}
