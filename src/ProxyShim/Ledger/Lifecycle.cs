using System.Collections.Frozen;

namespace ProxyShim.Ledger;

/// <summary>
/// The life of a conversion as a table. The Lua scripts make the moves, each in one step; a model-based test holds them to this table against real Redis.
/// </summary>
internal static class Lifecycle
{
    private static readonly FrozenDictionary<ConversionState, ConversionState[]> s_next = new Dictionary<ConversionState, ConversionState[]>
    {
        // Every state may become Fallback when the customer is deleted.
        [ConversionState.Held] = [ConversionState.Due, ConversionState.Sent, ConversionState.Verified, ConversionState.Dead, ConversionState.Fallback],
        [ConversionState.Claimed] =
            [
                ConversionState.Sent, ConversionState.Due, ConversionState.Ambiguous, ConversionState.Verified, ConversionState.Dead,
                ConversionState.Fallback,
            ],
        [ConversionState.Due] =
            [ConversionState.Claimed, ConversionState.Ambiguous, ConversionState.Sent, ConversionState.Verified, ConversionState.Dead, ConversionState.Fallback],
        [ConversionState.Ambiguous] =
            [ConversionState.Due, ConversionState.Sent, ConversionState.Verified, ConversionState.Dead, ConversionState.Fallback],
        [ConversionState.Sent] = [ConversionState.Due, ConversionState.Verified, ConversionState.Dead, ConversionState.Fallback],
        [ConversionState.Verified] = [ConversionState.Fallback],
        [ConversionState.Dead] =
            [
                ConversionState.Held, ConversionState.Due, ConversionState.Ambiguous, ConversionState.Sent, ConversionState.Verified,
                ConversionState.Fallback,
            ],
        [ConversionState.Fallback] = [],
    }.ToFrozenDictionary();

    /// <summary>Whether one state may follow another. Sent and verified are facts, so they may follow from wherever their reporter finds the entry.</summary>
    public static bool Allows(ConversionState from, ConversionState to) => from == to || s_next[from].Contains(to);

    /// <summary>The one index in which an entry of this state stands.</summary>
    /// <param name="readsBack">Whether there is a key pair to read back with; without one, nothing more happens to what was sent.</param>
    public static LedgerIndex IndexOf(ConversionState state, bool readsBack) => state switch
    {
        ConversionState.Claimed or ConversionState.Due => LedgerIndex.Due,
        ConversionState.Ambiguous => LedgerIndex.Unverified,
        ConversionState.Sent when readsBack => LedgerIndex.Unverified,
        ConversionState.Dead => LedgerIndex.Dead,
        ConversionState.Held => LedgerIndex.Held,
        _ => LedgerIndex.None,
    };

    /// <summary>Whether PartnerStack is known to have taken it.</summary>
    public static bool IsSent(ConversionState state) => state is ConversionState.Sent or ConversionState.Verified;

    /// <summary>Whether the ledger still holds the request itself.</summary>
    public static bool HasBody(ConversionState state, bool readsBack) => IndexOf(state, readsBack) != LedgerIndex.None;

    /// <summary>A state's name in Redis.</summary>
    public static string NameOf(ConversionState state) => state.ToString().ToLowerInvariant();

    /// <exception cref="FormatException">The ledger holds a state that this version does not know.</exception>
    public static ConversionState Parse(string name) =>
        Enum.TryParse<ConversionState>(name, ignoreCase: true, out var state) ? state : throw new FormatException("The ledger holds an unknown state.");
}
