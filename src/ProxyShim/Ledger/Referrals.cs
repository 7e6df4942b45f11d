using System.Globalization;
using ProxyShim.Telemetry;
using StackExchange.Redis;

namespace ProxyShim.Ledger;

/// <summary>Reads what brought a customer from the fields of an entry.</summary>
internal static class Referrals
{
    /// <summary>Which fields, in their order; <c>take_call.lua</c> reads the same.</summary>
    public static readonly RedisValue[] Fields = FieldNames.Of("state", "xid", "partner", "sub_ids", "claimed_at");

    /// <summary>The state, null where the ledger does not know the customer; and what brought a customer whose click is known and who was not left to the Customer API.</summary>
    /// <param name="values">Of <see cref="Fields"/>. Those of an entry that an older version wrote may be null.</param>
    /// <exception cref="FormatException">A newer version has written a state that this one does not know.</exception>
    public static (ConversionState? State, Referral? Referral) Read(ReadOnlySpan<RedisValue> values)
    {
        if (values[0].IsNull)
        {
            return default;
        }

        var state = Lifecycle.Parse(values[0]!);
        return (state, state == ConversionState.Fallback || values[1].IsNullOrEmpty || values[4].IsNull ? null : new Referral(
            values[1]!, values[2], values[3],
            DateTimeOffset.FromUnixTimeMilliseconds((long)double.Parse((string)values[4]!, CultureInfo.InvariantCulture))));
    }
}
