using System.IO.Pipelines;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using ProxyShim.Passthrough;
using Xunit;

namespace ProxyShim.Tests.Passthrough;

public class WholeBodyTests
{
    public static TheoryData<string> Breaks => ["reset", "early end", "cancelled"];

    [Theory]
    [MemberData(nameof(Breaks))]
    public void A_body_that_broke_off_is_left_to_whoever_forwards_it(string how)
    {
        var context = new DefaultHttpContext();
        context.Request.ContentLength = 3;
        context.Features.Set<IRequestBodyPipeFeature>(new BrokenBody(how switch
        {
            "reset" => new ConnectionResetException(how),
            "early end" => new BadHttpRequestException(how),
            _ => new OperationCanceledException(how),
        }));
        using var content = new ByteArrayContent([1, 2, 3]);
        using var request = new HttpRequestMessage { Content = content };

        WholeBody.Note(context.Request, request);

        Assert.Same(content, WholeBody.Of(request));
    }

    private sealed class BrokenBody(Exception failure) : PipeReader, IRequestBodyPipeFeature
    {
        public PipeReader Reader => this;

        public override bool TryRead(out ReadResult result) => throw failure;

        public override ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default) => throw failure;

        public override void AdvanceTo(SequencePosition consumed) => throw new NotSupportedException();

        public override void AdvanceTo(SequencePosition consumed, SequencePosition examined) => throw new NotSupportedException();

        public override void CancelPendingRead() => throw new NotSupportedException();

        public override void Complete(Exception? exception = null) => throw new NotSupportedException();
    }
}
