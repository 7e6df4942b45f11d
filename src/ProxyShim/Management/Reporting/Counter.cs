namespace ProxyShim.Management.Reporting;

/// <summary>A number that grows.</summary>
internal sealed class Counter
{
    public long Value { get; private set; }

    public void Add(long count = 1) => Value += count;
}
