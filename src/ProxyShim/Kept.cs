using Microsoft.Extensions.ObjectPool;

namespace ProxyShim;

/// <summary>Pools of what is used again. .NET's and Polly's own keep one or two for each processor, too few for a busy shim.</summary>
internal static class Kept
{
    // As many as are under way at once in a busy shim; what is more is not kept.
    private const int Most = 256;

    /// <param name="create">Makes one where none is left.</param>
    /// <param name="clear">Makes one that comes back as good as new.</param>
    public static ObjectPool<T> New<T>(Func<T> create, Action<T>? clear = null)
        where T : class => new DefaultObjectPool<T>(new Policy<T>(create, clear), Most);

    private sealed class Policy<T>(Func<T> create, Action<T>? clear) : PooledObjectPolicy<T>
        where T : class
    {
        public override T Create() => create();

        public override bool Return(T obj)
        {
            clear?.Invoke(obj);
            return true;
        }
    }
}
