using System.Globalization;
using ProxyShim.EndToEnd.Harness;
using ProxyShim.Sandbox.PartnerStack;

namespace ProxyShim.EndToEnd.Diagnosis;

/// <summary>What people set up wrongly in their first hour, and what fails later.</summary>
internal static class DiagnosisTable
{
    private const string Html = "<html>Not found</html>";

    /// <summary>The rows, in the order of the table.</summary>
    public static IReadOnlyList<DiagnosisRow> Rows { get; } =
        [.. Settings(), .. Redis(), .. CustomerApi(), .. ConversionApi(), .. CallersAndClicks(), .. Surroundings()];

    private static IEnumerable<DiagnosisRow> Settings()
    {
        const string group = "Settings";
        return
        [
            Refused("nothing is set", "CustomerApi:PublicKey", ("CustomerApi:PublicKey", null), ("CustomerApi:SecretKey", null), ("ConversionApi:Token", null), ("Redis:ConnectionString", null)),
            Refused("no tracking token", "ConversionApi:Token: is missing", ("ConversionApi:Token", null)),
            Refused("no Redis", "Redis:ConnectionString: is missing", ("Redis:ConnectionString", null)),
            Refused("no key pair that may convert", "no caller may convert", ("CustomerApi:PublicKey", null), ("CustomerApi:SecretKey", null)),
            Refused("the apps' base URL as `CustomerApi:Address`", "write https://api.partnerstack.com ", ("CustomerApi:Address", "https://api.partnerstack.com/api/v2")),
            Refused("the documented end point as `ConversionApi:Address`", "write https://partnerlinks.io ", ("ConversionApi:Address", "https://partnerlinks.io/conversion/xid")),
            Refused("a Redis URL of another kind", "write host:6379,ssl=true", ("Redis:ConnectionString", "http://redis.internal:6379")),
            Refused("a list as one value", "Clicks:Keys:0", ("Clicks:Keys", "foo:{email}")),
            Refused("a key template without a name in braces", "Clicks:Keys:0", ("Clicks:Keys:0", "click")),
            Refused("a section that is not ours, but nearly", "write Conversions:OnMiss", ("Conversion:OnMiss", "Reject")),
            Refused("a setting that there is not", "Conversions:OnMis", ("Conversions:OnMis", "Reject")),
            Refused("a manifest's placeholder as a secret", "write your own", ("CustomerApi:SecretKey", "sk_replace_me")),
            Refused("the manifest's public example key", "openssl rand -base64 32", ("Privacy:PseudonymKey", "cmVwbGFjZS1tZS1hbmQta2VlcC1tZS1zZWNyZXQtISE=")),
            Refused("`Bearer` before the token", "ConversionApi:Token", ("ConversionApi:Token", "Bearer tok_1")),
            Refused("quotation marks around a value", "write it without them", ("Redis:ConnectionString", "\"redis.internal:6379\"")),
            Refused("a duration that is none", "Verification:Grace", ("Verification:Grace", "soon")),
            Refused("a port that is taken", "{plain}", ("Urls", "http://{plain}")),
            Warned("an OpenTelemetry exporter that there is not", "OTEL_METRICS_EXPORTER", ("OTEL_METRICS_EXPORTER", "prometheus")),
            Warned("anyone may convert, from any machine", "CustomerApi:AllowAnonymous", ("CustomerApi:AllowAnonymous", "true"), ("Urls", "http://{nobody};http://0.0.0.0:{port}")),
            Warned("no key of the customers' names in the log", "Privacy:PseudonymKey", ("Privacy:PseudonymKey", null)),
            Warned("two templates that may be one key", "Clicks:Keys", ("Clicks:Keys:0", "click:{customer_key}"), ("Clicks:Keys:1", "click:{email}")),
        ];

        static DiagnosisRow Warned(string wrong, string setting, params (string Key, string? Value)[] settings) => new(group, wrong) { Settings = settings, Warning = setting };

        static DiagnosisRow Refused(string wrong, string says, params (string Key, string? Value)[] settings) =>
            new(group, wrong) { Settings = settings, Refusal = says.Replace("{plain}", "127.0.0.1:", StringComparison.Ordinal) };
    }

