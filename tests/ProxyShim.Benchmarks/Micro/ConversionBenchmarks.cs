using BenchmarkDotNet.Attributes;
using ProxyShim.Benchmarks.Servers;
using ProxyShim.Clicks;
using ProxyShim.CustomerApi;
using ProxyShim.Customers;
using ProxyShim.Ledger;
using ProxyShim.Primitives;
using ProxyShim.Settings;

namespace ProxyShim.Benchmarks.Micro;

/// <summary>What one conversion costs in our own code, step by step.</summary>
public class ConversionBenchmarks
{
    private readonly Callers _callers = new(new CustomerApiSettings(
        new Uri("http://127.0.0.1"), null, [new CallerPair("default", Account.PublicKey, new Secret(Account.SecretKey))], AllowAnonymous: false));

    private readonly CustomerRequest _request = Sample.Request;
    private readonly Click _click = Sample.Click;
    private readonly byte[] _body = Sample.Body;
    private readonly byte[] _storedClick = Sample.StoredClick;

    [Benchmark]
    public object? KnowTheCaller() => _callers.Identify(Account.Basic);

    [Benchmark]
    public object? ReadTheRequest() => CustomerRequestReader.Read(_body, CustomerApiVersion.V2, out _);

    [Benchmark]
    public object? ReadTheClick() => ClickReader.FromString(_storedClick);

    [Benchmark]
    public object NameTheEntry() => ConversionId.Of(_request.CustomerKey).Hash;

    [Benchmark]
    public int Compose() => StoredConversion.Compose(_request, _click).Conversion.Length;

    [Benchmark]
    public int Answer() => JsonText.WriteShared(
        new CustomerObject(CustomerApiVersion.V2, _request, _click.SubIds, DateTimeOffset.UnixEpoch, Test: false),
        static (json, customer) => customer.Write(json, 200)).Length;
}
