using ProxyShim.Conversions;
using ProxyShim.CustomerApi;
using ProxyShim.Ledger;
using ProxyShim.Telemetry;

namespace ProxyShim.Creation;

/// <summary>Answers callers whose customer PartnerStack has, or will have.</summary>
internal sealed class CustomerAnswers(ConversionSettings settings, ConversionApiSettings conversionApi, ConversionLedger ledger)
{
    /// <summary>PartnerStack has it.</summary>
    public CreationAnswer Created(CreationContext creation, Outcome outcome, IReadOnlyList<string>? subIds, DateTimeOffset createdAt) =>
        Created(creation, outcome, subIds, createdAt, StatusCodes.Status200OK);

    /// <summary>It is durable and will be delivered; where replicas must have it first and do not, the caller has to come again.</summary>
    public async ValueTask<CreationAnswer> QueuedAsync(CreationContext creation, Outcome outcome, IReadOnlyList<string>? subIds, DateTimeOffset createdAt) =>
        await ledger.IsReplicatedAsync(creation.Budget, creation.Id)
            ? Created(creation, outcome, subIds, createdAt, settings.QueuedStatus)
            : creation.Unavailable(Reasons.NotReplicated);

    private CreationAnswer.Created Created(CreationContext creation, Outcome outcome, IReadOnlyList<string>? subIds, DateTimeOffset createdAt, int status)
    {
        creation.Record.Outcome = outcome;
        return new CreationAnswer.Created(
            new CustomerObject(creation.Version, creation.Request, subIds, createdAt, conversionApi.Test), status);
    }
}
