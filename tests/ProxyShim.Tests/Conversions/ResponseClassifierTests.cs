using ProxyShim.Conversions;
using Xunit;

namespace ProxyShim.Tests.Conversions;

/// <summary>DESIGN.md, "What each answer of the Conversion API means".</summary>
public class ResponseClassifierTests
{
    [Theory]
    [InlineData("Sent", 200, 201, 202, 204, 299)]
    [InlineData("NotDelivered", 408, 425, 429, 500, 501, 503, 505, 506, 507, 508, 510, 511)]
    [InlineData("NotDelivered", 521, 523, 525, 526)] // An edge that did not reach the origin.
    [InlineData("Ambiguous", 409, 502, 504)]
    [InlineData("Ambiguous", 460, 499, 512, 520, 522, 524, 527, 529, 530, 561, 598, 599)] // An edge whose origin may have done the work.
    [InlineData("Misconfigured", 300, 301, 302, 303, 304, 307, 308, 399, 401, 403)]
    [InlineData("Refused", 400, 402, 404, 405, 406, 410, 413, 415, 418, 422, 451, 498)]
    [InlineData("Ambiguous", 100, 199, 600, 999)] // Nothing that HTTP defines for a final answer.
    public void Each_status_has_one_meaning(string meaning, params int[] statuses)
        => Assert.All(statuses, status => Assert.Equal(meaning, $"{ResponseClassifier.Classify(status)}"));

    [Fact]
    public void An_attempt_without_a_status_is_ambiguous_once_bytes_went_out()
    {
        Assert.Equal(AttemptResult.Ambiguous, ResponseClassifier.ClassifyFailure(bytesWentOut: true));
        Assert.Equal(AttemptResult.NotDelivered, ResponseClassifier.ClassifyFailure(bytesWentOut: false));
    }
}
