using ProxyShim.CustomerApi;
using ProxyShim.Settlement;
using ProxyShim.Telemetry;

namespace ProxyShim.Background;

/// <summary>What the Customer API says of the key pairs that the shim presents itself: the vendor's, to read back; a caller's, to make a call for it later.</summary>
internal sealed class KeyPairWatch(CustomerApiSettings settings, ConversionEvents events)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Alert> _calls = new(StringComparer.Ordinal);
    private Alert? _reads;

    /// <summary>A read-back, with the vendor's pair.</summary>
    public void Read(ReadBack answer)
    {
        lock (_lock)
        {
            if (RefusalOf(answer.Status) is { } refusal)
            {
                _reads = refusal;
            }
            else if (answer.Result is not ReadBackResult.Unknown)
            {
                _reads = null;

                // Who may read is no stranger any more. Whether it may write is another matter.
                if (settings.Vendor is { } vendor && _calls.GetValueOrDefault(vendor.Name) == Alert.KeyPairUnauthorized)
                {
                    _calls.Remove(vendor.Name);
                }
            }
            else
            {
                // An API that refuses for another reason, or does not answer, says nothing of the key pair.
                return;
            }

            Report();
        }
    }

    /// <summary>A call that was made with a caller's pair: a held customer's, or a kept one.</summary>
    /// <param name="status">What it was answered; null for nothing.</param>
    public void Called(string caller, int? status)
    {
        lock (_lock)
        {
            if (RefusalOf(status) is { } refusal)
            {
                _calls[caller] = refusal;
            }
            else if (status is < 200 or >= 300 or null || !_calls.Remove(caller))
            {
                return;
            }

            Report();
        }
    }

    private static Alert? RefusalOf(int? status) => status switch
    {
        StatusCodes.Status401Unauthorized => Alert.KeyPairUnauthorized,
        StatusCodes.Status403Forbidden => Alert.KeyPairForbidden,
        _ => null,
    };

    private void Report()
    {
        if (_reads is { } alert)
        {
            events.KeyPairRefused(alert);
        }
        else if (_calls.Count > 0)
        {
            var (caller, refusal) = _calls.First();
            events.KeyPairRefused(refusal, $"the pair of {caller}, for calls made later");
        }
        else
        {
            events.KeyPairAccepted();
        }
    }
}
