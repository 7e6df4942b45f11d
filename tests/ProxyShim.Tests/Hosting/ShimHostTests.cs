using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using ProxyShim.Hosting;
using ProxyShim.Lifetime;
using ProxyShim.Tests.Settings;
using Xunit;

namespace ProxyShim.Tests.Hosting;

public class ShimHostTests
{
    [Fact]
    public async Task A_background_service_that_fails_ends_it_with_70()
    {
        var settings = Given.Settings();
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.Configuration.AddConfiguration(Given.Configuration(("Urls", "http://127.0.0.1:0")));
        builder.WebHost.UseKestrelCore();
        builder.Services.AddSingleton(TimeProvider.System).AddSingleton(settings).AddLifetime(settings.ShutdownTimeout).AddHostedService<Failing>();
        await using var app = builder.Build();

        Assert.Equal(70, await ShimHost.RunAsync(app));
    }

    private sealed class Failing : BackgroundService
    {
        protected override async Task ExecuteAsync(CancellationToken stoppingToken)
        {
            await Task.Yield();
            throw new FormatException();
        }
    }
}
