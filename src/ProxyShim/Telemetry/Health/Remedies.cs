namespace ProxyShim.Telemetry.Health;

/// <summary>
/// What to do about each trouble: reason to sentence, a table for each part. The health answer, the <c>Degraded</c> event and the console show the sentence;
/// the alert rules quote it, and a test holds them to it.
/// </summary>
internal static class Remedies
{
    public static readonly Dictionary<string, string> Redis = new()
    {
        ["connecting"] = "Wait for the first answer of Redis; if none comes within seconds, compare Redis:ConnectionString with where Redis runs.",
        ["refused"] = "Start Redis, or correct host and port in Redis:ConnectionString: nobody listens there.",
        ["dns"] = "Correct the host name in Redis:ConnectionString, or the name service: the name does not resolve.",
        ["tls"] =
            "Make both ends agree on TLS: ssl=true in Redis:ConnectionString exactly where Redis speaks TLS, with a certificate "
            + "that is valid for its name and trusted here (SSL_CERT_FILE).",
        ["auth"] = "Write the user and password that Redis accepts into Redis:ConnectionString.",
        ["noperm"] = "Grant the Redis user the command, or the keys, named in the detail.",
        ["readonly"] = "Lead Redis:ConnectionString to the primary: the server that answers is a replica.",
        ["oom"] = "Give Redis more memory (maxmemory) or remove what is not needed there; keep maxmemory-policy noeviction.",
        ["noreplicas"] = "Bring the replicas of Redis back, or lower its min-replicas-to-write.",
        ["loading"] = "Wait until Redis has loaded its data.",
        ["disk"] = "Let Redis save again (disk full, permissions): it refuses writes because it could not persist the last ones.",
        ["cluster"] = "Bring the Redis Cluster back to a state in which it serves all slots.",
        ["maxclients"] = "Raise maxclients of Redis, or find out who holds its connections.",
        ["timeout"] = "Find out why Redis answers later than Redis:Timeout: network, load, slow commands, or a server that hangs.",
        ["rejected"] = "Look at what Redis says in the detail: it refuses what the shim asks for.",
        ["unavailable"] = "Look whether Redis runs, whether the shim reaches Redis:ConnectionString, and whether it answers within Redis:Timeout.",
    };

    public static readonly Dictionary<string, string> RedisUser = new()
    {
        ["not_authenticated"] =
            "Correct user and password in Redis:ConnectionString, and protect Redis: it refuses them and serves the shim as its user "
            + "default, who needs no password.",
    };

    public static readonly Dictionary<string, string> CustomerApi = new()
    {
        ["refused"] = "Correct CustomerApi:Address or open the way to it: the connection is refused.",
        ["dns"] = "Correct the host in CustomerApi:Address, or the name service: the name does not resolve.",
        ["tls"] = "Use the address that the Customer API's certificate is valid for (https, the right port), or trust its issuer by SSL_CERT_FILE.",
        ["timeout"] = "Find out why the Customer API does not answer in time: network, firewall, proxy, or PartnerStack's status page.",
        ["unavailable"] = "Look whether the shim reaches CustomerApi:Address, and at PartnerStack's status page.",
    };

    public static readonly Dictionary<string, string> ConversionApi = new()
    {
        ["failing"] = "Wait, conversions are queued meanwhile; look at PartnerStack's status page and whether the shim reaches ConversionApi:Address.",
    };

    public static readonly Dictionary<string, string> ConversionApiToken = new()
    {
        ["unauthorized"] = "Make a new tracking token in PartnerStack's dashboard and set ConversionApi:Token; the key pair is no such token.",
        ["forbidden"] = "Set ConversionApi:Token to a tracking token that may send conversions.",
        ["redirect"] = "Correct ConversionApi:Address: what answers there redirects.",
    };

    public static readonly Dictionary<string, string> KeyPair = new()
    {
        ["unauthorized"] = "Set CustomerApi:PublicKey and CustomerApi:SecretKey to the vendor's pair of the environment that ConversionApi:Test names; "
            + "for another caller in the detail its pair in CustomerApi:Callers.",
        ["forbidden"] = "Set CustomerApi:PublicKey and CustomerApi:SecretKey to a pair that may read customers; "
            + "for a caller in the detail its pair to one that may create and change them.",
    };

    public static readonly Dictionary<string, string> Callers = new()
    {
        ["all_unknown"] =
            "Set CustomerApi:PublicKey and CustomerApi:SecretKey, or CustomerApi:Callers, to the pair that the apps present: "
            + "the Customer API takes theirs, the shim knows another.",
        ["unconvertible"] =
            "Look at what the apps send, or through what: the Customer API takes their new customers, and the shim cannot convert one "
            + "for the reason in the detail.",
    };

    public static readonly Dictionary<string, string> Clicks = new()
    {
        ["never_found"] = "Compare a key in Redis with Clicks:Keys: clicks are not stored where the shim looks, or not yet when the app calls.",
        ["other_partner"] =
            "Set Conversions:OnPartnerMismatch to Convert if the click's word shall count: each click names another partner than the app does.",
        ["malformed"] = "Store a click as its xid or as JSON with an xid, or set Clicks:Format: what stands under the key cannot be read.",
    };

    public static readonly Dictionary<string, string> Capture = new()
    {
        ["no_key"] = "Add a template to Clicks:Keys that the reported clicks fill, such as click-email:{email_sha256}: they say who it is otherwise.",
        ["origin"] = "Add the pages' origin, such as https://www.acme.com, to Capture:Origins if they are yours: clicks that they report are refused.",
        ["untrusted_proxy"] =
            "Write the address or network of the proxy before the capture listener into Capture:TrustedProxies: "
            + "all visitors share one rate limit, and clicks lack their address.",
    };

    public static readonly Dictionary<string, string> Conversions = new()
    {
        ["all_refused"] =
            "Correct ConversionApi:Address if the detail says 404 or 405; else look whether the xids in Redis are valid "
            + "and younger than PartnerStack's 90 days.",
    };

    public static readonly Dictionary<string, string> ReadBack = new()
    {
        ["engaged"] = "Make the key pair, CustomerApi:Address and ConversionApi:Test belong to one environment: read-backs find nobody.",
        ["strange"] = "Correct CustomerApi:Address: what answers read-backs there does not answer as the Customer API does.",
    };

    public static readonly Dictionary<string, string> Environment = new()
    {
        ["test_customer_in_live"] = "Set token, key pair and ConversionApi:Test of the production environment and restart: test customers pay nobody.",
        ["live_customer_in_test"] = "Set token, key pair and ConversionApi:Test of one environment and restart: trials reach production.",
    };

    public static readonly Dictionary<string, string> Queue = new()
    {
        ["overdue"] = "Look whether the Conversion API answers and whether the shims keep up; else add replicas or raise Delivery:Concurrency.",
    };

    public static readonly Dictionary<string, string> Log = new()
    {
        ["events_dropped"] = "Look at the log collector: it reads the shim's standard output too slowly, or not at all.",
    };

    public static readonly Dictionary<string, string> Capacity = new()
    {
        ["full"] = "Find the caller that holds so many connections or requests; else give the container more memory, or raise the Limits settings.",
    };

    public static readonly Dictionary<string, string> TraceExport = new() { ["failing"] = Collector };

    public static readonly Dictionary<string, string> MetricExport = new() { ["failing"] = Collector };

    private const string Collector = "Look at the collector that OTEL_EXPORTER_OTLP_ENDPOINT names, and at its certificate.";
}
