using Microsoft.Testing.Platform.Configurations;
using Microsoft.Testing.Platform.Extensions.Messages;
using Microsoft.Testing.Platform.Extensions.TestHost;
using Microsoft.Testing.Platform.Services;

namespace ProxyShim.Testing;

/// <summary>Writes the notes of a run into its results folder and names them to `dotnet test`, which prints the names.</summary>
internal sealed class RunNotesPublisher(IServiceProvider services) : ITestSessionLifetimeHandler, IDataProducer
{
    public string Uid => "proxyshim-run-notes";

    public string Version => "1";

    public string DisplayName => "Run notes";

    public string Description => "What a person should know about a run.";

    public Type[] DataTypesProduced => [typeof(SessionFileArtifact)];

    public Task<bool> IsEnabledAsync() => Task.FromResult(true);

    public Task OnTestSessionStartingAsync(ITestSessionContext testSessionContext) => Task.CompletedTask;

    public async Task OnTestSessionFinishingAsync(ITestSessionContext testSessionContext)
    {
        var folder = Directory.CreateDirectory(services.GetConfiguration().GetTestResultDirectory()).FullName;
        foreach (var stale in Directory.EnumerateFiles(folder, RunNotes.FilePattern))
        {
            File.Delete(stale);
        }

        foreach (var (name, lines) in RunNotes.All)
        {
            var file = Path.Combine(folder, name);
            await File.WriteAllLinesAsync(file, lines, testSessionContext.CancellationToken);
            await services.GetMessageBus().PublishAsync(
                this, new SessionFileArtifact(testSessionContext.SessionUid, new FileInfo(file), Path.GetFileNameWithoutExtension(name)));
        }
    }
}
