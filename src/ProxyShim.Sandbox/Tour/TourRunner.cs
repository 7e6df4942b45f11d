using System.Diagnostics;
using System.Net.Http.Headers;
using System.Text;
using ProxyShim.Sandbox.PartnerStack;
using ProxyShim.Sandbox.Shim;
using ProxyShim.Sandbox.Terminal;

namespace ProxyShim.Sandbox.Tour;

/// <summary>Sends one call for each outcome and shows what became of it, at both ends, a screen at a time.</summary>
internal sealed class TourRunner(RunningSandbox sandbox, Screen screen, Pause pause)
{
    // Tells the tour's own calls at the Customer API from the shim's read-backs.
    private const string UserAgent = "sandbox-tour";

    private readonly Background _background = new(sandbox, screen, pause);
    private readonly SimulatedPartnerStack _partnerStack = sandbox.PartnerStack;
    private int _number;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        Opening();
        await pause.WaitAsync(cancellationToken);
        using var client = new HttpClient();
        _partnerStack.ConversionApi.SetFaultRule(new TourFaults(Chapter.EveryStep).Of);
        foreach (var chapter in Chapter.All)
        {
            await TakeAsync(client, chapter, cancellationToken);
        }

        await _background.ShowAsync(cancellationToken);
        await pause.WaitAsync(cancellationToken);
        await TakeAsync(client, Chapter.Sale, cancellationToken);
    }

    private async Task TakeAsync(HttpClient client, Chapter chapter, CancellationToken cancellationToken)
    {
        foreach (var step in chapter.Steps)
        {
            await TakeAsync(client, step, cancellationToken);
        }

        await pause.WaitAsync(cancellationToken);
    }

    private void Opening()
    {
        screen.Line("ProxyShim sandbox: all of it runs on this machine, and nothing leaves it.", Tone.Heading);
        screen.Line();
        screen.Line("  A partner's link brings a visitor, the visitor signs up, and your app reports the customer to");
        screen.Line("  PartnerStack with the Customer API, which cannot tie a sign-up to a click. ProxyShim stands in");
        screen.Line("  between: it finds the click and reports the same customer as a conversion. The app only gets");
        screen.Line("  another base URL.");
        screen.Line();
        Addresses.Show(sandbox, screen);
        screen.Line();
        if (Environment.GetEnvironmentVariable("Rollout__Mode") is { Length: > 0 } mode && mode != "Live")
        {
            screen.Line($"  Rollout__Mode is {mode}: what is said beside each call below is what happens in Live.", Tone.Heading);
            screen.Line();
        }
    }

    private async Task TakeAsync(HttpClient client, TourStep step, CancellationToken cancellationToken)
    {
        var before = _partnerStack.Calls.Count;
        screen.Line($"── {++_number}. {step.Title}", Tone.Heading);
        if (step.CustomerKey is { } customer && !step.IsDirect)
        {
            screen.Row("in Redis", $"{ClickKey.Of(customer)} {(SampleClicks.Of(customer) is { } click ? $"= {click}" : "does not exist")}");
        }

        await SendAsync(client, step, cancellationToken);
        if (step.LateClick is { } late)
        {
            await sandbox.KeepClickAsync(step.CustomerKey!, late);
            screen.Row("in Redis now", $"{ClickKey.Of(step.CustomerKey!)} = {late}");
        }

        if (step.IsDirect)
        {
            screen.Row("PartnerStack", PartnerRecord.Of(_partnerStack, step.CustomerKey!));
        }
        else
        {
            ShowUpstream(_partnerStack.Calls.Skip(before).Where(call => BelongsTo(step, call)));
        }

        screen.Row("→", step.Point, step.IsDirect ? Tone.Warning : Tone.Good);
        screen.Line();
    }

    // What the shim does in the background meanwhile is not this step's.
    private static bool BelongsTo(TourStep step, RecordedCall call) => call.Kind is ApiKind.ConversionApi
        ? step.CustomerKey is { } key && call.BodyText.Contains($"\"{key}\"", StringComparison.Ordinal)
        : call.Header("User-Agent") == UserAgent;

    private void ShowUpstream(IEnumerable<RecordedCall> calls)
    {
        // The attempts at one conversion are alike.
        foreach (var same in calls.GroupBy(static call => (call.Kind, Text: $"{call}", call.BodyText)))
        {
            screen.Row(ApiName.Of(same.Key.Kind), same.Key.Text + (same.Count() > 1 ? $", {same.Count()} times" : ""));
            if (same.Key.Kind is ApiKind.ConversionApi)
            {
                screen.Row("", same.Key.BodyText);
            }
        }
    }

    private async Task SendAsync(HttpClient client, TourStep step, CancellationToken cancellationToken)
    {
        var (trace, span) = (ActivityTraceId.CreateRandom().ToHexString(), ActivitySpanId.CreateRandom().ToHexString());
        var address = new Uri(step.IsDirect ? _partnerStack.CustomerApiAddress : sandbox.Shim.Endpoints.Address, step.Target);
        using var request = new HttpRequestMessage(step.Body is null ? HttpMethod.Get : HttpMethod.Post, address);
        request.Headers.Authorization = new AuthenticationHeaderValue(
            "Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{step.Caller.PublicKey}:{step.Caller.SecretKey}")));
        request.Headers.UserAgent.Add(new ProductInfoHeaderValue(new ProductHeaderValue(UserAgent)));
        request.Headers.Add("traceparent", $"00-{trace}-{span}-00");
        request.Content = step.Body is { } body ? new StringContent(body, Encoding.UTF8, "application/json") : null;
        screen.Row("request", $"{request.Method} {address}   as {step.Caller.PublicKey}");
        if (step.Body is { } sent)
        {
            screen.Row("", sent);
        }

        var log = sandbox.Shim.Log;
        log.Follow(trace);
        using var response = await client.SendAsync(request, cancellationToken);
        screen.Row("answer", $"{(int)response.StatusCode}{(step.IsDirect ? "" : $"   X-ProxyShim-Outcome: {Outcome(response)}")}");
        screen.Row("", await response.Content.ReadAsStringAsync(cancellationToken));
        if (!step.IsDirect)
        {
            var handled = await log.HandledAsync(trace, cancellationToken);
            screen.Row("log", handled is null ? "nothing" : $"Outcome={handled.Outcome}{(handled.Reason is { } reason ? $" Reason={reason}" : "")}");
            if (handled?.Sale is { } sale)
            {
                screen.Row("", sale);
            }

            _background.Expect(trace, step.CustomerKey, handled?.Outcome);
        }
    }

    private static string Outcome(HttpResponseMessage response) =>
        response.Headers.TryGetValues("X-ProxyShim-Outcome", out var values) ? string.Join(", ", values) : "none, the Customer API answered";
}
