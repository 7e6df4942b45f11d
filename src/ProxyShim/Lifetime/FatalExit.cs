namespace ProxyShim.Lifetime;

/// <summary>Ends the program when it must not go on, with a reason and a code that a supervisor can tell from a crash.</summary>
internal sealed class FatalExit(IHostApplicationLifetime lifetime)
{
    /// <summary>Why; null while there is no reason to end.</summary>
    public string? Reason { get; private set; }

    public void Stop(string reason)
    {
        Reason = reason;
        lifetime.StopApplication();
    }
}
