using ProxyShim.Sandbox.PartnerStack;
using Xunit;

namespace ProxyShim.Tests.Sandbox;

public sealed class SimulatorRecordingTests : SimulatorFixture
{
    private const string Authorization = "Basic cGtfc2FuZGJveDpza19zYW5kYm94";

    [Fact]
    public async Task A_call_is_kept_as_it_came_over_the_wire()
    {
        using var client = await RawClient.ConnectAsync(Stack.CustomerApiAddress, Cancellation);
        await client.SendAsync(
            $"POST /api/v2/a%2Fb//c/../d%zz?q=%C3%A4&&x=+ HTTP/1.1\r\nx-ZULU:  last  \r\nHost: h.example\r\nauthorization: {Authorization}\r\n" +
            "X-Twice: 1\r\nAccept: */*\r\nx-twice: 2\r\nX-Byte: caf\u00e9\r\nX-Empty:\r\nContent-LENGTH: 5\r\n\r\n\0\u00ff{a\n",
            Cancellation);
        var answer = await client.ReceiveUntilAsync("}", Cancellation);

        Assert.StartsWith("HTTP/1.1 404 ", answer, StringComparison.Ordinal);
        var call = Assert.Single(Stack.Calls);
        Assert.Equal(("POST", "/api/v2/a%2Fb//c/../d%zz?q=%C3%A4&&x=+"), (call.Method, call.Target));
        Assert.Equal(("/api/v2/a%2Fb//c/../d%zz", "?q=%C3%A4&&x=+"), (call.Path, call.Query));
        Assert.Equal(
            ["x-ZULU=last", "Host=h.example", $"authorization={Authorization}", "X-Twice=1", "Accept=*/*", "x-twice=2", "X-Byte=caf\u00e9", "X-Empty=", "Content-LENGTH=5"],
            call.Headers.Select(static header => $"{header.Key}={header.Value}"));
        Assert.Equal(["1", "2"], call.HeaderValues("X-TWICE"));
        Assert.Equal([0, 0xff, (byte)'{', (byte)'a', (byte)'\n'], call.Body.ToArray());
        Assert.True(call.BodyComplete);
        Assert.Equal((ApiKind.CustomerApi, 404), (call.Kind, call.Status));
        await Stack.WaitUntilAsync(_ => call.Completed, WaitTimeout, Cancellation);
        Assert.NotNull(call.CompletedAt);
    }

    [Fact]
    public async Task Calls_on_one_connection_are_told_apart_chunked_bodies_and_pipelining_included()
    {
        using var client = await RawClient.ConnectAsync(Stack.CustomerApiAddress, Cancellation);
        await client.SendAsync(
            $"POST /one HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3;ext=1\r\nabc\r\n2\r\nde\r\n0\r\nX-Trailer: t\r\n\r\n" +
            "POST /two HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nGH" +
            "\r\nGET /three HTTP/1.1\r\nHost: h\r\nX-Last: yes\r\n\r\n",
            Cancellation);
        await Stack.WaitUntilAsync(static stack => stack.Calls is [_, _, { Completed: true }], WaitTimeout, Cancellation);

        Assert.Equal(["/one", "/two", "/three"], Stack.Calls.Select(static call => call.Target));
        Assert.Equal(["abcde", "GH", ""], Stack.Calls.Select(static call => call.BodyText));
        Assert.Equal(["Transfer-Encoding", "Content-Length", "X-Last"], Stack.Calls.Select(static call => call.Headers[^1].Key));
    }

    [Fact]
    public async Task A_client_that_expects_100_is_told_to_go_on()
    {
        using var client = await RawClient.ConnectAsync(Stack.ConversionApiAddress, Cancellation);
        await client.SendAsync("POST /conversion/xid HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n", Cancellation);
        Assert.Equal("HTTP/1.1 100 Continue\r\n\r\n", await client.ReceiveUntilAsync("\r\n\r\n", Cancellation));
        await client.SendAsync("{}", Cancellation);
        Assert.StartsWith("HTTP/1.1 401 ", await client.ReceiveUntilAsync("}", Cancellation), StringComparison.Ordinal);
    }

