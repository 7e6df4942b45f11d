namespace ProxyShim.Http;

/// <summary>Looks at the Customer API's answer to a forwarded call before the caller does. A feature of the request, set by the stage that wants to look.</summary>
internal interface IForwardedAnswerFilter
{
    /// <returns>False when the shim answers instead: the body is not passed on.</returns>
    ValueTask<bool> AcceptAsync(HttpContext context, HttpResponseMessage response);
}
