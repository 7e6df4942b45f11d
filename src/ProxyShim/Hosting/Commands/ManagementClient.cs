using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text.Json;
using ProxyShim.Management;
using ProxyShim.Management.Admin;
using ProxyShim.Settings;

namespace ProxyShim.Hosting.Commands;

/// <summary>
/// The shim that runs on this machine, as the commands of the same binary call it: by its own settings, wherever it listens, and never through a proxy.
/// </summary>
internal sealed class ManagementClient : IDisposable
{
    private readonly ManagementSettings _settings;
    private readonly HttpClient _client;

    private ManagementClient(ManagementSettings settings, TimeSpan timeout)
    {
        _settings = settings;
        _client = new HttpClient(new SocketsHttpHandler { UseProxy = false, ConnectCallback = ConnectAsync, AllowAutoRedirect = false })
        {
            // Not the address that it listens on: that may be a wildcard. Where the connection goes is decided below.
            BaseAddress = new UriBuilder("http", settings.Url.FromHere[0].ToString(), settings.Url.Port).Uri,
            Timeout = timeout,
        };
    }

    /// <summary>Makes one call and hands its answer on.</summary>
    /// <param name="arguments">What the command line says of settings.</param>
    /// <param name="withToken">Whether the call is one for the bearer of <c>Management:Token</c>.</param>
    /// <param name="path">Below the listener's address.</param>
    /// <param name="understand">Makes the exit code of an answer.</param>
    /// <param name="content">What is sent; null for nothing.</param>
    /// <returns>The exit code: 1 when the shim does not answer.</returns>
    /// <exception cref="SettingsException">The settings of the management listener cannot be used.</exception>
    public static async Task<int> CallAsync(
        string[] arguments, bool withToken, HttpMethod method, string path, TimeSpan timeout, Func<HttpResponseMessage, Task<int>> understand,
        HttpContent? content = null)
    {
        using var client = new ManagementClient(ReadSettings(arguments, withToken), timeout);
        using var request = new HttpRequestMessage(method, path) { Content = content };

        // A client that is refused need not send a file for that.
        request.Headers.ExpectContinue = content is StreamContent;
        if (withToken)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", TokenOf(client._settings)!.Token.Reveal());
        }

        return await SendAsync(client._client, request, $"{client._settings.Url}", understand);
    }

    /// <summary>Asks the shim of another machine what it tells anybody.</summary>
    /// <inheritdoc cref="CallAsync" path="/param|/returns"/>
    /// <param name="address">Of its management listener.</param>
    public static async Task<int> AskAsync(Uri address, string path, TimeSpan timeout, Func<HttpResponseMessage, Task<int>> understand)
    {
        using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false }) { Timeout = timeout };
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(address, path));
        return await SendAsync(client, request, address.GetLeftPart(UriPartial.Authority), understand);
    }

    /// <summary>What an answer of the admin API that is a refusal says.</summary>
    public static async Task<string> ErrorOfAsync(HttpResponseMessage answer)
    {
        var text = await answer.Content.ReadAsStringAsync();
        try
        {
            return JsonSerializer.Deserialize(text, AdminJson.Default.AdminError)?.Error ?? $"HTTP {(int)answer.StatusCode}";
        }
        catch (JsonException)
        {
            return $"HTTP {(int)answer.StatusCode}: whoever answers there is not the shim's management listener.";
        }
    }

    public void Dispose() => _client.Dispose();

    private static async Task<int> SendAsync(HttpClient client, HttpRequestMessage request, string address, Func<HttpResponseMessage, Task<int>> understand)
    {
        try
        {
            using var answer = await client.SendAsync(request);
            return await understand(answer);
        }
        catch (Exception exception) when (exception is HttpRequestException or OperationCanceledException)
        {
            Console.Error.WriteLine($"{address} does not answer: {exception.Message}");
            return 1;
        }
    }

    // The first that may change things; a list can be read with any.
    private static ManagementToken? TokenOf(ManagementSettings settings) =>
        settings.Tokens.OrderBy(token => token.ReadOnly).FirstOrDefault();

    private static ManagementSettings ReadSettings(string[] arguments, bool withToken)
    {
        var reader = new SettingsReader(ShimConfiguration.Read(arguments));
        var settings = ManagementSettings.Read(reader);
        if (withToken && TokenOf(settings) is null)
        {
            reader.Problem("Management:Token", "is missing", "write the token that the shim runs with");
        }

        return reader.Problems.Count == 0 ? settings : throw new SettingsException(reader.Problems);
    }

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellation)
    {
        var addresses = _settings.Url.FromHere;
        for (var i = 0; ; i++)
        {
            var socket = new Socket(addresses[i].AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            try
            {
                await socket.ConnectAsync(new IPEndPoint(addresses[i], _settings.Url.Port), cancellation);
                return new NetworkStream(socket, ownsSocket: true);
            }
            catch (SocketException) when (i < addresses.Count - 1)
            {
                socket.Dispose();
            }
            catch
            {
                socket.Dispose();
                throw;
            }
        }
    }
}
