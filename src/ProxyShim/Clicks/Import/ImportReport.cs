namespace ProxyShim.Clicks.Import;

/// <summary>What became of a file.</summary>
/// <param name="Read">Rows, without a header.</param>
/// <param name="Written">They are their customers' clicks now; in a trial: they could be.</param>
/// <param name="Same">They were there already.</param>
/// <param name="Older">A newer click was there, or their own lifetime is over.</param>
/// <param name="BadCount">Rows that cannot be used.</param>
/// <param name="Bad">The first of them, <see cref="MostBad"/> at most, by line.</param>
internal sealed record ImportReport(long Read, long Written, long Same, long Older, long BadCount, IReadOnlyList<BadRow> Bad)
{
    public const int MostBad = 1000;
}

/// <param name="Line">Counted from 1, in the file as it is unpacked.</param>
/// <param name="Reason">What is wrong and what to write; nothing of the row.</param>
internal sealed record BadRow(long Line, string Reason);
