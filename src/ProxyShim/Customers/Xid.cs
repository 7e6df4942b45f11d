using System.Buffers;

namespace ProxyShim.Customers;

/// <summary>A PartnerStack click id: what a partner link puts into <c>ps_xid</c>. Opaque, never empty, without white space.</summary>
internal readonly record struct Xid
{
    /// <summary>Longer than any id seen in the field (they are some 30 characters), short enough to keep junk out of a request and a log line.</summary>
    public const int MaxLength = 255;

    private static readonly SearchValues<char> s_allowed = SearchValues.Create([.. Enumerable.Range('!', '~' - '!' + 1).Select(static code => (char)code).Except("{\"")]);

    private Xid(string value) => Value = value;

    public string Value { get; }

    /// <summary>
    /// Takes printable ASCII without white space and without the characters that open JSON; anything else is not a click id, nor is a word for nothing, nor somebody's
    /// address: it would stand in every event, and in the ledger for ever.
    /// </summary>
    public static bool TryParse(string? text, out Xid xid)
    {
        xid = default;
        if (string.IsNullOrEmpty(text) || text.Length > MaxLength || text.AsSpan().ContainsAnyExcept(s_allowed)
            || WordsForNothing.Include(text) || AddressLike.MatchesBeyondChance(text))
        {
            return false;
        }

        xid = new Xid(text);
        return true;
    }

    public override string ToString() => Value;
}
