using System.Globalization;
using System.Runtime.InteropServices;
using ProxyShim.Benchmarks.Importing;
using ProxyShim.Benchmarks.Instructions;
using ProxyShim.Benchmarks.Load;
using ProxyShim.Benchmarks.Measure;
using ProxyShim.Benchmarks.Micro;
using ProxyShim.Benchmarks.Reporting;
using ProxyShim.Benchmarks.Servers;

using var stop = new CancellationTokenSource();
// Ended from outside, it still ends what it started.
void Stop(PosixSignalContext signal)
{
    signal.Cancel = true;
    stop.Cancel();
}

using var interrupted = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
using var terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);

try
{
    return args switch
    {
        ["load", .. var options] => await new LoadCommand(LoadOptions.Parse(options)).RunAsync(stop.Token),
        ["report", .. var options] => await new ReportSpeed(ReportOptions.Parse(options)).RunAsync(stop.Token),
        ["import", .. var options] => await new ImportSpeed(ImportOptions.Parse(options)).RunAsync(stop.Token),
        ["redis-instructions", .. var options] => await new RedisInstructions(InstructionOptions.Parse(InstructionOptions.Scripts, options)).RunAsync(stop.Token),
        ["shim-instructions", .. var options] => await new ShimInstructions(InstructionOptions.Parse(InstructionOptions.Shim, options)).RunAsync(stop.Token),
        ["micro", .. var options] => MicroCommand.Run(options),
        ["host", var port] => AllocationHost.Run(int.Parse(port, CultureInfo.InvariantCulture)),
        _ => throw new FormatException("load, report, import, redis-instructions, shim-instructions or micro?"),
    };
}
catch (FormatException error)
{
    await Console.Error.WriteLineAsync($"{error.Message}\n\n{LoadOptions.Usage}\n\n{ReportOptions.Usage}\n\n{ImportOptions.Usage}\n\n{InstructionOptions.Usage}");
    return 64;
}
catch (OperationCanceledException) when (stop.IsCancellationRequested)
{
    return 130;
}
finally
{
    await ChildProcess.EndAllAsync();
}
