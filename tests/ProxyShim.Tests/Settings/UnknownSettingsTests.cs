using Microsoft.Extensions.Configuration;
using ProxyShim.Settings;
using ProxyShim.Testing;
using Xunit;

namespace ProxyShim.Tests.Settings;

/// <summary>What nothing reads: an error in what is surely ours, and nothing at all in an environment that is shared with everybody.</summary>
public class UnknownSettingsTests
{
    private static readonly string[] s_known = ["Urls", "ShutdownTimeout", "Redis:ConnectionString", "Redis:Timeout", "Clicks:Keys", "Conversions:OnMiss", "CustomerApi:Callers"];

    [Theory]
    [InlineData("Reddis__Timeout", "Reddis:Timeout: is not a setting; write Redis:Timeout, or remove it")]
    [InlineData("Conversion__OnMiss", "Conversion:OnMiss: is not a setting; write Conversions:OnMiss, or remove it")]
    [InlineData("click__keys__0", "click:keys:0: is not a setting; write Clicks:keys:0, or remove it")]
    [InlineData("Customer__Callers__0__Name", "Customer:Callers:0:Name: is not a setting; write CustomerApi:Callers:0:Name, or remove it")]
    public void A_variable_that_is_nearly_ours_is_told(string name, string expected) => Assert.Equal([expected], OfEnvironment(name));

    // Of Kubernetes, of other programs in the pod, of .NET itself.
    [Theory]
    [InlineData("PATH")]
    [InlineData("REDIS")]
    [InlineData("REDIS_PORT")]
    [InlineData("REDIS_PORT_6379_TCP")]
    [InlineData("URL")]
    [InlineData("SHUTDOWN_TIMEOUT")]
    [InlineData("ShutdownTimout")]
    [InlineData("Logging__LogLevel__Default")]
    [InlineData("ConnectionStrings__Redis")]
    [InlineData("Serilog__MinimumLevel")]
    [InlineData("Click__House")]
    [InlineData("Conversion__Rate")]
    [InlineData("Customer__Name")]
    [InlineData("__")]
    [InlineData("_")]
    public void A_foreign_variable_is_nobodys_business(string name) => Assert.Empty(OfEnvironment(name));

    [Theory]
    [InlineData("Reddis__Timeout", 1)]
    [InlineData("token", 0)]
    [InlineData("ca.crt", 0)]
    [InlineData("Database__Password", 0)]
    public void A_folder_of_secrets_is_shared_like_the_environment(string file, int problems)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(Path.Combine(folder.Path, file), "x");

        Assert.Equal(problems, Of(new ConfigurationBuilder().AddKeyPerFile(folder.Path).Build()).Count());
    }

    [Theory]
    [InlineData("""{"Reddis":{"Timeout":"1s"}}""", "Reddis: is neither a setting nor a section of settings; write Redis, or remove it")]
    [InlineData("""{"Serilog":{}, "X":{"Y":1}}""", "Serilog|X")]
    [InlineData("""{"Redis":"localhost:6379"}""", "Redis: is a section of settings; write one of Redis:ConnectionString, Redis:Timeout instead")]
    [InlineData("""{"$schema":"x","//":"a remark","Logging":{"LogLevel":{"Default":"Warning"}},"AllowedHosts":"*"}""", "")]
    [InlineData("""{"urls":"http://127.0.0.1:1","REDIS":{"timeout":"1s"}}""", "")]
    public void In_the_file_every_section_is_ours(string json, string expected)
    {
        using var stream = new MemoryStream(System.Text.Encoding.UTF8.GetBytes(json));

        var problems = Of(new ConfigurationBuilder().AddJsonStream(stream).Build()).ToList();

        Assert.Equal(expected.Length == 0 ? 0 : expected.Split('|').Length, problems.Count);
        Assert.All(problems.Zip(expected.Split('|')), pair => Assert.StartsWith(pair.Second, pair.First, StringComparison.Ordinal));
    }

    [Fact]
    public void So_is_everything_on_the_command_line()
        => Assert.StartsWith(
            "Reddis: is neither", Assert.Single(Of(new ConfigurationBuilder().AddCommandLine(["--Reddis:Timeout=1s"]).Build())), StringComparison.Ordinal);

    private static IEnumerable<string> OfEnvironment(string name)
    {
        // A prefix that nobody else has; the provider takes it off.
        var prefix = $"PROXYSHIM{Guid.NewGuid():N}";
        Environment.SetEnvironmentVariable(prefix + name, "x");
        try
        {
            return [.. Of(new ConfigurationBuilder().AddEnvironmentVariables(prefix).Build())];
        }
        finally
        {
            Environment.SetEnvironmentVariable(prefix + name, null);
        }
    }

    private static IEnumerable<string> Of(IConfiguration configuration) =>
        new UnknownSettings(s_known).In(configuration).Select(problem => $"{problem.Key}: {problem.Wrong}; {problem.Write}");
}
