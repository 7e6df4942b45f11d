using ProxyShim.Sandbox.PartnerStack;

namespace ProxyShim.Sandbox.Tour;

/// <summary>What PartnerStack knows of a customer, in a few words.</summary>
internal static class PartnerRecord
{
    public static string Of(SimulatedPartnerStack partnerStack, string customerKey) => partnerStack.FindCustomer(customerKey) is not { } customer
        ? $"{customerKey} is not there yet"
        : $"{customerKey}: partner {customer.PartnerKey}, {(customer.Xid is { } xid ? $"click {xid}" : "no click")}" +
            (customer.SubIds.Count == 0 ? "" : $", SubIDs {string.Join(", ", customer.SubIds)}");
}
