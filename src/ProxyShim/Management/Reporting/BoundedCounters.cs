namespace ProxyShim.Management.Reporting;

/// <summary>Something for each of a number of names, which is bounded: what comes after is gathered under <see cref="Other"/>.</summary>
internal sealed class BoundedCounters<T>(int capacity)
    where T : new()
{
    /// <summary>Stands for all the names that found no room. No name of the log looks like it.</summary>
    public const string Other = "(other)";

    private readonly Dictionary<string, T> _items = new(StringComparer.Ordinal);

    public IReadOnlyDictionary<string, T> Items => _items;

    public T this[string name]
    {
        get
        {
            if (_items.TryGetValue(name, out var item))
            {
                return item;
            }

            name = _items.Count < capacity ? name : Other;
            if (!_items.TryGetValue(name, out item))
            {
                _items[name] = item = new T();
            }

            return item;
        }
    }
}
