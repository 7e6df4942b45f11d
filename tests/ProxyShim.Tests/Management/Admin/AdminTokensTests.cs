using ProxyShim.Management;
using ProxyShim.Management.Admin;
using ProxyShim.Tests.Management.Scraping;
using Xunit;

namespace ProxyShim.Tests.Management.Admin;

/// <summary>Who may call the admin API, what becomes of tokens that are replaced, and of those who guess.</summary>
public sealed class AdminTokensTests
{
    private const string Who = "/admin/who";

    private static readonly TimeSpan s_aSecond = TimeSpan.FromSeconds(1);

    [Fact]
    public async Task Each_token_is_known_by_its_name_and_a_read_only_one_changes_nothing()
    {
        using var door = new AdminDoor(AdminDoor.Token("first"), AdminDoor.Token("second", "ops"), AdminDoor.Token("third", "support", readOnly: true));
        await using var surface = await door.ServeAsync();

        Assert.Equal((200, "default"), await CallAsync(surface, "first"));
        Assert.Equal((200, "ops"), await CallAsync(surface, "second", HttpMethod.Post));
        Assert.Equal((200, "support"), await CallAsync(surface, "third"));
        var (status, body) = await CallAsync(surface, "third", HttpMethod.Post);
        Assert.Equal(403, status);
        Assert.Contains("may only read", body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_token_that_is_replaced_needs_no_restart()
    {
        using var door = new AdminDoor(AdminDoor.Token("old"));
        await using var surface = await door.ServeAsync();
        door.Now = [AdminDoor.Token("new"), AdminDoor.Token("another", "ops")];

        door.Time.Advance(AdminTokens.Interval);

        Assert.Equal(401, (await CallAsync(surface, "old")).Status);
        Assert.Equal((200, "default"), await CallAsync(surface, "new"));
        Assert.Equal((200, "ops"), await CallAsync(surface, "another"));
    }

    [Fact]
    public async Task Settings_that_cannot_be_used_any_more_leave_the_tokens_as_they_were_and_are_told_once()
    {
        using var door = new AdminDoor(AdminDoor.Token("old"));
        await using var surface = await door.ServeAsync();
        door.Now = null;

        for (var look = 0; look < 3; look++)
        {
            door.Time.Advance(AdminTokens.Interval);
            Assert.Equal(200, (await CallAsync(surface, "old")).Status);
        }

        Assert.Equal(["unusable"], Alerts(door));
        door.Now = [];
        door.Time.Advance(AdminTokens.Interval);
        Assert.Equal(401, (await CallAsync(surface, "old")).Status);
    }

    [Fact]
    public async Task Whoever_guesses_is_slowed_down_counted_and_told_and_not_locked_out()
    {
        using var door = new AdminDoor(AdminDoor.Token("right"));
        await using var surface = await door.ServeAsync();

        var answers = new List<int>();
        for (var guess = 0; guess < 1000; guess++)
        {
            answers.Add((await CallAsync(surface, $"guess {guess}")).Status);
        }

        // The clock stands still: all of it was within a second.
        Assert.Equal(WrongTokens.Free + WrongTokens.TriesPerSecond, answers.Count(status => status == 401));
        Assert.All(answers.Skip(WrongTokens.Free + WrongTokens.TriesPerSecond), status => Assert.Equal(429, status));
        Assert.Equal(["wrong"], Alerts(door));

        // Not looked at, so that nothing can be learnt from it.
        Assert.Equal(429, (await CallAsync(surface, "right")).Status);
        door.Time.Advance(s_aSecond);
        Assert.Equal(200, (await CallAsync(surface, "right")).Status);
    }

    [Fact]
    public async Task A_script_with_an_old_token_keeps_nobody_out()
    {
        using var door = new AdminDoor(AdminDoor.Token("right"));
        await using var surface = await door.ServeAsync();

        for (var second = 0; second < 60; second++)
        {
            await CallAsync(surface, "old");
            Assert.Equal(200, (await CallAsync(surface, "right")).Status);
            door.Time.Advance(s_aSecond);
        }
    }

    [Fact]
    public async Task Wrong_tokens_are_forgotten_after_a_while()
    {
        using var door = new AdminDoor(AdminDoor.Token("right"));
        await using var surface = await door.ServeAsync();
        await GuessAsync(surface, WrongTokens.Free + WrongTokens.TriesPerSecond);
        Assert.Equal(429, (await CallAsync(surface, "right")).Status);

        door.Time.Advance(WrongTokens.Memory);

        await GuessAsync(surface, WrongTokens.Free - 1);
        Assert.Equal(401, (await CallAsync(surface, "guess")).Status);
        Assert.Equal(["wrong", "wrong"], Alerts(door));
    }

    [Fact]
    public async Task Refusals_are_counted_by_their_reason()
    {
        await using var instruments = new Instruments();
        using var door = new AdminDoor(AdminDoor.Token("right"), AdminDoor.Token("reader", "support", readOnly: true));
        await using var surface = await ManagementSurface.ServeAsync(endpoints =>
            new AdminRoutes(endpoints, door.Tokens, door.Wrong, instruments.Metrics).Map("POST", Who, (_, _) => Task.CompletedTask));

        await CallAsync(surface, "reader", HttpMethod.Post);
        for (var guess = 0; guess < WrongTokens.Free + WrongTokens.TriesPerSecond + 3; guess++)
        {
            await CallAsync(surface, "guess", HttpMethod.Post);
        }

        Assert.Superset(
            new HashSet<string>
            {
                """proxyshim_management_refusals_total{reason="wrong_token"} 15""",
                """proxyshim_management_refusals_total{reason="slowed"} 3""",
                """proxyshim_management_refusals_total{reason="read_only"} 1""",
            },
            instruments.Samples.ToHashSet());
    }

    private static async Task GuessAsync(ManagementSurface surface, int times)
    {
        for (var guess = 0; guess < times; guess++)
        {
            Assert.Equal(401, (await CallAsync(surface, "guess")).Status);
        }
    }

    private static IEnumerable<string?> Alerts(AdminDoor door) => door.Log.Entries.Select(entry => entry.GetProperty("Detail").GetString());

    private static async Task<(int Status, string Body)> CallAsync(ManagementSurface surface, string token, HttpMethod? method = null)
    {
        var (answer, body) = await surface.SendAsync(method ?? HttpMethod.Get, Who, $"Bearer {token}");
        using (answer)
        {
            Assert.Equal((int)answer.StatusCode == 429, answer.Headers.RetryAfter is not null);
            return ((int)answer.StatusCode, body);
        }
    }
}
