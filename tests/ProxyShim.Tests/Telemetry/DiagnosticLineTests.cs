using System.Net.Http;
using System.Net.Sockets;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using ProxyShim.Primitives;
using ProxyShim.Redis;
using Serilog.Extensions.Logging;
using StackExchange.Redis;
using Xunit;

namespace ProxyShim.Tests.Telemetry;

public sealed class DiagnosticLineTests : IDisposable
{
    private const string Canary = "jane.doe@example.com";
    private const string Kestrel = "Microsoft.AspNetCore.Server.Kestrel";

    private readonly CapturedLog _log = new();
    private readonly SerilogLoggerFactory _factory;

    public DiagnosticLineTests() => _factory = new SerilogLoggerFactory(_log.Logger);

    /// <summary>Everything that may quote a request, a Redis key, or an upstream.</summary>
    public static TheoryData<Exception, string> Exceptions() => new()
    {
        { new InvalidOperationException(Canary), "System.InvalidOperationException" },
        { new HttpRequestException(HttpRequestError.InvalidResponse, $"Received an invalid header line: '{Canary}'."), "(InvalidResponse)" },
        { new SocketException((int)SocketError.ConnectionRefused, Canary), "(ConnectionRefused)" },
        { new BadHttpRequestException($"Invalid request line: '{Canary}'", 400), "(400)" },
        { new RedisServerException(RedisErrorKind.WrongType, CommandFlags.None, $"WRONGTYPE click:{Canary}"), "(WrongType)" },
        { new RedisTimeoutException(CommandFlags.None, $"Timeout performing GET click:{Canary}", CommandStatus.Sent), "(Sent)" },
        { new RedisConnectionException(ConnectionFailureType.SocketFailure, CommandFlags.None, Canary, null, CommandStatus.Sent), "(SocketFailure)" },
        { new RedisUnavailableException("RedisTimeoutException", new TimeoutException(Canary)), "(Redis is unavailable: RedisTimeoutException.)" },
        { new AggregateException(Canary, new IOException(Canary)), " ---> System.IO.IOException" },
    };

    [Fact]
    public void Scopes_are_not_written()
    {
        var logger = _factory.CreateLogger(Kestrel);
        using (logger.BeginScope(new Dictionary<string, object> { ["RequestPath"] = $"/api/v2/customers/{Canary}", ["RequestId"] = "id" }))
        {
            Log(logger, "Connection id \"{ConnectionId}\" failed {Count} times.", "0HN1", 3);
        }

        var entry = Assert.Single(_log.Entries);
        Assert.Equal(
            $$"""{"SourceContext":"{{Kestrel}}","@mt":"Connection id \"{ConnectionId}\" failed {Count} times.","Arguments":{"ConnectionId":"0HN1","Count":3},"@x":null}""",
            "{" + entry.GetRawText()[entry.GetRawText().IndexOf("\"SourceContext", StringComparison.Ordinal)..]);
        Assert.Equal("Warning", entry.GetProperty("@l").GetString());
    }

    [Theory]
    [InlineData(Kestrel, "Path")]
    [InlineData("Yarp.ReverseProxy.Forwarder.HttpForwarder", "targetUrl")]
    [InlineData("Microsoft.AspNetCore.Routing", "ConnectionId")]
    public void A_frameworks_texts_are_redacted(string source, string argument)
    {
        Log(_factory.CreateLogger(source), $"Failed at {{{argument}}}.", Canary);

        Assert.Equal("[redacted]", Assert.Single(_log.Entries).GetProperty("Arguments").GetProperty(argument).GetString());
        Assert.DoesNotContain(Canary, Assert.Single(_log.Lines), StringComparison.Ordinal);
    }

    [Fact]
    public void Objects_and_lists_are_redacted_everywhere()
    {
        Log(_factory.CreateLogger("ProxyShim.Delivery"), "{List} {@Object}", new[] { Canary }, new { Canary });

        Assert.DoesNotContain(Canary, Assert.Single(_log.Lines), StringComparison.Ordinal);
    }

