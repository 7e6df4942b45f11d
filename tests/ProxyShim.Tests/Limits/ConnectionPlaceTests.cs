using Microsoft.AspNetCore.Connections;
using ProxyShim.Limits;
using Xunit;

namespace ProxyShim.Tests.Limits;

/// <summary>Which connection makes room: none of which a request is being served.</summary>
public sealed class ConnectionPlaceTests
{
    private readonly ConnectionPlace _place = new(new DefaultConnectionContext(), since: 0);

    /// <summary>Kestrel's own settings can allow HTTP/2, which has many.</summary>
    [Fact]
    public void Requests_that_are_served_at_once_are_all_let_in_and_hold_the_place_until_the_last_is_answered()
    {
        Assert.True(_place.TryBegin());
        Assert.True(_place.TryBegin());
        _place.End(now: 1);
        Assert.False(_place.TryAsk(now: 2));
        Assert.False(_place.TryEnd());

        _place.End(now: 3);
        Assert.True(_place.IsIdle);
        Assert.Equal(3, _place.Since);
        Assert.True(_place.TryAsk(now: 4));
    }

    [Fact]
    public void One_that_comes_while_it_is_asked_to_leave_is_served()
    {
        Assert.True(_place.TryAsk(now: 1));
        Assert.True(_place.TryBegin());
        Assert.False(_place.TryEnd());
    }

    [Fact]
    public void What_has_been_closed_serves_nothing_more()
    {
        Assert.True(_place.TryAsk(now: 1));
        Assert.True(_place.TryEnd());
        Assert.False(_place.TryBegin());
        Assert.True(_place.IsLeaving);
    }
}
