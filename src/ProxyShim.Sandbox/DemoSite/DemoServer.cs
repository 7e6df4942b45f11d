using System.Net;
using System.Text;
using ProxyShim.Sandbox.PartnerStack;
using ProxyShim.Sandbox.Shim;
using ProxyShim.Sandbox.Terminal;

namespace ProxyShim.Sandbox.DemoSite;

/// <summary>
/// A site to walk in a browser: a partner's page with a link, a vendor's landing page, its sign-up, and what became of it. Plain HTML; the pages
/// work without scripts, but for the one that keeps the click.
/// </summary>
internal sealed class DemoServer : IAsyncDisposable
{
    private const int LongestForm = 16 * 1024;

    private static readonly string[] s_steps = ["A partner's page", "The landing page", "The sign-up", "What became of it"];

    private readonly WebApplication _app;
    private readonly BackEnd _backEnd;
    private readonly Journey _journey;
    private readonly SimulatedPartnerStack _partnerStack;
    private readonly Func<ShimEndpoints> _shim;

    private DemoServer(IPEndPoint listen, SimulatedPartnerStack partnerStack, Func<ShimEndpoints> shim, Screen screen)
    {
        _partnerStack = partnerStack;
        _shim = shim;
        _backEnd = new(() => shim().Address, screen);
        _journey = new(partnerStack, shim);
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = LongestForm;
            kestrel.Listen(listen);
        });
        builder.Services.AddRoutingCore();
        _app = builder.Build();
        Map();
    }

    // The script comes from the shim, and reports to it.
    private string Policy =>
        $"default-src 'none'; style-src 'self'; script-src 'self' {Capture}; connect-src 'self' {Capture}; img-src data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

    private string Capture => _shim().Capture.GetLeftPart(UriPartial.Authority);

    /// <summary>On this machine, such as <c>http://127.0.0.1:9090/</c>.</summary>
    public Uri Address => new($"http://127.0.0.1:{new Uri(_app.Urls.Single()).Port}/");

    /// <summary>Starts it, and tells PartnerStack where its partners' links lead.</summary>
    /// <param name="shim">Asked only when a visitor walks the site.</param>
    /// <exception cref="IOException">The port is taken.</exception>
    public static async Task<DemoServer> StartAsync(
        IPEndPoint listen, SimulatedPartnerStack partnerStack, Func<ShimEndpoints> shim, Screen screen, CancellationToken cancellationToken)
    {
        var server = new DemoServer(listen, partnerStack, shim, screen);
        try
        {
            await server._app.StartAsync(cancellationToken);
            partnerStack.LandingPage = new Uri(server.Address, "landing");
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _backEnd.Dispose();
        _journey.Dispose();
    }

    private void Map()
    {
        _app.MapGet("/", (RequestDelegate)(context => PageAsync(context, 0, "partner.html", new()
        {
            ["title"] = "A partner's page",
            ["partnerLink"] = new Uri(_partnerStack.ConversionApiAddress, "link/lovelace?sid1=blog&sid2=notebook").ToString(),
        })));
        _app.MapGet("/landing", (RequestDelegate)(context => PageAsync(context, 1, "landing.html", Landing(LandingClick.Of(context.Request.Query)))));
        _app.MapGet("/sign-up", (RequestDelegate)(context =>
            PageAsync(context, 2, "sign-up.html", Form(new() { ["partner"] = context.Request.Query["partner"].ToString() }))));
        _app.MapPost("/sign-up", (RequestDelegate)SignUpAsync);
        _app.MapGet("/customers/{key}", (RequestDelegate)CustomerAsync);
        _app.MapGet("/customers/{key}/story", (RequestDelegate)StoryAsync);
        _app.MapGet("/site.css", (RequestDelegate)(context => WriteAsync(context, "text/css", Template.Read("site.css"))));
        _app.MapGet("/story.js", (RequestDelegate)(context => WriteAsync(context, "text/javascript", Template.Read("story.js"))));
    }

    private static Values Landing(LandingClick? click) => new()
    {
        ["title"] = "Acme Notes",
        ["capture"] = true,
        ["click"] = click,
        ["xid"] = click?.Xid,
        ["partnerKey"] = click?.PartnerKey,
        ["partner"] = click?.Partner,
        ["subIds"] = click is null ? "" : string.Join(", ", click.SubIds),
    };

    private Values Form(Values values)
    {
        values["title"] = "Create your account";
        values["capture"] = true;
        values["shim"] = _shim().Address.ToString();
        return values;
    }

    private async Task SignUpAsync(HttpContext context)
    {
        var form = await context.Request.ReadFormAsync(context.RequestAborted);
        var (name, email, partner) = (form["name"].ToString().Trim(), form["email"].ToString().Trim(), form["partner"].ToString().Trim());
        if (SignUpProblem.Of(name, email, partner) is { } problem)
        {
            context.Response.StatusCode = StatusCodes.Status422UnprocessableEntity;
            await PageAsync(context, 2, "sign-up.html", Form(new() { ["name"] = name, ["email"] = email, ["partner"] = partner, ["problem"] = problem }));
            return;
        }

        var signUp = await _backEnd.SignUpAsync(name, email, partner.Length == 0 ? null : partner, context.RequestAborted);
        context.Response.StatusCode = StatusCodes.Status303SeeOther;
        context.Response.Headers.Location = $"/customers/{signUp.Key}";
    }

    private async Task CustomerAsync(HttpContext context)
    {
        if (Customer(context) is not { } signUp)
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }

        var stages = await _journey.OfAsync(signUp, context.RequestAborted);
        await PageAsync(
            context,
            3,
            "customer.html",
            new()
            {
                ["title"] = "What became of it",
                ["name"] = signUp.Name,
                ["key"] = signUp.Key,
                ["console"] = _shim().Management.ToString(),
                ["token"] = _shim().ManagementToken,
                ["refresh"] = stages.Any(static stage => stage.State is StageState.Open),
            },
            Story(stages));
    }

    private async Task StoryAsync(HttpContext context)
    {
        if (Customer(context) is { } signUp)
        {
            await WriteAsync(context, "text/html", Story(await _journey.OfAsync(signUp, context.RequestAborted)));
        }
        else
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
        }
    }

    private SignUp? Customer(HttpContext context) => _backEnd.Find(context.Request.RouteValues["key"]?.ToString() ?? "");

    private static string Story(IReadOnlyList<Stage> stages) => Template.Render("story.html", new()
    {
        ["stages"] = stages.Select(static stage => new Values
        {
            ["name"] = stage.Name,
            ["state"] = stage.State switch { StageState.Done => "done", StageState.Open => "open", _ => "stopped" },
            ["label"] = stage.State switch { StageState.Done => "done", StageState.Open => "not yet", _ => "no" },
            ["isOpen"] = stage.State is StageState.Open,
            ["text"] = stage.Text,
            ["code"] = stage.Code,
        }).ToArray(),
    });

    private Task PageAsync(HttpContext context, int step, string file, Values values, string story = "")
    {
        values["captureScript"] = $"{Capture}/capture.js";
        values["steps"] = s_steps.Select((name, index) => new Values { ["name"] = name, ["current"] = index == step }).ToArray();
        var main = Template.Render(file, values).Replace("<!--story-->", story, StringComparison.Ordinal);
        return WriteAsync(context, "text/html", Template.Render("layout.html", values).Replace("<!--main-->", main, StringComparison.Ordinal));
    }

    private async Task WriteAsync(HttpContext context, string type, string text)
    {
        context.Response.ContentType = $"{type}; charset=utf-8";
        context.Response.Headers.ContentSecurityPolicy = Policy;
        context.Response.Headers.CacheControl = "no-store";
        context.Response.Headers.XContentTypeOptions = "nosniff";
        await context.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(text), context.RequestAborted);
    }
}
