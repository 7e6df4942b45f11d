using Microsoft.AspNetCore.Server.Kestrel.Core;
using ProxyShim.Background.Holding;
using ProxyShim.Background.Verification;
using ProxyShim.Capture;
using ProxyShim.Clicks;
using ProxyShim.Conversions;
using ProxyShim.Creation;
using ProxyShim.CustomerApi;
using ProxyShim.FollowUps;
using ProxyShim.Http;
using ProxyShim.Ledger;
using ProxyShim.Limits;
using ProxyShim.Management;
using ProxyShim.Redis;
using ProxyShim.Rollout;
using ProxyShim.Settings;
using ProxyShim.Settlement;
using ProxyShim.Telemetry;
using ProxyShim.Telemetry.Export;

namespace ProxyShim.Hosting;

/// <summary>Every setting of the shim, read at start. What changes after it, <see cref="SettingsWatch"/> sees. The names are the operator's contract.</summary>
internal sealed record ShimSettings
{
    public required IReadOnlyList<ListenAddress> Urls { get; init; }

    public required TimeSpan ShutdownTimeout { get; init; }

    /// <summary>An absolute path; there may be nothing.</summary>
    public required string SecretsFolder { get; init; }

    public required ManagementSettings Management { get; init; }

    public required CustomerApiSettings CustomerApi { get; init; }

    public required ConversionApiSettings ConversionApi { get; init; }

    public required OutboundSettings Outbound { get; init; }

    public required RedisSettings Redis { get; init; }

    public required ClickSettings Clicks { get; init; }

    /// <summary>Null when it is off.</summary>
    public required CaptureSettings? Capture { get; init; }

    public required ConversionSettings Conversions { get; init; }

    public required FollowUpSettings FollowUps { get; init; }

    public required RolloutPlan Rollout { get; init; }

    public required LimitSettings Limits { get; init; }

    public required DeliverySettings Delivery { get; init; }

    public required VerificationSettings Verification { get; init; }

    public required PrivacySettings Privacy { get; init; }

    /// <summary>What of all this does less than it says.</summary>
    public required IReadOnlyList<SettingWarning> Warnings { get; init; }

    /// <summary>What was given for each setting, to tell later what has changed. Secrets among it.</summary>
    public required IReadOnlyDictionary<string, string?> Values { get; init; }

    /// <summary>Null when nothing is exported.</summary>
    public required OtlpSettings? Otlp { get; init; }

    /// <summary>What a rollout may say.</summary>
    public RolloutBounds RolloutBounds => BoundsOf(CustomerApi, ConversionApi);

    /// <summary>What the worker needs to know of how creations are judged.</summary>
    public HoldingSettings Holding => new(Conversions.OnPartnerMismatch == OnPartnerMismatch.Convert);

    /// <summary>What the ledger needs to know of the rest.</summary>
    public LedgerSettings Ledger => new(
        new LedgerKeys(Redis.KeyPrefix, ConversionApi.Test),
        LedgerSettings.LeaseOf(ConversionApi),

        // Twice MaxAge: a shim that was down for all of MaxAge still finds its jobs. Then the longest wait before the event that gives up.
        BodyTtl: (Delivery.MaxAge * 2) + Delivery.Schedule.Max() + Verification.Grace + Verification.Interval,
        ReadBackAfter: CustomerApi.Vendor is null ? null : Verification.Grace,
        Redis.WaitReplicas,
        LongestWait: new[] { LedgerSettings.LeaseOf(ConversionApi), Backoff.LongestOf(Delivery), Verification.Grace, Verification.Interval }.Max());

    /// <exception cref="SettingsException">One or more settings are missing, wrong or unknown; all of them are named.</exception>
    public static ShimSettings Read(IConfiguration configuration)
    {
        var reader = new SettingsReader(configuration);
        var settings = Read(reader);
        reader.ReportUnknownKeys();
        return reader.Problems.Count == 0 ? settings : throw new SettingsException(reader.Problems);
    }

    /// <summary>What each of them is called, takes and does.</summary>
    public static IReadOnlyList<SettingDescription> Describe() => SettingsReader.Describe(reader => Read(reader));

