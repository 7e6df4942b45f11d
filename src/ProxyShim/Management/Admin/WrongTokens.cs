using System.Net;
using ProxyShim.Http;
using ProxyShim.Telemetry;

namespace ProxyShim.Management.Admin;

/// <summary>Slows down an address that presents wrong tokens. Memory is bounded: addresses beyond the bound share one count.</summary>
/// <remarks>
/// Not a lock-out: behind a port-forward or a mesh all callers have one address, and one script with an old token would lock everybody out. Five tries a
/// second leave a person with the right token at work, and are three thousand times too few to guess one.
/// </remarks>
internal sealed class WrongTokens(AlertEvents alerts, TimeProvider time)
{
    /// <summary>Wrong tokens that an address may present before it is slowed down.</summary>
    public const int Free = 10;

    /// <summary>How many tries a second an address has after that, with whatever token.</summary>
    public const int TriesPerSecond = 5;

    /// <summary>After so long without a wrong token an address is as good as any.</summary>
    public static readonly TimeSpan Memory = TimeSpan.FromMinutes(10);

    private const int MostAddresses = 1024;

    private readonly Lock _gate = new();
    private readonly Dictionary<IPAddress, Tries> _addresses = [];

    /// <summary>Whether a token of this address is looked at now; false when it has to wait for the next second.</summary>
    public bool MayTry(IPAddress? address)
    {
        lock (_gate)
        {
            return !_addresses.TryGetValue(KeyOf(address), out var tries) || IsForgotten(tries) || tries.Wrong < Free || tries.TryOnce(Second());
        }
    }

    /// <summary>It was wrong.</summary>
    public void Add(IPAddress? address)
    {
        var isNew = false;
        lock (_gate)
        {
            var key = KeyOf(address);
            if (!_addresses.TryGetValue(key, out var tries) || IsForgotten(tries))
            {
                _addresses[key] = tries = new Tries();
            }

            tries.LastWrong = time.GetTimestamp();
            isNew = ++tries.Wrong == Free;
        }

        if (isNew)
        {
            alerts.Raise(Alert.ManagementTokenWrong);
        }
    }

    private long Second() => time.GetUtcNow().ToUnixTimeSeconds();

    private bool IsForgotten(Tries tries) => time.GetElapsedTime(tries.LastWrong) >= Memory;

    private IPAddress KeyOf(IPAddress? address)
    {
        var key = AddressGroup.Of(address);
        if (_addresses.Count < MostAddresses || _addresses.ContainsKey(key))
        {
            return key;
        }

        foreach (var (old, _) in _addresses.Where(entry => IsForgotten(entry.Value)).ToList())
        {
            _addresses.Remove(old);
        }

        return _addresses.Count < MostAddresses ? key : IPAddress.None;
    }

    private sealed class Tries
    {
        private long _second;
        private int _inSecond;

        public int Wrong { get; set; }

        public long LastWrong { get; set; }

        public bool TryOnce(long second)
        {
            (_second, _inSecond) = (second, second == _second ? _inSecond + 1 : 1);
            return _inSecond <= TriesPerSecond;
        }
    }
}
