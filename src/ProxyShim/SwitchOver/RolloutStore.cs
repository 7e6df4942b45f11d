using System.Globalization;
using ProxyShim.Ledger;
using ProxyShim.Redis;
using StackExchange.Redis;

namespace ProxyShim.SwitchOver;

/// <summary>Keeps in Redis what a person has set for all replicas. It belongs to the ledger's environment: a trial does not switch production over.</summary>
internal sealed class RolloutStore(LedgerSettings settings)
{
    private static readonly RedisScript s_change = new(RedisScript.Load("ProxyShim.SwitchOver.Scripts.change.lua"));

    private static readonly RedisValue[] s_fields = ["revision", "state"];

    /// <returns>Null where nothing was ever set.</returns>
    /// <exception cref="FormatException">What stands there is none of this version's.</exception>
    public async ValueTask<SharedRollout?> ReadAsync(IDatabase redis) =>
        await redis.GetFieldsFromMaster(settings.Keys.Rollout, s_fields) is [{ IsNull: false } revision, { IsNull: false } state]
            ? SharedRollout.Read(long.Parse((string)revision!, CultureInfo.InvariantCulture), (string)state!)
            : null;

    /// <returns>False when one of the same revision, or a newer one, is there already.</returns>
    public ValueTask<bool> ChangeAsync(IDatabase redis, SharedRollout rollout) =>
        s_change.RunAsync(redis, [settings.Keys.Rollout], [rollout.Revision, rollout.ToJson()], static reply => (string?)reply == "changed");
}
