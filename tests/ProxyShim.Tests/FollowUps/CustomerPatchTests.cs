using System.Text;
using ProxyShim.Customers;
using ProxyShim.FollowUps;
using ProxyShim.Tests.CustomerApi;
using Xunit;

namespace ProxyShim.Tests.FollowUps;

/// <summary>What a read within the lag shows of the writes that wait.</summary>
public class CustomerPatchTests
{
    [Fact]
    public void What_is_absent_or_of_another_type_changes_nothing()
    {
        var patched = Apply(
            Read.Request(name: "Ann", providerKey: "cus_1", meta: """{"plan":"pro"}"""), """{"name":"Bob","email":7,"provider_key":null,"meta":[]}""", "{}");

        Assert.Equal(("ann@example.com", "Bob", "cus_1", """{"plan":"pro"}"""), (patched.Email, patched.Name, patched.ProviderKey, MetaOf(patched)));
    }

    [Theory]
    [InlineData("""{"a":1,"b":2,"c":3}""", """{"b":4,"d":5}""", "{}", """{"a":1,"c":3,"b":4,"d":5}""")]
    [InlineData("""{"a":1,"b":2}""", """{"c":3,"a":4}""", """{"b":5,"c":6}""", """{"a":4,"b":5,"c":6}""")]
    [InlineData("""{"a":1,"A":2}""", """{"\u0061":3}""", "{}", """{"A":2,"a":3}""")]
    [InlineData("""{"a":{"x":1}}""", """{"a":{"y":2}}""", """{"n":12345678901234567890.10}""", """{"a":{"y":2},"n":12345678901234567890.10}""")]
    [InlineData(null, """{"a":1,"b":2}""", """{"a":3}""", """{"b":2,"a":3}""")]
    [InlineData(null, "[]", "7", null)]
    public void Custom_fields_are_set_one_by_one_and_the_last_write_counts(string? before, string first, string second, string? after) =>
        Assert.Equal(after, MetaOf(Apply(Read.Request(meta: before), $$"""{"meta":{{first}}}""", $$"""{"meta":{{second}}}""")));

    /// <summary>Half of a surrogate pair is no text to .NET.</summary>
    [Theory]
    [InlineData("""{"a":1}""", """{"name":"Eve","meta":{"b":"\ud83d"}}""")]
    [InlineData("""{"a":1}""", """{"name":"Eve","meta":{"b\ud83d":2}}""")]
    [InlineData("""{"a":1}""", """{"name":"\ud83d","meta":{"b":2}}""")]
    [InlineData("""{"a":"\ud83d"}""", """{"name":"Eve","meta":{"b":2}}""")]
    public void A_write_with_a_text_that_is_none_changes_nothing_and_the_others_do(string before, string write)
    {
        var patched = Apply(Read.Request(meta: before), """{"name":"Bob"}""", write, """{"provider_key":"cus_1"}""");

        Assert.Equal(("Bob", "cus_1", before), (patched.Name, patched.ProviderKey, MetaOf(patched)));
    }

    /// <summary>Bytes are counted, not time: a read applies all calls that wait, ten thousand at most (<c>FollowUps:MaxCalls</c>).</summary>
    [Fact]
    public void Twice_as_many_writes_are_twice_the_work()
    {
        WorkOf(400);

        Assert.InRange(WorkOf(800) / (double)WorkOf(400), 1, 2.5);
    }

    /// <summary>If each field of the one were looked for among those of the other, this would take ten minutes.</summary>
    [Fact]
    public void A_write_may_have_as_many_fields_as_its_customer()
    {
        const int Fields = 500_000;

        var merged = MetaOf(Apply(Read.Request(meta: Meta("a", Fields)), $$"""{"meta":{{Meta("b", Fields)}}}"""))!;

        Assert.StartsWith("""{"a0":0,"a1":0,""", merged, StringComparison.Ordinal);
        Assert.EndsWith($$""","b{{Fields - 1}}":0}""", merged, StringComparison.Ordinal);
    }

    private static long WorkOf(int writes)
    {
        string[] bodies = [.. Enumerable.Range(0, writes).Select(number => $$$"""{"meta":{"field-{{{number}}}":{{{number}}}}}""")];
        var before = GC.GetAllocatedBytesForCurrentThread();
        Apply(Read.Request(), bodies);
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }

    private static string Meta(string prefix, int fields) => "{" + string.Join(',', Enumerable.Range(0, fields).Select(number => $"\"{prefix}{number}\":0")) + "}";

    private static CustomerRequest Apply(CustomerRequest customer, params string[] bodies) =>
        CustomerPatch.Apply(customer, bodies.Select(body => new ReadOnlyMemory<byte>(Encoding.UTF8.GetBytes(body))));

    private static string? MetaOf(CustomerRequest customer) => customer.Meta is { } meta ? Encoding.UTF8.GetString(meta.Span) : null;
}
