using System.Globalization;
using System.Net.Http.Json;
using ProxyShim.Management.Admin;

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

        return await ManagementClient.CallAsync(
            [.. arguments.Except(words)], withToken: true, method, path!, s_timeout, answer => PrintAsync(words[0], answer));
    }

    private static async Task<int> PrintAsync(string command, HttpResponseMessage answer)
    {
        if (!answer.IsSuccessStatusCode)
        {
            Console.Error.WriteLine(await ManagementClient.ErrorOfAsync(answer));
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
