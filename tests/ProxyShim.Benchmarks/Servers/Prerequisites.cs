namespace ProxyShim.Benchmarks.Servers;

/// <summary>The programs that the harness starts and does not bring along.</summary>
internal static class Prerequisites
{
    private const string Packages = "apt-get install nginx libnginx-mod-http-lua lua-nginx-redis lua-cjson redis-server wrk util-linux";

    private static readonly string[] s_programs = ["nginx", "redis-server", "wrk", "taskset", "git"];
    private static readonly string[] s_files = ["/usr/lib/nginx/modules/ngx_http_lua_module.so", "/usr/share/lua/5.1/nginx/redis.lua"];

    /// <exception cref="FormatException">Something is missing; the message names it and the packages of Debian that have it.</exception>
    public static void Check() => Check(Packages, [.. s_programs], s_files);

    /// <exception cref="FormatException">One of the programs is missing.</exception>
    public static void Check(string remedy, params string[] programs) => Check(remedy, programs, []);

    private static void Check(string remedy, string[] programs, string[] files)
    {
        var path = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':');
        string[] missing = [.. programs.Where(program => !path.Any(directory => File.Exists(Path.Combine(directory, program)))), .. files.Where(file => !File.Exists(file))];
        if (missing.Length > 0)
        {
            throw new FormatException($"missing: {string.Join(", ", missing)}\n{remedy}");
        }
    }
}
