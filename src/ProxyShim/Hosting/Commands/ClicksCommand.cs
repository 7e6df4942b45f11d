using System.Net.Http.Json;
using System.Text.Json;
using ProxyShim.Management.Admin;

namespace ProxyShim.Hosting.Commands;

/// <summary><c>proxyshim clicks …</c>: a customer's click, or a file of them, through the admin API of the running shim.</summary>
/// <remarks>Each returns 0 when it was done, 1 when the shim refused or does not answer.</remarks>
internal static class ClicksCommand
{
    private const string StandardInput = "-";

    private const int Chunk = 64 * 1024;

    private static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(30);

    /// <summary>Imports one file after another; what is wrong with rows is told, and does not stop it.</summary>
    public static async Task<int> ImportAsync(string[] settings, string[] files, bool dryRun)
    {
        foreach (var file in files is [] ? [StandardInput] : files)
        {
            Stream stream;
            try
            {
                stream = file == StandardInput ? Console.OpenStandardInput() : File.OpenRead(file);
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                Console.Error.WriteLine(exception.Message);
                return 1;
            }

            await using (stream)
            {
                if (await ImportAsync(settings, file, stream, dryRun) is not 0 and var failed)
                {
                    return failed;
                }
            }
        }

        return 0;
    }

    public static Task<int> GetAsync(string[] settings, string key) =>
        CallAsync(settings, HttpMethod.Get, key, null, async answer => Console.Out.WriteLine(await answer.Content.ReadAsStringAsync()));

    public static Task<int> PutAsync(string[] settings, string key, string xid)
    {
        var body = new MemoryStream();
        using (var json = new Utf8JsonWriter(body))
        {
            json.WriteStartObject();
            json.WriteString("xid"u8, xid);
            json.WriteEndObject();
        }

        return CallAsync(settings, HttpMethod.Put, key, new ByteArrayContent(body.ToArray()), Tell("written"));
    }

    public static Task<int> DeleteAsync(string[] settings, string key) => CallAsync(settings, HttpMethod.Delete, key, null, Tell("deleted"));

    private static async Task<int> ImportAsync(string[] settings, string name, Stream file, bool dryRun)
    {
        using var progress = UploadProgress.Of(file, name);
        var path = $"{ClickEndpoints.Clicks}import{(dryRun ? $"?{ClickEndpoints.DryRun}" : "")}";
        return await ManagementClient.CallAsync(settings, withToken: true, HttpMethod.Post, path, Timeout.InfiniteTimeSpan, async answer =>
        {
            progress.End();
            if (!answer.IsSuccessStatusCode)
            {
                Console.Error.WriteLine($"{name}: {await ManagementClient.ErrorOfAsync(answer)}");
                return 1;
            }

            var report = (await answer.Content.ReadFromJsonAsync(AdminJson.Default.ImportReport))!;
            foreach (var bad in report.Bad)
            {
                Console.Error.WriteLine($"{name}:{bad.Line}: {bad.Reason}");
            }

            if (report.BadCount > report.Bad.Count)
            {
                Console.Error.WriteLine($"{name}: and {report.BadCount - report.Bad.Count} more rows that cannot be used.");
            }

            Console.Out.WriteLine(JsonSerializer.Serialize(report, AdminJson.Default.ImportReport));
            return 0;
        }, new StreamContent(progress, Chunk));
    }

    private static Func<HttpResponseMessage, Task> Tell(string what) => _ =>
    {
        Console.Out.WriteLine(what);
        return Task.CompletedTask;
    };

    private static Task<int> CallAsync(string[] settings, HttpMethod method, string key, HttpContent? content, Func<HttpResponseMessage, Task> print) =>
        ManagementClient.CallAsync(settings, withToken: true, method, ClickEndpoints.Clicks + Uri.EscapeDataString(key), s_timeout, async answer =>
        {
            if (!answer.IsSuccessStatusCode)
            {
                Console.Error.WriteLine(await ManagementClient.ErrorOfAsync(answer));
                return 1;
            }

            await print(answer);
            return 0;
        }, content);
}
