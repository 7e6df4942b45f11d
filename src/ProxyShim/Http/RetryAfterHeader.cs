using System.Net.Http.Headers;

namespace ProxyShim.Http;

/// <summary><c>Retry-After</c>, which is a number of seconds or a date (https://www.rfc-editor.org/rfc/rfc9110#section-10.2.3).</summary>
internal static class RetryAfterHeader
{
    /// <summary>How long it asks to be left alone, from now; less than nothing for a date that has passed. Null when it is not there.</summary>
    public static TimeSpan? WaitOf(RetryConditionHeaderValue? header, TimeProvider time) => header?.Delta ?? (header?.Date - time.GetUtcNow());
}
