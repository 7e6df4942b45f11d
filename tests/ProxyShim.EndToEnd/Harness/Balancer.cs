using ProxyShim.Testing;

namespace ProxyShim.EndToEnd.Harness;

/// <summary>nginx before replicas on one port, as a Service of Kubernetes is: it spreads connections over those that are in, and leaves alone those that are made.</summary>
public sealed class Balancer : IAsyncDisposable
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(20);

    private readonly TemporaryFolder _folder = new();
    private readonly IReadOnlyList<Uri> _replicas;
    private readonly HashSet<Uri> _out = [];
    private readonly string _program;
    private readonly ChildProcess _nginx;

    private Balancer(string program, IReadOnlyList<Uri> replicas)
    {
        _program = program;
        _replicas = replicas;
        Address = new Uri($"http://127.0.0.1:{FreePort.Next()}");
        Configure();
        _nginx = ChildProcess.Start(program, Arguments(), folder: _folder.Path);
    }

    /// <summary>The one port.</summary>
    public Uri Address { get; }

    private string Configuration => Path.Combine(_folder.Path, "nginx.conf");

    /// <summary>Starts it with all of the replicas in.</summary>
    public static async Task<Balancer> StartAsync(IReadOnlyList<Uri> replicas, CancellationToken cancellation)
    {
        var program = Require.Program("nginx", "nginx-light");
        Require.That(File.Exists("/usr/lib/nginx/modules/ngx_stream_module.so"), "nginx has no stream module", "apt-get install libnginx-mod-stream");
        var balancer = new Balancer(program, replicas);
        await Eventually.IsTrueAsync(
            "the balancer listens", () => Task.FromResult(File.Exists(Path.Combine(balancer._folder.Path, "nginx.pid"))), cancellation: cancellation);
        return balancer;
    }

    /// <summary>No new connection goes there any more.</summary>
    public Task TakeOutAsync(Uri replica, CancellationToken cancellation)
    {
        _out.Add(replica);
        return ReloadAsync(cancellation);
    }

    /// <summary>Ends <see cref="TakeOutAsync"/>.</summary>
    public Task PutBackAsync(Uri replica, CancellationToken cancellation)
    {
        _out.Remove(replica);
        return ReloadAsync(cancellation);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        // Its workers end with it when it is asked, and not when it is killed.
        _nginx.Terminate();
        await _nginx.WaitForExitAsync(s_limit);
        await _nginx.DisposeAsync();
        _folder.Dispose();
    }

    private async Task ReloadAsync(CancellationToken cancellation)
    {
        Configure();
        await ChildProcess.RunAsync(_program, Arguments("-s", "reload"), s_limit, cancellation: cancellation);
    }

    private IEnumerable<string> Arguments(params string[] more) => ["-c", Configuration, "-e", Path.Combine(_folder.Path, "error.log"), .. more];

    private void Configure() => File.WriteAllText(Configuration, $$"""
        load_module /usr/lib/nginx/modules/ngx_stream_module.so;
        daemon off;
        worker_processes 1;
        pid {{_folder.Path}}/nginx.pid;
        events { }
        stream {
            upstream shims {
                {{string.Join("\n        ", _replicas.Select(replica => $"server {replica.Authority}{(_out.Contains(replica) ? " down" : "")};"))}}
            }
            server {
                listen {{Address.Authority}};
                proxy_pass shims;
            }
        }
        """);
}
