namespace ProxyShim.Sandbox.Terminal;

/// <summary>Waits for a key after each screen, where there is a user who can press one.</summary>
internal sealed class Pause(Screen screen, bool isOn)
{
    private Task? _key;

    /// <summary>Whether keyboard and screen are a terminal's.</summary>
    public static bool IsPossible => !Console.IsInputRedirected && !Console.IsOutputRedirected;

    /// <summary>Ends with the next key; never, where there is no user to press one.</summary>
    public Task Key => _key ??= isOn
        ? Task.Factory.StartNew(static () => Console.ReadKey(intercept: true), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)
        : Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System);

    /// <summary>Returns with the next key, or at once where there is no user to press one.</summary>
    public async Task WaitAsync(CancellationToken cancellationToken)
    {
        if (!isOn)
        {
            return;
        }

        screen.Prompt("Enter: go on   Ctrl-C: end");
        await Key.WaitAsync(cancellationToken);
        Taken();
        screen.TakeBack();
    }

    /// <summary>The key that <see cref="Key"/> ended with has done its work.</summary>
    public void Taken()
    {
        if (_key is { IsCompleted: true })
        {
            _key = null;
        }
    }
}
