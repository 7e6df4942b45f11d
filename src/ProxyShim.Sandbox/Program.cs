using ProxyShim.Sandbox;
using ProxyShim.Sandbox.Shim;
using ProxyShim.Sandbox.Terminal;
using ProxyShim.Sandbox.Tour;

var arguments = SandboxArguments.Parse(args, out var problem);
if (problem is not null)
{
    Console.Error.WriteLine($"{problem}\n\n{SandboxArguments.Usage}");
    return SandboxArguments.UsageError;
}

if (arguments.Help)
{
    Console.Out.WriteLine(SandboxArguments.Usage);
    return 0;
}

var screen = Screen.OfConsole();
using var stop = new StopSignal(screen);
try
{
    if (arguments.PartnerStackOnly)
    {
        await PartnerStackAlone.RunAsync(arguments, ShimElsewhere.Of(Environment.GetEnvironmentVariable), screen, stop.Token);
        return 0;
    }

    await using (var sandbox = await RunningSandbox.StartAsync(arguments, screen, stop.Token))
    {
        var pause = new Pause(screen, isOn: Pause.IsPossible && !arguments.Once);
        await new TourRunner(sandbox, screen, pause).RunAsync(stop.Token);
        if (arguments.Once)
        {
            screen.Line($"That was the tour. The shim's log is {sandbox.Shim.Log.File}; without --once all of this keeps running, for you to try.");
        }
        else
        {
            Invitation.Show(sandbox, screen);
            await new UpstreamWatch(sandbox.PartnerStack, screen).RunAsync(sandbox.Shim.Ended, stop.Token);
            sandbox.Shim.ThrowIfFailed();
        }
    }

    return 0;
}
catch (OperationCanceledException) when (stop.Token.IsCancellationRequested)
{
    return 0;
}
catch (ShimSettingException exception)
{
    Console.Error.WriteLine(exception.Message);
    return SandboxArguments.UsageError;
}
catch (Exception exception) when (exception is ShimEndedException or TimeoutException)
{
    Console.Error.WriteLine(exception.Message);
    return 1;
}
finally
{
    if (stop.Token.IsCancellationRequested)
    {
        screen.Line("Stopped.");
    }
}
