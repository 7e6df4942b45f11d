using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Time.Testing;
using ProxyShim.Sandbox.PartnerStack;
using Xunit;

namespace ProxyShim.Tests.Sandbox;

public sealed class SimulatorFaultTests : SimulatorFixture
{
    private const string Head = "POST /conversion/xid HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer tok_sandbox\r\n";
    private const string Ada = """{"xid":"x","customer_key":"ada"}""";

    private readonly FakeTimeProvider _clock = new();

    protected override SimulatedPartnerStackOptions Options => new() { TimeProvider = _clock };

    [Fact]
    public async Task Refused_connections_are_refused_by_the_system_and_the_port_comes_back()
    {
        var address = Stack.ConversionApiAddress;
        using var idle = await RawClient.ConnectAsync(address, Cancellation);
        await idle.SendAsync($"GET / HTTP/1.1\r\nHost: h\r\n\r\n", Cancellation);
        await idle.ReceiveUntilAsync("}", Cancellation);
        var calls = Stack.Calls.Count;

        for (var round = 0; round < 3; round++)
        {
            Stack.ConversionApi.SetFault(Fault.Refuse);
            Stack.ConversionApi.SetFault(Fault.Refuse);
            var refused = await Assert.ThrowsAsync<SocketException>(() => RawClient.ConnectAsync(address, Cancellation));
            Assert.Equal(SocketError.ConnectionRefused, refused.SocketErrorCode);

            // The client may take the connection that it kept, if the reset has not reached it yet: another error, and no call either way.
            await Assert.ThrowsAsync<HttpRequestException>(() => ConvertAsync("ada"));
            using var other = await Customers.GetAsync("api/v2/customers", Cancellation);
            Assert.Equal(HttpStatusCode.OK, other.StatusCode);

            Stack.ConversionApi.SetFault(null);
            using var response = await ConvertAsync("ada");
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        }

        Assert.Equal(address, Stack.ConversionApiAddress);
        Assert.Equal(calls + 6, Stack.Calls.Count);
        var reset = await Assert.ThrowsAsync<SocketException>(() => idle.ReceiveAsync(Cancellation));
        Assert.Equal(SocketError.ConnectionReset, reset.SocketErrorCode);
    }

    [Fact]
    public void A_refusal_cannot_be_enqueued() =>
        Assert.Throws<ArgumentException>(() => Stack.ConversionApi.EnqueueFaults(Fault.Phantom, Fault.Refuse));

    [Fact]
    public async Task ResetBeforeBody_does_not_wait_for_the_body()
    {
        Stack.ConversionApi.SetFault(Fault.ResetBeforeBody);
        using var client = await RawClient.ConnectAsync(Stack.ConversionApiAddress, Cancellation);
        await client.SendAsync($"{Head}Content-Length: {Ada.Length}\r\n\r\n", Cancellation);

        var reset = await Assert.ThrowsAsync<SocketException>(() => client.ReceiveAsync(Cancellation));
        Assert.Equal(SocketError.ConnectionReset, reset.SocketErrorCode);
        Assert.Empty(Stack.Conversions);
        Assert.Equal((false, 0), (Stack.Calls[0].BodyComplete, Stack.Calls[0].Body.Length));
    }

    [Theory]
    [InlineData(true, ConversionEffect.Landed)]
    [InlineData(false, ConversionEffect.None)]
    public async Task ResetAfterBody_reads_it_all_and_resets(bool landed, ConversionEffect effect)
    {
        Stack.ConversionApi.SetFault(Fault.ResetAfterBody(landed));
        using var client = await RawClient.ConnectAsync(Stack.ConversionApiAddress, Cancellation);
        await client.SendAsync($"{Head}Content-Length: {Ada.Length}\r\n\r\n{Ada[..5]}", Cancellation);
        await Stack.WaitUntilAsync(static stack => stack.Calls.Count == 1, WaitTimeout, Cancellation);
        Assert.Empty(Stack.Conversions);
        await client.SendAsync(Ada[5..], Cancellation);

        var reset = await Assert.ThrowsAsync<SocketException>(() => client.ReceiveAsync(Cancellation));
        Assert.Equal(SocketError.ConnectionReset, reset.SocketErrorCode);
        AssertOnly(effect);
        await Stack.WaitUntilAsync(static stack => stack.Calls[0].CompletedAt is not null, WaitTimeout, Cancellation);
        Assert.Equal((true, null, false), (Stack.Calls[0].BodyComplete, Stack.Calls[0].Status, Stack.Calls[0].Completed));
    }

