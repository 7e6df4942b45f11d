using ProxyShim.Conversions;
using ProxyShim.CustomerApi;
using ProxyShim.Ledger;
using ProxyShim.Redis;
using ProxyShim.Telemetry;

namespace ProxyShim.Creation;

/// <summary>Answers callers whose customer PartnerStack has, or will have.</summary>
internal sealed class CustomerAnswers(ConversionSettings settings, ConversionApiSettings conversionApi, RedisGate redis, ConversionLedger ledger)
{
    /// <summary>PartnerStack has it.</summary>
    public CreationAnswer Created(CreationContext creation, Outcome outcome, IReadOnlyList<string>? subIds, DateTimeOffset createdAt) =>
        Created(creation, outcome, subIds, createdAt, StatusCodes.Status200OK);

    /// <summary>It is durable and will be delivered; where replicas must have it first and do not, the caller has to come again.</summary>
    public async ValueTask<CreationAnswer> QueuedAsync(CreationContext creation, Outcome outcome, IReadOnlyList<string>? subIds, DateTimeOffset createdAt) =>
        await IsReplicatedAsync(creation)
            ? Created(creation, outcome, subIds, createdAt, settings.QueuedStatus)
            : creation.Unavailable(Reasons.NotReplicated);

    private CreationAnswer.Created Created(CreationContext creation, Outcome outcome, IReadOnlyList<string>? subIds, DateTimeOffset createdAt, int status)
    {
        creation.Record.Outcome = outcome;
        return new CreationAnswer.Created(
            new CustomerObject(creation.Version, creation.Request, subIds, createdAt, conversionApi.Test), status);
    }

    private async ValueTask<bool> IsReplicatedAsync(CreationContext creation) =>
        redis.Settings.WaitReplicas == 0
        || await redis.RunOnDedicatedConnectionAsync(
            static (database, call) => call.ledger.IsReplicatedAsync(database, call.creation.Id), (ledger, creation), creation.Budget.Remaining);
}
