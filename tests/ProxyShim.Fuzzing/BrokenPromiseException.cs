namespace ProxyShim.Fuzzing;

/// <summary>A reader has returned, and what it returned must not be.</summary>
internal sealed class BrokenPromiseException(string promise) : Exception($"Not so: {promise}.")
{
    /// <exception cref="BrokenPromiseException">It does not hold.</exception>
    public static void Unless(bool holds, string promise)
    {
        if (!holds)
        {
            throw new BrokenPromiseException(promise);
        }
    }
}
