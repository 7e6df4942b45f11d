using System.Diagnostics.CodeAnalysis;
using System.Net;
using ProxyShim.Sandbox.PartnerStack.Control;
using ProxyShim.Sandbox.PartnerStack.Http;

namespace ProxyShim.Sandbox.PartnerStack;

/// <summary>
/// PartnerStack on this machine: its Customer API, its Conversion API and a control surface (<see cref="ControlApi"/>), each a real server on a port
/// of its own. It behaves as CONTRACT.md says, fails as it is told (<see cref="Fault"/>), and keeps every call that came. All members are safe for
/// concurrent use.
/// </summary>
[SuppressMessage("Naming", "CA1711", Justification = "It is the name of the company.")]
public sealed class SimulatedPartnerStack : IAsyncDisposable
{
    // How often a wait looks again although no call came: the end of a lag is not a call.
    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(20);

    private readonly SimulatedPartnerStackOptions _options;
    private readonly Account _account;
    private readonly CallRecorder _recorder;
    private readonly List<IAsyncDisposable> _servers = [];
    private readonly CancellationTokenSource _stopping = new();
    private long _lag;
    private volatile Uri? _landingPage;

    private SimulatedPartnerStack(SimulatedPartnerStackOptions options)
    {
        _options = options;
        _account = new(options);
        _recorder = new(options.TimeProvider);
        Lag = options.Lag;
    }

    /// <summary>The Customer API's faults.</summary>
    public SimulatedApi CustomerApi { get; private set; } = null!;

    /// <summary>The Conversion API's faults.</summary>
    public SimulatedApi ConversionApi { get; private set; } = null!;

    /// <summary>What <c>CustomerApi:Address</c> is set to.</summary>
    public Uri CustomerApiAddress => CustomerApi.Address;

    /// <summary>What <c>ConversionApi:Address</c> is set to.</summary>
    public Uri ConversionApiAddress => ConversionApi.Address;

    /// <summary>Where <see cref="ControlApi"/> answers.</summary>
    public Uri ControlAddress { get; private set; } = null!;

    /// <summary>Where a partner's link, <c>GET /link/{partner_key}</c> on the Conversion API's host, sends a visitor; null = such links are a 404.</summary>
    public Uri? LandingPage
    {
        get => _landingPage;
        set => _landingPage = value;
    }

