using ProxyShim.Settings;
using ProxyShim.Tests.Settings;
using Xunit;

namespace ProxyShim.Tests.Hosting;

/// <summary>What an operator is told: the setting, what is wrong with it, what to write instead; never a secret.</summary>
public class SettingsProblemsTests
{
    [Theory]
    [InlineData("CustomerApi:PublicKey", null, "CustomerApi:PublicKey: is missing; write the public key (pk_…) of the pair")]
    [InlineData("CustomerApi:PublicKey", "pk:1", "CustomerApi:PublicKey: holds a colon; write the public key (pk_…) of the pair")]
    [InlineData("CustomerApi:SecretKey", null, "CustomerApi:SecretKey: is missing; write the secret key of the pair")]
    [InlineData("ConversionApi:Token", null, "ConversionApi:Token: is missing; write the tracking token of the dashboard")]
    [InlineData("ConversionApi:Token", "\n", "ConversionApi:Token: is missing; write the tracking token of the dashboard")]
    [InlineData("ConversionApi:Test", "maybe", "ConversionApi:Test: 'maybe' is neither true nor false; write true or false")]
    [InlineData("ConversionApi:AttemptTimeout", "00:00:11", "ConversionApi:AttemptTimeout: is longer than ConversionApi:TotalTimeout; write a shorter one")]
    [InlineData("ConversionApi:AttemptTimeout", "3", "ConversionApi:AttemptTimeout: '3' is not a duration")]
    [InlineData("ConversionApi:TotalTimeout", "00:00:00", "ConversionApi:TotalTimeout: '00:00:00' is not a duration")]
    [InlineData("ConversionApi:MaxAttempts", "0", "ConversionApi:MaxAttempts: '0' is not a whole number from 1 to 10")]
    [InlineData("ConversionApi:Address", "partnerlinks.io", "ConversionApi:Address: 'partnerlinks.io' is not an http or https address")]
    [InlineData("CustomerApi:Address", "api", "CustomerApi:Address: 'api' is not an http or https address; write one, such as https://api.partnerstack.com")]
    [InlineData("CustomerApi:AllowAnonymous", "1", "CustomerApi:AllowAnonymous: '1' is neither true nor false; write true or false")]
    [InlineData("Management:Url", "8081", "Management:Url: '8081' is not an http address to listen on; write one, such as http://127.0.0.1:8081")]
    [InlineData("Management:Url", "https://127.0.0.1:8081", "Management:Url: 'https://127.0.0.1:8081' is not an http address to listen on; write one")]
    [InlineData("Management:Url", "http://127.0.0.1:8081/base", "Management:Url: 'http://127.0.0.1:8081/base' is not an http address to listen on; write one")]
    [InlineData("Outbound:UseSystemProxy", "on", "Outbound:UseSystemProxy: 'on' is neither true nor false; write true or false")]
    [InlineData("Redis:ConnectionString", null, "Redis:ConnectionString: is missing; write the server's address, such as localhost:6379")]
    [InlineData("Redis:ConnectionString", "password=x", "Redis:ConnectionString: names no server; write host:6379,ssl=true,user=…,password=… or rediss://")]
    [InlineData("Redis:ConnectionString", "a:1,nonsense=x", "Redis:ConnectionString: is not a StackExchange.Redis connection string; write host:6379,")]
    [InlineData("Redis:Timeout", "00:00:00.001", "Redis:Timeout: '00:00:00.001' is not a duration from 10ms to 1m")]
    [InlineData("Redis:ConnectionString", "redis://127.0.0.1:6379/x", "Redis:ConnectionString: has a path that is no number of a database")]
    [InlineData("Clicks:Keys", "foo:{email}", "Clicks:Keys: is a list; write its first entry as Clicks:Keys:0 (environment variable Clicks__Keys__0)")]
    [InlineData("Delivery:Schedule", "30s", "Delivery:Schedule: is a list; write its first entry as Delivery:Schedule:0")]
    [InlineData("CustomerApi:Callers", "crm", "CustomerApi:Callers: is a list; write its first entry as CustomerApi:Callers:0")]
    [InlineData("CustomerApi:PublicKey", "pk_replace_me", "CustomerApi:PublicKey: is the placeholder of an example; write your own")]
    [InlineData("CustomerApi:SecretKey", "sk_replace_me", "CustomerApi:SecretKey: is the placeholder of an example; write your own")]
    [InlineData("ConversionApi:Token", "token_replace_me", "ConversionApi:Token: is the placeholder of an example; write your own")]
    [InlineData("ConversionApi:Token", "Bearer abc", "ConversionApi:Token: holds white space; write the token alone, without 'Bearer'")]
    [InlineData("Management:Token", "replace-me-and-keep-me-secret", "Management:Token: is the placeholder of an example; write your own")]
    [InlineData("Privacy:PseudonymKey", "cmVwbGFjZS1tZS1hbmQta2VlcC1tZS1zZWNyZXQtISE=", "Privacy:PseudonymKey: is the public key of an example; write what 'openssl")]
    [InlineData("Reddis:Timeout", "1s", "Reddis: is neither a setting nor a section of settings; write Redis, or remove it")]
    [InlineData("Shutdowntimout", "1s", "Shutdowntimout: is neither a setting nor a section of settings; write ShutdownTimeout, or remove it")]
    [InlineData("Serilog:MinimumLevel", "1", "Serilog: is neither a setting nor a section of settings; remove it, or write one of Capture, Clicks, ConversionApi,")]
    [InlineData("Kestrel:Limits:MaxConcurrentConnections", "5", "Kestrel:Limits:MaxConcurrentConnections: is not a setting; remove it or write one of Kestrel:Certificates")]
    [InlineData("Kestrel:Endpoints:Https:Protocols", "Http1AndHttp2", "Kestrel:Endpoints:Https:Protocols: 'Http1AndHttp2' is not served: the shim speaks HTTP/1.0 and 1.1; write Http1, or leave it out")]
    [InlineData("Kestrel:EndpointDefaults:Protocols", "Http2", "Kestrel:EndpointDefaults:Protocols: 'Http2' is not served: the shim speaks HTTP/1.0 and 1.1; write Http1, or leave it out")]
    [InlineData("Secrets:Folder", "/nowhere/at/all", "Secrets:Folder: '/nowhere/at/all' is not a folder; write the path of one, such as /run/secrets")]
    [InlineData("Clicks:Keys:0", "click", "Clicks:Keys:0: is not a key template; write text with one or more of {customer_key}, {email}, {email_sha256}, {provider_key}")]
    [InlineData("Clicks:Format", "Json", "Clicks:Format: 'Json' is not one of its values; write one of Auto, Hash")]
    [InlineData("Conversions:OnMiss", "Drop", "Conversions:OnMiss: 'Drop' is not one of its values; write one of Fallback, Reject, Hold")]
    [InlineData("Conversions:HoldFor", "0", "Conversions:HoldFor: '0' is not a duration")]
    [InlineData("Conversions:OnPartnerMismatch", "x", "Conversions:OnPartnerMismatch: 'x' is not one of its values; write one of Fallback, Convert")]
    [InlineData("Conversions:OnRejected", "x", "Conversions:OnRejected: 'x' is not one of its values; write one of Fallback, Return")]
    [InlineData("Conversions:OnRedisDown", "x", "Conversions:OnRedisDown: 'x' is not one of its values; write one of Fallback, Unavailable")]
    [InlineData("Conversions:QueuedStatus", "201", "Conversions:QueuedStatus: '201' would say that it exists already; write 200 or 202")]
    [InlineData("Conversions:QueuedStatus", "204", "Conversions:QueuedStatus: '204' is not a whole number from 200 to 202; write one, such as 200")]
    [InlineData("Redis:WaitReplicas", "-1", "Redis:WaitReplicas: '-1' is not a whole number from 0 to 10; write one, such as 0")]
    [InlineData("Delivery:Schedule:1", "1 minute", "Delivery:Schedule:1: '1 minute' is not a duration")]
    [InlineData("Delivery:MaxAge", "0", "Delivery:MaxAge: '0' is not a duration")]
    [InlineData("Delivery:Concurrency", "0", "Delivery:Concurrency: '0' is not a whole number from 1 to 256")]
    [InlineData("Verification:Grace", "00:00:00", "Verification:Grace: '00:00:00' is not a duration")]
    [InlineData("Verification:Interval", "-1", "Verification:Interval: '-1' is not a duration")]
    [InlineData("Verification:MaxResends", "many", "Verification:MaxResends: 'many' is not a whole number from 0 to 100")]
    [InlineData("Rollout:Mode", "On", "Rollout:Mode: 'On' is not one of its values; write one of Off, Shadow, Live")]
    [InlineData("Rollout:Percent", "101", "Rollout:Percent: '101' is not a whole number from 0 to 100; write one, such as 100")]
    [InlineData("Rollout:Partners:0", "", "Rollout:Partners:0: is empty; write a name, or take the entry away")]
    [InlineData("Rollout:Callers:0", "shop", "Rollout:Callers: 'shop' is no caller that may convert; write one of default")]
    [InlineData("Rollout:Mode", "1", "Rollout:Mode: '1' is not one of its values; write one of Off, Shadow, Live")]
    [InlineData("Privacy:CustomerRef", "x", "Privacy:CustomerRef: 'x' is not one of its values; write one of Pseudonym, Plain, None")]
    [InlineData("Privacy:PseudonymKey", "c2hvcnQ=", "Privacy:PseudonymKey: is not base64 of at least 32 bytes; write what 'openssl rand -base64 32' prints")]
    [InlineData("Privacy:PseudonymKey", "not base64", "Privacy:PseudonymKey: is not base64 of at least 32 bytes; write what 'openssl rand -base64 32' prints")]
    [InlineData("ShutdownTimeout", "soon", "ShutdownTimeout: 'soon' is not a duration from 0s to 1h; write one, such as 25s")]
    [InlineData("Conversions:OnMis", "Reject", "Conversions:OnMis: is not a setting; remove it or write one of Conversions:HoldFor, Conversions:OnMiss")]
    [InlineData("Clicks:Key:0", "x", "Clicks:Key:0: is not a setting; remove it or write one of Clicks:Format, Clicks:FromRequest, Clicks:Keys")]
    [InlineData("Clicks:FromRequest:0", "email", "Clicks:FromRequest:0: 'email' is not a field that may hold a click id; write xid, ps_xid or a field of meta, such as meta.ps_xid")]
    [InlineData("Capture:Origins:0", "https://www.acme.com/landing", "Capture:Origins:0: 'https://www.acme.com/landing' is not the origin of a page; write scheme and host of one, without a path or *")]
    [InlineData("Capture:Origins:0", "*", "Capture:Origins:0: '*' is not the origin of a page; write scheme and host of one, without a path or *, such as https://www.acme.com")]
    [InlineData("Capture:Origins:0", "https://*.acme.com", "Capture:Origins:0: 'https://*.acme.com' is not the origin of a page")]
    [InlineData("Capture:Origins:0", "www.acme.com", "Capture:Origins:0: 'www.acme.com' is not the origin of a page")]
    [InlineData("Capture:Token", "short", "Capture:Token: is shorter than 16 characters, so it can be guessed; write a random one")]
    [InlineData("Capture:RateLimit", "0", "Capture:RateLimit: '0' is not a whole number from 1 to 1000000")]
    [InlineData("Capture:TrustedProxies:0", "10.0.0.0/99", "Capture:TrustedProxies:0: '10.0.0.0/99' is neither an address nor a network; write one, such as 10.0.0.7 or 10.0.0.0/8")]
    [InlineData("Capture:TrustedProxies:0", "ingress", "Capture:TrustedProxies:0: 'ingress' is neither an address nor a network")]
    [InlineData("Capture:Url", "https://0.0.0.0:8082", "Capture:Url: 'https://0.0.0.0:8082' is not an http address to listen on; write one, such as http://127.0.0.1:8082")]
    [InlineData("Capture:Url", "http://127.0.0.1:8082", "Capture:Url: is set, and nobody may report a click; write the origins of your pages (Capture:Origins:0=https://www.acme.com), or a token")]
    public void One_problem_is_one_line_that_names_setting_fault_and_remedy(string key, string? value, string expected)
    {
        var problem = Assert.Single(Given.Problems((key, value)));

        Assert.StartsWith(expected, problem, StringComparison.Ordinal);
        Assert.EndsWith($"(environment variable {Setting(problem).Replace(":", "__", StringComparison.Ordinal)})", problem, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', problem);
    }

    [Fact]
    public void Nobody_is_held_whose_request_could_not_be_handed_over()
    {
        var problem = Assert.Single(Given.Problems(("Conversions:OnMiss", "Hold"), ("CustomerApi:AllowAnonymous", "true")));

        Assert.StartsWith("Conversions:OnMiss: is Hold, and CustomerApi:AllowAnonymous is true", problem, StringComparison.Ordinal);
        Assert.Contains("set key pairs", problem, StringComparison.Ordinal);
        Assert.Empty(Given.Problems(("Conversions:OnMiss", "Hold")));
    }

    [Fact]
    public void Without_a_pair_and_without_leave_for_anyone_the_start_is_refused()
    {
        var problem = Assert.Single(Given.Problems(("CustomerApi:PublicKey", null), ("CustomerApi:SecretKey", null)));

        Assert.StartsWith("CustomerApi:PublicKey: is missing, so no caller may convert; ", problem, StringComparison.Ordinal);
        Assert.Contains("CustomerApi:AllowAnonymous", problem, StringComparison.Ordinal);
    }

    // What legacy apps have as their base address, and PartnerStack's documentation as that of the Conversion API: it would be there twice.
    [Theory]
    [InlineData("CustomerApi:Address", "https://api.partnerstack.com/api/v2", "https://api.partnerstack.com")]
    [InlineData("CustomerApi:Address", "https://api.partnerstack.com/api/v2/", "https://api.partnerstack.com")]
    [InlineData("CustomerApi:Address", "https://api.partnerstack.com/API/v2/customers", "https://api.partnerstack.com")]
    [InlineData("CustomerApi:Address", "https://gateway.example/partnerstack/api/v2", "https://gateway.example/partnerstack")]
    [InlineData("CustomerApi:Address", "http://localhost:8080/v1", "http://localhost:8080")]
    [InlineData("ConversionApi:Address", "https://partnerlinks.io/conversion/xid", "https://partnerlinks.io")]
    [InlineData("ConversionApi:Address", "https://partnerlinks.io/conversion", "https://partnerlinks.io")]
    public void An_address_that_doubles_the_APIs_own_path_is_told_with_the_one_to_write(string key, string address, string write)
        => Assert.Contains($", which is added to it; write {write} (environment variable", Assert.Single(Given.Problems((key, address))), StringComparison.Ordinal);

    [Theory]
    [InlineData("CustomerApi:Address", "https://gateway.example/api")]
    [InlineData("CustomerApi:Address", "https://gateway.example/partnerstack/v1")]
    [InlineData("CustomerApi:Address", "https://gateway.example/api/v2/eu")]
    [InlineData("ConversionApi:Address", "https://gateway.example/partnerlinks/conversion")]
    public void A_gateways_path_is_taken(string key, string address) => Assert.Empty(Given.Problems((key, address)));

    [Theory]
    [InlineData("http://0.0.0.0:8080", "has the port of Urls (http://127.0.0.1:8080)")]
    [InlineData("http://127.0.0.1:8081", "has the port of Management:Url (http://127.0.0.1:8081)")]
    public void The_capture_listener_has_a_port_of_its_own(string url, string expected) =>
        Assert.StartsWith($"Capture:Url: {expected}; write another port", Assert.Single(Given.Problems(("Capture:Url", url), ("Capture:Origins:0", "https://a.com"))), StringComparison.Ordinal);

    [Fact]
    public void A_caller_needs_name_and_pair()
    {
        var problems = Given.Problems(("CustomerApi:Callers:3:Nmae", "crm"));

        Assert.Equal(
            ["CustomerApi:Callers:3:Name", "CustomerApi:Callers:3:Nmae", "CustomerApi:Callers:3:PublicKey", "CustomerApi:Callers:3:SecretKey"],
            problems.Select(Setting).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("default")]
    [InlineData("crm")]
    public void Two_callers_of_one_name_could_not_be_told_apart_in_the_log(string second)
    {
        var problems = Given.Problems(
            ("CustomerApi:Callers:0:Name", "crm"), ("CustomerApi:Callers:0:PublicKey", "pk_1"), ("CustomerApi:Callers:0:SecretKey", "sk_1"),
            ("CustomerApi:Callers:1:Name", second), ("CustomerApi:Callers:1:PublicKey", "pk_2"), ("CustomerApi:Callers:1:SecretKey", "sk_2"));

        Assert.StartsWith($"CustomerApi:Callers: names '{second}' twice", Assert.Single(problems), StringComparison.Ordinal);
    }

    [Fact]
    public void All_problems_are_told_at_once()
    {
        var problems = Given.Problems(
            ("CustomerApi:PublicKey", null), ("CustomerApi:SecretKey", null), ("ConversionApi:Token", null), ("Redis:ConnectionString", null),
            ("Redis:Timeout", "soon"), ("Rollout:Mod", "Off"), ("Urls", "here"), ("Clicks:Keys:0", "{nothing}"), ("Clicks:Keys:1", "nothing"));

        Assert.Equal(
            ["Clicks:Keys:0", "Clicks:Keys:1", "ConversionApi:Token", "CustomerApi:PublicKey", "Redis:ConnectionString", "Redis:Timeout", "Rollout:Mod", "Urls"],
            problems.Select(Setting).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void The_exception_lists_them_a_line_each()
    {
        var exception = Assert.Throws<SettingsException>(() => Given.Settings(("ConversionApi:Token", null), ("Rollout:Mode", "x")));

        Assert.Equal(2, exception.Problems.Count);
        Assert.Equal(["The settings cannot be used:", .. exception.Problems.Select(problem => $"  - {problem}")], exception.Message.Split(Environment.NewLine));
    }

    [Theory]
    [InlineData("CustomerApi:SecretKey")]
    [InlineData("CustomerApi:PublicKey")]
    [InlineData("ConversionApi:Token")]
    [InlineData("Management:Token")]
    [InlineData("Privacy:PseudonymKey")]
    [InlineData("Redis:ConnectionString")]
    [InlineData("CustomerApi:Callers:0:SecretKey")]
    [InlineData("CustomerApi:Secretkey2")]
    public void No_message_holds_a_secret(string key)
    {
        // Each value is as wrong as it can be, and something else is wrong besides, so that there is a message.
        var problems = Given.Problems((key, "a:1,canary=:canary"), ("Urls", "here"));

        Assert.NotEmpty(problems);
        Assert.All(problems, problem => Assert.DoesNotContain("canary", problem, StringComparison.Ordinal));
    }

    private static string Setting(string problem) => problem[..problem.IndexOf(": ", StringComparison.Ordinal)];
}
