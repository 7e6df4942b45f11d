using ProxyShim.Hosting.Commands;
using Xunit;

namespace ProxyShim.Tests.Hosting.Commands;

public class SettingArgumentsTests
{
    [Theory]
    [InlineData("", "", "")]
    [InlineData("--Redis:Timeout=1s", "--Redis:Timeout=1s", "")]
    [InlineData("--Redis:Timeout 1s", "--Redis:Timeout 1s", "")]
    [InlineData("--urls http://a --ShutdownTimeout 1s", "--urls http://a --ShutdownTimeout 1s", "")]
    [InlineData("serve --Urls=x Rollout:Mode=Off /Redis:Timeout=1s", "--Urls=x Rollout:Mode=Off /Redis:Timeout=1s", "serve")]
    [InlineData("serve -Redis:Timeout=1s", "", "serve -Redis:Timeout=1s")]
    [InlineData("dead-letters discard x=y --Management:Token=t", "--Management:Token=t", "dead-letters discard x=y")]
    [InlineData("--Management:Url=x dead-letters replay --all", "--Management:Url=x", "dead-letters replay --all")]
    [InlineData("report --json /var/log/a=b.log -", "", "report --json /var/log/a=b.log -")]
    [InlineData("report -- --a=b", "", "report -- --a=b")]
    [InlineData("--help", "", "--help")]
    [InlineData("--Redis:Timeout", "--Redis:Timeout", "")]
    public void Settings_are_told_from_words(string line, string settings, string words)
    {
        var split = SettingArguments.Split(line.Split(' ', StringSplitOptions.RemoveEmptyEntries));

        Assert.Equal((settings, words), (string.Join(' ', split.Settings), string.Join(' ', split.Words)));
    }
}
