namespace ProxyShim.EndToEnd.Faults;

/// <summary>The rows of a table, played side by side: most of a row is waiting, for a lease or a grace period, and none has anything to do with another.</summary>
/// <typeparam name="TResult">What was counted in a row.</typeparam>
internal sealed class SideBySide<TResult>
{
    private readonly IReadOnlyDictionary<string, Task<TResult>> _results;

    /// <summary>Begins.</summary>
    /// <param name="rows">Names, in the order in which they begin.</param>
    /// <param name="atOnceForEachCore">How many are played at a time.</param>
    /// <param name="playAsync">Plays one.</param>
    public SideBySide(IEnumerable<string> rows, int atOnceForEachCore, Func<string, Task<TResult>> playAsync)
    {
        var places = new SemaphoreSlim(Environment.ProcessorCount * atOnceForEachCore);
        _results = rows.ToDictionary(row => row, row => PlayAsync(row, places, playAsync), StringComparer.Ordinal);
    }

    /// <summary>What was counted in a row.</summary>
    public Task<TResult> ResultOfAsync(string row) => _results[row];

    /// <returns>The rows that came to their end, once none is played any more.</returns>
    public async Task<IReadOnlyDictionary<string, TResult>> EndAsync()
    {
        await ((Task)Task.WhenAll(_results.Values)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return _results.Where(row => row.Value.IsCompletedSuccessfully).ToDictionary(row => row.Key, row => row.Value.Result, StringComparer.Ordinal);
    }

    private static async Task<TResult> PlayAsync(string row, SemaphoreSlim places, Func<string, Task<TResult>> playAsync)
    {
        await places.WaitAsync();
        try
        {
            return await playAsync(row);
        }
        finally
        {
            places.Release();
        }
    }
}
