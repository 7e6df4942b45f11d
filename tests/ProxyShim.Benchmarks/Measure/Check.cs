using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using ProxyShim.Benchmarks.Contenders;
using ProxyShim.Benchmarks.Load;
using ProxyShim.Benchmarks.Servers;

namespace ProxyShim.Benchmarks.Measure;

/// <summary>Whether a contender does the work at all, before its speed counts: what the APIs received and what the caller got, field by field.</summary>
internal sealed class Check
{
    private const int First = 500;
    private const int Customers = 50;
    private readonly HttpClient _client;
    private readonly Recorder _recorder;
    private readonly List<string> _failures = [];

    private Check(HttpClient client, Recorder recorder) => (_client, _recorder) = (client, recorder);

    /// <returns>What is wrong; empty when nothing is.</returns>
    public static async Task<IReadOnlyList<string>> RunAsync(Rig rig, Contender contender, Workload workload, CancellationToken cancellationToken)
    {
        var ports = Ports.Take(2);
        var site = rig.NextSite() with { CustomerPort = ports[0], ConversionPort = ports[1] };
        await using var redis = await rig.StartRedisAsync(cancellationToken);
        await using var recorder = await Recorder.StartAsync(site, cancellationToken);
        await using var running = await RunningContender.StartAsync(contender, site, workload, cancellationToken);
        using var client = new HttpClient { BaseAddress = site.Address };
        var check = new Check(client, recorder);
        if (workload.Converts)
        {
            for (var number = First; number < First + Customers; number++)
            {
                await check.ConvertsAsync(number, cancellationToken);
            }

            await check.PassesAsync("an unknown click", HttpMethod.Post, "/api/v2/customers", Body("nobody"), Account.Basic, cancellationToken);
            await check.PassesAsync("an unknown caller", HttpMethod.Post, "/api/v2/customers", Body(RequestTemplate.Key(First - 1)), "Basic bm9ib2R5Om5vYm9keQ==", cancellationToken);
        }

        await check.PassesAsync("a read", HttpMethod.Get, "/api/v2/customers/cus_1?limit=3", null, Account.Basic, cancellationToken);
        await check.PassesAsync("another write", HttpMethod.Post, "/api/v2/transactions", """{"amount": 100,  "currency":"EUR"}""", Account.Basic, cancellationToken);
        return [.. check._failures.Select(failure => $"{contender.Name}: {failure}")];
    }

    private static string Body(string key) =>
        $$$"""{"customer_key":"{{{key}}}","email":"{{{key}}}@example.com","partner_key":"{{{Account.PartnerKey}}}","name":"Ada \"É\" Lovelace","meta":{"plan":"pro","seats":12}}""";

    private async Task ConvertsAsync(int number, CancellationToken cancellationToken)
    {
        var key = RequestTemplate.Key(number);
        var (status, answer) = await AskAsync(HttpMethod.Post, "/api/v2/customers", Body(key), Account.Basic, cancellationToken);
        var envelope = JsonNode.Parse(answer);
        Expect($"{key}: status", "200 200", string.Create(CultureInfo.InvariantCulture, $"{(int)status} {envelope?["status"]}"));
        Expect($"{key}: data", (key, $"{key}@example.com", "Ada \"É\" Lovelace", "pro"), (Text(envelope, "customer_key"), Text(envelope, "email"), Text(envelope, "name"), (string?)envelope?["data"]?["meta"]?["plan"]));

        var sent = _recorder.Conversions.Where(one => one.Body.Contains(key, StringComparison.Ordinal)).ToArray();
        Expect($"{key}: conversions", 1, sent.Length);
        foreach (var one in sent)
        {
            var body = JsonNode.Parse(one.Body);
            Expect($"{key}: target", ("POST /conversion/xid", $"Bearer {Account.Token}"), (one.Target, one.Authorization));
            Expect(
                $"{key}: conversion",
                (true, key, $"{key}@example.com", "Ada \"É\" Lovelace"),
                (((string?)body?["xid"])?.Contains(key[1..], StringComparison.Ordinal), (string?)body?["customer_key"], (string?)body?["email"], (string?)body?["name"]));
            Expect(
                $"{key}: click",
                ("acme.com", "203.0.113.7", "spring", "pro", true),
                ((string?)body?["origin"], (string?)body?["ip_address"], (string?)body?["sub_ids"]?[0], (string?)body?["meta"]?["plan"], body?["user_agent"] is not null));
        }
    }

    private async Task PassesAsync(string what, HttpMethod method, string target, string? body, string authorization, CancellationToken cancellationToken)
    {
        var seen = _recorder.Customers.Count();
        var (status, answer) = await AskAsync(method, target, body, authorization, cancellationToken);
        Expect($"{what}: answer", (HttpStatusCode.OK, Recorder.CustomerAnswer), (status, answer));
        Expect($"{what}: at the Customer API", new Recorded($"{method} {target}", authorization, body ?? ""), _recorder.Customers.Skip(seen).SingleOrDefault());
    }

    private async Task<(HttpStatusCode Status, string Body)> AskAsync(HttpMethod method, string target, string? body, string authorization, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(method, target) { Headers = { Authorization = AuthenticationHeaderValue.Parse(authorization) } };
        request.Content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json");
        using var answer = await _client.SendAsync(request, cancellationToken);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync(cancellationToken));
    }

    private static string? Text(JsonNode? envelope, string name) => (string?)envelope?["data"]?[name];

    private void Expect<T>(string what, T expected, T actual)
    {
        if (!EqualityComparer<T>.Default.Equals(expected, actual))
        {
            _failures.Add($"{what}: expected {expected}, got {actual}");
        }
    }
}
