namespace ProxyShim.EndToEnd.Faults;

/// <summary>What was counted after a row, all of it at the simulated PartnerStack but for the acknowledgements and the dead letters.</summary>
/// <param name="Row">The row.</param>
/// <param name="Customers">Whom the legacy app wanted to create.</param>
/// <param name="Acknowledged">Those it was told are created.</param>
/// <param name="Converted">Those whom a conversion created.</param>
/// <param name="FellBack">Those whom the Customer API created.</param>
/// <param name="Arrived">Conversion requests that arrived whole, whatever the fault made of them.</param>
/// <param name="Twice">Customers for whom more than one conversion was accepted, or who were handed over although a conversion or hand-over had landed.</param>
/// <param name="Unexplained">Those of them whose earlier conversion had been answered, whole and with a 200.</param>
/// <param name="Changed">Hand-overs that are not the app's bytes.</param>
/// <param name="Dead">Dead letters.</param>
/// <param name="Phantoms">Customers who are not at PartnerStack although it had said so.</param>
/// <param name="Lost">Acknowledged, and neither at PartnerStack nor a dead letter.</param>
/// <param name="Leftovers">Requests, and so personal data, in Redis that no dead letter needs.</param>
internal sealed record FaultResult(
    FaultRow Row,
    int Customers,
    int Acknowledged,
    int Converted,
    int FellBack,
    int Arrived,
    int Twice,
    int Unexplained,
    int Changed,
    int Dead,
    int Phantoms,
    int Lost,
    int Leftovers)
{
    /// <summary>The numbers; the row's name is the test's.</summary>
    public override string ToString() =>
        $"{Customers} customers: {Acknowledged} acknowledged, {Converted} converted, {FellBack} fell back; {Arrived} requests; {Twice} twice ({Unexplained} after a whole 200), {Changed} changed, "
        + $"{Dead} dead letters, {Phantoms} phantoms, {Lost} lost, {Leftovers} bodies left over";
}
