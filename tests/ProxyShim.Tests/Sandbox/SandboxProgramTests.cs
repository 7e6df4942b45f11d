using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using ProxyShim.Testing;
using Xunit;

namespace ProxyShim.Tests.Sandbox;

public sealed partial class SandboxProgramTests
{
    private static readonly string[] s_shown =
    [
        "X-ProxyShim-Outcome: converted",
        "X-ProxyShim-Outcome: none, the Customer API answered",
        "Outcome=converted",
        "Outcome=duplicate",
        "Outcome=queued",
        "Outcome=fallback Reason=no_click",
        "Outcome=fallback Reason=partner_mismatch",
        "Outcome=passthrough Reason=malformed_json",
        "Outcome=unauthorized Reason=unknown_caller",
        "ConversionApi POST /conversion/xid → 200",
        "ConversionApi POST /conversion/xid → 503",
        "CustomerApi   GET /api/v2/customers?limit=2 → 200",
        """
        {"xid":"xid_grace","customer_key":"grace","email":"grace@example.com","name":"Grace","provider_key":"cus_stripe_7","origin":"acme.com","ip_address":"203.0.113.7","user_agent":"Mozilla/5.0 (X11; Linux x86_64)","sub_ids":["newsletter","spring"],"meta":{"plan":"pro"}}
        """,
    ];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_tour_shows_each_outcome_and_ends_well_although_the_usual_ports_are_taken()
    {
        using var taken = TakeUnlessTaken(8080);
        await using var sandbox = new SandboxProcess(["--once", "--lag", "00:00:00"]);

        Assert.Equal(0, await sandbox.EndsAsync(Cancellation));
        var output = sandbox.Output;
        Assert.All(s_shown, expected => Assert.Contains(expected, output, StringComparison.Ordinal));
        Assert.DoesNotContain("Your turn", output, StringComparison.Ordinal);
        Assert.NotEqual("http://127.0.0.1:8080/", sandbox.Labelled("shim"));
        Assert.Contains("RequestHandled", await File.ReadAllTextAsync(sandbox.Labelled("shim's log"), Cancellation), StringComparison.Ordinal);
        await AssertGoneAsync(sandbox);
    }

    [Theory]
    [InlineData("TERM")]
    [InlineData("INT")]
    public async Task The_pasted_call_becomes_what_is_printed_and_a_signal_stops_everything(string signal)
    {
        await using var sandbox = new SandboxProcess(["--show-log"]);
        await sandbox.PrintsAsync("Serving.", Cancellation);
        Assert.Contains("shim | {", sandbox.Output, StringComparison.Ordinal);

        var (_, invitation) = Halves(sandbox.Output, "Your turn");
        var (request, becomes) = Halves(invitation, "It becomes this at the Conversion API:");
        await PasteAsync(CurlLine().Match(request));
        await sandbox.PrintsAsync($"  ConversionApi POST /conversion/xid → 200  {becomes.Trim().Split('\n')[0]}\n", Cancellation);

        await sandbox.SignalAsync(signal, Cancellation);
        Assert.Equal(0, await sandbox.EndsAsync(Cancellation));
        await AssertGoneAsync(sandbox);
    }

    [Fact]
    public async Task One_sees_the_queued_one_delivered_and_the_phantom_found_missing_and_sent_again()
    {
        await using var sandbox = new SandboxProcess(["--lag", "00:00:00"]);
        await sandbox.PrintsAsync("""ConversionApi POST /conversion/xid → 200  {"xid":"xid_kathleen",""", Cancellation);
        await sandbox.PrintsAsync("GET /api/v2/customers/hedy → 404", Cancellation);
        await sandbox.PrintsAsync("""ConversionApi POST /conversion/xid → 200  {"xid":"xid_hedy",""", Cancellation);
        await sandbox.PrintsAsync("GET /api/v2/customers/hedy → 200", Cancellation);
        await sandbox.SignalAsync("TERM", Cancellation);
        Assert.Equal(0, await sandbox.EndsAsync(Cancellation));
    }

    [Theory]
    [InlineData("--unheard-of")]
    [InlineData("--lag")]
    [InlineData("--lag", "soon")]
    [InlineData("--lag", "-00:00:01")]
    public async Task An_argument_it_does_not_know_is_answered_with_its_usage(params string[] arguments)
    {
        await using var sandbox = new SandboxProcess(arguments);
        Assert.Equal(64, await sandbox.EndsAsync(Cancellation));
        Assert.Contains("--once", sandbox.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_shim_that_does_not_start_is_reported_with_its_own_words()
    {
        await using var sandbox = new SandboxProcess(["--once"], ("Rollout__Mode", "Sideways"));
        Assert.Equal(1, await sandbox.EndsAsync(Cancellation));
        Assert.Contains("The shim ended with exit code 78", sandbox.Output, StringComparison.Ordinal);
        Assert.Contains("Rollout:Mode", sandbox.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_shim_that_dies_ends_the_sandbox()
    {
        await using var sandbox = new SandboxProcess([]);
        await sandbox.PrintsAsync("Serving.", Cancellation);
        await SandboxProcess.SignalAsync("KILL", sandbox.Labelled("shim's process"), Cancellation);
        Assert.Equal(1, await sandbox.EndsAsync(Cancellation));
        Assert.Contains("The shim ended with exit code 137", sandbox.Output, StringComparison.Ordinal);
        await AssertGoneAsync(sandbox);
    }

    private static async Task PasteAsync(Match curl)
    {
        Assert.True(curl.Success);
        using var client = new HttpClient();
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(curl.Groups["user"].Value)));
        using var content = new StringContent(curl.Groups["body"].Value, Encoding.UTF8, curl.Groups["type"].Value);
        using var response = await client.PostAsync(new Uri(curl.Groups["url"].Value), content, Cancellation);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        var answer = JsonNode.Parse(await response.Content.ReadAsStringAsync(Cancellation))!;
        Assert.Equal("margaret", answer["data"]!["customer_key"]!.GetValue<string>());
    }

    private static async Task AssertGoneAsync(SandboxProcess sandbox)
    {
        using var client = new HttpClient();
        foreach (var label in new[] { "shim", "management", "Customer API", "Conversion API", "simulator" })
        {
            var address = new Uri(sandbox.Labelled(label));
            await Assert.ThrowsAsync<HttpRequestException>(() => client.GetAsync(address, Cancellation));
        }
    }

    private static (string Before, string After) Halves(string text, string middle)
    {
        var at = text.IndexOf(middle, StringComparison.Ordinal);
        Assert.True(at >= 0, text);
        return (text[..at], text[(at + middle.Length)..]);
    }

    /// <summary>Null when somebody else has the port, which does as well.</summary>
    private static Socket? TakeUnlessTaken(int port)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
            socket.Listen();
            return socket;
        }
        catch (SocketException)
        {
            socket.Dispose();
            return null;
        }
    }

    [GeneratedRegex("curl -i -u (?<user>\\S+) '(?<url>[^']+)' -H 'Content-Type: (?<type>[^']+)' -d '(?<body>[^']+)'")]
    private static partial Regex CurlLine();
}
