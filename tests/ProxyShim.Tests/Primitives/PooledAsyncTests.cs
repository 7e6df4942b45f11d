using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using ProxyShim.Primitives;
using Xunit;

namespace ProxyShim.Tests.Primitives;

public class PooledAsyncTests
{
    private const int Kept = 256;

    private readonly AsyncLocal<string?> _local = new();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_result_is_what_the_method_returns_whether_or_not_it_waits(bool waits)
    {
        for (var round = 0; round < 3; round++)
        {
            var end = new TaskCompletionSource();
            var call = AfterAsync(waits ? end.Task : Task.CompletedTask, $"round {round}");
            Assert.Equal(!waits, call.IsCompleted);
            end.SetResult();

            Assert.Equal($"round {round}", await call);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_failure_comes_as_it_was_thrown(bool waits)
    {
        var end = new TaskCompletionSource();
        var call = FailAsync(waits ? end.Task : Task.CompletedTask, new FormatException());
        end.SetResult();

        Assert.Contains(nameof(FailAsync), (await Assert.ThrowsAsync<FormatException>(async () => await call)).StackTrace);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_is_cancelled_is_no_failure(bool waits)
    {
        var end = new TaskCompletionSource();
        var call = FailAsync(waits ? end.Task : Task.CompletedTask, new OperationCanceledException());
        end.SetResult();

        Assert.True(call.IsCanceled);
        await Assert.ThrowsAsync<OperationCanceledException>(async () => await call);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Without_a_result_it_ends_and_fails_all_the_same(bool waits)
    {
        var (end, steps) = (new TaskCompletionSource(), new List<string>());
        var well = StepAsync("well", null);
        var badly = StepAsync("badly", new FormatException());
        Assert.Equal(waits ? [] : ["well", "badly"], steps);
        end.SetResult();
        await well;

        await Assert.ThrowsAsync<FormatException>(async () => await badly);
        Assert.Equal(["badly", "well"], steps.Order());

        [AsyncMethodBuilder(typeof(PooledAsync))]
        async ValueTask StepAsync(string step, Exception? failure)
        {
            await (waits ? end.Task : Task.CompletedTask);
            steps.Add(step);
            if (failure is not null)
            {
                throw failure;
            }
        }
    }

    [Fact]
    public async Task What_waits_goes_on_where_the_call_ended()
    {
        var end = new TaskCompletionSource();

        Assert.True(await Task.Run(
            () =>
            {
                var goesOn = GoOnAsync();
                end.SetResult();
                return goesOn.IsCompleted;
            },
            TestContext.Current.CancellationToken));

        async Task GoOnAsync() => await AfterAsync(end.Task, "");
    }

    [Fact]
    public async Task After_each_wait_the_method_is_in_the_context_that_it_left_and_its_caller_never_is()
    {
        var (first, second) = (new TaskCompletionSource(), new TaskCompletionSource());
        _local.Value = "caller";
        var call = SeenAsync();
        Assert.Equal("caller", _local.Value);
        _local.Value = "caller, later";

        End(first, "who ends the first wait");
        End(second, "who ends the second");

        Assert.Equal(["caller", "method", "method, later"], await call);
        Assert.Equal("caller, later", _local.Value);

        [AsyncMethodBuilder(typeof(PooledAsync<>))]
        async ValueTask<List<string?>> SeenAsync()
        {
            List<string?> seen = [_local.Value];
            _local.Value = "method";
            await first.Task.ConfigureAwait(false);
            seen.Add(_local.Value);
            _local.Value = "method, later";
            await second.Task.ConfigureAwait(false);
            seen.Add(_local.Value);
            return seen;
        }

        // The end of the wait runs the method's next part; nothing of its context is left here.
        void End(TaskCompletionSource wait, string by) => ExecutionContext.Run(ExecutionContext.Capture()!, _ =>
        {
            _local.Value = by;
            wait.SetResult();
            Assert.Equal(by, _local.Value);
        }, null);
    }

    [Fact]
    public async Task A_context_that_was_not_to_flow_does_not()
    {
        var end = new TaskCompletionSource();
        _local.Value = "caller";
        ValueTask<string?> call;
        using (ExecutionContext.SuppressFlow())
        {
            call = LocalAfterAsync(end.Task);
        }

        _local.Value = "who ends the wait";
        end.SetResult();

        Assert.Equal("who ends the wait", await call);
    }

    [Fact]
    public async Task What_one_call_has_made_of_its_context_the_next_one_does_not_see()
    {
        for (var round = 0; round < 3; round++)
        {
            var end = new TaskCompletionSource();
            _local.Value = $"round {round}";
            var call = LocalAfterAsync(end.Task);
            end.SetResult();

            Assert.Equal($"round {round}", await call);
        }
    }

    [Fact]
    public async Task A_method_goes_on_in_its_callers_synchronization_context()
    {
        var (context, end) = (new Posts(), new TaskCompletionSource());
        var before = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(context);
        var call = AfterAsync(end.Task, "");
        SynchronizationContext.SetSynchronizationContext(before);
        await Task.Run(end.SetResult, TestContext.Current.CancellationToken);
        Assert.False(call.IsCompleted);

        context.RunAll();

        Assert.True(call.IsCompleted);
        await call;
    }

    [Fact]
    public async Task A_result_is_read_once_and_not_before_it_is_there()
    {
        var end = new TaskCompletionSource();
        var call = AfterAsync(end.Task, "first");
        var again = call;
        Assert.Throws<InvalidOperationException>(() => again.GetAwaiter().GetResult());
        end.SetResult();
        Assert.Equal("first", await call);

        // Refused, and so none of the next two is what the other one is.
        Assert.Throws<InvalidOperationException>(() => again.GetAwaiter().GetResult());
        Assert.Throws<InvalidOperationException>(() => again.IsCompleted);
        var next = new TaskCompletionSource();
        var second = AfterAsync(next.Task, "second");
        var third = AfterAsync(next.Task, "third");
        Assert.Throws<InvalidOperationException>(() => again.GetAwaiter().GetResult());
        next.SetResult();

        Assert.Equal(("second", "third"), (await second, await third));
    }

    [Fact]
    public void Nothing_of_a_call_is_held_once_its_result_has_been_read()
    {
        foreach (var held in Calls())
        {
            GC.Collect();

            Assert.False(held.IsAlive);
        }

        // Apart, so that no local variable holds what is looked for.
        [MethodImpl(MethodImplOptions.NoInlining)]
        List<WeakReference> Calls()
        {
            var (argument, result, context, end) = (new object(), new object(), new string('x', 10), new TaskCompletionSource());
            _local.Value = context;
            var call = HoldingAsync(end.Task, argument, result);
            _local.Value = null;
            end.SetResult();
            Assert.Same(result, call.GetAwaiter().GetResult());
            return [new(argument), new(result), new(context), new(end)];
        }

        [AsyncMethodBuilder(typeof(PooledAsync<>))]
        static async ValueTask<object> HoldingAsync(Task end, object argument, object result)
        {
            await end.ConfigureAwait(false);
            GC.KeepAlive(argument);
            return result;
        }
    }

    [Fact]
    public async Task Many_calls_under_way_on_all_threads_each_have_their_own_state()
    {
        for (var round = 0; round < 20; round++)
        {
            var ends = Enumerable.Range(0, 1_000).Select(_ => new TaskCompletionSource()).ToList();
            var results = new ConcurrentDictionary<int, string>();
            var calls = Enumerable.Range(0, ends.Count).Select(i => Task.Run(async () => results[i] = await OuterAsync(ends[i].Task, i))).ToList();
            Parallel.ForEach(ends, static end => end.SetResult());
            await Task.WhenAll(calls);

            Assert.All(results, static result => Assert.Equal($"{result.Key}, {result.Key} and {-result.Key}", result.Value));
            Assert.Equal(ends.Count, results.Count);
        }

        [AsyncMethodBuilder(typeof(PooledAsync<>))]
        static async ValueTask<string> OuterAsync(Task end, int i)
        {
            var first = await AfterAsync(end, $"{i}");
            await Task.Yield();
            var second = await AfterAsync(end, $"{-i}");
            return $"{i}, {first} and {second}";
        }
    }

    [Fact]
    public void No_two_calls_have_one_state_however_fast_they_come_and_go()
    {
        Parallel.For(0, 500_000, i =>
        {
            var end = new TaskCompletionSource();
            var call = NumberAsync(end.Task, i);
            end.SetResult();

            Assert.Equal(i, call.GetAwaiter().GetResult());
        });

        [AsyncMethodBuilder(typeof(PooledAsync<>))]
        static async ValueTask<int> NumberAsync(Task end, int number)
        {
            await end.ConfigureAwait(false);
            return number;
        }
    }

    [Fact]
    public void As_many_calls_at_once_as_are_kept_allocate_nothing_and_further_ones_what_they_need()
    {
        BytesOf(1);
        var call = BytesOf(2);
        BytesOf(Kept);

        Assert.Equal(0, BytesOf(Kept));
        Assert.Equal(44 * call, BytesOf(Kept + 44));
        Assert.Equal(44 * call, BytesOf(Kept + 44));
    }

    [AsyncMethodBuilder(typeof(PooledAsync<>))]
    private static async ValueTask<string> AfterAsync(Task end, string result)
    {
        await end;
        return result;
    }

    [AsyncMethodBuilder(typeof(PooledAsync<>))]
    private static async ValueTask<string> FailAsync(Task end, Exception failure)
    {
        await end;
        throw failure;
    }

    [AsyncMethodBuilder(typeof(PooledAsync<>))]
    private async ValueTask<string?> LocalAfterAsync(Task end)
    {
        await end.ConfigureAwait(false);
        return _local.Value;
    }

    // What so many calls allocate that are all under way before the first of them ends.
    private static long BytesOf(int count)
    {
        var ends = Enumerable.Range(0, count).Select(_ => new TaskCompletionSource()).ToArray();
        var calls = new ValueTaskAwaiter<int>[count];
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < count; i++)
        {
            calls[i] = Waiting.Start(ends[i].Task);
        }

        for (var i = 0; i < count; i++)
        {
            ends[i].SetResult();
            calls[i].GetResult();
        }

        return GC.GetAllocatedBytesForCurrentThread() - before;
    }

    // As the compiler makes it of a method that waits for a task: in a debug build it would make a class, for which each call allocates as well.
    private struct Waiting(Task end) : IAsyncStateMachine
    {
        private PooledAsync<int> _builder;
        private bool _waited;

        public static ValueTaskAwaiter<int> Start(Task end)
        {
            var machine = new Waiting(end);
            machine._builder.Start(ref machine);
            return machine._builder.Task.GetAwaiter();
        }

        public void MoveNext()
        {
            if (_waited)
            {
                _builder.SetResult(0);
                return;
            }

            _waited = true;
            var waiting = end.ConfigureAwait(false).GetAwaiter();
            _builder.AwaitUnsafeOnCompleted(ref waiting, ref this);
        }

        public readonly void SetStateMachine(IAsyncStateMachine stateMachine)
        {
        }
    }

    private sealed class Posts : SynchronizationContext
    {
        private readonly ConcurrentQueue<Action> _posted = [];

        public override void Post(SendOrPostCallback d, object? state) => _posted.Enqueue(() => d(state));

        public void RunAll()
        {
            while (_posted.TryDequeue(out var posted))
            {
                posted();
            }
        }
    }
}