    [Fact]
    public void Our_own_texts_are_kept_and_written_as_what_they_are()
    {
        Log(_factory.CreateLogger("ProxyShim.Redis"), "{Policy} {Flag} {Ratio} {Wait} {Day} {Nothing}", "allkeys-lru", true, 0.5, TimeSpan.FromSeconds(3), DayOfWeek.Monday, null);

        Assert.Equal(
            """{"Policy":"allkeys-lru","Flag":true,"Ratio":0.5,"Wait":"00:00:03","Day":"Monday","Nothing":null}""",
            Assert.Single(_log.Entries).GetProperty("Arguments").GetRawText());
    }

    [Fact]
    public void A_template_of_an_unknown_source_may_be_a_finished_sentence_and_is_redacted()
    {
        Log(_factory.CreateLogger("Some.Library"), $"Could not greet {Canary}");

        Assert.Equal("[redacted]", Assert.Single(_log.Entries).GetProperty("@mt").GetString());
    }

    [Theory]
    [MemberData(nameof(Exceptions))]
    public void An_exception_is_told_without_its_messages(Exception exception, string told)
    {
        LogError(_factory.CreateLogger(Kestrel), "It failed.", Thrown(exception));

        var text = Assert.Single(_log.Entries).GetProperty("@x").GetString();
        Assert.Contains(told, text, StringComparison.Ordinal);
        Assert.Contains(nameof(Thrown), text, StringComparison.Ordinal);
        Assert.DoesNotContain(Canary, Assert.Single(_log.Lines), StringComparison.Ordinal);
    }

    [Fact]
    public void A_warnings_exception_has_no_stack_trace()
    {
        Log(_factory.CreateLogger(Kestrel), "It failed.", Thrown(new IOException(Canary, new SocketException((int)SocketError.ConnectionReset))));

        Assert.Equal(
            "System.IO.IOException\n ---> System.Net.Sockets.SocketException (ConnectionReset)",
            Assert.Single(_log.Entries).GetProperty("@x").GetString());
    }

    [Fact]
    public void An_endless_chain_of_exceptions_has_an_end()
    {
        var exception = Enumerable.Range(0, 1000).Aggregate(new InvalidOperationException(), (inner, _) => new InvalidOperationException(null, inner));

        Log(_factory.CreateLogger(Kestrel), "It failed.", exception);

        Assert.InRange(Assert.Single(_log.Lines).Length, 100, 10_000);
    }

    [Fact]
    public void Framework_chatter_stays_at_warning()
    {
        foreach (var source in (string[])[Kestrel, "Microsoft.Hosting.Lifetime", "Yarp.ReverseProxy", "System.Net.Http"])
        {
            Assert.False(_factory.CreateLogger(source).IsEnabled(LogLevel.Information), source);
            Assert.True(_factory.CreateLogger(source).IsEnabled(LogLevel.Warning), source);
        }

        // While it could log anything, the host opens a scope and starts an activity for each request.
        Assert.False(_factory.CreateLogger("Microsoft.AspNetCore.Hosting.Diagnostics").IsEnabled(LogLevel.Critical));
    }

    public void Dispose() => _factory.Dispose();

#pragma warning disable CA2254, CA1848 // The templates are what is tested.
    private static void Log(ILogger logger, string template, params object?[] arguments) => logger.LogWarning(template, arguments);

    private static void Log(ILogger logger, string template, Exception exception) => logger.LogWarning(exception, template);

    private static void LogError(ILogger logger, string template, Exception exception) => logger.LogError(exception, template);
#pragma warning restore CA2254, CA1848

    private static Exception Thrown(Exception exception)
    {
        try
        {
            throw exception;
        }
        catch (Exception caught) when (caught == exception)
        {
            return caught;
        }
    }
}
