using ProxyShim.Redis;
using ProxyShim.Telemetry.Metrics;

namespace ProxyShim.Clicks.Import;

/// <summary>Writes the clicks of a file, of any length, in bounded memory; the same file twice changes nothing.</summary>
internal sealed class ClickImport(ClickWriter writer, ShimMetrics metrics, TimeProvider time)
{
    // While Redis works on one, others are read: more would only take memory.
    private const int BatchesAtOnce = 4;

    /// <summary>Tries of one batch, a pause apart: a failover takes some ten seconds.</summary>
    private const int Tries = 30;

    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(1);

    private static readonly ClickProblem s_tooLong = new(ClickResult.TooLarge, $"The row is longer than {RowReader.MaxRow} bytes; write one click a row.");

    private static readonly ClickProblem s_noKey = new(
        ClickResult.NoKey, "Who the customer is fills no template of Clicks:Keys; write customer_key, email, email_sha256 or provider_key, whichever a template needs.");

    /// <param name="file">JSON objects, one a line, or CSV with a header; either packed by gzip or not.</param>
    /// <param name="dryRun">Nothing is written, and Redis is not asked.</param>
    /// <exception cref="ImportException">It cannot be read on.</exception>
    /// <exception cref="RedisUnavailableException">Redis did not answer for half a minute.</exception>
    public async Task<ImportReport> RunAsync(Stream file, bool dryRun, CancellationToken cancellationToken)
    {
        var tally = new ImportTally(metrics);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var batches = new Queue<Task>();
        try
        {
            var (text, isTable) = await ImportSource.OpenAsync(file, ended.Token);
            var rows = new RowReader(text, isTable);
            CsvRows? table = null;
            while (await rows.ReadAsync(ended.Token) is { } batch)
            {
                if (isTable && table is null)
                {
                    (table, batch) = Head(batch);
                }

                batches.Enqueue(Task.Run(() => WriteAsync(batch, table, tally, dryRun, ended.Token), ended.Token));
                if (batches.Count >= BatchesAtOnce)
                {
                    await batches.Dequeue();
                }
            }

            while (batches.TryDequeue(out var batch))
            {
                await batch;
            }

            return tally.Report;
        }
        catch (InvalidDataException)
        {
            throw new ImportException($"The gzip is damaged after {tally.Report.Read} rows; pack the file again.");
        }
        finally
        {
            // Whatever has gone wrong: none goes on behind its caller's back.
            await ended.CancelAsync();
            await Task.WhenAll(batches).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    // The first row is the header.
    private static (CsvRows Table, RowBatch Rows) Head(RowBatch batch)
    {
        if (batch.Rows.Count == 0)
        {
            throw new ImportException("The first line is too long for a header.");
        }

        var (start, length, _) = batch.Rows[0];
        var table = CsvRows.OfHeader(batch.Bytes.AsSpan(start, length));
        var from = batch.Rows.Count > 1 ? batch.Rows[1].Start : batch.Bytes.Length;
        return (table, new(batch.Bytes[from..], [.. batch.Rows.Skip(1).Select(row => (row.Start - from, row.Length, row.Line))], batch.TooLong));
    }

    private async Task WriteAsync(RowBatch batch, CsvRows? table, ImportTally tally, bool dryRun, CancellationToken cancellationToken)
    {
        foreach (var line in batch.TooLong)
        {
            tally.AddBad(line, s_tooLong);
        }

        // As they are written, not as they were read: what a batch holds on to while Redis works is what the collector has to carry along.
        var clicks = new List<(long Line, PreparedClick Click)>(batch.Rows.Count);
        if (table is not null)
        {
            table.Read(batch, writer, time.GetUtcNow(), clicks, tally);
        }
        else
        {
            ReadObjects(batch, clicks, tally);
        }

        PreparedClick[] prepared = [.. clicks.Select(static row => row.Click)];
        var outcomes = dryRun ? Array.ConvertAll(prepared, static click => click.Outcome) : await WriteAsync(prepared, cancellationToken);
        tally.Add(outcomes);
        for (var i = 0; i < outcomes.Length; i++)
        {
            if (outcomes[i] == ClickWriteOutcome.NoKey)
            {
                tally.AddBad(clicks[i].Line, s_noKey);
            }
        }
    }

    private void ReadObjects(RowBatch batch, List<(long Line, PreparedClick Click)> clicks, ImportTally tally)
    {
        var now = time.GetUtcNow();
        foreach (var (start, length, line) in batch.Rows)
        {
            if (ClickForm.Read(batch.Bytes.AsMemory(start, length), now, out var problem) is { } click)
            {
                clicks.Add((line, writer.Prepare(click, now)));
            }
            else
            {
                tally.AddBad(line, problem!);
            }
        }
    }

    private async Task<ClickWriteOutcome[]> WriteAsync(PreparedClick[] clicks, CancellationToken cancellationToken)
    {
        for (var tried = 1; ; tried++)
        {
            try
            {
                return await writer.WriteAsync(clicks);
            }
            catch (RedisUnavailableException) when (tried < Tries)
            {
                await Task.Delay(s_pause, time, cancellationToken);
            }
        }
    }
}
