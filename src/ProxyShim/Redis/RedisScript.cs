using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using ProxyShim.Primitives;
using StackExchange.Redis;

namespace ProxyShim.Redis;

/// <summary>A Lua script: one atomic change of the keys that it is given, which stand in one slot.</summary>
/// <remarks>
/// Called by its hash from the start: by its text, StackExchange.Redis hashes some two thousand characters at every call to find out the same
/// (https://github.com/StackExchange/StackExchange.Redis/blob/main/src/StackExchange.Redis/ServerEndPoint.cs, <c>GetScriptHash</c>).
/// </remarks>
internal sealed class RedisScript(string text)
{
    private readonly byte[] _hash = Hash(text);

    /// <summary>
    /// Runs it, by its hash; where Redis does not know it (a new server, <c>SCRIPT FLUSH</c>), it is sent as text
    /// (https://redis.io/docs/latest/commands/evalsha/).
    /// </summary>
    /// <param name="read">Reads the reply.</param>
    /// <param name="onReply">Is told of it, also when no request waits for it any more.</param>
    [AsyncMethodBuilder(typeof(PooledAsync<>))]
    public async ValueTask<TResult> RunAsync<TResult>(IDatabase redis, RedisKey[] keys, RedisValue[] arguments, Func<RedisResult, TResult> read, Action<TResult>? onReply = null)
    {
        RedisResult reply;
        try
        {
            reply = await redis.EvaluateOnMaster(_hash, keys, arguments);
        }
        catch (RedisServerException unknown) when (unknown.Message.StartsWith("NOSCRIPT", StringComparison.Ordinal))
        {
            // It was not run, so running it now is not running it twice.
            reply = await redis.EvaluateOnMaster(text, keys, arguments);
        }

        var result = read(reply);
        onReply?.Invoke(result);
        return result;
    }

    /// <summary>Runs it on one server and no other, without its cache of scripts: for what is rare.</summary>
    public Task<RedisResult> RunAsync(IServer server, RedisKey[] keys, params RedisValue[] arguments) =>
        server.EvaluateOnMasterAsync(text, keys, arguments);

    /// <summary>The text of a script that is embedded in the program.</summary>
    public static string Load(string resource)
    {
        using var stream = typeof(RedisScript).Assembly.GetManifestResourceStream(resource)!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    // Redis's own name for a script, not a safeguard.
    [SuppressMessage("Security", "CA5350", Justification = "EVALSHA knows scripts by SHA-1.")]
    private static byte[] Hash(string text) => SHA1.HashData(Encoding.UTF8.GetBytes(text));
}
