using ProxyShim.Testing;
using Xunit;

namespace ProxyShim.EndToEnd.Diagnosis;

/// <summary>Plays all rows side by side, since most of a row is waiting; then writes the table.</summary>
public sealed class DiagnosisRuns(TestRedis redis) : IAsyncDisposable
{
    private const int AtOnceForEachCore = 3;

    // The fixture's, for they outlast the test that starts them.
    private readonly CancellationToken _cancellation = TestContext.Current.CancellationToken;
    private readonly Lock _lock = new();
    private Dictionary<string, Task<DiagnosisResult>>? _results;

    /// <summary>Who said what. The first test that asks starts all rows.</summary>
    internal Task<DiagnosisResult> ResultOfAsync(string row)
    {
        lock (_lock)
        {
            return (_results ??= Play())[row];
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_results is null)
        {
            return;
        }

        var playing = Task.WhenAll(_results.Values);
        await ((Task)playing).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (playing.IsCompletedSuccessfully)
        {
            DiagnosisReport.Write([.. DiagnosisTable.Rows.Select(row => (row, _results[row.Name].Result))]);
        }
    }

    private Dictionary<string, Task<DiagnosisResult>> Play()
    {
        var places = new SemaphoreSlim(Environment.ProcessorCount * AtOnceForEachCore);
        return DiagnosisTable.Rows.ToDictionary(row => row.Name, row => PlayAsync(row, places), StringComparer.Ordinal);
    }

    private async Task<DiagnosisResult> PlayAsync(DiagnosisRow row, SemaphoreSlim places)
    {
        await places.WaitAsync(_cancellation);
        try
        {
            return await DiagnosisRun.PlayAsync(row, redis, _cancellation);
        }
        finally
        {
            places.Release();
        }
    }
}
