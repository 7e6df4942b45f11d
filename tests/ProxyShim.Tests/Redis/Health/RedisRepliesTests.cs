using ProxyShim.Redis.Health;
using Xunit;

namespace ProxyShim.Tests.Redis.Health;

public class RedisRepliesTests
{
    // Of Redis 6.0, 6.2, 7.0 and 7.4, Valkey 8 and Garnet, as they stand in their sources.
    [Theory]
    [InlineData("OOM command not allowed when used memory > 'maxmemory'. script: 5014, on @user_script:1.", "oom", "OOM")]
    [InlineData("ERR Error running script (call to f_5014): @user_script:39: -OOM command not allowed when used memory > 'maxmemory'. ", "oom", "OOM")]
    [InlineData("READONLY You can't write against a read only replica.", "readonly", "READONLY")]
    [InlineData("NOREPLICAS Not enough good replicas to write.", "noreplicas", "NOREPLICAS")]
    [InlineData("MISCONF Redis is configured to save RDB snapshots, but it's currently unable to persist to disk.", "disk", "MISCONF")]
    [InlineData("LOADING Redis is loading the dataset in memory", "loading", "LOADING")]
    [InlineData("CLUSTERDOWN The cluster is down", "cluster", "CLUSTERDOWN")]
    [InlineData("NOAUTH Authentication required.", "auth", "NOAUTH")]
    [InlineData("WRONGPASS invalid username-password pair or user is disabled.", "auth", "WRONGPASS")]
    [InlineData("NOPERM this user has no permissions to run the 'zadd' command", "noperm", "NOPERM zadd")]
    [InlineData("NOPERM User shim has no permissions to run the 'config|get' command", "noperm", "NOPERM config|get")]
    [InlineData("NOPERM this user has no permissions to run the 'zadd' command or its subcommand", "noperm", "NOPERM zadd")]
    [InlineData("ERR The user executing the script can't run this command or subcommand script: edf0, on @user_script:1.", "noperm", "NOPERM")]
    [InlineData("NOPERM No permissions to access a key", "noperm", "NOPERM")]
    [InlineData("NOPERM User shim has no permissions to access the 'someone@example.com' key", "noperm", "NOPERM")]
    [InlineData("NOPERM this user has no permissions to access one of the keys used as arguments", "noperm", "NOPERM keys")]
    [InlineData("ERR max number of clients reached", "maxclients", null)]
    public void A_refusal_has_a_reason_and_a_word_that_tell_nobody_apart(string reply, string reason, string? word) =>
        Assert.Equal(new RedisTrouble(reason, word), RedisReplies.Read(reply));

    [Theory]
    [InlineData("WRONGTYPE Operation against a key holding the wrong kind of value")]
    [InlineData("NOSCRIPT No matching script. Please use EVAL.")]
    [InlineData("ERR value is not an integer or out of range")]
    [InlineData("")]
    public void What_one_command_alone_is_told_is_no_trouble_of_Redis(string reply) => Assert.Null(RedisReplies.Read(reply));

    [Theory]
    [InlineData("ERR The user executing the script can't run this command or subcommand script: edf0, on @user_script:42.", 42)]
    [InlineData("ERR Error running script (call to f_5014): @user_script:39: @user_script: 39: Unknown Redis command", 39)]
    [InlineData("OOM command not allowed", null)]
    public void The_line_of_a_script_is_found(string reply, int? line) => Assert.Equal(line, RedisReplies.LineOf(reply));
}
