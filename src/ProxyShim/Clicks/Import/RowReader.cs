namespace ProxyShim.Clicks.Import;

/// <summary>Splits a stream into rows, in bounded memory: a row that is too long is told and passed over, whatever it holds.</summary>
/// <param name="quoted">Whether a line end between quotation marks is part of a row (https://www.rfc-editor.org/rfc/rfc4180).</param>
internal sealed class RowReader(Stream stream, bool quoted)
{
    /// <summary>Bytes of a row.</summary>
    public const int MaxRow = ClickForm.MaxLength;

    private const int BufferLength = 4 * MaxRow;

    // As text too it is no large object (https://learn.microsoft.com/dotnet/standard/garbage-collection/large-object-heap), which only a full collection would
    // free; and no conversion waits for more than some 2 ms of Redis's time.
    private const int MostOfBatch = 32 * 1024;

    private readonly byte[] _buffer = new byte[BufferLength];
    private int _start;
    private int _end;
    private int _scanned;
    private long _line = 1;
    private long _rowLine = 1;
    private bool _inQuotes;
    private bool _isSkipping;
    private bool _isOver;

    /// <summary>The next rows; null at the end. Empty lines are no rows.</summary>
    public async ValueTask<RowBatch?> ReadAsync(CancellationToken cancellationToken)
    {
        var (rows, tooLong) = (new List<(int Start, int Length, long Line)>(), new List<long>());
        while (true)
        {
            Split(rows, tooLong);
            if (rows.Count > 0 || tooLong.Count > 0)
            {
                return Cut(rows, tooLong);
            }

            // A row that does not end in time, or at all.
            if (!_isSkipping && (_end - _start > MaxRow || (_isOver && _inQuotes)))
            {
                PassOver(tooLong);
                continue;
            }

            if (_isOver)
            {
                return null;
            }

            await FillAsync(cancellationToken);
        }
    }

    private bool IsFull(List<(int Start, int, long)> rows) => rows.Count > 0 && _scanned - rows[0].Start >= MostOfBatch;

    private RowBatch Cut(List<(int Start, int Length, long Line)> rows, List<long> tooLong)
    {
        if (rows.Count == 0)
        {
            return new([], [], tooLong);
        }

        var (from, to) = (rows[0].Start, rows[^1].Start + rows[^1].Length);
        return new(_buffer[from..to], rows.ConvertAll(row => (row.Start - from, row.Length, row.Line)), tooLong);
    }

    private void Split(List<(int, int, long)> rows, List<long> tooLong)
    {
        while (!IsFull(rows) && _scanned < _end)
        {
            var rest = _buffer.AsSpan(_scanned, _end - _scanned);

            // It is not known whether a row that is passed over has closed its quotation marks: it ends with its line.
            var at = quoted && !_isSkipping ? rest.IndexOfAny((byte)'"', (byte)'\n') : rest.IndexOf((byte)'\n');
            _scanned = at < 0 ? _end : _scanned + at + 1;
            if (at < 0)
            {
                return;
            }

            if (rest[at] == (byte)'"')
            {
                _inQuotes = !_inQuotes;
                continue;
            }

            _line++;
            if (!_inQuotes || _isSkipping)
            {
                EndRow(rows, tooLong, _scanned - 1);
            }
        }

        // The last row may have no line end.
        if (_isOver && _scanned == _end && _start < _end && !IsFull(rows) && !_inQuotes)
        {
            EndRow(rows, tooLong, _end);
        }
    }

    // Only the line in which it begins: what follows may be rows that a quotation mark has swallowed.
    private void PassOver(List<long> tooLong)
    {
        tooLong.Add(_rowLine);
        var end = _buffer.AsSpan(_start, _end - _start).IndexOf((byte)'\n');
        _start = _scanned = end < 0 ? _end : _start + end + 1;
        (_isSkipping, _inQuotes) = (end < 0, false);
        _line = _rowLine += end < 0 ? 0 : 1;
    }

    private void EndRow(List<(int, int, long)> rows, List<long> tooLong, int end)
    {
        var row = _buffer.AsSpan(_start, end - _start).TrimEnd((byte)'\r');
        if (row.Length > MaxRow && !_isSkipping)
        {
            PassOver(tooLong);
            return;
        }

        if (!_isSkipping && row.Trim(" \t"u8).Length > 0)
        {
            rows.Add((_start, row.Length, _rowLine));
        }

        (_start, _rowLine, _inQuotes, _isSkipping) = (_scanned, _line, false, false);
    }

    private async ValueTask FillAsync(CancellationToken cancellationToken)
    {
        _start = _isSkipping ? _end : _start;
        _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
        (_scanned, _end, _start) = (_scanned - _start, _end - _start, 0);
        var read = await stream.ReadAtLeastAsync(_buffer.AsMemory(_end), Math.Min(MostOfBatch, _buffer.Length - _end), throwOnEndOfStream: false, cancellationToken);
        (_end, _isOver) = (_end + read, read == 0);
    }
}
