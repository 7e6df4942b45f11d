namespace ProxyShim.Benchmarks.Measure;

/// <summary>A figure of the footprint, and what issue 5 allows.</summary>
/// <param name="Figure">Its name and unit.</param>
/// <param name="Measured">Null where it was not measured.</param>
internal sealed record FootprintBound(string Figure, double AtMost, double? Measured)
{
    public bool? IsWithin => Measured is { } measured ? measured <= AtMost : null;

    /// <param name="image">MiB of the image.</param>
    public static IReadOnlyList<FootprintBound> Of(Footprint shim, double? image) =>
    [
        new("start to first conversion, ms (median)", 100, shim.FirstConversion.Median),
        new("RSS after it, MiB (median)", 40, shim.ResidentAfterFirst.Median),
        new("RSS under load, MiB", 64, shim.ResidentUnderLoad),
        new("idle, % of a core", 0.2, shim.IdleCore),

        // What is left out for it stands in src/ProxyShim/Native/Trimming.xml.
        new("binary, MiB", 25, shim.BinarySize),
        new("image, MiB", 40, image),
    ];
}
