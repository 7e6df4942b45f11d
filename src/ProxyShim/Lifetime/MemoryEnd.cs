namespace ProxyShim.Lifetime;

/// <summary>Ends the process at the first allocation that fails. What goes on after it may be anything: a shim that takes no connection any more, or knows no Redis, and says that it is well.</summary>
internal static class MemoryEnd
{
    /// <summary>From now on. The process ends by SIGABRT, with a line on standard error
    /// (https://learn.microsoft.com/dotnet/api/system.environment.failfast); whatever was acknowledged is in Redis.</summary>
    public static void Watch() => AppDomain.CurrentDomain.FirstChanceException += static (_, thrown) =>
    {
        if (thrown.Exception is OutOfMemoryException)
        {
            Environment.FailFast("Out of memory: the shim ends, to be started anew. Give it more, or set Limits:Connections and Limits:BufferedBytes lower.");
        }
    };
}
