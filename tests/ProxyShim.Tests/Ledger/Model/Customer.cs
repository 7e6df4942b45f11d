using ProxyShim.Ledger;

namespace ProxyShim.Tests.Ledger.Model;

/// <summary>What is true of a customer, whatever the ledger believes.</summary>
internal sealed class Customer(string key)
{
    public string Key { get; } = key;

    public ConversionId Id { get; } = LedgerUnderTest.IdOf(key);

    /// <summary>PartnerStack has the customer: a conversion landed, or the Customer API created it.</summary>
    public bool Exists { get; set; }

    /// <summary>A conversion landed.</summary>
    public bool Landed { get; set; }

    /// <summary>Attempts that arrived and may have landed for all the shim knew.</summary>
    public int Arrivals { get; set; }

    /// <summary>How often a definitive 404 sent it back to be sent again.</summary>
    public int Absences { get; set; }

    /// <summary>How often a worker's hand-over arrived at the Customer API.</summary>
    public int HandOvers { get; set; }

    /// <summary>How often a definitive 404 proved that a hand-over had not landed, or a person decided that.</summary>
    public int HandOverAbsences { get; set; }

    /// <summary>A hand-over landed.</summary>
    public bool HandedOver { get; set; }

    /// <summary>The Customer API took the call because Redis was silent, and the ledger has the customer all the same.</summary>
    public bool Unheard { get; set; }

    /// <summary>A caller was told 2xx.</summary>
    public bool Acknowledged { get; set; }

    /// <summary>Somebody else answers for it: the Customer API took the request, or had it deleted, or a person gave it up.</summary>
    public bool GivenAway { get; set; }

    /// <summary>Whoever was to count it as sent may not have lived to do so.</summary>
    public bool CountUncertain { get; set; }

    /// <summary>Grows when time passes: a lease of an earlier age is no right to begin an attempt any more.</summary>
    public int Age { get; set; }

    /// <summary>As the ledger showed it last; null when it does not know the customer.</summary>
    public ConversionState? LastSeen { get; set; }
}
