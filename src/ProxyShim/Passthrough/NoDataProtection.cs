using Microsoft.AspNetCore.DataProtection;

namespace ProxyShim.Passthrough;

/// <summary>
/// Stands where YARP's session affinity, unused here, asks for a provider that protects its cookies; the usual provider would write its keys to disk
/// (https://learn.microsoft.com/aspnet/core/security/data-protection/configuration/default-settings).
/// </summary>
internal sealed class NoDataProtection : IDataProtectionProvider, IDataProtector
{
    public IDataProtector CreateProtector(string purpose) => this;

    /// <exception cref="NotSupportedException">Always.</exception>
    public byte[] Protect(byte[] plaintext) => throw new NotSupportedException("Nothing here is protected by a key.");

    /// <exception cref="NotSupportedException">Always.</exception>
    public byte[] Unprotect(byte[] protectedData) => throw new NotSupportedException("Nothing here is protected by a key.");
}
