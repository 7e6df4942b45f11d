using System.Net;

namespace ProxyShim.Sandbox.PartnerStack;

/// <summary>How a <see cref="SimulatedPartnerStack"/> starts.</summary>
public sealed record SimulatedPartnerStackOptions
{
    /// <summary>The key pairs the Customer API knows.</summary>
    public IReadOnlyList<KeyPair> KeyPairs { get; init; } = [new("pk_sandbox", "sk_sandbox")];

    /// <summary>The tracking token the Conversion API knows.</summary>
    public string ConversionToken { get; init; } = "tok_sandbox";

    /// <summary>The <c>test</c> flag of its customers.</summary>
    public bool Test { get; init; }

    /// <summary>From an accepted conversion to the customer's record; zero = at once. The real one takes 2 to 6 minutes (CONTRACT.md).</summary>
    public TimeSpan Lag { get; init; } = TimeSpan.Zero;

    /// <summary>The clock of records, lag, delays and drips.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>Where the letters of new keys come from.</summary>
    public Random Random { get; init; } = Random.Shared;

    /// <summary>The loopback port of the Customer API, 0–65535; 0 = a free one.</summary>
    public int CustomerApiPort { get; init; }

    /// <summary>The port of the Conversion API, 0–65535; 0 = a free one.</summary>
    public int ConversionApiPort { get; init; }

    /// <summary>The address it listens on. Browsers follow partners' links there, also those outside of a container; the other two are on loopback always.</summary>
    public IPAddress ConversionApiListen { get; init; } = IPAddress.Loopback;

    /// <summary>The loopback port of the control surface, 0–65535; 0 = a free one.</summary>
    public int ControlPort { get; init; }

    /// <summary>
    /// What the vendor's site does with a click that is made with <c>POST /clicks</c>: the <c>customer_key</c> of the one who made it, and the click as JSON,
    /// in the form that the shim reads. Null = there is no site, and no <c>POST /clicks</c>.
    /// </summary>
    public Func<string, string, Task>? KeepClick { get; init; }

    /// <summary>What <c>GET /</c> of the control surface says can be tried, as plain text; null = the list of its routes.</summary>
    public Func<SimulatedPartnerStack, string>? Guide { get; init; }
}
