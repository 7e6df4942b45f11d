namespace ProxyShim.Limits;

/// <summary>Places for requests and bytes that are taken.</summary>
internal sealed class PlaceCount
{
    private long _requests;
    private long _bytes;

    public long Requests => Interlocked.Read(ref _requests);

    public long Bytes => Interlocked.Read(ref _bytes);

    /// <summary>Takes one request's place and the bytes of its body, or nothing.</summary>
    /// <param name="most">How much may be taken, this included.</param>
    public bool TryTake(long bytes, Places most)
    {
        if (!TryAdd(ref _requests, 1, most.Requests))
        {
            return false;
        }

        if (TryAdd(ref _bytes, bytes, most.Bytes))
        {
            return true;
        }

        Interlocked.Decrement(ref _requests);
        return false;
    }

    public void Leave(long bytes)
    {
        Interlocked.Decrement(ref _requests);
        Interlocked.Add(ref _bytes, -bytes);
    }

    // A caller that is refused has not been counted for a moment either: a thousand who are refused at once would take the places of the others.
    private static bool TryAdd(ref long taken, long more, long most)
    {
        for (var seen = Interlocked.Read(ref taken); seen + more <= most;)
        {
            var was = Interlocked.CompareExchange(ref taken, seen + more, seen);
            if (was == seen)
            {
                return true;
            }

            seen = was;
        }

        return false;
    }
}
