using ProxyShim.Ledger;

namespace ProxyShim.Background;

/// <summary>Goes through what is due, several at once.</summary>
internal static class JobLoop
{
    /// <param name="tryRun">Takes one and brings it to its end; false where it was not taken. It is not cancelled: it looks itself whether the shim stops.</param>
    /// <param name="toTheLast">Whether what was taken may have another one behind it, which would otherwise wait for the next look.</param>
    /// <returns>How many were taken.</returns>
    public static async Task<int> RunAsync(IReadOnlyList<ConversionId> due, int concurrency, Func<ConversionId, ValueTask<bool>> tryRun, bool toTheLast = false)
    {
        var taken = 0;
        await Parallel.ForEachAsync(due, new ParallelOptions { MaxDegreeOfParallelism = concurrency }, async (id, _) =>
        {
            while (await tryRun(id))
            {
                Interlocked.Increment(ref taken);
                if (!toTheLast)
                {
                    break;
                }
            }
        });
        return taken;
    }
}
