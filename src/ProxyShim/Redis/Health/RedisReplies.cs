using System.Text.RegularExpressions;
using StackExchange.Redis;

namespace ProxyShim.Redis.Health;

/// <summary>What Redis means by its error replies. Of their text nothing is kept but Redis's own words: they may quote keys.</summary>
internal static partial class RedisReplies
{
    private const string NoPermission = "NOPERM";

    private static readonly Dictionary<string, string> s_reasons = new(StringComparer.Ordinal)
    {
        ["NOAUTH"] = "auth",
        ["WRONGPASS"] = "auth",
        [NoPermission] = "noperm",
        ["READONLY"] = "readonly",
        ["MASTERDOWN"] = "readonly",
        ["OOM"] = "oom",
        ["NOREPLICAS"] = "noreplicas",
        ["LOADING"] = "loading",
        ["MISCONF"] = "disk",
        ["CLUSTERDOWN"] = "cluster",
    };

    // Redis's own sentences where its error has no code: within a script, and above maxclients (https://github.com/redis/redis/blob/unstable/src/networking.c).
    private static readonly (string Sentence, RedisTrouble Trouble)[] s_sentences =
    [
        ("can't run this command", new("noperm", NoPermission)),
        ("can't access at least one of the keys", new("noperm", "NOPERM keys")),
        ("permissions to access one of the keys", new("noperm", "NOPERM keys")),
        ("max number of clients", new("maxclients")),
        ("AUTH <password> called without", new("auth", "no password is set")),
    ];

    /// <summary>What Redis refuses for as long as no operator mends something; null where a refusal says nothing of the kind, or Redis has not answered.</summary>
    public static RedisTrouble? RefusalOf(Exception exception) => exception switch
    {
        RedisRefusedException refused => new RedisTrouble("noperm", $"{NoPermission} {refused.Command}"),
        RedisServerException answer => Read(answer.Message),
        _ => null,
    };

    /// <summary>The same for an error reply as it came; without the dash at its beginning.</summary>
    public static RedisTrouble? Read(string reply)
    {
        foreach (var (sentence, trouble) in s_sentences)
        {
            if (reply.Contains(sentence, StringComparison.Ordinal))
            {
                return trouble;
            }
        }

        // Not only at its beginning: before version 7 the error that a script met stands behind the place in the script
        // (https://github.com/redis/redis/blob/6.2.14/src/scripting.c, "Error running script").
        if (Word().Match(reply) is { Success: true } word)
        {
            var command = Command().Match(reply);
            return new RedisTrouble(s_reasons[word.Value], command.Success ? $"{word.Value} {command.Groups[1].Value}" : word.Value);
        }

        return null;
    }

    /// <summary>The first word of an error reply, where it is one of Redis's own.</summary>
    public static string WordOf(string reply) => FirstWord().Match(reply) is { Success: true } word ? word.Value : "an error";

    /// <summary>Where in a script an error was met, counted from 1; null when it was not in one.</summary>
    public static int? LineOf(string reply) =>
        Line().Match(reply) is { Success: true } line && int.TryParse(line.Groups[1].ValueSpan, out var number) ? number : null;

    [GeneratedRegex("(?<![A-Z])(NOAUTH|WRONGPASS|NOPERM|READONLY|MASTERDOWN|OOM|NOREPLICAS|LOADING|MISCONF|CLUSTERDOWN)(?![A-Z])")]
    private static partial Regex Word();

    [GeneratedRegex("run the '([a-z][a-z|_-]{1,30})' command")]
    private static partial Regex Command();

    [GeneratedRegex("^[A-Z]{2,20}(?= |$)")]
    private static partial Regex FirstWord();

    [GeneratedRegex(@"@user_script: ?(\d{1,4})")]
    private static partial Regex Line();
}
