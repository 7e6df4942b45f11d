using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Connections;
using ProxyShim.Limits;
using Xunit;

namespace ProxyShim.Tests.Limits;

public class BlockPoolTests
{
    // Many times what is kept.
    private const int Flood = 4000;

    [Fact]
    public void A_block_comes_again_and_is_nobody_elses_meanwhile()
    {
        using var pool = new BlockPool();
        using var first = pool.Rent();
        var second = pool.Rent(pool.MaxBufferSize);
        var memory = second.Memory;
        Assert.Equal(pool.MaxBufferSize, memory.Length);
        Assert.False(first.Memory.Span.Overlaps(memory.Span));

        second.Dispose();

        Assert.True(pool.Rent().Memory.Equals(memory));
    }

    [Fact]
    public void More_than_a_block_is_not_to_be_had()
    {
        using var pool = new BlockPool();
        Assert.Throws<ArgumentOutOfRangeException>(() => pool.Rent(pool.MaxBufferSize + 1));
    }

    [Fact]
    public void Blocks_of_a_flood_are_given_back_but_for_some()
    {
        using var pool = new BlockPool();
        var blocks = RentAndReturn(pool);

        GC.Collect();

        Assert.InRange(blocks.Count(static one => one.IsAlive), 1, Flood / 10);
        GC.KeepAlive(pool);
    }

    [Fact]
    public async Task The_listener_takes_its_blocks_from_it()
    {
        await using var listener = await LimitedListener.StartAsync(new(1000, 1000, 100 * RequestLimits.MostBuffered, null, 0));
        Assert.IsType<BlockPool>(listener.Get<IMemoryPoolFactory<byte>>());
    }

    // No local of the caller's holds one.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static List<WeakReference> RentAndReturn(BlockPool pool)
    {
        var rented = Enumerable.Range(0, Flood).Select(_ => pool.Rent()).ToList();
        rented.ForEach(static one => one.Dispose());
        return [.. rented.Select(static one => new WeakReference(one))];
    }
}
