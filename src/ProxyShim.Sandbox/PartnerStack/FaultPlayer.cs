using System.Text;
using Microsoft.AspNetCore.WebUtilities;
using ProxyShim.Sandbox.PartnerStack.Http;

namespace ProxyShim.Sandbox.PartnerStack;

/// <summary>Takes one call through: record, fault, handler, answer.</summary>
internal sealed class FaultPlayer(
    ApiKind kind, FaultPlan plan, CallRecorder recorder, Func<RecordedCall, Handling, Answer> handler, TimeProvider clock,
    CancellationToken stopping)
{
    private TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public void ReleaseHung() =>
        Interlocked.Exchange(ref _released, new(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult();

    public async Task HandleAsync(Exchange exchange)
    {
        var call = recorder.Begin(kind, exchange.Head);
        var completed = false;
        try
        {
            completed = await PlayAsync(exchange, call);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            exchange.Context.Abort();
        }
        finally
        {
            recorder.End(call, completed);
        }

        if (completed && call.Fault?.Kind is FaultKind.SlowDrip)
        {
            await SimulatedConnection.LingerAsync(exchange.Context, stopping);
        }
    }

    private async Task<bool> PlayAsync(Exchange exchange, RecordedCall call)
    {
        var context = exchange.Context;

        // Before the body: a test that sees that a call is complete can let go of it at once.
        var released = Volatile.Read(ref _released).Task;
        var (fault, rule) = plan.Next();
        call.SetFault(fault);
        if (rule is null && fault?.Kind is FaultKind.ResetBeforeBody)
        {
            exchange.Reset();
            return false;
        }

        await ReadBodyAsync(context, call);
        fault = rule?.Invoke(call) ?? fault;
        call.SetFault(fault);
        switch (fault?.Kind)
        {
            case FaultKind.Refuse:
                throw new InvalidOperationException("A rule cannot refuse connections.");
            case FaultKind.ResetBeforeBody:
                exchange.Reset();
                return false;
            case FaultKind.ResetAfterBody:
                handler(call, Handling.Of(fault));
                exchange.Reset();
                return false;
            case FaultKind.Hang:
                return await HangAsync(exchange, call, fault, released);
            case FaultKind.Delay:
                await Task.Delay(fault.Interval, clock, stopping);
                return await WriteAsync(context, call, handler(call, Handling.Of(fault)));
            case FaultKind.SlowDrip:
                return await DripAsync(exchange, call, fault);
            case FaultKind.Status:
                handler(call, Handling.Of(fault));
                return await WriteAsync(context, call, Answer.Of(fault));
            default:
                return await WriteAsync(context, call, handler(call, Handling.Of(fault)));
        }
    }

    private async Task<bool> HangAsync(Exchange exchange, RecordedCall call, Fault fault, Task released)
    {
        var context = exchange.Context;
        var answer = handler(call, Handling.Of(fault));
        using var gone = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, stopping);
        try
        {
            await released.WaitAsync(gone.Token);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            return false;
        }

        if (fault.Landed)
        {
            return await WriteAsync(context, call, answer);
        }

        exchange.Reset();
        return false;
    }

    private async Task<bool> DripAsync(Exchange exchange, RecordedCall call, Fault fault)
    {
        var context = exchange.Context;
        var answer = handler(call, Handling.Of(fault));
        call.SetStatus(answer.Status);
        var head = new StringBuilder($"HTTP/1.1 {answer.Status} {ReasonPhrases.GetReasonPhrase(answer.Status)}\r\n");
        foreach (var (name, value) in answer.Headers)
        {
            head.Append($"{name}: {value}\r\n");
        }

        head.Append($"Content-Length: {answer.Body.Length}\r\nConnection: close\r\n\r\n");
        byte[] bytes = [.. Encoding.Latin1.GetBytes(head.ToString()), .. call.Method is "HEAD" ? [] : answer.Body];
        using var gone = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, stopping);
        try
        {
            await exchange.Connection.DripAsync(bytes, fault.Interval, clock, gone.Token);
            return true;
        }
        catch (Exception exception) when (exception is OperationCanceledException or System.Net.Sockets.SocketException or ObjectDisposedException)
        {
            // The client has had enough, or the simulator stops.
            context.Abort();
            return false;
        }
    }

    private static async Task ReadBodyAsync(HttpContext context, RecordedCall call)
    {
        using var body = new MemoryStream();
        var complete = false;
        try
        {
            await context.Request.Body.CopyToAsync(body, context.RequestAborted);
            complete = true;
        }
        finally
        {
            call.SetBody(body.ToArray(), complete);
        }
    }

    private static async Task<bool> WriteAsync(HttpContext context, RecordedCall call, Answer answer)
    {
        call.SetStatus(answer.Status);
        var response = context.Response;
        response.StatusCode = answer.Status;
        foreach (var (name, value) in answer.Headers)
        {
            response.Headers.Append(name, value);
        }

        // A 204 and a 304 have no length (RFC 9110, section 8.6); Kestrel refuses a body there.
        var bodiless = answer.Status is 204 or 304;
        if (!bodiless && !response.Headers.ContainsKey("Content-Length"))
        {
            response.ContentLength = answer.Body.Length;
        }

        if (!bodiless && call.Method is not "HEAD" && answer.Body.Length > 0)
        {
            await response.Body.WriteAsync(answer.Body, context.RequestAborted);
        }

        await response.CompleteAsync();
        return !context.RequestAborted.IsCancellationRequested;
    }
}
