using ProxyShim.Ledger;
using Xunit;

namespace ProxyShim.Tests.Ledger;

public class LifecycleTests
{
    [Fact]
    public void What_was_sent_or_proved_is_never_sent_again_without_more_ado()
    {
        Assert.False(Lifecycle.Allows(ConversionState.Sent, ConversionState.Claimed));
        Assert.Equal([ConversionState.Fallback], NextOf(ConversionState.Verified));
        Assert.Empty(NextOf(ConversionState.Fallback));
    }

    [Fact]
    public void From_every_state_that_waits_there_is_a_way_to_proof()
    {
        foreach (var state in Enum.GetValues<ConversionState>().Where(state => state != ConversionState.Fallback))
        {
            Assert.True(state == ConversionState.Verified || Lifecycle.Allows(state, ConversionState.Verified), $"{state}");
        }
    }

    [Fact]
    public void Whatever_waits_stands_in_an_index_and_has_its_body()
    {
        foreach (var readsBack in new[] { true, false })
        {
            var waiting = Enum.GetValues<ConversionState>().Where(state => Lifecycle.HasBody(state, readsBack));
            ConversionState[] always = [ConversionState.Held, ConversionState.Claimed, ConversionState.Due, ConversionState.Ambiguous, ConversionState.Dead];
            Assert.Equal(always.Concat(readsBack ? [ConversionState.Sent] : []).Order(), waiting.Order());
        }
    }

    [Fact]
    public void A_name_in_Redis_is_read_as_it_is_written()
    {
        Assert.All(Enum.GetValues<ConversionState>(), state => Assert.Equal(state, Lifecycle.Parse(Lifecycle.NameOf(state))));
        Assert.Throws<FormatException>(() => Lifecycle.Parse("merged"));
        Assert.Throws<FormatException>(() => Lifecycle.Parse(""));
    }

    private static IEnumerable<ConversionState> NextOf(ConversionState from) =>
        Enum.GetValues<ConversionState>().Where(to => to != from && Lifecycle.Allows(from, to));
}
