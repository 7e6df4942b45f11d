using Microsoft.Extensions.ObjectPool;

namespace ProxyShim.Primitives;

/// <summary>Object pools that retain 256 items. The default ones, Polly's too, retain one or two per core
/// (https://learn.microsoft.com/dotnet/api/microsoft.extensions.objectpool.defaultobjectpoolprovider.maximumretained): too few under load.</summary>
internal static class Pools
{
    // As many as are in use at once in a busy shim; further ones are left to the collector.
    private const int MaxRetained = 256;

    /// <param name="create">Makes one where none is left.</param>
    /// <param name="clear">Makes one that comes back as good as new.</param>
    public static ObjectPool<T> Create<T>(Func<T> create, Action<T>? clear = null)
        where T : class => new DefaultObjectPool<T>(new Policy<T>(create, clear), MaxRetained);

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
