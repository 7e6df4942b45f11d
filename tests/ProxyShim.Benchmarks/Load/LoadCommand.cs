using ProxyShim.Benchmarks.Contenders;
using ProxyShim.Benchmarks.Measure;
using ProxyShim.Benchmarks.Report;
using ProxyShim.Benchmarks.Scale;
using ProxyShim.Benchmarks.Servers;

namespace ProxyShim.Benchmarks.Load;

/// <summary><c>-- load</c></summary>
internal sealed class LoadCommand(LoadOptions options)
{
    private readonly Catalogue _catalogue = new(options, new Binaries());
    private readonly Markdown _page = new();
    private readonly List<string> _failures = [];

    /// <returns>The exit code: 0, or 1 when a contender answered wrongly or a conversion allocated too much.</returns>
    /// <exception cref="FormatException">A program that it needs is missing.</exception>
    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        Prerequisites.Check();
        _page.Heading(1, "Load").List(await Machine.DescribeAsync(TimeProvider.System, cancellationToken));
        try
        {
            await SectionsAsync(cancellationToken);
        }
        finally
        {
            // What was measured before something broke was measured.
            await WriteAsync();
        }

        return _failures.Count == 0 ? 0 : 1;
    }

    private async Task SectionsAsync(CancellationToken cancellationToken)
    {
        await using (var rig = await Rig.StartAsync(options, options.Clicks, TimeSpan.Zero, cancellationToken))
        {
            foreach (var (section, run) in new (string, Func<Task>)[]
            {
                ("conversions", () => CompareAsync(rig, Workload.Conversion, _catalogue.Conversions(), cancellationToken)),
                ("passthrough", () => CompareAsync(rig, Workload.Passthrough, _catalogue.Passthrough(), cancellationToken)),
                ("shadow", () => CompareAsync(rig, Workload.Shadow, _catalogue.Shadow(), cancellationToken)),
                ("follow-ups", () => CompareAsync(rig, Workload.FollowUp, _catalogue.FollowUps(), cancellationToken)),
                ("allocations", () => AllocationsAsync(rig, cancellationToken)),
                ("footprint", () => FootprintAsync(rig, cancellationToken)),
            })
            {
                if (options.Has(section))
                {
                    await run();
                }
            }
        }

        // These need upstreams and numbers of clicks of their own.
        if (options.Has("slow"))
        {
            await new SlowSection(options, _catalogue, _page).RunAsync(cancellationToken);
        }

        if (options.Has("bulk"))
        {
            await new BulkSection(options, _catalogue, _page).RunAsync(cancellationToken);
        }

        if (options.Has("clicks"))
        {
            await new ClicksSection(options, _catalogue, _page).RunAsync(cancellationToken);
        }

        if (options.Has("kept-calls"))
        {
            await new KeptCallsSection(options, _catalogue, _page).RunAsync(cancellationToken);
        }

        if (options.Has("scale"))
        {
            await new ScaleSection(options, _catalogue, _page).RunAsync(cancellationToken);
        }
    }

    private async Task CompareAsync(Rig rig, Workload workload, IReadOnlyList<Contender> contenders, CancellationToken cancellationToken)
    {
        foreach (var contender in contenders)
        {
            _failures.AddRange(await Check.RunAsync(rig, contender, workload, cancellationToken));
        }

        if (contenders.Count > 0)
        {
            var rounds = await Rounds.RunAsync(rig, options, workload, contenders, cancellationToken);
            _failures.AddRange(rounds.Failures);
            LoadReport.Rounds(_page, rounds, options);
        }
    }

    private async Task AllocationsAsync(Rig rig, CancellationToken cancellationToken)
    {
        var allocations = new[]
        {
            await Allocations.MeasureAsync(rig, options, Workload.Conversion, cancellationToken),
            await Allocations.MeasureAsync(rig, options, Workload.Passthrough, cancellationToken),
        };
        LoadReport.Allocated(_page, allocations, options);
        _failures.AddRange(allocations.Where(one => !one.IsWithin(options.MostBytes)).Select(one => $"a {one.Workload.Name} allocates more than {options.MostBytes} bytes"));
    }

    private async Task FootprintAsync(Rig rig, CancellationToken cancellationToken)
    {
        var footprints = new List<Footprint>();
        foreach (var contender in _catalogue.Conversions())
        {
            footprints.Add(await Footprint.MeasureAsync(rig, options, contender, cancellationToken));
        }

        LoadReport.Footprints(_page, footprints, options);
        if (footprints.Find(one => one.Contender.IsShim) is { } shim)
        {
            LoadReport.Bounds(_page, FootprintBound.Of(shim, options.Image is { } image ? await ImageSize.OfAsync(image, cancellationToken) : null));
        }
    }

    private async Task WriteAsync()
    {
        if (_failures.Count > 0)
        {
            _page.Heading(2, "Failures: the figures do not count").List(_failures);
        }

        Console.Write(_page);
        if (options.Report is { } file)
        {
            await File.WriteAllTextAsync(file, _page.ToString(), CancellationToken.None);
        }
    }
}