    [Theory]
    [InlineData(true, ConversionEffect.Landed)]
    [InlineData(false, ConversionEffect.None)]
    public async Task Hang_lasts_until_the_client_gives_up(bool landed, ConversionEffect effect)
    {
        Stack.ConversionApi.SetFault(Fault.Hang(landed));
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var hanging = Conversions.PostAsync("conversion/xid", Json(Ada), deadline.Token);
        await Stack.WaitUntilAsync(static stack => stack.Conversions.Count == 1, WaitTimeout, Cancellation);
        Assert.Null(Stack.Calls[0].CompletedAt);
        await deadline.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => hanging);
        await Stack.WaitUntilAsync(static stack => stack.Calls[0].CompletedAt is not null, WaitTimeout, Cancellation);
        Assert.False(Stack.Calls[0].Completed);
        AssertOnly(effect);
    }

    [Fact]
    public async Task A_released_hang_is_answered_if_it_landed_and_reset_if_not()
    {
        Stack.ConversionApi.EnqueueFaults(Fault.Hang(landed: true), Fault.Hang(landed: false));
        var landed = ConvertAsync("ada");
        await Stack.WaitUntilAsync(static stack => stack.Conversions.Count == 1, WaitTimeout, Cancellation);
        var lost = ConvertAsync("bob");
        await Stack.WaitUntilAsync(static stack => stack.Conversions.Count == 2, WaitTimeout, Cancellation);
        Stack.ConversionApi.ReleaseHung();

        using var answer = await landed;
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        await Assert.ThrowsAsync<HttpRequestException>(() => lost);
        Assert.Equal("ada", Assert.Single(Stack.Customers).CustomerKey);
    }

    [Fact]
    public async Task Delay_lands_late_and_even_when_the_client_has_left()
    {
        Stack.ConversionApi.SetFault(Fault.Delay(TimeSpan.FromSeconds(5)));
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var left = Conversions.PostAsync("conversion/xid", Json(Ada), deadline.Token);
        await Stack.WaitUntilAsync(static stack => stack.Calls is [{ BodyComplete: true }], WaitTimeout, Cancellation);
        await deadline.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => left);
        var stayed = ConvertAsync("bob");
        await Stack.WaitUntilAsync(static stack => stack.Calls is [_, { BodyComplete: true }], WaitTimeout, Cancellation);
        Assert.Empty(Stack.Conversions);

        // Again and again, since the call may be about to begin its wait.
        await Stack.WaitUntilAsync(
            stack =>
            {
                _clock.Advance(TimeSpan.FromSeconds(5));
                return stack.Conversions.Count == 2;
            },
            WaitTimeout,
            Cancellation);
        using var answer = await stayed;
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(2, Stack.Customers.Count);
    }

    [Fact]
    public async Task SlowDrip_sends_one_byte_at_a_time_from_the_status_line_on()
    {
        Stack.ConversionApi.SetFault(Fault.SlowDrip(TimeSpan.FromSeconds(1)));
        using var client = await RawClient.ConnectAsync(Stack.ConversionApiAddress, Cancellation);
        await client.SendAsync($"{Head}Content-Length: {Ada.Length}\r\n\r\n{Ada}", Cancellation);

        Assert.Equal("H", await client.ReceiveAsync(Cancellation));
        var rest = client.ReceiveUntilAsync("\r\n\r\n", Cancellation);
        await Stack.WaitUntilAsync(
            _ =>
            {
                _clock.Advance(TimeSpan.FromSeconds(1));
                return rest.IsCompleted;
            },
            WaitTimeout,
            Cancellation);
        Assert.Equal("TTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n", await rest);
        await Stack.WaitUntilAsync(
            stack =>
            {
                _clock.Advance(TimeSpan.FromSeconds(1));
                return stack.Calls[0].Completed;
            },
            WaitTimeout,
            Cancellation);
        AssertOnly(ConversionEffect.Landed);
    }

    [Fact]
    public async Task An_HTTP_client_reads_a_dripped_body()
    {
        Stack.CustomerApi.SetFault(Fault.SlowDrip(TimeSpan.Zero));
        using var response = await Customers.GetAsync("api/v2/customers/nobody", Cancellation);
        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        Assert.Equal("Customer not found", (await ReadAsync(response))["message"]!.GetValue<string>());
    }

    [Fact]
    public async Task A_client_that_leaves_ends_a_drip()
    {
        Stack.ConversionApi.SetFault(Fault.SlowDrip(TimeSpan.FromSeconds(1), landed: false));
        using (var client = await RawClient.ConnectAsync(Stack.ConversionApiAddress, Cancellation))
        {
            await client.SendAsync($"{Head}Content-Length: {Ada.Length}\r\n\r\n{Ada}", Cancellation);
            Assert.Equal("H", await client.ReceiveAsync(Cancellation));
        }

        await Stack.WaitUntilAsync(static stack => stack.Calls[0].CompletedAt is not null, WaitTimeout, Cancellation);
        Assert.False(Stack.Calls[0].Completed);
        AssertOnly(ConversionEffect.None);
    }

    [Theory]
    [InlineData(400)]
    [InlineData(401)]
    [InlineData(409)]
    [InlineData(429)]
    [InlineData(500)]
    [InlineData(503)]
    public async Task Status_answers_in_the_envelope_and_does_nothing(int status)
    {
        Stack.ConversionApi.SetFault(Fault.Status(status, headers: ("Retry-After", "7")));
        using var response = await ConvertAsync("ada");

        Assert.Equal(status, (int)response.StatusCode);
        Assert.Equal(TimeSpan.FromSeconds(7), response.Headers.RetryAfter!.Delta);
        Assert.Equal(status, (await ReadAsync(response))["status"]!.GetValue<int>());
        AssertOnly(ConversionEffect.None);
        Assert.Equal((0, 1), (Stack.ConversionsFor("ada"), Stack.ArrivalsFor("ada")));
    }

    [Theory]
    [InlineData(502)]
    [InlineData(504)]
    public async Task Status_can_come_after_landing(int status)
    {
        Stack.ConversionApi.SetFault(Fault.Status(status, "<html>gateway</html>", landed: true, ("Content-Type", "text/html")));
        using var response = await ConvertAsync("ada");

        Assert.Equal(status, (int)response.StatusCode);
        Assert.Equal("text/html", response.Content.Headers.ContentType?.ToString());
        Assert.Equal("<html>gateway</html>", await response.Content.ReadAsStringAsync(Cancellation));
        AssertOnly(ConversionEffect.Landed);
    }

    [Fact]
    public async Task Status_can_redirect_and_be_empty()
    {
        Stack.ConversionApi.SetFault(Fault.Status(302, "", headers: ("Location", "/login")));
        using var client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false }) { BaseAddress = Stack.ConversionApiAddress };
        using var response = await client.PostAsync("conversion/xid", Conversion("ada"), Cancellation);

        Assert.Equal(302, (int)response.StatusCode);
        Assert.Equal("/login", response.Headers.Location!.OriginalString);
        Assert.Empty(await response.Content.ReadAsByteArrayAsync(Cancellation));
    }

    [Theory]
    [InlineData(204)]
    [InlineData(304)]
    public async Task A_status_without_a_body_is_possible(int status)
    {
        Stack.CustomerApi.SetFault(Fault.Status(status));
        using var response = await Customers.GetAsync("api/v2/customers", Cancellation);
        Assert.Equal(status, (int)response.StatusCode);
    }

    [Theory]
    [InlineData(199)]
    [InlineData(600)]
    public void Status_has_a_range(int status) => Assert.Throws<ArgumentOutOfRangeException>(() => Fault.Status(status));

    [Fact]
    public async Task Phantom_says_200_and_creates_nothing()
    {
        Stack.ConversionApi.EnqueueFaults(Fault.Phantom);
        using var phantom = await ConvertAsync("ada");
        Assert.Equal(HttpStatusCode.OK, phantom.StatusCode);
        Assert.Empty(await phantom.Content.ReadAsByteArrayAsync(Cancellation));
        AssertOnly(ConversionEffect.None);

        using var real = await ConvertAsync("ada");
        Assert.True(Stack.Conversions[1].Landed);
        Assert.Equal((1, 2), (Stack.ConversionsFor("ada"), Stack.ArrivalsFor("ada")));
    }

    [Fact]
    public async Task TestMismatch_makes_or_shows_the_other_environments_customers()
    {
        Stack.ConversionApi.SetFault(Fault.TestMismatch);
        using var converted = await ConvertAsync("ada");
        Assert.True(Assert.Single(Stack.Customers).Test);

        Stack.CustomerApi.SetFault(Fault.TestMismatch);
        using var read = await Customers.GetAsync("api/v2/customers/ada", Cancellation);
        Assert.False((await ReadAsync(read))["data"]!["test"]!.GetValue<bool>());
        Assert.True(Assert.Single(Stack.Customers).Test);
    }

    [Fact]
    public async Task The_queue_goes_before_the_rule_and_the_rule_before_the_standing_fault()
    {
        Stack.ConversionApi.SetFault(Fault.Status(500));
        Stack.ConversionApi.SetFaultRule(static call => call.BodyText.Contains("bob", StringComparison.Ordinal) ? Fault.Status(409) : null);
        Stack.ConversionApi.EnqueueFaults(Fault.Status(429), Fault.Status(503));

        await AssertStatusesAsync([429, 503, 500, 409], "ada", "bob", "ada", "bob");
        Stack.ConversionApi.SetFault(null);
        await AssertStatusesAsync([200, 409], "ada", "bob");
        Stack.ConversionApi.EnqueueFaults(Fault.Status(429));
        Stack.ConversionApi.ClearFaults();
        await AssertStatusesAsync([200], "bob");
        Assert.Equal(
            ["Status 429", "Status 503", "Status 500", "Status 409", "", "Status 409", ""],
            Stack.Conversions.Select(static conversion => conversion.Fault?.ToString() ?? ""));
    }

    [Fact]
    public async Task A_rule_can_pick_the_read_backs_alone()
    {
        Stack.CustomerApi.SetFaultRule(static call => call.Method is "GET" && call.Path.StartsWith("/api/v2/customers/", StringComparison.Ordinal) ? Fault.Status(503) : null);
        using var created = await CreateAsync("""{"customer_key":"ada","email":"ada@example.com","partner_key":"bob"}""");
        using var read = await Customers.GetAsync("api/v2/customers/ada", Cancellation);

        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.ServiceUnavailable), (created.StatusCode, read.StatusCode));
    }

    [Fact]
    public async Task A_rule_that_resets_before_the_body_does_so_without_landing()
    {
        Stack.ConversionApi.SetFaultRule(static _ => Fault.ResetBeforeBody);
        await Assert.ThrowsAsync<HttpRequestException>(() => ConvertAsync("ada"));
        Assert.Empty(Stack.Conversions);
        Assert.Empty(Stack.Customers);
    }

    [Fact]
    public async Task A_rule_that_throws_breaks_its_own_call_only()
    {
        using var client = await RawClient.ConnectAsync(Stack.ConversionApiAddress, Cancellation);
        Stack.ConversionApi.SetFaultRule(static _ => Fault.Refuse);
        await client.SendAsync($"{Head}Content-Length: {Ada.Length}\r\n\r\n{Ada}", Cancellation);
        Assert.StartsWith("HTTP/1.1 500 ", await client.ReceiveUntilAsync("\r\n\r\n", Cancellation), StringComparison.Ordinal);
        Stack.ConversionApi.SetFaultRule(null);
        await client.SendAsync($"{Head}Content-Length: {Ada.Length}\r\n\r\n{Ada}", Cancellation);
        Assert.StartsWith("HTTP/1.1 200 ", await client.ReceiveUntilAsync("\r\n\r\n", Cancellation), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_fault_of_the_Customer_API_after_landing_has_created_the_customer()
    {
        Stack.CustomerApi.EnqueueFaults(Fault.ResetAfterBody(landed: true));
        await Assert.ThrowsAsync<HttpRequestException>(() => CreateAsync("""{"customer_key":"ada","email":"ada@example.com","partner_key":"bob"}"""));
        Assert.Equal("ada", Assert.Single(Stack.Customers).CustomerKey);
    }

    [Fact]
    public async Task Stopping_ends_what_hangs_and_what_waits()
    {
        Stack.ConversionApi.EnqueueFaults(Fault.Hang(landed: true), Fault.Delay(TimeSpan.FromHours(1)), Fault.SlowDrip(TimeSpan.FromHours(1)));
        Task[] calls = [ConvertAsync("a"), ConvertAsync("b"), ConvertAsync("c")];
        await Stack.WaitUntilAsync(static stack => stack.Calls.Count == 3, WaitTimeout, Cancellation);
        await Stack.DisposeAsync();

        foreach (var call in calls)
        {
            await Assert.ThrowsAnyAsync<HttpRequestException>(() => call);
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_fault_has_a_name_for_a_table(string expected, Fault fault) => Assert.Equal(expected, fault.ToString());

    public static TheoryData<string, Fault> Names() => new()
    {
        { "Refuse", Fault.Refuse },
        { "ResetBeforeBody", Fault.ResetBeforeBody },
        { "ResetAfterBody", Fault.ResetAfterBody(landed: false) },
        { "ResetAfterBody, landed", Fault.ResetAfterBody(landed: true) },
        { "Hang, landed", Fault.Hang(landed: true) },
        { "Delay 00:00:05", Fault.Delay(TimeSpan.FromSeconds(5)) },
        { "SlowDrip 00:00:01", Fault.SlowDrip(TimeSpan.FromSeconds(1)) },
        { "Status 502, landed", Fault.Status(502, landed: true) },
        { "Phantom", Fault.Phantom },
        { "TestMismatch", Fault.TestMismatch },
    };

    private void AssertOnly(ConversionEffect effect)
    {
        Assert.Equal(effect, Assert.Single(Stack.Conversions).Effect);
        Assert.Equal(effect is ConversionEffect.Landed ? 1 : 0, Stack.Customers.Count);
    }

    private async Task AssertStatusesAsync(int[] expected, params string[] keys)
    {
        var statuses = new List<int>();
        foreach (var key in keys)
        {
            using var response = await ConvertAsync(key);
            statuses.Add((int)response.StatusCode);
        }

        Assert.Equal(expected, statuses);
    }
}
