namespace ProxyShim.Sandbox.PartnerStack;

/// <summary>The faults an API can be given; <see cref="Fault"/> says what each does.</summary>
public enum FaultKind
{
    /// <inheritdoc cref="Fault.Refuse"/>
    Refuse,

    /// <inheritdoc cref="Fault.ResetBeforeBody"/>
    ResetBeforeBody,

    /// <inheritdoc cref="Fault.ResetAfterBody"/>
    ResetAfterBody,

    /// <inheritdoc cref="Fault.Hang"/>
    Hang,

    /// <inheritdoc cref="Fault.Delay"/>
    Delay,

    /// <inheritdoc cref="Fault.SlowDrip"/>
    SlowDrip,

    /// <inheritdoc cref="Fault.Status"/>
    Status,

    /// <inheritdoc cref="Fault.Phantom"/>
    Phantom,

    /// <inheritdoc cref="Fault.TestMismatch"/>
    TestMismatch,
}
