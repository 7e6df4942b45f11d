using System.Buffers;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.ObjectPool;
using ProxyShim.Primitives;

namespace ProxyShim.Limits;

/// <summary>The blocks in which connections receive and send: arrays like any other, so that a collection can move them together and give memory back.</summary>
/// <remarks>
/// Those of Kestrel's own pool are pinned for as long as they live (https://learn.microsoft.com/aspnet/core/fundamentals/servers/kestrel/memory-management), and
/// what lies between two of them is never given back. A socket needs a block at its place during a system call only, and sees to that itself.
/// </remarks>
internal sealed class BlockPool : MemoryPool<byte>, IMemoryPoolFactory<byte>
{
    // A page, as in Kestrel's own; a pipe that wants more takes it from elsewhere.
    private const int BlockBytes = 4096;

    private readonly ObjectPool<Block> _free;

    public BlockPool() => _free = Pools.Create(() => new Block(this));

    public override int MaxBufferSize => BlockBytes;

    public override IMemoryOwner<byte> Rent(int minBufferSize = -1)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(minBufferSize, BlockBytes);
        return _free.Get();
    }

    /// <summary>One pool for all sockets: there is nothing to divide.</summary>
    public MemoryPool<byte> Create(MemoryPoolOptions? options = null) => this;

    protected override void Dispose(bool disposing)
    {
        // Left to the collector.
    }

    private sealed class Block(BlockPool pool) : IMemoryOwner<byte>
    {
        public Memory<byte> Memory { get; } = GC.AllocateUninitializedArray<byte>(BlockBytes);

        public void Dispose() => pool._free.Return(this);
    }
}
