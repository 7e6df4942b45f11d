using System.Runtime.Versioning;
using ProxyShim.Testing;
using Xunit;

namespace ProxyShim.EndToEnd.Sidecar;

/// <summary>What the pages and examples of <c>config/sidecar</c> tell an operator to type.</summary>
[UnsupportedOSPlatform("windows")]
public sealed class OperatorCommandTests
{
    private const string CreateSecret = "kubectl create secret";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Secrets_are_made_by_the_commands_that_stand_there()
    {
        var files = Directory.EnumerateFiles(KubernetesTools.PathOf("."), "*", SearchOption.AllDirectories)
            .SelectMany(File.ReadLines).Select(static line => line.TrimStart('#', ' '))
            .Where(static line => line.StartsWith(CreateSecret, StringComparison.Ordinal)).ToHashSet();
        Assert.InRange(files.Count, 3, 20);
        using var folder = new TemporaryFolder();
        File.Copy(KubernetesTools.PathOf("kustomize", "example", "proxyshim.env"), Path.Combine(folder.Path, "proxyshim.env"));
        ShimSettings.WriteCertificate(folder);

        foreach (var line in files)
        {
            // Where the page has been left, the file stands in the folder.
            var words = line.Replace("config/sidecar/kustomize/example/", "", StringComparison.Ordinal).Split(' ')[1..]
                .Select(word => word.Replace("=proxyshim.env", $"={folder.Path}/proxyshim.env", StringComparison.Ordinal)
                    .Replace("=tls.", $"={folder.Path}/tls.", StringComparison.Ordinal));
            Assert.StartsWith("secret/proxyshim", await KubernetesTools.RunAsync("kubectl", [.. words, "--dry-run=client", "--output=name"], Cancellation), StringComparison.Ordinal);
        }
    }

    // As shipped it starts nothing: whoever forgets one is told its name.
    [Fact]
    public async Task Each_value_of_the_examples_file_that_must_be_replaced_is_named_at_the_start()
    {
        var shipped = File.ReadLines(KubernetesTools.PathOf("kustomize", "example", "proxyshim.env"))
            .Select(static line => line.Split('=', 2)).ToDictionary(static line => line[0], static line => line[1]);
        var placeholders = shipped.Where(static setting => setting.Value.Contains("replace_me", StringComparison.Ordinal)).Select(static setting => setting.Key).ToList();
        var page = await File.ReadAllTextAsync(KubernetesTools.PathOf("README.md"), Cancellation);

        await using var shim = await ShimProcess.LaunchAsync(shipped);
        Assert.Equal(78, await shim.WaitForExitAsync(Cancellation));
        var errors = string.Join('\n', shim.Errors);

        Assert.Equal(5, placeholders.Count);
        Assert.All(placeholders, name => Assert.Contains(name.Replace("__", ":", StringComparison.Ordinal), errors, StringComparison.Ordinal));
        Assert.All(["Management__Token", "Privacy__PseudonymKey"], name => Assert.Contains($"`{name}` (`openssl rand", page, StringComparison.Ordinal));
    }
}
