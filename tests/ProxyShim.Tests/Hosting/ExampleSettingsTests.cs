using Microsoft.Extensions.Configuration;
using ProxyShim.Hosting;
using ProxyShim.Testing;
using Xunit;

namespace ProxyShim.Tests.Hosting;

/// <summary>The example file starts as it is, once it is given its secrets; and it sets an example.</summary>
public class ExampleSettingsTests
{
    [Fact]
    public void It_starts_with_nothing_but_secrets_besides()
    {
        var configuration = new ConfigurationBuilder()
            .AddJsonFile(Path.Combine(Repository.Root, "config", "appsettings.example.json"))
            .AddInMemoryCollection(new Dictionary<string, string?>
            {
                ["CustomerApi:SecretKey"] = "sk_1",
                ["ConversionApi:Token"] = "tok_1",
                ["CustomerApi:Callers:0:SecretKey"] = "sk_2",
                ["Privacy:PseudonymKey"] = Convert.ToBase64String(new byte[32]),
            })
            .Build();

        Assert.Empty(ShimSettings.Read(configuration).Warnings);
    }
}