    [Fact]
    public async Task HTTP_1_0_is_served_and_the_connection_closed()
    {
        using var client = await RawClient.ConnectAsync(Stack.CustomerApiAddress, Cancellation);
        await client.SendAsync("GET /old HTTP/1.0\r\n\r\n", Cancellation);
        await client.ReceiveUntilAsync("}", Cancellation);
        Assert.Empty(await client.ReceiveAsync(Cancellation));
        Assert.Equal("/old", Assert.Single(Stack.Calls).Target);
    }

    [Fact]
    public async Task A_call_whose_body_never_came_whole_is_kept_as_incomplete_and_is_no_conversion()
    {
        using (var client = await RawClient.ConnectAsync(Stack.ConversionApiAddress, Cancellation))
        {
            await client.SendAsync("POST /conversion/xid HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer tok_sandbox\r\nContent-Length: 100\r\n\r\n{\"xid\"", Cancellation);
            await Stack.WaitUntilAsync(static stack => stack.Calls.Count == 1, WaitTimeout, Cancellation);
        }

        var call = Stack.Calls[0];
        await Stack.WaitUntilAsync(_ => call.CompletedAt is not null, WaitTimeout, Cancellation);
        Assert.Equal((false, false, null), (call.BodyComplete, call.Completed, call.Status));
        Assert.Equal("{\"xid\"", call.BodyText);
        Assert.Empty(Stack.Conversions);
    }

    [Fact]
    public async Task A_large_body_is_kept_whole()
    {
        var body = new byte[5_000_000];
        new Random(1).NextBytes(body);
        using var content = new ByteArrayContent(body);
        using var response = await Customers.PostAsync("anything", content, Cancellation);
        Assert.True(body.AsSpan().SequenceEqual(Assert.Single(Stack.Calls).Body.Span));
    }

    [Fact]
    public async Task A_snapshot_does_not_change_and_a_reset_begins_anew()
    {
        using var first = await ConvertAsync("ada");
        var before = Stack.Calls;
        using var second = await ConvertAsync("bob");
        Assert.Single(before);

        Stack.Lag = TimeSpan.FromHours(1);
        Stack.ConversionApi.SetFault(Fault.Phantom);
        Stack.Reset();
        Assert.Empty(Stack.Calls);
        Assert.Empty(Stack.Conversions);
        Assert.Empty(Stack.Customers);
        Assert.Equal((0, 0), (Stack.ConversionsFor("ada"), Stack.ArrivalsFor("ada")));
        Assert.Equal(TimeSpan.Zero, Stack.Lag);

        using var again = await ConvertAsync("ada");
        Assert.True(Assert.Single(Stack.Conversions).Landed);
        Assert.Equal(0, Assert.Single(Stack.Calls).Number);
        Assert.Single(Stack.Customers);
    }

    [Fact]
    public async Task Waiting_ends_when_the_condition_holds_and_says_what_it_saw_when_it_does_not()
    {
        var waiting = Stack.WaitUntilAsync(static stack => stack.ConversionsFor("ada") == 1, WaitTimeout, Cancellation);
        Assert.False(waiting.IsCompleted);
        using var response = await ConvertAsync("ada");
        await waiting;

        var timeout = await Assert.ThrowsAsync<TimeoutException>(() =>
            Stack.WaitUntilAsync(static _ => false, TimeSpan.FromMilliseconds(50), Cancellation));
        Assert.Contains("1 calls, 1 conversions", timeout.Message, StringComparison.Ordinal);
        Assert.Contains("POST /conversion/xid → 200", timeout.Message, StringComparison.Ordinal);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Stack.WaitUntilAsync(static _ => false, WaitTimeout, new(canceled: true)));
    }

    [Fact]
    public async Task The_end_of_a_lag_ends_a_wait()
    {
        Stack.Lag = TimeSpan.FromMilliseconds(100);
        using var response = await ConvertAsync("ada");
        await Stack.WaitUntilAsync(static stack => stack.FindCustomer("ada") is not null, WaitTimeout, Cancellation);
    }
}