    /// <summary>From an accepted conversion to its customer's record, at least zero. A change is for the conversions accepted from then on.</summary>
    public TimeSpan Lag
    {
        get => new(Volatile.Read(ref _lag));
        set
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, TimeSpan.Zero);
            Volatile.Write(ref _lag, value.Ticks);
        }
    }

    /// <summary>Every call to either API, in the order their headers arrived. A snapshot; it costs nothing.</summary>
    public IReadOnlyList<RecordedCall> Calls => _recorder.Calls;

    /// <summary>Every valid conversion request that arrived completely, in order, whatever became of it. A snapshot; it costs nothing.</summary>
    public IReadOnlyList<RecordedConversion> Conversions => _recorder.Conversions;

    /// <summary>The customers whose record exists now, in no order. Looks at all of them.</summary>
    public IReadOnlyList<SimulatedCustomer> Customers => _account.Snapshot();

    /// <summary>Every write about a customer that took effect, in order: transactions, actions, deals, changes. A snapshot; it costs nothing.</summary>
    public IReadOnlyList<RecordedFollowUp> FollowUps => _account.FollowUps;

    /// <summary>How many conversions were accepted for each <c>customer_key</c>; more than one is a customer sent twice. A live view.</summary>
    public IReadOnlyDictionary<string, int> ConversionCounts => _recorder.Accepted;

    /// <summary>Starts it on the ports of the options.</summary>
    /// <exception cref="IOException">A port is taken.</exception>
    public static async Task<SimulatedPartnerStack> StartAsync(SimulatedPartnerStackOptions options, CancellationToken cancellationToken)
    {
        var stack = new SimulatedPartnerStack(options);
        try
        {
            var customers = new CustomerApiHandler(options, stack._account);
            var conversions = new ConversionApiHandler(
                options, stack._account, stack._recorder, new(stack._account, options.Random, () => stack.LandingPage), () => stack.Lag);
            stack.CustomerApi = await stack.ServeAsync(ApiKind.CustomerApi, new(IPAddress.Loopback, options.CustomerApiPort), customers.Handle, cancellationToken);
            stack.ConversionApi = await stack.ServeAsync(
                ApiKind.ConversionApi, new(options.ConversionApiListen, options.ConversionApiPort), conversions.Handle, cancellationToken);

            var control = await SimulatedServer.StartAsync(new(IPAddress.Loopback, options.ControlPort), new ControlApi(stack, options).HandleAsync, cancellationToken);
            stack._servers.Add(control);
            stack.ControlAddress = control.Address;
            return stack;
        }
        catch
        {
            await stack.DisposeAsync();
            throw;
        }
    }

    /// <summary>
    /// How many conversions of this customer were accepted: the one that landed and those that were counted but ignored after it. What a fault
    /// kept from being worked on (a 503, a reset without landing, a phantom) is not among them.
    /// </summary>
    public int ConversionsFor(string customerKey) => _recorder.AcceptedFor(customerKey);

    /// <summary>How many valid conversion requests of this customer arrived completely, whatever became of them.</summary>
    public int ArrivalsFor(string customerKey) => _recorder.ArrivedFor(customerKey);

    /// <summary>The customer with this key, PartnerStack's or the vendor's, if its record exists now.</summary>
    public SimulatedCustomer? FindCustomer(string identifier) => _account.Find(identifier);

    /// <summary>A visitor has followed this partner's link, and was given this click id: a conversion with it gives that partner the credit.</summary>
    public void AddClick(string xid, string partnerKey) => _account.AddClick(xid, partnerKey);

    /// <summary>Waits until the condition holds, which is looked at after every change. The time limit is real time, not the options' clock's.</summary>
    /// <exception cref="TimeoutException">It did not hold in time; the message lists the last calls.</exception>
    public async Task WaitUntilAsync(Func<SimulatedPartnerStack, bool> condition, TimeSpan timeout, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(timeout);
        while (true)
        {
            var changed = _recorder.Changed.Next();
            if (condition(this))
            {
                return;
            }

            cancellationToken.ThrowIfCancellationRequested();
            if (limit.IsCancellationRequested)
            {
                throw new TimeoutException($"Not so within {timeout}. {Calls.Count} calls, {Conversions.Count} conversions; the last: {string.Join("; ", Calls.TakeLast(10))}");
            }

            await Task.WhenAny(changed, Task.Delay(LookAgain, TimeProvider.System, limit.Token));
        }
    }

    /// <summary>A new account without calls, conversions or customers, without faults, and with the options' lag; the clicks stay. Hung calls are released.</summary>
    public void Reset()
    {
        CustomerApi.ClearFaults();
        ConversionApi.ClearFaults();
        _recorder.Clear();
        _account.Clear();
        Lag = _options.Lag;
    }

    /// <summary>Stops it at once; calls in progress are reset.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_stopping.IsCancellationRequested)
        {
            return;
        }

        await _stopping.CancelAsync();
        foreach (var server in _servers)
        {
            await server.DisposeAsync();
        }

        _stopping.Dispose();
    }

    private async Task<SimulatedApi> ServeAsync(ApiKind kind, IPEndPoint listen, Func<RecordedCall, Handling, Answer> handler, CancellationToken cancellationToken)
    {
        var plan = new FaultPlan();
        var player = new FaultPlayer(kind, plan, _recorder, handler, _options.TimeProvider, _stopping.Token);
        var server = await SimulatedServer.StartAsync(listen, player.HandleAsync, cancellationToken);
        _servers.Add(server);
        return new(kind, server, plan, player);
    }
}
