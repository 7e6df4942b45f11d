namespace ProxyShim.Lifetime;

/// <summary>Whether the shim itself can serve: it has started and is not draining. No peer has a say in it.</summary>
internal sealed class Readiness(IHostApplicationLifetime lifetime)
{
    public bool IsReady => State == "ready";

    /// <summary><c>starting</c>, <c>ready</c> or <c>draining</c>.</summary>
    public string State =>
        lifetime.ApplicationStopping.IsCancellationRequested ? "draining"
        : lifetime.ApplicationStarted.IsCancellationRequested ? "ready"
        : "starting";
}
