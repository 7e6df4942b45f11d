using System.Globalization;
using System.Text;
using ProxyShim.EndToEnd.Harness;

namespace ProxyShim.EndToEnd.Faults;

/// <summary>The table as Markdown, for people who ask what the promise is worth.</summary>
internal static class FaultReport
{
    private const string FileName = "fault-table.md";

    private const string Introduction = """
        # What faults do to conversions

        Written by the fault suite (`tests/ProxyShim.EndToEnd/Faults`): the published program, real Redis processes, and a simulated PartnerStack, at
        which everything is counted. In each row a legacy app creates customers before, during and after the fault, tries again on a 5xx or a broken
        connection, and creates some of them more than once.

        - **acknowledged**: customers for whom the app got a 2xx. **converted**, **fell back**: customers whom a conversion, or the Customer API, created.
        - **requests**: conversion requests that arrived whole, those included that the fault kept from having an effect. A customer who fell back while
          Redis was down, and whom the app creates once more later, is sent as well: PartnerStack, which has the customer, ignores that.
        - **twice**: customers for whom more than one conversion was accepted, or who were handed to the Customer API as well. With the key pair there is
          none, whatever fails; without it nothing can be read back, so what landed unseen is sent again.
        - **lost**: acknowledged, and neither at PartnerStack nor shown as a dead letter.
        - **Hold**: the click is not there when the app calls (`Conversions:OnMiss=Hold`). When it comes, all are converted; when none comes, the Customer
          API has each app's own bytes, and after one that landed no others.

        """;

    /// <param name="results">In the order of the table.</param>
    /// <param name="seed">What the moments of the faults were drawn from.</param>
    public static void Write(IReadOnlyList<FaultResult> results, int seed) => ReportFile.Write("Faults", FileName, Render(results, seed));

    private static string Render(IReadOnlyList<FaultResult> results, int seed)
    {
        var text = new StringBuilder(Introduction);
        foreach (var part in results.GroupBy(result => result.Row.Part, StringComparer.Ordinal))
        {
            text.Append(CultureInfo.InvariantCulture, $"\n## {char.ToUpperInvariant(part.Key[0])}{part.Key[1..]}\n\n");
            text.Append("| fault | key pair | customers | acknowledged | converted | fell back | requests | twice | dead letters | lost | |\n");
            text.Append("| --- | --- | --: | --: | --: | --: | --: | --: | --: | --: | --- |\n");
            foreach (var result in part)
            {
                text.Append(CultureInfo.InvariantCulture, $"| {result.Row.Fault} | {(result.Row.KeyPair ? "yes" : "no")} | {result.Customers} ");
                text.Append(CultureInfo.InvariantCulture, $"| {result.Acknowledged} | {result.Converted} | {result.FellBack} | {result.Arrived} | {result.Twice} ");
                text.Append(CultureInfo.InvariantCulture, $"| {result.Dead} | {result.Lost} | {result.Row.Note} |\n");
            }
        }

        text.Append(CultureInfo.InvariantCulture, $"\nThe moments at which faults strike under load were drawn from seed {seed}.\n");
        return text.ToString();
    }
}
