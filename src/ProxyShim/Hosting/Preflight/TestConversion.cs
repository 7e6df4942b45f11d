using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using ProxyShim.CustomerApi;

namespace ProxyShim.Hosting.Preflight;

/// <summary>Sends one conversion to the test environment and reads it back after the grace.</summary>
internal sealed class TestConversion(ShimSettings settings, ApiProbe customerApi, ApiProbe conversionApi, TimeProvider time)
{
    private const string Part = "test";

    public async Task<Finding> SendAsync()
    {
        if (!settings.ConversionApi.Test || settings.ConversionApi.Token is not { } token || settings.CustomerApi.Vendor is not { } vendor)
        {
            return Finding.Fault(
                Part, "live", "no test conversion was sent", "it is sent to the test environment only, and read back with the key pair",
                "set ConversionApi:Test to true, with token and key pair of the test environment");
        }

        var key = $"proxyshim-check-{RandomNumberGenerator.GetHexString(12, lowercase: true)}";
        using var conversion = new HttpRequestMessage(HttpMethod.Post, new Uri(settings.ConversionApi.Address.ToString().TrimEnd('/') + "/conversion/xid"));
        conversion.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token.Reveal());
        conversion.Content = new StringContent($$"""{"xid":"{{key}}","customer_key":"{{key}}","email":"{{key}}@example.com"}""", Encoding.UTF8, "application/json");
        var (taken, fault) = await conversionApi.AskAsync(conversion);
        using (taken)
        {
            if (fault is not null || !taken!.IsSuccessStatusCode)
            {
                return fault ?? Finding.Fault(
                    Part, "refused", string.Create(CultureInfo.InvariantCulture, $"the Conversion API answers {(int)taken!.StatusCode} to a test conversion"),
                    "it would answer so to each", taken.StatusCode is HttpStatusCode.Unauthorized ? "set ConversionApi:Token to a tracking token of the test environment" : "look what it says");
            }
        }

        await Task.Delay(settings.Verification.Grace, time);
        using var reading = new HttpRequestMessage(HttpMethod.Get, new Uri($"{settings.CustomerApi.Address.ToString().TrimEnd('/')}{CustomerApiVersion.V2.Path}/{key}"));
        reading.Headers.Authorization = vendor.ToHeader();
        var (found, unread) = await customerApi.AskAsync(reading);
        using (found)
        {
            return unread ?? (found!.IsSuccessStatusCode
                ? Finding.Well(Part, $"the test conversion {key} was taken, and is there")
                : Finding.Fault(
                    Part, "not_there", $"the test conversion {key} was taken and is not there after {settings.Verification.Grace}",
                    "its click id is made up, which PartnerStack may pass over; or token and key pair belong to different environments", "look for it in the dashboard's test mode"));
        }
    }
}
