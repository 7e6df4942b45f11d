using System.Globalization;

namespace ProxyShim.Hosting.Commands;

/// <summary>A file that is sent, and on a terminal how much of it has been: the shim takes no more than it has written, so that it is the import's progress too.</summary>
internal sealed class UploadProgress : Stream
{
    private const int Width = 40;

    private static readonly TimeSpan s_interval = TimeSpan.FromMilliseconds(200);

    private readonly Stream _file;
    private readonly string _name;
    private readonly long? _length;
    private readonly bool _isShown;
    private long _read;
    private long _shownAt;

    private UploadProgress(Stream file, string name, long? length, bool isShown) => (_file, _name, _length, _isShown) = (file, name, length, isShown);

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public static UploadProgress Of(Stream file, string name) => new(file, name, file.CanSeek ? file.Length : null, !Console.IsErrorRedirected);

    /// <summary>Wipes the line.</summary>
    public void End()
    {
        if (_isShown)
        {
            Console.Error.Write($"\r{new string(' ', _name.Length + Width + 24)}\r");
        }
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var read = await _file.ReadAsync(buffer, cancellationToken);
        _read += read;
        if (_isShown && TimeProvider.System.GetElapsedTime(_shownAt) >= s_interval)
        {
            _shownAt = TimeProvider.System.GetTimestamp();
            Console.Error.Write($"\r{_name} {Bar()}");
        }

        return read;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    private string Bar()
    {
        var megabytes = string.Create(CultureInfo.InvariantCulture, $"{_read / 1_000_000.0:0.0} MB");
        if (_length is not > 0)
        {
            return megabytes;
        }

        var done = (int)Math.Min(Width, Width * _read / _length.Value);
        return string.Create(CultureInfo.InvariantCulture, $"[{new string('#', done)}{new string('.', Width - done)}] {100 * _read / _length.Value} % {megabytes}");
    }
}
