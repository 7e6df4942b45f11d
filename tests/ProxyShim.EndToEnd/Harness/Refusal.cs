using System.Text.Json;
using Xunit;

namespace ProxyShim.EndToEnd.Harness;

/// <summary>What the shim answers to a request that is no HTTP which could be passed on.</summary>
internal static class Refusal
{
    /// <summary>Holds an answer to it: the Customer API's envelope, the outcome, and the end of the connection.</summary>
    public static void Hold(RawMessage answer, int status)
    {
        Assert.Equal((status, "application/json", "rejected"), (answer.Status, answer.Header("Content-Type"), answer.Header("X-ProxyShim-Outcome")));
        Assert.Equal("close", answer.Header("Connection"));
        var envelope = JsonElement.Parse(answer.Text);
        Assert.Equal(status, envelope.GetProperty("status").GetInt32());
        Assert.NotEqual("", envelope.GetProperty("message").GetString());
    }
}
