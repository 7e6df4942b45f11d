namespace ProxyShim.Management.Reporting;

/// <summary>Something for each of a number of names, which is bounded: what comes after is gathered under <see cref="Other"/>.</summary>
internal sealed class BoundedCounters<T>
    where T : new()
{
    /// <summary>Stands for all the names that found no room. No name of the log looks like it.</summary>
    public const string Other = "(other)";

    private readonly int _capacity;
    private readonly Dictionary<string, T> _items = new(StringComparer.Ordinal);
    private readonly Dictionary<string, T>.AlternateLookup<ReadOnlySpan<char>> _lookup;

    /// <param name="capacity">How many names are told apart.</param>
    public BoundedCounters(int capacity) => (_capacity, _lookup) = (capacity, _items.GetAlternateLookup<ReadOnlySpan<char>>());

    public IReadOnlyDictionary<string, T> Items => _items;

    public T this[ReadOnlySpan<char> name]
    {
        get
        {
            if (_lookup.TryGetValue(name, out var item))
            {
                return item;
            }

            name = _items.Count < _capacity ? name : Other;
            if (!_lookup.TryGetValue(name, out item))
            {
                _lookup[name] = item = new T();
            }

            return item;
        }
    }
}
