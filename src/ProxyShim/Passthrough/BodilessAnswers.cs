using Microsoft.Net.Http.Headers;
using ProxyShim.Telemetry;

namespace ProxyShim.Passthrough;

/// <summary>
/// Answers that must have no body, from servers that send one all the same: Kestrel would make a bare 500 of them
/// (https://github.com/dotnet/aspnetcore/blob/main/src/Servers/Kestrel/Core/src/Internal/Http/HttpProtocol.cs).
/// </summary>
internal static class BodilessAnswers
{
    /// <summary>Takes the body's headers away; a 101 that the caller has not asked for becomes a 502. True when no body is to be passed on.</summary>
    public static bool Mend(HttpContext context)
    {
        switch (context.Response.StatusCode)
        {
            // https://www.rfc-editor.org/rfc/rfc9110#section-15.3.5 and https://www.rfc-editor.org/rfc/rfc9110#section-15.3.6.
            case StatusCodes.Status204NoContent or StatusCodes.Status205ResetContent:
                context.Response.ContentLength = null;
                context.Response.Headers.Remove(HeaderNames.TransferEncoding);
                return true;
            case StatusCodes.Status101SwitchingProtocols:
                context.Response.Clear();
                context.Response.StatusCode = StatusCodes.Status502BadGateway;
                RequestRecord.Of(context).Outcome = Outcome.Unavailable;
                return true;
            default:
                return false;
        }
    }
}
