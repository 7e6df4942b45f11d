using System.Globalization;

namespace ProxyShim.Benchmarks.Servers;

/// <summary>nginx in the place of the Customer API or the Conversion API. It counts, so that no contender wins by failing.</summary>
internal sealed class Upstream : IAsyncDisposable
{
    private readonly ChildProcess _process;
    private readonly HttpClient _client = new();
    private readonly Uri _requests;

    private Upstream(ChildProcess process, int port) => (_process, _requests) = (process, new Uri($"{Site.Local(port)}/requests"));

    private const string CustomerAnswer = """{"data":{"key":"cus_8U5s1iH2Pd2a2p"},"message":"Answered by the Customer API","status":200}""";

    /// <param name="delay">How long it takes to answer, but for reads of a customer; zero costs nothing.</param>
    public static async Task<Upstream> StartAsync(int port, string directory, TimeSpan delay, CancellationToken cancellationToken)
    {
        System.IO.Directory.CreateDirectory(directory);
        var slow = delay > TimeSpan.Zero;
        var launch = Nginx.Prepare("Upstream", new Site(port, 0, 0, 0, 0, directory), new Dictionary<string, string>
        {
            ["MODULES"] = slow ? "load_module modules/ndk_http_module.so; load_module modules/ngx_http_lua_module.so;" : "",
            // "return" would answer before any Lua runs.
            ["ANSWER"] = slow ? AnswerLate(delay, "") : "return 200;",
            ["CUSTOMER_ANSWER"] = slow ? AnswerLate(delay, CustomerAnswer) : $"return 200 '{CustomerAnswer}';",
        });
        var upstream = new Upstream(ChildProcess.Start(launch, Cores.Others, Path.Combine(directory, "out")), port);
        await Until.TrueAsync("upstream", upstream.AnswersAsync, upstream._process.Complaints, cancellationToken);
        return upstream;
    }

    /// <summary>What it has seen so far; each call adds a request of its own.</summary>
    public async Task<Seen> SeenAsync()
    {
        // Active connections: 1 \n server accepts handled requests \n 1 1 5 \n …
        var numbers = (await _client.GetStringAsync(_requests)).Split('\n')[2].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return new Seen(Requests: long.Parse(numbers[2], CultureInfo.InvariantCulture), Connections: long.Parse(numbers[0], CultureInfo.InvariantCulture));
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _process.DisposeAsync();
    }

    private static string AnswerLate(TimeSpan delay, string body) => string.Create(
        CultureInfo.InvariantCulture,
        $"content_by_lua_block {{ ngx.req.read_body() ngx.sleep({delay.TotalSeconds}) ngx.header.content_length = {body.Length} ngx.print('{body}') }}");

    private async Task<bool> AnswersAsync()
    {
        try
        {
            return await SeenAsync() is not null;
        }
        catch (HttpRequestException)
        {
            return _process.HasExited ? throw new InvalidOperationException($"upstream ended: {_process.Complaints()}") : false;
        }
    }
}
