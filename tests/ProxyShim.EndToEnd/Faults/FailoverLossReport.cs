using System.Globalization;
using System.Text;
using ProxyShim.EndToEnd.Harness;

namespace ProxyShim.EndToEnd.Faults;

/// <summary>The measurement as Markdown.</summary>
internal static class FailoverLossReport
{
    private const string Introduction = """
        # What a failover behind Sentinel can cost

        Written by `PROXYSHIM_WRITE_REPORTS=1 dotnet test --project tests/ProxyShim.EndToEnd --filter-class '*FailoverLossTests'`: the published program, a
        master, its replica and three Sentinels, all of them processes, and a simulated PartnerStack, at which everything is counted. Ten callers create
        customers without a pause while the replica takes over.

        Redis answers before its replicas have what it was told. What the one that takes over did not have is forgotten, whatever the master had answered.

        - **queued**: the Conversion API answers 503 until the failover is over. Who is forgotten is **lost**: acknowledged, and in the end neither at
          PartnerStack nor shown as a dead letter.
        - **converted**: the Conversion API takes everything. Nobody is lost, for PartnerStack has them; but who is forgotten and created once more, as here
          all are after the failover, is sent **twice**. PartnerStack's own rule (one for each customer_key) is then what keeps the customer single.
        - **at risk**: acknowledged from the moment when the replica fell behind, or from some 35 calls before the end of a master whose replica did not,
          until nobody took the former master for it any more. In brackets: the most in one failover.

        ## The bound

        Each run of the test holds it to this.

        - With `Redis:WaitReplicas` 1 nobody is lost who was acknowledged as queued: a replica has told that it has the claim, or the app gets a 503 and comes
          again. With several replicas that holds as long as one of those that told is there to be chosen; Sentinel takes the one that has most.
        - With 0 at most those are lost who were acknowledged within the lag of the replica that takes over. One that is in step lags by what the master
          answers in one turn of its event loop, so at most by one customer for each open call. One that is cut off lags by all that came since.
        - Sent twice are at most those who were acknowledged as converted within that lag, whatever `Redis:WaitReplicas` is: a customer whom PartnerStack has
          is not held up for a replica's sake. What the shim could not tell Redis while nobody was master it knows itself, and tells the next one first.
        - A master that is replaced by command while it lives takes writes until the shim hears of the change, and all of that is lag. With
          `min-replicas-to-write 1` it refuses them as soon as its replica has left it, and only the turn is lost in which that happens; with
          `appendfsync always` a turn lasts as long as the disk takes.

        | takeover | acknowledged as | WaitReplicas | failovers | acknowledged | at risk | lost | twice |
        | --- | --- | --: | --: | --: | --: | --: | --: |

        """;

    /// <param name="rows">In the order of the report, each with what its failovers have cost.</param>
    public static void Write(IReadOnlyList<(FailoverLossCase Case, IReadOnlyList<FailoverLoss> Losses)> rows)
    {
        var text = new StringBuilder(Introduction);
        foreach (var (@case, losses) in rows)
        {
            text.Append(CultureInfo.InvariantCulture, $"| {@case.Takeover.Name} | {@case.Answer} | {@case.WaitReplicas} | {losses.Count} ");
            text.Append(CultureInfo.InvariantCulture, $"| {losses.Sum(loss => loss.Acknowledged.Count)} | {losses.Sum(loss => loss.AtRisk.Count)} ");
            text.Append(CultureInfo.InvariantCulture, $"| {SumAndMost(losses, loss => loss.Lost)} | {SumAndMost(losses, loss => loss.Twice)} |\n");
        }

        ReportFile.Write("Faults", "failover-losses.md", text.ToString());
    }

    private static string SumAndMost(IReadOnlyList<FailoverLoss> losses, Func<FailoverLoss, IReadOnlyList<string>> customers)
        => string.Create(CultureInfo.InvariantCulture, $"{losses.Sum(loss => customers(loss).Count)} ({losses.Max(loss => customers(loss).Count)})");
}
