using System.Net;
using ProxyShim.Http;

namespace ProxyShim.Capture;

/// <summary>Counts calls by address and minute, in the same memory for however many addresses.</summary>
/// <remarks>
/// A count-min sketch (https://en.wikipedia.org/wiki/Count%E2%80%93min_sketch) of two rows: an address that shares its place in both with another one that
/// calls too often is refused with it, which at a thousand such
/// addresses happens to one in a thousand. Where an address stands differs from process to process, so that no client can choose whom to shut out.
/// </remarks>
internal sealed class AddressRates(int limit, TimeProvider time)
{
    private const int Rows = 2;
    private const int Places = 1 << 15;
    private const int SecondsOfMinute = 60;

    private readonly int[] _counts = new int[Rows * Places];
    private long _minute = -1;

    /// <summary>Counts a call.</summary>
    /// <returns>Seconds after which the address may call again; null when it may now.</returns>
    public int? Count(IPAddress address)
    {
        var seconds = time.GetUtcNow().ToUnixTimeSeconds();
        var minute = seconds / SecondsOfMinute;
        if (Interlocked.Exchange(ref _minute, minute) != minute)
        {
            // A call that comes while this goes on is counted or not: one more or less.
            Array.Clear(_counts);
        }

        var group = AddressGroup.Of(address);
        var count = int.MaxValue;
        for (var row = 0; row < Rows; row++)
        {
            count = Math.Min(count, Interlocked.Increment(ref _counts[(row * Places) + (HashCode.Combine(group, row) & (Places - 1))]));
        }

        return count <= limit ? null : SecondsOfMinute - (int)(seconds % SecondsOfMinute);
    }
}
