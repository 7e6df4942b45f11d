using System.Security.Cryptography;
using System.Text;
using ProxyShim.Telemetry;

namespace ProxyShim.Management.Admin;

/// <summary>Knows whose token opens the admin API. The settings are read again while it is used: a token that is replaced needs no restart.</summary>
/// <param name="settings">Those of the start. Where they have no token the admin API is off until the next start.</param>
/// <param name="read">Reads the tokens anew; null when the settings cannot be used as they stand now.</param>
internal sealed class AdminTokens(ManagementSettings settings, Func<IReadOnlyList<ManagementToken>?> read, AlertEvents alerts, TimeProvider time)
{
    /// <summary>How long a token that was taken out of the settings may still open it, at most.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    private readonly Lock _gate = new();
    private (ManagementToken Token, byte[] Secret)[] _known = Known(settings.Tokens);
    private long _readAt = time.GetTimestamp();
    private bool _isUnusable;

    public bool IsOn { get; } = settings.Tokens.Count > 0;

    /// <summary>Whose token it is; null when it is none of the settings'.</summary>
    public ManagementToken? Find(string presented)
    {
        var bytes = Encoding.UTF8.GetBytes(presented);
        ManagementToken? found = null;

        // Every one is compared, in constant time, so that the time taken tells nothing about any of them.
        foreach (var (token, secret) in Current())
        {
            found = CryptographicOperations.FixedTimeEquals(secret, bytes) ? token : found;
        }

        return found;
    }

    private (ManagementToken Token, byte[] Secret)[] Current()
    {
        lock (_gate)
        {
            if (IsOn && time.GetElapsedTime(_readAt) >= Interval)
            {
                _readAt = time.GetTimestamp();
                Refresh();
            }

            return _known;
        }
    }

    // Half a change, a file that is just being written: what counted so far goes on to count.
    private void Refresh()
    {
        var tokens = read();
        if (tokens is null && !_isUnusable)
        {
            alerts.Raise(Alert.ManagementTokensUnusable);
        }

        _isUnusable = tokens is null;
        _known = tokens is null ? _known : Known(tokens);
    }

    private static (ManagementToken Token, byte[] Secret)[] Known(IReadOnlyList<ManagementToken> tokens) =>
        [.. tokens.Select(token => (token, token.Token.RevealUtf8()))];
}
