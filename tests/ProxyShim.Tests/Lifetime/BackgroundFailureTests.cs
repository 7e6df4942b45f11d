using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using ProxyShim.Lifetime;
using Xunit;

namespace ProxyShim.Tests.Lifetime;

public class BackgroundFailureTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_background_service_that_fails_is_found_as_the_cause_of_the_end_whenever_it_fails(bool atOnce)
    {
        using var host = Build(async stopping =>
        {
            if (!atOnce)
            {
                await Task.Yield();
            }

            throw new FormatException("not for the log");
        });

        // It may fail while the others still start.
        await host.StartAsync(Cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        await host.WaitForShutdownAsync(Cancellation);

        Assert.Equal("Service has failed: FormatException", BackgroundFailure.Of(host.Services));
    }

    [Fact]
    public async Task One_that_has_done_its_work_does_not()
    {
        using var host = Build(_ => Task.CompletedTask);
        await host.StartAsync(Cancellation);
        await host.StopAsync(Cancellation);

        Assert.Null(BackgroundFailure.Of(host.Services));
    }

    private static IHost Build(Func<CancellationToken, Task> work)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Services.AddHostedService(_ => new Service(work));
        return builder.Build();
    }

    private sealed class Service(Func<CancellationToken, Task> work) : BackgroundService
    {
        protected override Task ExecuteAsync(CancellationToken stoppingToken) => work(stoppingToken);
    }
}
