using System.Globalization;
using System.Net.Http.Json;
using ProxyShim.Management.Admin;

namespace ProxyShim.Hosting.Commands;

/// <summary><c>proxyshim dead-letters …</c>: the admin API of the running shim, for a shell.</summary>
/// <remarks>Each returns 0 when it was done, 1 when the shim refused or does not answer.</remarks>
internal static class DeadLettersCommand
{
    private static readonly TimeSpan s_timeout = TimeSpan.FromMinutes(5);

    public static Task<int> ListAsync(string[] settings) => CallAsync(settings, HttpMethod.Get, "", async answer =>
    {
        var list = await answer.Content.ReadFromJsonAsync(AdminJson.Default.DeadLetterList);
        foreach (var letter in list!.DeadLetters)
        {
            Console.Out.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{letter.Ref}  {letter.DeadAt:u}  {letter.Reason}  attempts={letter.Attempts}  xid={letter.Xid}{(letter.Replayable ? "" : "  (no body)")}"));
        }

        foreach (var call in list.DeadCalls)
        {
            Console.Out.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"{call.Ref}  {call.DeadAt:u}  {call.Reason}  call={call.Method} {call.Route}  status={call.AnswerStatus}"));
        }

        Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{list.DeadLetters.Count} dead letters, {list.DeadCalls.Count} dead calls"));
    });

    /// <param name="reference">Which; null for all.</param>
    public static Task<int> ReplayAsync(string[] settings, string? reference) =>
        CallAsync(settings, HttpMethod.Post, reference is null ? "/replay" : $"/{Uri.EscapeDataString(reference)}/replay", async answer =>
        {
            var result = await answer.Content.ReadFromJsonAsync(AdminJson.Default.ReplayResult);
            Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"replayed {result!.Replayed}"));
        });

    public static Task<int> DiscardAsync(string[] settings, string reference) =>
        CallAsync(settings, HttpMethod.Delete, $"/{Uri.EscapeDataString(reference)}", _ =>
        {
            Console.Out.WriteLine("discarded");
            return Task.CompletedTask;
        });

    private static Task<int> CallAsync(string[] settings, HttpMethod method, string path, Func<HttpResponseMessage, Task> print) =>
        ManagementClient.CallAsync(settings, withToken: true, method, DeadLetterEndpoints.Letters + path, s_timeout, async answer =>
        {
            if (!answer.IsSuccessStatusCode)
            {
                Console.Error.WriteLine(await ManagementClient.ErrorOfAsync(answer));
                return 1;
            }

            await print(answer);
            return 0;
        });
}
