using ProxyShim.Telemetry.Health;

namespace ProxyShim.Background.Verification;

/// <summary>
/// Stops resending when read-backs find nothing at all: then it is far likelier that they ask in the wrong place (another environment, another address)
/// than that every conversion was a phantom. What is no answer of the Customer API's proves nothing, and so never leads to a resend; it is told likewise.
/// </summary>
internal sealed class ResendGuard
{
    /// <summary>404s in a row, without one 200, that engage it (DESIGN.md).</summary>
    public const int Limit = 20;

    /// <summary>Answers in a row that only another server than the Customer API gives.</summary>
    public const int StrangeLimit = 5;

    private readonly Streak _absent = new(Limit);
    private readonly Streak _strange = new(StrangeLimit);

    /// <summary>Whether nothing may be sent again at the moment.</summary>
    public bool IsEngaged => _absent.IsLong;

    /// <summary>A customer was found. True when this releases the brake.</summary>
    public bool Found() => _absent.End();

    /// <summary>A customer was not found. True when this engages the brake.</summary>
    public bool Absent() => _absent.Add();

    /// <summary>Something answered, and not as the Customer API does. True when it has done so all the time.</summary>
    public bool Strange() => _strange.Add();

    /// <summary>The Customer API answered. True when there had been nothing but strange answers.</summary>
    public bool Known() => _strange.End();
}
