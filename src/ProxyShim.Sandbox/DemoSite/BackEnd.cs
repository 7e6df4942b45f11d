using System.Collections.Concurrent;
using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using ProxyShim.Sandbox.PartnerStack;
using ProxyShim.Sandbox.Terminal;

namespace ProxyShim.Sandbox.DemoSite;

/// <summary>The demo site's back-end: a legacy app that reports each customer with the Customer API, and has been given another base URL. It knows nothing of clicks.</summary>
internal sealed class BackEnd(Func<Uri> customerApi, Screen screen) : IDisposable
{
    private static readonly JsonSerializerOptions s_json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly ConcurrentDictionary<string, SignUp> _customers = new(StringComparer.Ordinal);
    private readonly HttpClient _client = new();

    public SignUp? Find(string key) => _customers.GetValueOrDefault(key);

    /// <summary>Makes an account and reports it, if there is a partner to give the credit to.</summary>
    public async Task<SignUp> SignUpAsync(string name, string email, string? partner, CancellationToken cancellationToken)
    {
        var signUp = new SignUp($"acct_{RandomKey.From(Random.Shared)}", name, email, partner);
        if (partner is not null)
        {
            signUp = await ReportAsync(signUp, cancellationToken);
        }

        _customers[signUp.Key] = signUp;
        return signUp;
    }

    public void Dispose() => _client.Dispose();

    private async Task<SignUp> ReportAsync(SignUp signUp, CancellationToken cancellationToken)
    {
        var body = new JsonObject
        {
            ["customer_key"] = signUp.Key,
            ["email"] = signUp.Email,
            ["partner_key"] = signUp.Partner,
            ["name"] = signUp.Name,
        }.ToJsonString(s_json);
        signUp = signUp with { Request = body };
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(customerApi(), "api/v2/customers"));
        request.Headers.Authorization = new AuthenticationHeaderValue(
            "Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{SampleKeys.Vendor.PublicKey}:{SampleKeys.Vendor.SecretKey}")));
        request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        try
        {
            using var answer = await _client.SendAsync(request, cancellationToken);
            signUp = signUp with
            {
                Status = (int)answer.StatusCode,
                Outcome = answer.Headers.TryGetValues("X-ProxyShim-Outcome", out var outcomes) ? string.Join(", ", outcomes) : null,
            };
        }
        catch (HttpRequestException)
        {
            // The customer has an account all the same, as in every app that is worth its name.
        }

        var time = TimeProvider.System.GetLocalNow().ToString("HH:mm:ss", CultureInfo.InvariantCulture);
        screen.Line($"{time}  demo site      {signUp.Key} signed up and was reported → {signUp.Status?.ToString(CultureInfo.InvariantCulture) ?? "no answer"} {signUp.Outcome}");
        return signUp;
    }
}
