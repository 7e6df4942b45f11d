using System.Runtime.InteropServices;
using ProxyShim.Sandbox.Terminal;

namespace ProxyShim.Sandbox;

/// <summary>Ctrl-C and SIGTERM as a token, so that everything is stopped in order instead of being left behind.</summary>
internal sealed class StopSignal : IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly List<PosixSignalRegistration> _registrations;
    private readonly Screen _screen;

    public StopSignal(Screen screen)
    {
        _screen = screen;
        _registrations =
        [
            PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop),
            PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop),
        ];
    }

    public CancellationToken Token => _stop.Token;

    public void Dispose()
    {
        _registrations.ForEach(static registration => registration.Dispose());
        _stop.Dispose();
    }

    private void Stop(PosixSignalContext context)
    {
        context.Cancel = true;
        if (!_stop.IsCancellationRequested)
        {
            // First the word: a second of silence after Ctrl-C looks as if it had not been heard.
            _screen.Line();
            _screen.Line("Stopping: the shim finishes what it has begun.");
            _stop.Cancel();
        }
    }
}
