using System.Collections.Concurrent;
using System.Globalization;
using ProxyShim.EndToEnd.Harness;
using ProxyShim.Testing;
using Xunit;

namespace ProxyShim.EndToEnd.Surface;

/// <summary>Valid requests made by chance go through the shim and through a plain nginx: what arrives and what is answered is the same, but for a written list.</summary>
/// <remarks>
/// <c>PROXYSHIM_DIFFERENTIAL=100000</c> makes as many; <c>PROXYSHIM_DIFFERENTIAL_SEED</c> makes those of another run, which the message of a failure names.
/// The list: the spelling of names, the order of different names, repeated lines of one name in one, what is hop-by-hop, the length of what is empty,
/// the framing of a body, and the host. Neither adds a header, or leaves one out, besides.
/// </remarks>
[Trait(HardeningTrial.Trait, "valid requests and answers made by chance, beside nginx")]
public sealed class DifferentialTests(RawStand stand) : IClassFixture<RawStand>
{
    private const int Lanes = 8;

    // Of the connection, and not of what it carries (RFC 9110, section 7.6.1); the length of a body is compared as the body.
    private static readonly HashSet<string> s_left = new(StringComparer.OrdinalIgnoreCase) { "Connection", "Keep-Alive", "Transfer-Encoding", "Content-Length", "Host" };

    private static readonly int s_count = Number("PROXYSHIM_DIFFERENTIAL") ?? 5_000;
    private static readonly int s_seed = Number("PROXYSHIM_DIFFERENTIAL_SEED") ?? Random.Shared.Next();

    private readonly ConcurrentDictionary<(int Number, bool IsNginx), RawMessage> _arrived = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_arrives_and_what_is_answered_is_what_a_plain_nginx_makes_of_it()
    {
        await using var behindNginx = new RawUpstream();
        await using var nginx = await NginxProxy.StartAsync(behindNginx.Address, Cancellation);
        stand.Upstream.Answer = request => Answer(request, isNginx: false);
        behindNginx.Answer = request => Answer(request, isNginx: true);
        var next = -1;

        await Task.WhenAll(Enumerable.Range(0, Lanes).Select(async _ =>
        {
            using var shim = new Lane(stand.Shim.Address);
            using var other = new Lane(nginx.Address);
            while (Interlocked.Increment(ref next) is var number && number < s_count)
            {
                await CompareAsync(number, shim, other);
                if (number % 500 == 0)
                {
                    // Else they grow with what they have seen.
                    stand.Upstream.Forget();
                    behindNginx.Forget();
                }
            }
        }));
        Assert.Empty(_arrived);
    }

    private static int? Number(string variable) => int.TryParse(Environment.GetEnvironmentVariable(variable), CultureInfo.InvariantCulture, out var number) ? number : null;

    private async Task CompareAsync(int number, Lane shim, Lane nginx)
    {
        var exchange = RandomExchange.Create(s_seed, number);
        var answers = (Shim: await shim.AskAsync(exchange, Cancellation), Nginx: await nginx.AskAsync(exchange, Cancellation));
        Assert.True(_arrived.TryRemove((number, false), out var viaShim), What("nothing arrived through the shim"));
        Assert.True(_arrived.TryRemove((number, true), out var viaNginx), What("nothing arrived through nginx"));

        Hold("the request line", viaShim.StartLine, viaNginx.StartLine);
        Hold("the request line, as it was sent", viaShim.StartLine, exchange.Request[..exchange.Request.IndexOf('\r', StringComparison.Ordinal)]);
        Hold("the request's headers", Headers(viaShim), Headers(viaNginx));
        Assert.True(viaShim.Body.AsSpan().SequenceEqual(viaNginx.Body), What("the request's body differs"));
        Hold("the status line", answers.Shim.StartLine, answers.Nginx.StartLine);
        Hold("the answer's headers", Headers(answers.Shim), Headers(answers.Nginx));
        Assert.True(answers.Shim.Body.AsSpan().SequenceEqual(answers.Nginx.Body), What("the answer's body differs"));

        void Hold(string what, string ours, string theirs) => Assert.True(ours == theirs, What($"{what} differs:\n{ours}\n-- nginx:\n{theirs}"));

        string What(string what) => $"{what}\n-- seed {s_seed}, number {number}:\n{HeadOf(exchange.Request)}\n-- answered:\n{HeadOf(exchange.Answer)}";
    }

    private string Answer(RawMessage request, bool isNginx)
    {
        if (!int.TryParse(request.Header(RandomExchange.IdHeader), CultureInfo.InvariantCulture, out var number))
        {
            return RawUpstream.PlainAnswer;
        }

        Assert.True(_arrived.TryAdd((number, isNginx), request), "It arrived twice.");
        return RandomExchange.Create(s_seed, number).Answer;
    }

    private static string HeadOf(string message) => message[..message.IndexOf("\r\n\r\n", StringComparison.Ordinal)];

    private static string Headers(RawMessage message) => string.Join('\n', message.Headers
        .Where(header => !s_left.Contains(header.Name))
        .GroupBy(header => header.Name.ToLowerInvariant(), StringComparer.Ordinal)
        .OrderBy(group => group.Key, StringComparer.Ordinal)
        .Select(group => $"{group.Key}: {string.Join(group.Key == "cookie" ? "; " : ", ", group.Select(header => header.Value)).TrimEnd()}"));

    /// <summary>A client's connection, kept for as long as the other side keeps it.</summary>
    private sealed class Lane(Uri address) : IDisposable
    {
        private RawConnection? _connection;

        public async Task<RawMessage> AskAsync(RandomExchange exchange, CancellationToken cancellation)
        {
            if (_connection?.HasEnded != false)
            {
                _connection?.Dispose();
                _connection = await RawConnection.OpenAsync(address, cancellation);
            }

            await _connection.SendAsync(exchange.Request, cancellation);
            var answer = await _connection.ReadAsync(cancellation, hasBody: exchange.Method != "HEAD");
            if (answer.Header("Connection") == "close")
            {
                _connection.Dispose();
                _connection = null;
            }

            return answer;
        }

        public void Dispose() => _connection?.Dispose();
    }
}
