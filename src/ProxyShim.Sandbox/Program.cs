using ProxyShim.Sandbox;
using ProxyShim.Sandbox.PartnerStack;

if (!SandboxArguments.TryParse(args, out var arguments))
{
    Console.Error.WriteLine(SandboxArguments.Usage);
    return SandboxArguments.UsageError;
}

using var stop = new StopSignal();
try
{
    await using var redis = Ports.StartRedis();
    await using var partnerStack = await Ports.StartPartnerStackAsync(arguments.Lag, stop.Token);
    await using var shim = await ShimProcess.StartAsync(redis, partnerStack, arguments.ShowLog, stop.Token);
    Console.Out.WriteLine(Welcome.Text(redis, partnerStack, shim));

    await SampleClicks.PlantAsync(redis);
    await new Tour(partnerStack, shim).RunAsync(stop.Token);
    if (!arguments.Once)
    {
        Console.Out.WriteLine(Invitation.Text(shim));
        await new UpstreamWatch(partnerStack).RunAsync(shim.Ended, stop.Token);
        shim.ThrowIfFailed();
    }

    return 0;
}
catch (OperationCanceledException) when (stop.Token.IsCancellationRequested)
{
    return 0;
}
catch (Exception exception) when (exception is ShimEndedException or TimeoutException)
{
    Console.Error.WriteLine(exception.Message);
    return 1;
}
