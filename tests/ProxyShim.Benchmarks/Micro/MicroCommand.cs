using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using Perfolizer.Horology;
using ProxyShim.Benchmarks.Contenders;

namespace ProxyShim.Benchmarks.Micro;

/// <summary><c>-- micro [BenchmarkDotNet's options]</c></summary>
internal static class MicroCommand
{
    public static int Run(string[] options)
    {
        // In process: a generated project would stand under this repository's build settings, which are not made for generated code.
        var config = DefaultConfig.Instance
            .WithArtifactsPath(Path.Combine(Binaries.Root, "artifacts", "benchmarks"))
            .AddJob(Job.Default.WithToolchain(InProcessEmitToolchain.Instance).WithWarmupCount(5).WithIterationCount(12).WithIterationTime(TimeInterval.FromMilliseconds(200)))
            .AddDiagnoser(MemoryDiagnoser.Default);
        var summaries = BenchmarkSwitcher.FromAssembly(typeof(MicroCommand).Assembly).Run(options.Length > 0 ? options : ["--filter", "*"], config);
        return summaries.All(summary => summary.Reports.All(report => report.Success)) ? 0 : 1;
    }
}
