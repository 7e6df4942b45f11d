using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Time.Testing;
using ProxyShim.Management;
using ProxyShim.Management.Admin;
using ProxyShim.Settings;
using ProxyShim.Telemetry;
using ProxyShim.Telemetry.Metrics;
using ProxyShim.Tests.Settings;
using ProxyShim.Tests.Telemetry;

namespace ProxyShim.Tests.Management.Admin;

/// <summary>What stands before the admin API, with tokens that a test can replace and a clock that it holds.</summary>
internal sealed class AdminDoor : IDisposable
{
    public AdminDoor(params ManagementToken[] tokens)
    {
        Now = tokens;
        Log = new CapturedLog(Time);
        var alerts = new AlertEvents(Log.Events, Metrics);
        Tokens = new AdminTokens(Given.Settings().Management with { Tokens = tokens }, () => Now, alerts, Time);
        Wrong = new WrongTokens(alerts, Time);
    }

    /// <summary>What the settings say when they are read again; null when they cannot be used.</summary>
    public IReadOnlyList<ManagementToken>? Now { get; set; }

    public FakeTimeProvider Time { get; } = new(new DateTimeOffset(2026, 5, 4, 3, 2, 1, TimeSpan.Zero));

    public CapturedLog Log { get; }

    public ShimMetrics Metrics { get; } = new();

    public AdminTokens Tokens { get; }

    public WrongTokens Wrong { get; }

    public static ManagementToken Token(string token, string name = ManagementToken.DefaultName, bool readOnly = false) => new(name, new Secret(token), readOnly);

    /// <summary>Routes of this door.</summary>
    public AdminRoutes Routes(IEndpointRouteBuilder endpoints) => new(endpoints, Tokens, Wrong, Metrics);

    /// <summary>A listener that says who has come in, at <c>/admin/who</c>; whoever may change things may <c>POST</c> there.</summary>
    public Task<ManagementSurface> ServeAsync() => ManagementSurface.ServeAsync(endpoints =>
    {
        foreach (var method in (ReadOnlySpan<string>)[HttpMethods.Get, HttpMethods.Post])
        {
            Routes(endpoints).Map(method, "/admin/who", (context, token) => context.Response.WriteAsync(token.Name));
        }
    });

    public void Dispose() => Metrics.Dispose();
}
