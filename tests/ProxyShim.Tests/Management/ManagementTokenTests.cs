using ProxyShim.Tests.Settings;
using Xunit;

namespace ProxyShim.Tests.Management;

public sealed class ManagementTokenTests
{
    private const string Token = "0123456789abcdef";

    [Fact]
    public void There_may_be_several_with_names_and_some_may_only_read()
    {
        var tokens = Given.Settings(
            ("Management:Token", Token), ("Management:Tokens:0:Name", "support"), ("Management:Tokens:0:Token", $"{Token}0\n"),
            ("Management:Tokens:0:ReadOnly", "true"), ("Management:Tokens:1:Name", " ops "), ("Management:Tokens:1:Token", $"{Token}1")).Management.Tokens;

        Assert.Equal(
            [("default", Token, false), ("support", $"{Token}0", true), ("ops", $"{Token}1", false)],
            tokens.Select(token => (token.Name, token.Token.Reveal(), token.ReadOnly)));
    }

    [Fact]
    public void Named_ones_do_without_Management_Token() => Assert.Equal(
        "ops", Assert.Single(Given.Settings(("Management:Tokens:0:Name", "ops"), ("Management:Tokens:0:Token", Token)).Management.Tokens).Name);

    [Theory]
    [InlineData("Management:Token", "0123456789abcde", "Management:Token: is shorter than 16 characters")]
    [InlineData("Management:Tokens:0:Token", "x", "Management:Tokens:0:Token: is shorter than 16 characters")]
    [InlineData("Management:Tokens:0:Token", null, "Management:Tokens:0:Token: is missing")]
    [InlineData("Management:Tokens:0:Name", null, "Management:Tokens:0:Name: is missing")]
    [InlineData("Management:Tokens:0:Name", " ", "Management:Tokens:0:Name: is missing")]
    [InlineData("Management:Tokens:0:Name", "default", "Management:Tokens: names 'default' twice")]
    [InlineData("Management:Tokens:0:Name", "support", "Management:Tokens: names 'support' twice")]
    [InlineData("Management:Tokens:0:Token", Token, "Management:Tokens: has one token under several names (default, ops)")]
    [InlineData("Management:Tokens:0:ReadOnly", "perhaps", "Management:Tokens:0:ReadOnly: 'perhaps' is neither true nor false")]
    public void What_cannot_be_used_is_refused_at_start(string key, string? value, string problem)
    {
        var problems = Given.Problems(
        [
            ("Management:Token", Token), ("Management:Tokens:0:Name", "ops"), ("Management:Tokens:0:Token", $"{Token}0"),
            ("Management:Tokens:1:Name", "support"), ("Management:Tokens:1:Token", $"{Token}1"), (key, value),
        ]);

        Assert.StartsWith(problem, Assert.Single(problems), StringComparison.Ordinal);
        Assert.DoesNotContain(Token, problems[0], StringComparison.Ordinal);
    }
}
