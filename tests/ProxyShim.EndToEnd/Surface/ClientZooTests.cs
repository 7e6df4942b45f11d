using System.Text;
using System.Text.Json.Nodes;
using ProxyShim.EndToEnd.Harness;
using ProxyShim.Sandbox.PartnerStack;
using ProxyShim.Testing;
using Xunit;

namespace ProxyShim.EndToEnd.Surface;

/// <summary>
/// HTTP clients as apps use them (<c>clients/zoo/</c>) make the same calls straight at PartnerStack and through the shim: a hit, its repeat, a miss, a read, a change,
/// 3 MB up and down, and a deletion, on one connection where they keep one. They see the same answers, and the same bytes arrive.
/// </summary>
[RedisSuite]
[Trait(HardeningTrial.Trait, "real HTTP clients")]
public sealed class ClientZooTests(UsualStand usual) : IClassFixture<UsualStand>
{
    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(2);

    // config/differences.md: what only PartnerStack can know of a customer, or each account's own clock tells.
    private static readonly string[] s_own = ["key", "partnership_key", "source_key", "source_type", "fields", "created_at", "updated_at"];

    // Of a connection, not of a call: Java asks for HTTP/2 in its first one. The length is compared as the body.
    private static readonly string[] s_left =
        ["connection", "keep-alive", "host", "transfer-encoding", "content-length", "te", "expect", "upgrade", "http2-settings"];

    private static readonly Dictionary<string, Client> s_clients = new()
    {
        ["curl"] = new("bash", "bash", "calls.sh", "curl", ("curl", "curl")),
        ["curl, HTTP/1.0"] = new("bash", "bash", "calls.sh", "curl-1.0", ("curl", "curl")),
        ["wget"] = new("bash", "bash", "calls.sh", "wget", ("wget", "wget")),
        ["Python urllib"] = Python("urllib", "python3"),
        ["Python http.client"] = Python("http", "python3"),
        ["Python http.client, chunked"] = Python("http_chunked", "python3"),
        ["Python urllib3"] = Python("urllib3", "python3-urllib3"),
        ["Python requests"] = Python("requests", "python3-requests"),
        ["Python httpx"] = Python("httpx", "python3-httpx"),
        ["Python aiohttp"] = Python("aiohttp", "python3-aiohttp"),
        ["Python pycurl"] = Python("pycurl", "python3-pycurl"),
        ["Node fetch"] = new("node", "nodejs", "calls.mjs", "fetch"),
        ["Node http"] = new("node", "nodejs", "calls.mjs", "http"),
        ["Node http, keep-alive"] = new("node", "nodejs", "calls.mjs", "agent"),
        ["Node axios"] = Node("axios"),
        ["Node undici"] = Node("undici"),
        ["Perl HTTP::Tiny"] = Perl("tiny", "HTTP::Tiny", "perl"),
        ["Perl LWP"] = Perl("lwp", "LWP::UserAgent", "libwww-perl"),
        ["Perl Mojo"] = Perl("mojo", "Mojo::UserAgent", "libmojolicious-perl"),
        ["Ruby Net::HTTP"] = new("ruby", "ruby", "calls.rb", "each"),
        ["Ruby Net::HTTP, session"] = new("ruby", "ruby", "calls.rb", "session"),
        ["PHP streams"] = new("php", "php-cli", "calls.php", "streams"),
        ["PHP curl"] = new("php", "php-cli", "calls.php", "curl") { Probe = ["-r", "exit(function_exists('curl_init') ? 0 : 1);"], Library = "php-curl" },
        ["Tcl http"] = new("tclsh", "tcl", "calls.tcl", "each"),
        ["Tcl http, keep-alive"] = new("tclsh", "tcl", "calls.tcl", "keepalive"),
        ["Lua socket"] = new("lua5.1", "lua5.1", "calls.lua", "socket") { Probe = ["-e", "require('socket.http')"], Library = "lua-socket" },
        ["Erlang httpc"] = new("escript", "erlang-inets", "calls.escript", "httpc"),
        ["Java HttpClient"] = new("java", "default-jdk-headless", "Calls.java", "client"),
        ["R curl"] = R("each"),
        ["R curl, one handle"] = R("kept"),
        ["Mono HttpWebRequest"] = new("bash", "bash", "mono.sh", "each", ("mcs", "mono-mcs")),
        ["Mono HttpWebRequest, keep-alive"] = new("bash", "bash", "mono.sh", "kept", ("mcs", "mono-mcs")),
        ["Java HttpURLConnection"] = new("java", "default-jdk-headless", "Calls.java", "connection"),
    };

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>The clients' names.</summary>
    public static TheoryData<string> Clients() => [.. s_clients.Keys];