    // In the order of the reference.
    private static ShimSettings Read(SettingsReader reader)
    {
        var urls = ListenAddresses.Read(reader);
        var shutdownTimeout = reader.Duration(
            "ShutdownTimeout", TimeSpan.FromSeconds(25), TimeSpan.Zero, TimeSpan.FromHours(1),
            "How long the shim drains after SIGTERM. The platform must leave it more than this before it kills.");
        var secretsFolder = ShimConfiguration.ReadSecretsFolder(reader);
        ReadKestrel(reader);
        var management = ManagementSettings.Read(reader);
        var rollout = RolloutPlan.Read(reader);
        var customerApi = CustomerApiSettings.Read(reader);
        var conversionApi = ConversionApiSettings.Read(reader, rollout.Mode);
        foreach (var (key, wrong, write) in BoundsOf(customerApi, conversionApi).ProblemsOf(rollout).Where(problem => problem.Key != "Rollout:Mode"))
        {
            reader.Problem(key, wrong, write);
        }

        if (customerApi.AllowAnonymous && urls.FirstOrDefault(url => !url.IsLoopback) is { } open)
        {
            reader.Warn(
                "CustomerApi:AllowAnonymous", $"is true, and other machines reach {open}, so that whoever can call it can make conversions",
                "set key pairs (CustomerApi:PublicKey, CustomerApi:Callers) instead, or listen on loopback");
        }

        var outbound = OutboundSettings.Read(reader, customerApi.Address, conversionApi.Address);
        var redis = RedisSettings.Read(reader);
        var clicks = ClickSettings.Read(reader);
        var conversions = ConversionSettings.Read(reader);
        if (conversions.OnMiss == OnMiss.Hold && customerApi.AllowAnonymous)
        {
            reader.Problem(
                "Conversions:OnMiss", "is Hold, and CustomerApi:AllowAnonymous is true: without its caller's key pair nobody could hand a request to the Customer API later",
                "set key pairs (CustomerApi:PublicKey, CustomerApi:Callers) and CustomerApi:AllowAnonymous to false, or Conversions:OnMiss to Fallback");
        }

        return new ShimSettings
        {
            Urls = urls,
            ShutdownTimeout = shutdownTimeout,
            SecretsFolder = secretsFolder,
            Management = management,
            CustomerApi = customerApi,
            ConversionApi = conversionApi,
            Outbound = outbound,
            Redis = redis,
            Clicks = clicks,
            Capture = CaptureSettings.Read(reader, clicks, [.. urls.Select(url => ("Urls", url)), ("Management:Url", management.Url)]),
            Conversions = conversions,
            FollowUps = FollowUpSettings.Read(reader, conversions.QueuedStatus),
            Rollout = rollout,
            Limits = LimitSettings.Read(reader),
            Delivery = DeliverySettings.Read(reader),
            Verification = VerificationSettings.Read(reader),
            Privacy = PrivacySettings.Read(reader),
            Otlp = OtlpSettings.Read(reader),
            Warnings = reader.Warnings,
            Values = reader.Values,
        };
    }

    private static RolloutBounds BoundsOf(CustomerApiSettings customerApi, ConversionApiSettings conversionApi) => new(
        [.. customerApi.Callers.Select(pair => pair.Name), .. customerApi.AllowAnonymous ? [Callers.Anonymous] : Array.Empty<string>()], conversionApi.Token is not null);

    // What Kestrel's own configuration reads, and nothing else of its name: limits are not among it.
    private static void ReadKestrel(SettingsReader reader)
    {
        reader.Foreign(
            "Kestrel:Certificates", "Kestrel:Certificates:Default:Path",
            "The legacy listener's certificate in PEM; its key is `Kestrel:Certificates:Default:KeyPath`. Everything of `Kestrel:Certificates` is Kestrel's own.", "/run/tls/tls.crt");
        reader.Foreign(
            "Kestrel:Endpoints", "Kestrel:Endpoints:NAME:Url",
            "Listeners in Kestrel's own form, which take the place of `Urls`. Everything of `Kestrel:Endpoints` and `Kestrel:EndpointDefaults` is Kestrel's own, but that `Protocols` can be `Http1` only; limits are not read.",
            "https://0.0.0.0:8443");
        reader.Foreign("Kestrel:EndpointDefaults", "Kestrel:EndpointDefaults:SslProtocols:N", "What counts for all endpoints.", "Tls13");
        foreach (var (key, value) in reader.GivenIn("Kestrel", "Protocols").Where(
            static given => !given.Value.Equals(nameof(HttpProtocols.Http1), StringComparison.OrdinalIgnoreCase)))
        {
            reader.Problem(key, $"'{value}' is not served: the shim speaks HTTP/1.0 and 1.1", $"write {nameof(HttpProtocols.Http1)}, or leave it out");
        }
    }
}
