using System.Net.Sockets;
using System.Security.Cryptography;

namespace ProxyShim.Lifetime;

/// <summary>The shim cannot start, for a reason that lies outside of it: an address, a certificate.</summary>
internal sealed class StartException(string message, Exception? inner) : Exception(message, inner)
{
    /// <summary>Starts something.</summary>
    /// <param name="addresses">Where it is to listen, for the message.</param>
    /// <exception cref="StartException">It cannot; the message says why in one line.</exception>
    public static async Task GuardAsync(Func<Task> start, string addresses)
    {
        try
        {
            await start();
        }
        catch (SocketException exception)
        {
            // Kestrel names the address only when it is in use
            // (https://github.com/dotnet/aspnetcore/blob/main/src/Servers/Kestrel/Core/src/Internal/AddressBinder.cs).
            throw new StartException($"Failed to bind to {addresses}: {exception.Message}", exception);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or CryptographicException or InvalidOperationException)
        {
            // What follows the first line is advice for a developer's machine
            // (https://github.com/dotnet/aspnetcore/blob/main/src/Servers/Kestrel/Core/src/CoreStrings.resx).
            throw new StartException(exception.Message.Split('\n')[0], exception);
        }
    }
}
