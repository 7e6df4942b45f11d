using Microsoft.Extensions.Logging.Abstractions;
using ProxyShim.Telemetry;
using Xunit;

namespace ProxyShim.Tests.Telemetry;

public class AnsweredCallsTests
{
    private readonly AnsweredCalls _calls = new(NullLogger<AnsweredCalls>.Instance);

    [Fact]
    public async Task The_shim_stops_when_the_last_of_them_has_ended()
    {
        _calls.Begin();
        _calls.Begin();
        _calls.End();

        var stopping = _calls.StopAsync(TestContext.Current.CancellationToken);
        Assert.False(stopping.IsCompleted);
        _calls.End();

        await stopping;
    }

    [Fact]
    public async Task It_does_not_wait_longer_than_the_shim_may_take_to_stop()
    {
        _calls.Begin();
        using var limit = new CancellationTokenSource();

        var stopping = _calls.StopAsync(limit.Token);
        await limit.CancelAsync();

        await stopping;
    }
}
