using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;

namespace ProxyShim.Sandbox.PartnerStack.Http;

/// <summary>
/// A listener that can really be closed, so that the operating system refuses connections, and opened again on its port, without Kestrel
/// noticing. Both are done when the call returns.
/// </summary>
internal sealed class ReopenableListener(IConnectionListenerFactory transport, IConnectionListener first) : IConnectionListener
{
    private readonly Lock _gate = new();
    private IConnectionListener? _current = first;
    private TaskCompletionSource _reopened = new(TaskCreationOptions.RunContinuationsAsynchronously);

    // Bound but not listening: it keeps the port while there is no listener, from before that one is closed, so that no other process is given it in between.
    private readonly Socket _placeholder = ReopenableTransport.Bind(first.EndPoint, isFirst: false);
    private bool _unbound;

    public EndPoint EndPoint { get; } = first.EndPoint;

    public bool Closed
    {
        get
        {
            lock (_gate)
            {
                return _current is null;
            }
        }
    }

    public void Close()
    {
        lock (_gate)
        {
            if (_current is null || _unbound)
            {
                return;
            }

            Finish(_current.UnbindAsync());
            Finish(_current.DisposeAsync());
            _current = null;
            _reopened = new(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    public void Open()
    {
        lock (_gate)
        {
            if (_current is not null || _unbound)
            {
                return;
            }

            _current = Finish(transport.BindAsync(EndPoint));
            _reopened.TrySetResult();
        }
    }

    public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default)
    {
        while (true)
        {
            IConnectionListener? current;
            Task reopened;
            lock (_gate)
            {
                if (_unbound)
                {
                    return null;
                }

                current = _current;
                reopened = _reopened.Task;
            }

            if (current is null)
            {
                await reopened.WaitAsync(cancellationToken);
            }
            else if (await current.AcceptAsync(cancellationToken) is { } connection)
            {
                return connection;
            }
        }
    }

    public ValueTask UnbindAsync(CancellationToken cancellationToken = default)
    {
        lock (_gate)
        {
            _unbound = true;
            _placeholder.Dispose();
            _reopened.TrySetResult();
            return _current?.UnbindAsync(cancellationToken) ?? ValueTask.CompletedTask;
        }
    }

    public ValueTask DisposeAsync()
    {
        lock (_gate)
        {
            return _current?.DisposeAsync() ?? ValueTask.CompletedTask;
        }
    }

    // The socket transport binds and unbinds without waiting for anything; if it ever does, this waits for it.
    private static void Finish(ValueTask task) => task.AsTask().GetAwaiter().GetResult();

    private static T Finish<T>(ValueTask<T> task) => task.AsTask().GetAwaiter().GetResult();
}
