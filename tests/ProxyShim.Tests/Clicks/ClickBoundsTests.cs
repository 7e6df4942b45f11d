using System.Text;
using ProxyShim.Clicks;
using ProxyShim.Customers;
using StackExchange.Redis;
using Xunit;

namespace ProxyShim.Tests.Clicks;

/// <summary>A visitor has a hand in a click: what is too long is left out and told, and the click itself still counts.</summary>
public class ClickBoundsTests
{
    private static readonly string[] s_fields = ["partner_key", "origin", "ip_address", "user_agent", "external_type", "clicked_at"];

    public static TheoryData<string, bool> Fields() => [.. s_fields.SelectMany(field => new[] { (field, true), (field, false) })];

    [Theory]
    [MemberData(nameof(Fields))]
    public void A_field_that_is_too_long_is_left_out(string field, bool hash)
    {
        Assert.False(Read(hash, (field, new string('x', ClickBounds.Field))).IsCut);

        var click = Read(hash, (field, new string('x', ClickBounds.Field + 1)));

        Assert.True(click.IsCut);
        Assert.Equal(new Click(click.Xid) { IsCut = true }, click);
    }

    [Theory]
    [MemberData(nameof(Fields))]
    public void A_word_for_nothing_is_an_absent_field(string field, bool hash)
    {
        var click = Read(hash, (field, "undefined"));

        Assert.Equal(new Click(click.Xid), click);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_list_that_is_too_long_is_cut(bool hash)
    {
        var many = $"[{string.Join(',', Enumerable.Range(0, 5_000).Select(i => $"\"{i}\""))}]";
        var click = Read(hash, ("sub_ids", many));
        Assert.Equal(Enumerable.Range(0, ClickBounds.SubIds).Select(i => $"{i}"), click.SubIds);
        Assert.True(click.IsCut);

        var long1 = Read(hash, ("sub_ids", $"[\"a\",\"{new string('x', ClickBounds.SubId + 1)}\",\"b\"]"));
        Assert.Equal(["a", "b"], long1.SubIds);
        Assert.True(long1.IsCut);
    }

    [Fact]
    public void A_list_of_commas_is_cut_as_well()
        => Assert.Equal(ClickBounds.SubIds, Read(hash: true, ("sub_ids", string.Join(',', Enumerable.Range(0, 1000)))).SubIds!.Count);

    [Fact]
    public void A_value_that_is_far_too_long_is_no_click()
    {
        Assert.NotNull(ClickReader.FromString(Json(("other", new string('x', ClickBounds.Value - 100)))));
        Assert.Null(ClickReader.FromString(Json(("other", new string('x', ClickBounds.Value)))));
    }

    private static Click Read(bool hash, (string Name, string Value) field) => hash
        ? ClickReader.FromHash([new("xid", "xid-1"), new(field.Name, field.Value)])!
        : ClickReader.FromString(Json(field))!;

    private static RedisValue Json((string Name, string Value) field) => Encoding.UTF8.GetBytes(
        $$"""{"xid":"xid-1","{{field.Name}}":{{(field.Value.StartsWith('[') ? field.Value : $"\"{field.Value}\"")}}}""");
}
