using System.Globalization;
using ProxyShim.Testing;

namespace ProxyShim.EndToEnd.Harness;

/// <summary>A plain nginx before an upstream, set up to pass on everything that it can.</summary>
public sealed class NginxProxy : IAsyncDisposable
{
    private const string Configuration = """
        daemon off;
        master_process off;
        pid FOLDER/nginx.pid;
        error_log FOLDER/error.log;
        events { worker_connections 512; }
        http {
            access_log off;
            client_body_temp_path FOLDER/body; proxy_temp_path FOLDER/proxy; fastcgi_temp_path FOLDER/fastcgi; uwsgi_temp_path FOLDER/uwsgi; scgi_temp_path FOLDER/scgi;
            keepalive_requests 1000000;
            large_client_header_buffers 8 64k;
            client_max_body_size 0;
            underscores_in_headers on;
            ignore_invalid_headers off;
            upstream api { server UPSTREAM; keepalive 32; }
            server {
                listen 127.0.0.1:PORT;
                location / {
                    proxy_pass http://api;
                    proxy_http_version 1.1;
                    proxy_set_header Connection "";
                    proxy_redirect off;
                    proxy_pass_header Server;
                    proxy_pass_header Date;
                    proxy_buffer_size 64k;
                    proxy_buffers 8 64k;
                }
            }
        }
        """;

    private readonly TemporaryFolder _folder;
    private readonly ChildProcess _process;

    private NginxProxy(TemporaryFolder folder, ChildProcess process, int port) =>
        (_folder, _process, Address) = (folder, process, new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}")));

    /// <summary>Where it listens.</summary>
    public Uri Address { get; }

    /// <summary>Starts it and waits until it answers.</summary>
    public static async Task<NginxProxy> StartAsync(Uri upstream, CancellationToken cancellation)
    {
        var program = Require.Program("nginx", "nginx-light");
        var (folder, port) = (new TemporaryFolder(), FreePort.Next());
        var file = Path.Combine(folder.Path, "nginx.conf");
        await File.WriteAllTextAsync(
            file,
            Configuration.Replace("FOLDER", folder.Path, StringComparison.Ordinal).Replace("UPSTREAM", upstream.Authority, StringComparison.Ordinal)
                .Replace("PORT", port.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal),
            cancellation);
        var nginx = new NginxProxy(folder, ChildProcess.Start(program, ["-c", file, "-e", Path.Combine(folder.Path, "error.log")]), port);
        await Eventually.IsTrueAsync("nginx listens", nginx.ListensAsync, cancellation: cancellation);
        return nginx;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _process.DisposeAsync();
        _folder.Dispose();
    }

    private async Task<bool> ListensAsync()
    {
        try
        {
            using var connection = await RawConnection.OpenAsync(Address, CancellationToken.None);
            return true;
        }
        catch (System.Net.Sockets.SocketException)
        {
            return _process.HasExited ? throw new InvalidOperationException(_process.Describe()) : false;
        }
    }
}
