using ProxyShim.Telemetry.Metrics;

namespace ProxyShim.Clicks.Import;

/// <summary>Adds up what becomes of rows, from several threads.</summary>
internal sealed class ImportTally(ShimMetrics metrics)
{
    private readonly Lock _gate = new();
    private readonly long[] _outcomes = new long[Enum.GetValues<ClickWriteOutcome>().Length];
    private readonly List<BadRow> _bad = [];
    private long _badCount;

    public ImportReport Report
    {
        get
        {
            lock (_gate)
            {
                return new(
                    _outcomes.Sum() + _badCount, Count(ClickWriteOutcome.Written), Count(ClickWriteOutcome.Same), Count(ClickWriteOutcome.Older), _badCount,
                    [.. _bad.OrderBy(row => row.Line)]);
            }
        }
    }

    public void Add(IReadOnlyList<ClickWriteOutcome> outcomes)
    {
        foreach (var (outcome, count) in outcomes.Where(outcome => outcome != ClickWriteOutcome.NoKey).CountBy(outcome => outcome))
        {
            lock (_gate)
            {
                _outcomes[(int)outcome] += count;
            }

            metrics.ClicksReported(ClickWay.Import, outcome.Result(), count);
        }
    }

    public void AddBad(long line, ClickProblem problem)
    {
        lock (_gate)
        {
            _badCount++;
            if (_bad.Count < ImportReport.MostBad)
            {
                _bad.Add(new BadRow(line, problem.Write));
            }
        }

        metrics.ClicksReported(ClickWay.Import, problem.Reason);
    }

    private long Count(ClickWriteOutcome outcome) => _outcomes[(int)outcome];
}
