using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using ProxyShim.Management;
using ProxyShim.Management.Admin;
using ProxyShim.Settings;

namespace ProxyShim.Hosting.Commands;

/// <summary><c>proxyshim dead-letters list|replay REF|replay --all|discard REF</c>: the admin API of the running shim, for a shell.</summary>
internal static class DeadLettersCommand
{
    public const string Usage = "write: dead-letters list, dead-letters replay REF, dead-letters replay --all, or dead-letters discard REF";

    private static readonly TimeSpan s_timeout = TimeSpan.FromMinutes(5);

    /// <returns>0 when it was done, 1 when the shim refused or does not answer, 64 for words it does not know.</returns>
    public static async Task<int> RunAsync(string[] arguments)
    {
        // What looks like a setting (--Management:Url=…) is one; the rest is the command.
        var words = arguments.Where(word => !word.Contains('=', StringComparison.Ordinal)).ToArray();
        var (method, path) = words switch
        {
            ["list"] => (HttpMethod.Get, DeadLetterEndpoints.Letters),
            ["replay", "--all"] => (HttpMethod.Post, DeadLetterEndpoints.Letters + "/replay"),
            ["replay", var reference] => (HttpMethod.Post, $"{DeadLetterEndpoints.Letters}/{Uri.EscapeDataString(reference)}/replay"),
            ["discard", var reference] => (HttpMethod.Delete, $"{DeadLetterEndpoints.Letters}/{Uri.EscapeDataString(reference)}"),
            _ => (null, null),
        };
        if (method is null)
        {
            Console.Error.WriteLine(Usage);
            return CommandLine.UsageError;
        }

        var reader = new SettingsReader(ShimConfiguration.Read([.. arguments.Except(words)]));
        var management = ManagementSettings.Read(reader);
        if (management.Token is null)
        {
            reader.Problem("Management:Token", "is missing", "write the token that the shim runs with");
        }

        if (reader.Problems.Count > 0)
        {
            throw new SettingsException(reader.Problems);
        }

        using var client = new HttpClient { Timeout = s_timeout };
        using var request = new HttpRequestMessage(method, new Uri(management.Url, path));
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", management.Token!.Reveal());
        try
        {
            using var answer = await client.SendAsync(request);
            return await PrintAsync(words[0], answer);
        }
        catch (Exception exception) when (exception is HttpRequestException or OperationCanceledException)
        {
            Console.Error.WriteLine($"{management.Url} does not answer: {exception.Message}");
            return 1;
        }
    }

    private static async Task<int> PrintAsync(string command, HttpResponseMessage answer)
    {
        if (!answer.IsSuccessStatusCode)
        {
            Console.Error.WriteLine(await answer.Content.ReadAsStringAsync());
            return 1;
        }

        switch (command)
        {
            case "list":
                var list = await answer.Content.ReadFromJsonAsync(AdminJson.Default.DeadLetterList);
                foreach (var letter in list!.DeadLetters)
                {
                    Console.Out.WriteLine(string.Create(
                        CultureInfo.InvariantCulture,
                        $"{letter.Ref}  {letter.DeadAt:u}  {letter.Reason}  attempts={letter.Attempts}  xid={letter.Xid}{(letter.Replayable ? "" : "  (no body)")}"));
                }

                Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{list.DeadLetters.Count} dead letters"));
                break;
            case "replay":
                var result = await answer.Content.ReadFromJsonAsync(AdminJson.Default.ReplayResult);
                Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"replayed {result!.Replayed}"));
                break;
            default:
                Console.Out.WriteLine("discarded");
                break;
        }

        return 0;
    }
}
