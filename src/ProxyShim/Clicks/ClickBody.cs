using System.Buffers;

namespace ProxyShim.Clicks;

/// <summary>Reads the body of a call that reports one click.</summary>
internal static class ClickBody
{
    /// <summary>Null when it is longer than <see cref="ClickForm.MaxLength"/>; what is left of it is not read.</summary>
    public static async ValueTask<ReadOnlyMemory<byte>?> ReadAsync(HttpContext context)
    {
        if (context.Request.ContentLength > ClickForm.MaxLength)
        {
            return null;
        }

        var reader = context.Request.BodyReader;
        var result = await reader.ReadAtLeastAsync(ClickForm.MaxLength + 1, context.RequestAborted);
        var body = result.Buffer.Length > ClickForm.MaxLength ? default(ReadOnlyMemory<byte>?) : result.Buffer.ToArray();
        reader.AdvanceTo(result.Buffer.End);
        return body;
    }
}
