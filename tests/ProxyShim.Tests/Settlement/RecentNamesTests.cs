using ProxyShim.Ledger;
using ProxyShim.Settlement;
using ProxyShim.Tests.Ledger;
using Xunit;

namespace ProxyShim.Tests.Settlement;

public class RecentNamesTests
{
    private readonly RecentNames _names = new();

    [Fact]
    public void A_name_leads_to_the_entry_that_it_was_noted_for_last()
    {
        _names.Note("a", IdOf(1));
        _names.Note("b", IdOf(2));
        _names.Note("a", IdOf(3));

        Assert.Equal((IdOf(3), IdOf(2), null), (_names.Find("a"), _names.Find("b"), _names.Find("c")));
    }

    [Fact]
    public void So_many_notes_are_kept_and_those_of_one_call_count_once()
    {
        for (var number = 0; number <= RecentNames.Count; number++)
        {
            _names.Note($"{number}", IdOf(number));
            _names.Note($"{number}", IdOf(number));
        }

        Assert.Null(_names.Find("0"));
        Assert.Equal(
            Enumerable.Range(1, RecentNames.Count).Select(number => (ConversionId?)IdOf(number)),
            Enumerable.Range(1, RecentNames.Count).Select(number => _names.Find($"{number}")));
    }

    private static ConversionId IdOf(int number) => ConversionId.Of(LedgerUnderTest.KeyOf($"{number}"));
}
