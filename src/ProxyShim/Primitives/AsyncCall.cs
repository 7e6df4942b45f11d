using System.Runtime.CompilerServices;
using System.Threading.Tasks.Sources;

namespace ProxyShim.Primitives;

/// <summary>A call of a <see cref="PooledAsync"/> method that has had to wait: what it knows, until its result is read.</summary>
internal abstract class AsyncCall
{
    private static readonly ContextCallback s_moveNext = static call => ((AsyncCall)call!).MoveNext();

    private readonly Action _goOn;
    private ExecutionContext? _context;

    protected AsyncCall() => _goOn = GoOn;

    /// <summary>The next one in the pool.</summary>
    public AsyncCall? Next { get; set; }

    /// <returns>Goes on with the method, in the context of this moment.</returns>
    public Action Suspend()
    {
        _context = ExecutionContext.Capture();
        return _goOn;
    }

    protected abstract void MoveNext();

    /// <summary>Its result has been read: knows nothing of the call any more, and can be the next one.</summary>
    protected virtual void GiveBack() => _context = null;

    // The method's last step ends in what waits for it, which gives this back: then it may be another call already.
    private void GoOn()
    {
        if (_context is { } context)
        {
            ExecutionContext.Run(context, s_moveNext, this);
        }
        else
        {
            MoveNext();
        }
    }
}

/// <summary><see cref="AsyncCall"/> by its result; alone, it holds why a method failed that never had to wait.</summary>
internal class AsyncCall<TResult> : AsyncCall, IValueTaskSource<TResult>, IValueTaskSource
{
    // Each call has a version, so that a result that is read again is refused. What waits goes on where the call ended.
    private ManualResetValueTaskSourceCore<TResult> _outcome;

    public short Version => _outcome.Version;

    public void SetResult(TResult result) => _outcome.SetResult(result);

    public void SetException(Exception exception) => _outcome.SetException(exception);

    public ValueTaskSourceStatus GetStatus(short token) => _outcome.GetStatus(token);

    public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _outcome.OnCompleted(continuation, state, token, flags);

    public TResult GetResult(short token)
    {
        // Where this throws (the method failed, has not ended, or its result was read before) nothing is given back.
        var result = _outcome.GetResult(token);
        _outcome.Reset();
        GiveBack();
        return result;
    }

    void IValueTaskSource.GetResult(short token) => GetResult(token);

    protected override void MoveNext()
    {
    }
}

/// <summary><see cref="AsyncCall"/> of one method.</summary>
internal sealed class AsyncCall<TStateMachine, TResult> : AsyncCall<TResult>
    where TStateMachine : IAsyncStateMachine
{
    // Not read-only: it is changed in its place.
    private static AsyncCallPool s_pool;

    private TStateMachine? _machine;

    private AsyncCall()
    {
    }

    /// <summary>One that knows nothing yet.</summary>
    public static AsyncCall<TStateMachine, TResult> Take() => (AsyncCall<TStateMachine, TResult>?)s_pool.TryTake() ?? new();

    public void Begin(ref TStateMachine machine) => _machine = machine;

    protected override void MoveNext() => _machine!.MoveNext();

    protected override void GiveBack()
    {
        base.GiveBack();
        _machine = default;
        s_pool.GiveBack(this);
    }
}

/// <summary>What is left of one method's calls. Whoever finds another thread at it makes a new one, or leaves it to the collector, and does not wait.</summary>
internal struct AsyncCallPool
{
    // As many as are under way at once in a busy shim, each some 200 bytes: a flood leaves 50 kB a method.
    private const int MaxRetained = 256;

    private AsyncCall? _first;
    private int _retained;
    private int _isTaken;

    public AsyncCall? TryTake()
    {
        if (!TryEnter())
        {
            return null;
        }

        var call = _first;
        if (call is not null)
        {
            (_first, call.Next) = (call.Next, null);
            _retained--;
        }

        Volatile.Write(ref _isTaken, 0);
        return call;
    }

    public void GiveBack(AsyncCall call)
    {
        if (!TryEnter())
        {
            return;
        }

        if (_retained < MaxRetained)
        {
            (_first, call.Next) = (call, _first);
            _retained++;
        }

        Volatile.Write(ref _isTaken, 0);
    }

    private bool TryEnter() => Interlocked.CompareExchange(ref _isTaken, 1, 0) == 0;
}
