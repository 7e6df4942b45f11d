using System.Diagnostics;
using System.Net.Http.Headers;
using System.Text;
using ProxyShim.Sandbox.PartnerStack;

namespace ProxyShim.Sandbox;

/// <summary>Sends one call for each outcome and prints what became of it, at both ends.</summary>
internal sealed class Tour(SimulatedPartnerStack partnerStack, ShimProcess shim)
{
    // Tells the tour's own calls at the Customer API from the shim's read-backs.
    private const string UserAgent = "sandbox-tour";

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var client = new HttpClient { BaseAddress = shim.Address };
        partnerStack.ConversionApi.SetFaultRule(new TourFaults(TourStep.All).Of);
        for (var i = 0; i < TourStep.All.Count; i++)
        {
            Console.Out.WriteLine($"── {i + 1}. {TourStep.All[i].Title}");
            await TakeAsync(client, TourStep.All[i], cancellationToken);
        }
    }

    private async Task TakeAsync(HttpClient client, TourStep step, CancellationToken cancellationToken)
    {
        var before = partnerStack.Calls.Count;
        if (step.CustomerKey is { } customer)
        {
            Console.Out.WriteLine($"   in Redis  click:{customer} {(SampleClicks.Of(customer) is { } click ? $"= {click.Trim()}" : "does not exist")}");
        }

        Console.Out.WriteLine($"   request   {step.Curl(shim.Address)}");
        await SendAsync(client, step, cancellationToken);

        foreach (var call in partnerStack.Calls.Skip(before).Where(call => BelongsTo(step, call)))
        {
            Console.Out.WriteLine($"   upstream  {call.Kind,-13} {call}");
            if (call.Kind is ApiKind.ConversionApi)
            {
                Console.Out.WriteLine($"             {call.BodyText}");
            }
        }

        Console.Out.WriteLine();
    }

    // What the shim does in the background meanwhile is not this step's.
    private static bool BelongsTo(TourStep step, RecordedCall call) => call.Kind is ApiKind.ConversionApi
        ? step.CustomerKey is { } key && call.BodyText.Contains($"\"{key}\"", StringComparison.Ordinal)
        : call.Header("User-Agent") == UserAgent;

    private async Task SendAsync(HttpClient client, TourStep step, CancellationToken cancellationToken)
    {
        var (trace, span) = (ActivityTraceId.CreateRandom().ToHexString(), ActivitySpanId.CreateRandom().ToHexString());
        using var request = new HttpRequestMessage(step.Body is null ? HttpMethod.Get : HttpMethod.Post, step.Target);
        request.Headers.Authorization = new AuthenticationHeaderValue(
            "Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{step.Caller.PublicKey}:{step.Caller.SecretKey}")));
        request.Headers.UserAgent.Add(new ProductInfoHeaderValue(new ProductHeaderValue(UserAgent)));
        request.Headers.Add("traceparent", $"00-{trace}-{span}-00");
        request.Content = step.Body is { } body ? new StringContent(body, Encoding.UTF8, "application/json") : null;

        var handled = shim.Log.HandledAsync(trace, cancellationToken);
        using var response = await client.SendAsync(request, cancellationToken);
        var outcome = response.Headers.TryGetValues("X-ProxyShim-Outcome", out var values) ? string.Join(", ", values) : "none, the Customer API answered";
        Console.Out.WriteLine($"   answer    {(int)response.StatusCode}   X-ProxyShim-Outcome: {outcome}");
        Console.Out.WriteLine($"             {await response.Content.ReadAsStringAsync(cancellationToken)}");
        Console.Out.WriteLine($"   log       {(await handled is { } entry ? $"Outcome={entry.Outcome}{(entry.Reason is { } reason ? $" Reason={reason}" : "")}" : "nothing")}");
    }
}
