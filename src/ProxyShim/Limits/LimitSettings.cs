using ProxyShim.Settings;

namespace ProxyShim.Limits;

/// <summary>What the legacy and the capture listener take at once. Beyond it a caller gets 503 and comes again, and the process lives.</summary>
/// <param name="Connections">Connections; one more takes the place of one without a request in flight, or is closed at once.</param>
/// <param name="RequestsInFlight">Requests that have been begun and not answered; a quarter of them only for callers with a key pair of the settings.</param>
/// <param name="BufferedBytes">Bytes of bodies that wait to be taken; a quarter of them likewise.</param>
/// <param name="BodyBytes">The longest body that is taken; null for any.</param>
/// <param name="RequestsPerSecond">Requests a second of one caller, on the average; 0 for any number.</param>
internal sealed record LimitSettings(int Connections, int RequestsInFlight, long BufferedBytes, long? BodyBytes, int RequestsPerSecond)
{
    private const int ShareOfCallers = 4;

    // Of a container with the examples' limit.
    private static readonly Capacity s_example = Capacity.Of(memory: 128 * 1024 * 1024, descriptors: 1 << 20);

    /// <summary>Requests that all callers may have in flight. The rest is for known callers: those without a key pair keep none out that has one.</summary>
    public int CommonRequests => RequestsInFlight - (RequestsInFlight / ShareOfCallers);

    /// <summary>Bytes that anybody's bodies may hold; one body at least.</summary>
    public long CommonBytes => Math.Max(RequestLimits.MostBuffered, BufferedBytes - (BufferedBytes / ShareOfCallers));

    /// <summary>The defaults of the first three follow <see cref="Capacity.Of"/>.</summary>
    public static LimitSettings Read(SettingsReader reader) => Read(reader, Capacity.Of(Surroundings.Memory, Surroundings.Descriptors));

    public static LimitSettings Read(SettingsReader reader, Capacity capacity)
    {
        const string follows = "(from the memory limit and the open files)";
        var connections = reader.Number(
            "Limits:Connections", capacity.Connections, 1, 1_000_000, "connections", $"How many connections the legacy and the capture listener keep, the latter a quarter of them at most; one more takes the place of the one that has longest been without a request, or is closed at once where each of them has one in flight. By default {Capacity.Formula.Connections}.", (follows, s_example.Connections));
        var requests = reader.Number(
            "Limits:RequestsInFlight", capacity.RequestsInFlight, 1, 1_000_000, "requests",
            "How many requests may have been begun and not answered, a quarter of them only by callers with a key pair of these settings, who divide it evenly; one more gets 503 with `Retry-After`. "
            + $"By default {Capacity.Formula.Requests}.", (follows, s_example.RequestsInFlight));
        var buffered = reader.Number(
            "Limits:BufferedBytes", (int)capacity.BufferedBytes, RequestLimits.MostBuffered, int.MaxValue, "bytes",
            "How much of bodies may wait for somebody to take it, over all requests, a quarter of it only for callers with a key pair of these settings, who divide it evenly. "
            + $"By default {Capacity.Formula.Bytes}.", (follows, (int)s_example.BufferedBytes));
        var body = reader.Number("Limits:BodyBytes", 0, 0, int.MaxValue, "bytes", "The longest body that is taken, before 413; 0 for any.");
        return new(
            connections, requests, buffered, body == 0 ? null : body,
            reader.Number("Limits:RequestsPerSecond", 0, 0, 1_000_000, "requests", "How many requests a second one caller may make on the average, before 429; 0 for any number."));
    }
}