    private static IEnumerable<DiagnosisRow> Redis()
    {
        const string group = "Redis";
        return
        [
            Degraded("nobody listens there", "refused", "{nobody}"),
            Degraded("its name does not resolve", "dns", "redis.invalid:6379"),
            Degraded("somebody listens who is mute", "timeout", "{mute}"),
            Degraded("TLS to a server without", "tls", "{redis},ssl=true"),
            Degraded("no password where one is needed", "auth", "{redis}", "CONFIG SET requirepass right"),
            Degraded("a wrong password", "auth", "{redis},password=wrong", "CONFIG SET requirepass right"),
            Degraded("a user who may not write", "noperm", "{redis}", "ACL SETUSER default -zadd"),
            Degraded("a user who may not touch the shim's keys", "noperm", "{redis}", "ACL SETUSER default resetkeys ~click:*"),
            Degraded("a replica", "readonly", "{redis}", "REPLICAOF 127.0.0.1 1"),
            Degraded("no memory left: look-ups go on", "oom", "{redis}", "CONFIG SET maxmemory 1"),
            Degraded("too few replicas: look-ups go on", "noreplicas", "{redis}", "CONFIG SET min-replicas-to-write 1"),
            new(group, "it goes away while the shim runs")
            {
                Settings = On("{redis}"),
                Degraded = ("redis", "refused"),
                ProvokeAsync = static async (scenario, cancellation) =>
                {
                    await scenario.Redis.KillAsync();
                    await SignUpAsync(scenario, cancellation);
                },
            },
            new(group, "a password that nobody asks for") { Settings = On("{redis},password=word"), Degraded = ("redis_user", "not_authenticated") },
            new(group, "it may evict jobs") { Settings = On("{redis}"), Redis = ["CONFIG SET appendonly yes", "CONFIG SET maxmemory-policy allkeys-lru"], Alert = "jobs_at_risk" },
            new(group, "it forgets jobs at a restart") { Settings = On("{redis}"), Alert = "jobs_at_risk" },
        ];

        static DiagnosisRow Degraded(string wrong, string reason, string connection, params string[] commands) =>
            new(group, wrong) { Settings = On(connection), Redis = commands, Degraded = ("redis", reason) };

        static (string, string?)[] On(string connection) => [("Redis:ConnectionString", connection), ("Redis:KeyPrefix", null), ("Clicks:Keys:0", null)];
    }

    private static IEnumerable<DiagnosisRow> CustomerApi()
    {
        const string group = "Customer API";
        return
        [
            Unreachable("nobody listens there", "refused", "http://{nobody}"),
            Unreachable("its name does not resolve", "dns", "https://api.partnerstack.invalid"),
            Unreachable("https to a plain server", "tls", "https://{plain}"),
            Unreachable("it takes connections and says nothing", "timeout", "http://{mute}", ("CustomerApi:Timeout", "1s")),
            Proving("another server answers there", "read_back", "strange", static stand => stand.PartnerStack.CustomerApi.SetFault(Fault.Status(404, Html))),
            Proving("its address redirects, as from http to https", "read_back", "strange",
                static stand => stand.PartnerStack.CustomerApi.SetFault(Fault.Status(301, headers: ("Location", "https://127.0.0.1/")))),
            Proving("another account, or another environment: nobody is found", "read_back", "engaged", static stand => stand.PartnerStack.ConversionApi.SetFault(Fault.Phantom)),
            Proving("the vendor's key pair is refused", "key_pair", "unauthorized", static stand => stand.PartnerStack.CustomerApi.SetFault(Fault.Status(401))),
            Proving("the vendor's key pair may not read", "key_pair", "forbidden", static stand => stand.PartnerStack.CustomerApi.SetFault(Fault.Status(403))),
            Proving("`ConversionApi:Test`, and a token of the production environment", "environment", "live_customer_in_test", static _ => { }, ("ConversionApi:Test", "true")),
            Proving("a token of the test environment", "environment", "test_customer_in_live", static stand => stand.PartnerStack.ConversionApi.SetFault(Fault.TestMismatch)),
        ];

        static DiagnosisRow Unreachable(string wrong, string reason, string address, params (string, string?)[] more) => new(group, wrong)
        {
            Settings = [("CustomerApi:Address", address), .. more],
            Degraded = ("customer_api", reason),
            ProvokeAsync = static (scenario, cancellation) => scenario.Stand.CallAsync(new(HttpMethod.Get, "/api/v2/partnerships"), cancellation),
        };

        // What was sent is read back at once, and again and again.
        static DiagnosisRow Proving(string wrong, string part, string reason, Action<Stand> spoil, params (string, string?)[] more) => new(group, wrong)
        {
            Settings =
            [
                ("Verification:Grace", "10ms"), ("Verification:Interval", "50ms"), ("Verification:MaxResends", "100"), ("Delivery:Schedule:0", "50ms"), .. more,
            ],
            Degraded = (part, reason),
            ProvokeAsync = async (scenario, cancellation) =>
            {
                spoil(scenario.Stand);
                await ConvertAsync(scenario, cancellation);
            },
        };
    }

