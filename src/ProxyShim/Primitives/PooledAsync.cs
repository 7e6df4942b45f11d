using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace ProxyShim.Primitives;

/// <summary>
/// Builds asynchronous methods whose state is used again once their result has been read (<see cref="AsyncCall"/>), for <c>[AsyncMethodBuilder(typeof(PooledAsync&lt;&gt;))]</c>.
/// For the caller nothing is different from the framework's own, but the result can be read once, which is so with any <see cref="ValueTask"/>.
/// </summary>
/// <remarks>The framework's <see cref="PoolingAsyncValueTaskMethodBuilder{TResult}"/> keeps one state for each core and thread: too few where many calls wait at once.</remarks>
[SuppressMessage("Performance", "CA1822", Justification = "The compiler calls them on an instance.")]
internal struct PooledAsync<TResult>
{
    // None as long as the method has not had to wait.
    private AsyncCall<TResult>? _call;
    private TResult _result;

    public readonly ValueTask<TResult> Task => _call is null ? new(_result) : new(_call, _call.Version);

    /// <summary>The same without a result; read instead of <see cref="Task"/>.</summary>
    public readonly ValueTask TaskAlone => _call is null ? default : new(_call, _call.Version);

    public static PooledAsync<TResult> Create() => default;

    // The framework's own, since it gives the caller its contexts back.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void Start<TStateMachine>(ref TStateMachine machine)
        where TStateMachine : IAsyncStateMachine => default(AsyncValueTaskMethodBuilder).Start(ref machine);

    public readonly void SetStateMachine(IAsyncStateMachine machine)
    {
        // Only for state machines that are classes.
    }

    public void SetResult(TResult result)
    {
        if (_call is null)
        {
            _result = result;
        }
        else
        {
            _call.SetResult(result);
        }
    }

    public void SetException(Exception exception) => (_call ??= new AsyncCall<TResult>()).SetException(exception);

    public void AwaitOnCompleted<TAwaiter, TStateMachine>(ref TAwaiter awaiter, ref TStateMachine machine)
        where TAwaiter : INotifyCompletion
        where TStateMachine : IAsyncStateMachine => awaiter.OnCompleted(Suspend(ref machine));

    public void AwaitUnsafeOnCompleted<TAwaiter, TStateMachine>(ref TAwaiter awaiter, ref TStateMachine machine)
        where TAwaiter : ICriticalNotifyCompletion
        where TStateMachine : IAsyncStateMachine => awaiter.UnsafeOnCompleted(Suspend(ref machine));

    /// <returns>What goes on with the method.</returns>
    private Action Suspend<TStateMachine>(ref TStateMachine machine)
        where TStateMachine : IAsyncStateMachine
    {
        if (_call is null)
        {
            // This builder is a part of the machine: known here first, the call is known to the copy.
            var call = AsyncCall<TStateMachine, TResult>.Take();
            _call = call;
            call.Begin(ref machine);
        }

        return _call.Suspend();
    }
}

/// <summary><see cref="PooledAsync{TResult}"/> for methods without a result.</summary>
internal struct PooledAsync
{
    private PooledAsync<bool> _builder;

    public readonly ValueTask Task => _builder.TaskAlone;

    public static PooledAsync Create() => default;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void Start<TStateMachine>(ref TStateMachine machine)
        where TStateMachine : IAsyncStateMachine => _builder.Start(ref machine);

    public readonly void SetStateMachine(IAsyncStateMachine machine) => _builder.SetStateMachine(machine);

    public void SetResult() => _builder.SetResult(true);

    public void SetException(Exception exception) => _builder.SetException(exception);

    public void AwaitOnCompleted<TAwaiter, TStateMachine>(ref TAwaiter awaiter, ref TStateMachine machine)
        where TAwaiter : INotifyCompletion
        where TStateMachine : IAsyncStateMachine => _builder.AwaitOnCompleted(ref awaiter, ref machine);

    public void AwaitUnsafeOnCompleted<TAwaiter, TStateMachine>(ref TAwaiter awaiter, ref TStateMachine machine)
        where TAwaiter : ICriticalNotifyCompletion
        where TStateMachine : IAsyncStateMachine => _builder.AwaitUnsafeOnCompleted(ref awaiter, ref machine);
}
