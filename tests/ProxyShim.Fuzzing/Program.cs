using System.Runtime.InteropServices;
using ProxyShim.Fuzzing;

using var stop = new CancellationTokenSource();
void Stop(PosixSignalContext signal)
{
    signal.Cancel = true;
    stop.Cancel();
}

using var interrupted = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
using var terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
try
{
    switch (args)
    {
        case ["run", .. var options]:
            return await new FuzzCommand(FuzzOptions.Parse(options)).RunAsync(stop.Token);
        case ["read", var name, .. var files]:
            Array.ForEach(files, file => Surfaces.Named(name).Read(File.ReadAllBytes(file)));
            return 0;
        case ["serve", var name]:
            FuzzedProgram.Serve(name);
            return 0;
        default:
            throw new FormatException("run, or read?");
    }
}
catch (FormatException error)
{
    await Console.Error.WriteLineAsync($"{error.Message}\n\n{FuzzOptions.Usage}");
    return 64;
}
catch (OperationCanceledException) when (stop.IsCancellationRequested)
{
    return 130;
}