    private static IEnumerable<DiagnosisRow> ConversionApi()
    {
        const string group = "Conversion API";
        return
        [
            Answering("it cannot be reached", "conversion_api", "failing", Fault.Refuse),
            Answering("it is out of order", "conversion_api", "failing", Fault.Status(503)),
            Answering("it hangs", "conversion_api", "failing", Fault.Hang(landed: false)),
            Answering("the tracking token is wrong", "conversion_api_token", "unauthorized", Fault.Status(401)),
            Answering("the tracking token may not send conversions", "conversion_api_token", "forbidden", Fault.Status(403)),
            Answering("its address redirects", "conversion_api_token", "redirect", Fault.Status(302, headers: ("Location", "/login"))),
            Answering("another server answers there", "conversions", "all_refused", Fault.Status(404, Html)),
            Answering("it knows none of the click ids", "conversions", "all_refused", Fault.Status(422)),
        ];

        static DiagnosisRow Answering(string wrong, string part, string reason, Fault fault) => new(group, wrong)
        {
            Settings = [("ConversionApi:AttemptTimeout", "200ms"), ("ConversionApi:TotalTimeout", "500ms")],
            Degraded = (part, reason),
            ProvokeAsync = async (scenario, cancellation) =>
            {
                scenario.Stand.PartnerStack.ConversionApi.SetFault(fault);
                await ConvertAsync(scenario, cancellation);
            },
        };
    }

    private static IEnumerable<DiagnosisRow> CallersAndClicks()
    {
        const string group = "Callers and clicks";
        return
        [
            new(group, "the shim's key pair is not the apps'")
            {
                Settings = [("CustomerApi:PublicKey", "pk_typo")],
                Degraded = ("callers", "all_unknown"),
                ProvokeAsync = SignUpAsync,
            },
            new(group, "clicks are looked for under another key")
            {
                Settings = [("Clicks:Keys:0", "clicks/{email}")],
                Degraded = ("clicks", "never_found"),
                ProvokeAsync = ConvertAsync,
            },
            new(group, "no click is written before the app calls") { Degraded = ("clicks", "never_found"), ProvokeAsync = SignUpAsync },
            new(group, "strings, where `Clicks:Format` says hashes")
            {
                Settings = [("Clicks:Format", "Hash")],
                Degraded = ("clicks", "malformed"),
                ProvokeAsync = ConvertAsync,
            },
            new(group, "each click names another partner than the app")
            {
                Degraded = ("clicks", "other_partner"),
                ProvokeAsync = static async (scenario, cancellation) => await scenario.Stand.PostAsync(
                    Stand.Body(await scenario.Stand.NewCustomerAsync("""{"xid":"xid1","partner_key":"another"}""")), cancellation),
            },
            new(group, "the apps send no `customer_key`")
            {
                Degraded = ("callers", "unconvertible"),
                ProvokeAsync = static (scenario, cancellation) =>
                    scenario.Stand.PostAsync($$"""{"email":"{{Stand.NewKey()}}@example.com","partner_key":"partner"}""", cancellation),
            },
            new(group, "the apps' base URL has another spelling of the path")
            {
                Degraded = ("callers", "unconvertible"),
                ProvokeAsync = static (scenario, cancellation) =>
                {
                    scenario.Stand.PartnerStack.CustomerApi.SetFault(Fault.Status(200));
                    return scenario.Stand.PostAsync(Stand.Body(Stand.NewKey()), cancellation, "/API/v2/customers");
                },
            },
            new(group, "what stands under the key is no click")
            {
                Degraded = ("clicks", "malformed"),
                ProvokeAsync = static async (scenario, cancellation) =>
                    await scenario.Stand.PostAsync(Stand.Body(await scenario.Stand.NewCustomerAsync("""{"id":"7"}""")), cancellation),
            },
        ];
    }

    private static IEnumerable<DiagnosisRow> Surroundings()
    {
        const string group = "Surroundings";
        return
        [
            new(group, "the collector takes no traces")
            {
                Settings = [("OTEL_EXPORTER_OTLP_ENDPOINT", "http://{nobody}"), ("OTEL_BSP_SCHEDULE_DELAY", "50")],
                Degraded = ("trace_export", "failing"),
                ProvokeAsync = SignUpAsync,
            },
            new(group, "the collector takes no metrics")
            {
                Settings = [("OTEL_EXPORTER_OTLP_ENDPOINT", "http://{nobody}"), ("OTEL_METRIC_EXPORT_INTERVAL", "100")],
                Degraded = ("metric_export", "failing"),
            },
            new(group, "more calls at once than it takes")
            {
                Settings = [("Limits:RequestsInFlight", "1")],
                Degraded = ("capacity", "full"),
                ProvokeAsync = static (scenario, cancellation) =>
                {
                    scenario.Stand.PartnerStack.CustomerApi.SetFault(Fault.Delay(TimeSpan.FromMilliseconds(200)));
                    return Task.WhenAll(SignUpAsync(scenario, cancellation), SignUpAsync(scenario, cancellation));
                },
            },
        ];
    }

    private static async Task SignUpAsync(DiagnosisScene scenario, CancellationToken cancellation) => await scenario.Stand.PostAsync(Stand.Body(Stand.NewKey()), cancellation);

    private static async Task ConvertAsync(DiagnosisScene scenario, CancellationToken cancellation) =>
        await scenario.Stand.PostAsync(Stand.Body(await scenario.Stand.NewCustomerAsync(string.Create(CultureInfo.InvariantCulture, $"xid{Random.Shared.Next()}"))), cancellation);
}
