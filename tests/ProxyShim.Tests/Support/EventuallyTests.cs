using ProxyShim.Testing;
using Xunit;

namespace ProxyShim.Tests.Support;

public class EventuallyTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Looks_until_the_state_is_there()
    {
        var looks = 0;

        var found = await Eventually.FindAsync("the third look", () => Task.FromResult(++looks == 3 ? "found" : null), cancellation: Cancellation);

        Assert.Equal(("found", 3), (found, looks));
    }

    [Fact]
    public async Task Gives_up_at_the_limit_and_names_the_state()
    {
        var failure = await Assert.ThrowsAsync<TimeoutException>(() => Eventually.IsTrueAsync(
            "pigs fly", () => Task.FromResult(false), TimeSpan.FromMilliseconds(1), Cancellation));

        Assert.Contains("until pigs fly", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stops_at_once_when_the_test_is_cancelled()
        => await Assert.ThrowsAsync<OperationCanceledException>(() => Eventually.IsTrueAsync(
            "it is too late", () => Task.FromResult(false), cancellation: new CancellationToken(canceled: true)));
}
