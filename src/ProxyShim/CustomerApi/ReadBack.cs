namespace ProxyShim.CustomerApi;

/// <summary>What a read-back found.</summary>
internal enum ReadBackResult
{
    /// <summary>The customer is there.</summary>
    Found,

    /// <summary>A definitive 404: the API's own envelope, nothing else.</summary>
    Absent,

    /// <summary>Neither. "Could not tell" is never "missing".</summary>
    Unknown,
}

/// <summary>The answer to one read-back.</summary>
/// <param name="Status">The status, or null when none came.</param>
/// <param name="CreatedAt">When the customer was created, where the answer says so.</param>
/// <param name="Test">Whether the customer belongs to the test environment, where the answer says so.</param>
/// <param name="RetryAfter">How long the Customer API asked to be left alone.</param>
internal readonly record struct ReadBack(
    ReadBackResult Result, int? Status = null, DateTimeOffset? CreatedAt = null, bool? Test = null, TimeSpan? RetryAfter = null);
