using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using ProxyShim.Management.Reporting;
using ProxyShim.Sandbox;
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
        "Outcome=held Reason=no_click",
        "Outcome=fallback Reason=partner_mismatch",
        "Outcome=passthrough Reason=malformed_json",
        "Outcome=unauthorized Reason=unknown_caller",
        "Conversion API POST /conversion/xid → 200",
        "Conversion API POST /conversion/xid → 503 (Status 503), 3 times",
        "Customer API   GET /api/v2/customers?limit=2 → 200",
        "ada_before: partner lovelace, no click",
        "ada        verified: PartnerStack has ada: partner lovelace, click xid_ada",
        "grace      verified: PartnerStack has grace: partner hopper, click xid_grace, SubIDs newsletter, spring",
        "rosalind   the click has come",
        "rosalind   verified: PartnerStack has rosalind: partner franklin, click xid_rosalind",
        "linus      no click has come: handed over. PartnerStack has linus: partner pauling, no click",
        "kathleen   delivered",
        "kathleen   verified",
        "hedy       a phantom",
        "hedy       verified",
        "joan       a dead letter (refused)",
        "Customer API   POST /api/v2/transactions → 200",
        "Amount=4900 Currency=USD Xid=xid_grace PartnerKey=hopper SubIds=newsletter|spring",
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
        Assert.Equal(ToldOutcome.InTour(output), ToldOutcome.InReadme);
        Assert.All(ToldOutcome.BodiesInReadme, body => Assert.Contains(body, output, StringComparison.Ordinal));
        Assert.DoesNotContain("Your turn", output, StringComparison.Ordinal);
        Assert.DoesNotContain('\e', output);
        Assert.NotEqual("http://127.0.0.1:8080/", sandbox.Labelled("shim"));
        var log = await File.ReadAllTextAsync(sandbox.Labelled("shim's log"), Cancellation);
        Assert.Contains("RequestHandled", log, StringComparison.Ordinal);
        Assert.DoesNotContain("jobs_at_risk", log, StringComparison.Ordinal);
        Assert.StartsWith(Path.GetTempPath(), sandbox.Labelled("shim's log"), StringComparison.Ordinal);
        AssertChain(sandbox.Labelled("shim's log"));
        await AssertGoneAsync(sandbox);
    }

    [Fact]
    public async Task Several_that_start_in_the_same_second_all_run()
    {
        var sandboxes = Enumerable.Range(0, 3).Select(static _ => new SandboxProcess(["--once", "--lag", "0"])).ToArray();
        try
        {
            foreach (var sandbox in sandboxes)
            {
                Assert.True(await sandbox.EndsAsync(Cancellation) == 0, sandbox.Output);
                Assert.Contains("Outcome=converted", sandbox.Output, StringComparison.Ordinal);
            }

            Assert.All(
                (string[])["shim", "management", "Customer API", "Conversion API", "simulator", "Redis"],
                part => Assert.Equal(sandboxes.Length, sandboxes.Select(sandbox => sandbox.Labelled(part)).Distinct().Count()));
        }
        finally
        {
            foreach (var sandbox in sandboxes)
            {
                await sandbox.DisposeAsync();
            }
        }
    }

    [Theory]
    [InlineData("TERM")]
    [InlineData("INT")]
    public async Task The_pasted_call_becomes_what_is_printed_and_a_signal_stops_everything(string signal)
    {
        await using var sandbox = new SandboxProcess(["--show-log", "--lag", "0"]);
        var serving = await sandbox.PrintsAsync("Serving.", Cancellation);
        Assert.Contains("shim | {", sandbox.Output, StringComparison.Ordinal);

        var (_, invitation) = Halves(sandbox.Output, "Your turn");
        var (request, becomes) = Halves(invitation, "It becomes this at the Conversion API:");
        await PasteAsync(CurlLine().Match(request));
        await sandbox.PrintsAsync($"  Conversion API POST /conversion/xid → 200  {becomes.Trim().Split('\n')[0]}\n", Cancellation, serving);
        await sandbox.PrintsAsync("Customer API   GET /api/v2/customers/margaret → 200", Cancellation, serving);

        sandbox.Signal(signal);
        Assert.Equal(0, await sandbox.EndsAsync(Cancellation));
        Assert.Contains("Stopping", sandbox.Output, StringComparison.Ordinal);
        Assert.EndsWith("Stopped.\n", sandbox.Output, StringComparison.Ordinal);
        await AssertGoneAsync(sandbox);
    }

    [Theory]
    [InlineData("'--unheard-of' is not an option", "--unheard-of")]
    [InlineData("--lag needs a time", "--once", "--lag")]
    [InlineData("--lag 'soon' is not a time", "--lag", "soon")]
    [InlineData("--lag '-00:00:01' is not a time", "--lag", "-00:00:01")]
    [InlineData("--listen needs an IP address", "--partnerstack", "--listen")]
    [InlineData("--listen 'everywhere' is not an IP address", "--partnerstack", "--listen", "everywhere")]
    [InlineData("--listen is for --partnerstack", "--listen", "0.0.0.0")]
    public async Task An_argument_it_does_not_know_is_named_and_answered_with_its_usage(string said, params string[] arguments)
    {
        await using var sandbox = new SandboxProcess(arguments);
        Assert.Equal(64, await sandbox.EndsAsync(Cancellation));
        Assert.StartsWith(said, sandbox.Output, StringComparison.Ordinal);
        Assert.Contains("--show-log", sandbox.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--help")]
    [InlineData("-h")]
    public async Task Help_is_no_error(string argument)
    {
        await using var sandbox = new SandboxProcess([argument]);
        Assert.Equal(0, await sandbox.EndsAsync(Cancellation));
        Assert.Contains("--show-log", sandbox.Output, StringComparison.Ordinal);
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
        await using var sandbox = new SandboxProcess(["--lag", "0"]);
        await sandbox.PrintsAsync("Serving.", Cancellation);
        sandbox.KillShim();
        Assert.Equal(1, await sandbox.EndsAsync(Cancellation));
        Assert.Contains("The shim ended with exit code 137", sandbox.Output, StringComparison.Ordinal);
        await AssertGoneAsync(sandbox);
    }

    // Click, sign-up, sale: of the five who were converted and verified, the one with a click that says when has bought something.
    private static void AssertChain(string log)
    {
        var (total, partners) = Report(log, "partner");
        Assert.Equal("""5 5 1 {"USD":4900}""", Sums(total));
        Assert.Equal(
            ["booth 1 1 0 {}", "franklin 1 1 0 {}", "hopper 1 1 1 {\"USD\":4900}", "lamarr 1 1 0 {}", "lovelace 1 1 0 {}"],
            partners.Select(static partner => $"{partner["name"]} {Sums(partner)}").Order(StringComparer.Ordinal));
        var hopper = partners.Single(static partner => (string?)partner["name"] == "hopper");
        Assert.Equal(1, (int)hopper["click_to_signup_ms"]!["count"]!);
        Assert.InRange((double)hopper["click_to_signup_ms"]!["p50"]!, SampleClicks.ClickAge.TotalMilliseconds * 0.99, (SampleClicks.ClickAge.TotalMilliseconds * 1.01) + 120_000);
        Assert.Equal(1, (int)hopper["signup_to_first_sale_ms"]!["count"]!);
        Assert.InRange((double)hopper["signup_to_first_sale_ms"]!["p50"]!, 0, 120_000);

        // A click with two subIDs counts for both.
        (total, var subIds) = Report(log, "subid");
        Assert.Equal("""5 5 1 {"USD":4900}""", Sums(total));
        Assert.Equal(
            ["(none) 4 4 0 {}", "newsletter 1 1 1 {\"USD\":4900}", "spring 1 1 1 {\"USD\":4900}"],
            subIds.Select(static subId => $"{subId["name"]} {Sums(subId)}").Order(StringComparer.Ordinal));
    }

    private static string Sums(JsonNode figures) => $"{figures["conversions"]} {figures["verified"]} {figures["sales"]} {figures["revenue"]!.ToJsonString()}";

    private static (JsonNode Total, IReadOnlyList<JsonNode> Names) Report(string log, string by)
    {
        using var output = new MemoryStream();
        Assert.Equal(0, ReportCommand.Run([log], json: true, shadow: false, Stream.Null, output, TextWriter.Null, TimeProvider.System, by: by));
        var report = JsonNode.Parse(output.ToArray())!;
        return (report["total"]!, [.. report["names"]!.AsArray().Select(static name => name!)]);
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

    [GeneratedRegex(@"curl -i -u (?<user>\S+) '(?<url>[^']+)' \\\n +-H 'Content-Type: (?<type>[^']+)' \\\n +-d '(?<body>[^']+)'")]
    private static partial Regex CurlLine();
}
