namespace ProxyShim.Sandbox.PartnerStack;

/// <summary>A list that only grows; a snapshot costs nothing, since what a snapshot covers never changes. Safe for concurrent use.</summary>
internal sealed class AppendOnlyList<T>
{
    private readonly Lock _gate = new();
    private T[] _items = new T[16];
    private int _count;

    public IReadOnlyList<T> Snapshot()
    {
        lock (_gate)
        {
            return new ArraySegment<T>(_items, 0, _count);
        }
    }

    public T Add(Func<int, T> create)
    {
        lock (_gate)
        {
            var item = create(_count);
            if (_count == _items.Length)
            {
                Array.Resize(ref _items, _count * 2);
            }

            _items[_count++] = item;
            return item;
        }
    }

    public void Clear()
    {
        lock (_gate)
        {
            _items = new T[16];
            _count = 0;
        }
    }
}