    [Fact]
    public async Task The_page_says_how_many_and_of_what()
    {
        var page = await File.ReadAllTextAsync(Path.Combine(Repository.Root, "config", "differences.md"), Cancellation);

        Assert.Contains($"{s_clients.Count} set-ups", page, StringComparison.Ordinal);
        Assert.All(s_clients.Keys.Select(name => name.Split(' ', ',')[0]), name => Assert.Matches($@"\b{name}\b", page));
    }

    [Theory]
    [MemberData(nameof(Clients))]
    public async Task A_client_sees_no_difference_and_makes_none(string name)
    {
        var client = s_clients[name];
        var program = await client.RequireAsync(Cancellation);
        var stand = usual.Fresh();
        await using var direct = await SimulatedPartnerStack.StartAsync(new() { KeyPairs = [new(Stand.PublicKey, Stand.SecretKey)] }, Cancellation);
        var (hit, miss) = (await stand.NewCustomerAsync(), Stand.NewKey());
        using var folder = new TemporaryFolder();
        var script = await WriteAsync(folder, hit, miss);
        var down = new string('b', 3_000_000);
        foreach (var api in new[] { direct.CustomerApi, stand.PartnerStack.CustomerApi })
        {
            api.SetFaultRule(call => call.Path == "/api/v2/files" ? Fault.Status(200, down) : null);
        }

        var (straight, shim) = (await PlayAsync(program, client, script, direct.CustomerApiAddress, folder), await PlayAsync(program, client, script, stand.Shim.Address, folder));

        Assert.Equal(["200", "409", "200", "200", "200", "200", "200", "200", "404"], straight.Select(answer => answer.Status));
        Assert.Equal(hit, Assert.Single(stand.Conversions).CustomerKey);
        for (var number = 0; number < straight.Length; number++)
        {
            if (number == 1)
            {
                // A repeat is answered as the first one was.
                Assert.Equal((shim[0].Status, Comparable(shim[0].Body)), (shim[1].Status, Comparable(shim[1].Body)));
                continue;
            }

            Assert.Equal((number, straight[number].Status), (number, shim[number].Status));
            Assert.Equal(Comparable(straight[number].Body), Comparable(shim[number].Body));
        }

        // The first two became a conversion.
        Assert.Equal(Arrived(direct).Skip(2), Arrived(stand.PartnerStack));
    }

    private static Client Python(string library, string package) => new("/usr/bin/python3", "python3", "calls.py", library)
    {
        Probe = library.StartsWith("http_", StringComparison.Ordinal) ? null : ["-c", $"import {library}"],
        Library = package,
    };

    private static Client Node(string library) => new("node", "nodejs", "calls.mjs", library)
    {
        Probe = ["-e", $"process.env.NODE_PATH = '/usr/share/nodejs'; require('module')._initPaths(); require('{library}')"],
        Library = $"node-{library}",
    };

    private static Client R(string way) => new("Rscript", "r-base-core", "calls.R", way) { Probe = ["-e", "library(curl)"], Library = "r-cran-curl" };

    private static Client Perl(string library, string module, string package) => new("perl", "perl", "calls.pl", library) { Probe = [$"-M{module}", "-e", "1"], Library = package };

