using System.Net.Sockets;
using ProxyShim.Redis.Sockets;
using ProxyShim.Testing;
using Xunit;

namespace ProxyShim.Tests.Redis.Sockets;

public class TurnBellTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Who_rings_while_nobody_listens_is_heard_once_with_all_others()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "a bell is Linux's");
        using var heard = new SemaphoreSlim(0);
        using var goOn = new SemaphoreSlim(0);
        using var bell = TurnBell.TryCreate(() =>
        {
            heard.Release();
            goOn.Wait(Cancellation);
        })!;

        Assert.True(bell.TryRing());
        await heard.WaitAsync(Cancellation);
        Assert.False(bell.IsRung);
        Assert.All(Enumerable.Range(0, 100), _ => Assert.True(bell.TryRing()));
        Assert.True(bell.IsRung);
        goOn.Release();
        await heard.WaitAsync(Cancellation);
        Assert.False(bell.IsRung);

        // Had one of the hundred been left over, this would be heard twice.
        bell.TryRing();
        goOn.Release();
        await heard.WaitAsync(Cancellation);
        Assert.Equal((0, false), (heard.CurrentCount, bell.IsRung));
        goOn.Release();
    }

    [Fact]
    public async Task What_was_done_before_a_ring_is_seen_by_who_hears_it()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "a bell is Linux's");
        const int each = 20_000;
        var (done, seen) = (new int[4], new int[4]);
        using var bell = TurnBell.TryCreate(() =>
        {
            for (var i = 0; i < done.Length; i++)
            {
                Volatile.Write(ref seen[i], Volatile.Read(ref done[i]));
            }
        })!;

        await Task.WhenAll(done.Select((_, number) => Task.Run(
            () =>
            {
                for (var i = 0; i < each; i++)
                {
                    Interlocked.Increment(ref done[number]);
                    bell.TryRing();
                }
            },
            Cancellation)));

        await Eventually.IsTrueAsync(
            "the last rings are heard", () => Task.FromResult(Enumerable.Range(0, seen.Length).All(i => Volatile.Read(ref seen[i]) == each)), cancellation: Cancellation);
    }

    [Fact]
    public void One_that_is_closed_says_that_it_cannot_be_heard()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "a bell is Linux's");
        var bell = TurnBell.TryCreate(static () => { })!;

        bell.Dispose();

        Assert.False(bell.TryRing());
        Assert.False(bell.IsRung);
    }

    [Fact]
    public async Task Where_listening_ends_who_has_rung_is_heard_and_nobody_rings_any_more()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "a bell is Linux's");
        var heard = 0;
        using var bell = TurnBell.TryCreate(() =>
        {
            if (Interlocked.Increment(ref heard) == 1)
            {
                throw new SocketException((int)SocketError.AccessDenied);
            }
        })!;

        Assert.True(bell.TryRing());

        await Eventually.IsTrueAsync("it is heard once more", () => Task.FromResult(Volatile.Read(ref heard) == 2), cancellation: Cancellation);
        Assert.Equal((false, false), (bell.TryRing(), bell.IsRung));
    }
}
