using System.Text.RegularExpressions;
using ProxyShim.Management.ConsolePage;
using ProxyShim.Primitives;
using ProxyShim.Tests.Dashboards;
using Xunit;

namespace ProxyShim.Tests.Management.ConsolePage;

public sealed partial class ConsoleEndpointsTests : IAsyncLifetime
{
    private ManagementSurface _surface = null!;

    [Fact]
    public async Task Every_part_forbids_what_it_does_not_need()
    {
        var parts = ConsoleAsset.ReadAll(isAdminOn: true).ToList();
        Assert.Equal(["/", "/console/console.css", "/console/icon.svg", "/console/main.js"], parts.Select(part => part.Path).Intersect(
            ["/", "/console/console.css", "/console/icon.svg", "/console/main.js"]).Order());

        foreach (var part in parts)
        {
            using var answer = (await _surface.GetAsync(part.Path)).Answer;
            Assert.Equal(200, (int)answer.StatusCode);
            Assert.Equal(part.ContentType, answer.Content.Headers.ContentType!.ToString());
            Assert.Equal(
                "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; "
                + "frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'",
                Header("Content-Security-Policy"));
            Assert.Equal("nosniff", Header("X-Content-Type-Options"));
            Assert.Equal("no-referrer", Header("Referrer-Policy"));
            Assert.Equal("same-origin", Header("Cross-Origin-Opener-Policy"));
            Assert.Equal("same-origin", Header("Cross-Origin-Resource-Policy"));
            Assert.Equal("no-cache", Header("Cache-Control"));

            string Header(string name) => answer.Headers.GetValues(name).Single();
        }
    }

    [Fact]
    public async Task Everything_that_the_page_names_is_served_and_nothing_is_anybody_elses()
    {
        var seen = new HashSet<string>();
        var unread = new Queue<string>(["/"]);
        while (unread.TryDequeue(out var path))
        {
            if (!seen.Add(path))
            {
                continue;
            }

            var (answer, body) = await _surface.GetAsync(path);
            Assert.True(answer.IsSuccessStatusCode, path);
            Assert.DoesNotContain("://", body.Replace("http://www.w3.org/2000/svg", "", StringComparison.Ordinal), StringComparison.Ordinal);
            foreach (Match reference in Reference().Matches(body))
            {
                unread.Enqueue(new Uri(new Uri("http://shim" + path), reference.Groups["url"].Value).AbsolutePath);
            }

            answer.Dispose();
        }

        Assert.Equal(ConsoleAsset.ReadAll(isAdminOn: true).Select(part => part.Path).Order(), seen.Order());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_page_knows_whether_there_is_a_token_to_ask_for(bool isAdminOn)
    {
        await using var surface = await ManagementSurface.ServeAsync(endpoints => endpoints.MapConsole(isAdminOn));

        var (answer, body) = await surface.GetAsync("/");

        answer.Dispose();
        Assert.Equal(isAdminOn, body.Contains("data-admin=\"on\"", StringComparison.Ordinal));
        Assert.Equal(!isAdminOn, body.Contains("data-admin=\"off\"", StringComparison.Ordinal));
    }

    [Fact]
    public async Task No_script_can_make_markup_out_of_data()
    {
        foreach (var part in ConsoleAsset.ReadAll(isAdminOn: true).Where(part => part.Path.EndsWith(".js", StringComparison.Ordinal)))
        {
            var (answer, body) = await _surface.GetAsync(part.Path);
            answer.Dispose();
            Assert.DoesNotMatch("innerHTML|outerHTML|insertAdjacentHTML|document\\.write|eval\\(|Function\\(|localStorage|document\\.cookie", body);
        }
    }

    [Fact]
    public async Task Each_event_of_the_log_has_words_of_its_own_made_of_what_it_says()
    {
        var (answer, body) = await _surface.GetAsync("/console/events.js");
        answer.Dispose();
        var kinds = Kind().Matches(body).ToDictionary(kind => kind.Groups["name"].Value, kind => Field().Matches(kind.Value).Select(field => field.Groups["name"].Value));

        Assert.Equal(EventFields.All.Keys.Order(), kinds.Keys.Order());
        Assert.All(kinds, kind => Assert.Empty(kind.Value.Except(EventFields.All[kind.Key])));
    }

    public async ValueTask InitializeAsync() => _surface = await ManagementSurface.ServeAsync(endpoints => endpoints.MapConsole(isAdminOn: true));

    public ValueTask DisposeAsync() => _surface.DisposeAsync();

    [GeneratedRegex("""^  (?<name>[A-Z]\w+): e =>(?:.*\n(?!  [A-Z]|\}))*.*""", RegexOptions.Multiline)]
    private static partial Regex Kind();

    [GeneratedRegex("""\be\.(?<name>[A-Z]\w+)""")]
    private static partial Regex Field();

    [GeneratedRegex("""(?:href|src)="(?<url>[^"#]+)"|from "(?<url>[^"]+)"|import "(?<url>[^"]+)"|url\((?<url>[^)]+)\)""")]
    private static partial Regex Reference();
}