    private static async Task<string> WriteAsync(TemporaryFolder folder, string hit, string miss)
    {
        await FileAsync("hit", Stand.Body(hit));
        await FileAsync("miss", Stand.Body(miss));
        await FileAsync("change", """{"name":"Änn"}""");
        await FileAsync("up", $$"""{"file":"{{new string('a', 3_000_000)}}"}""");
        (string Method, string Path, string Body)[] calls =
        [
            ("POST", "/api/v2/customers", "hit"), ("POST", "/api/v2/customers", "hit"), ("POST", "/api/v2/customers", "miss"), ("GET", $"/api/v2/customers/{miss}", ""),
            ("PATCH", $"/api/v2/customers/{miss}", "change"), ("POST", "/api/v2/files", "up"), ("GET", "/api/v2/files", ""), ("DELETE", $"/api/v2/customers/{miss}", ""),
            ("GET", $"/api/v2/customers/{miss}", ""),
        ];
        var script = Path.Combine(folder.Path, "calls");
        await File.WriteAllTextAsync(
            script, string.Concat(calls.Select(call => $"{call.Method}\t{call.Path}\t{(call.Body.Length > 0 ? Path.Combine(folder.Path, call.Body) : "-")}\n")), Cancellation);
        return script;

        Task FileAsync(string name, string text) => File.WriteAllTextAsync(Path.Combine(folder.Path, name), text, Cancellation);
    }

    private static async Task<(string Status, byte[] Body)[]> PlayAsync(string program, Client client, string script, Uri address, TemporaryFolder folder)
    {
        var (file, bodies) = (Path.Combine(Repository.Root, "tests", "ProxyShim.EndToEnd", "clients", "zoo", client.File), Directory.CreateTempSubdirectory("zoo-"));
        try
        {
            await using var playing = ChildProcess.Start(
                program,
                [file, client.Argument, script, address.GetLeftPart(UriPartial.Authority), Convert.ToBase64String(Encoding.UTF8.GetBytes($"{Stand.PublicKey}:{Stand.SecretKey}")), bodies.FullName],
                folder: folder.Path);
            Assert.True(await playing.WaitForExitAsync(s_limit, Cancellation) == 0, playing.Describe());
            return [.. playing.Output.Select((status, number) => (status, File.ReadAllBytes(Path.Combine(bodies.FullName, $"{number}"))))];
        }
        finally
        {
            bodies.Delete(recursive: true);
        }
    }

    private static string Comparable(byte[] body)
    {
        var text = Encoding.UTF8.GetString(body);
        if (!text.StartsWith('{') || JsonNode.Parse(text) is not JsonObject { } envelope)
        {
            return text;
        }

        foreach (var own in envelope["data"] is JsonObject data ? s_own.Where(data.ContainsKey).Select(own => (data, own)) : [])
        {
            own.data.Remove(own.own);
        }

        return envelope.ToJsonString();
    }

    private static IEnumerable<string> Arrived(SimulatedPartnerStack stack) => stack.Calls.Where(call => call.Kind == ApiKind.CustomerApi).Select(call =>
        $"{call.Method} {call.Target}\n{string.Join('\n', call.Headers.Where(header => !s_left.Contains(header.Key.ToLowerInvariant())).Select(header => $"{header.Key.ToLowerInvariant()}: {header.Value}").Order(StringComparer.Ordinal))}\n\n{call.BodyText}");

    /// <param name="Program">What runs it.</param>
    /// <param name="Package">The Debian package of that.</param>
    /// <param name="File">In <c>clients/zoo</c>.</param>
    /// <param name="Argument">Which library, or which of its ways.</param>
    /// <param name="Tool">Another program that it needs, and its package.</param>
    private sealed record Client(string Program, string Package, string File, string Argument, (string Program, string Package)? Tool = null)
    {
        /// <summary>Arguments with which the program ends well where it has the library.</summary>
        public string[]? Probe { get; init; }

        /// <summary>The library's package.</summary>
        public string? Library { get; init; }

        public async Task<string> RequireAsync(CancellationToken cancellation)
        {
            var program = Path.IsPathRooted(Program) && System.IO.File.Exists(Program) ? Program : Require.Program(Path.GetFileName(Program), Package);
            if (Tool is { } tool)
            {
                Require.Program(tool.Program, tool.Package);
            }

            if (Probe is not null)
            {
                await using var probe = ChildProcess.Start(program, Probe);
                Require.That(await probe.WaitForExitAsync(s_limit, cancellation) == 0, $"{Program} has no {Argument}", $"apt-get install {Library}");
            }

            return program;
        }
    }
}
