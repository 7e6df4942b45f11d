namespace ProxyShim.EndToEnd.Faults;

/// <summary>When a customer's click comes.</summary>
internal enum ClickTime
{
    BeforeTheCall,

    /// <summary>A second after the app was told that it has the customer.</summary>
    AfterTheCall,
    Never,
}
