namespace ProxyShim.Testing;

/// <summary>A row of the hardening table (<c>.ci/hardening-table</c>): what one surface was given, and what came of it.</summary>
/// <param name="Surface">As in the table.</param>
/// <param name="Inputs">Requests, connections, or texts that were read.</param>
/// <param name="Crashes">Ends of the process; of a reader: exceptions, and broken promises.</param>
/// <param name="Own5xx">Answers of 500 and above that neither the Customer API nor the design gives (501 to 505 in the API's envelope); null of a reader, which answers nobody.</param>
/// <param name="Hangs">Inputs that came to no end.</param>
/// <param name="Before">MiB of the process's memory before them.</param>
/// <param name="Most">And at most.</param>
/// <param name="Bound">MiB that it must stay under.</param>
public sealed record HardeningRow(string Surface, long Inputs, long Crashes, long? Own5xx, long Hangs, double Before, double Most, double Bound)
{
    /// <summary>Whether nothing came of it.</summary>
    public bool IsHeld => Inputs > 0 && Crashes == 0 && Own5xx is null or 0 && Hangs == 0 && Most <= Bound;
}
