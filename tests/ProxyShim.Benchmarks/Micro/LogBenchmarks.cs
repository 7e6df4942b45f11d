using BenchmarkDotNet.Attributes;
using ProxyShim.Benchmarks.Servers;
using ProxyShim.Telemetry;
using ProxyShim.Telemetry.Output;
using Serilog;

namespace ProxyShim.Benchmarks.Micro;

/// <summary>The wide event of one request, from its fields to a line that goes nowhere.</summary>
public class LogBenchmarks
{
    private readonly CustomerRef _customerRef = new(new PrivacySettings(CustomerRefKind.Pseudonym, Convert.FromBase64String(Account.PseudonymKey)));
    private readonly EventLog _log = new(new LoggerConfiguration().WriteTo.Sink(new LineSink(new Nowhere(), new RecentLines())).CreateLogger(), TimeProvider.System);
    private readonly RequestRecord _record = new()
    {
        TraceId = "00000000000000000000000000000000",
        Route = "customers.create",
        Outcome = Outcome.Converted,
        UpstreamStatus = 200,
        Attempts = 1,
        Xid = Sample.Xid,
        PartnerKey = Account.PartnerKey,
        Caller = "default",
        Redis = TimeSpan.FromMicroseconds(345),
        Upstream = TimeSpan.FromMicroseconds(456),
    };

    [Benchmark]
    public object? NameTheCustomer() => _customerRef.Of(Sample.Request.CustomerKey);

    [Benchmark]
    public void WriteTheEvent() => LogEvents.RequestHandled(
        _log, _record, "POST", 200, TimeSpan.FromMicroseconds(1234));

    private sealed class Nowhere : ILineOutput
    {
        public void Write(ReadOnlySpan<byte> line)
        {
        }
    }
}
