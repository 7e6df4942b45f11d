using System.Collections.Concurrent;
using ProxyShim.Sandbox.PartnerStack;

namespace ProxyShim.Sandbox.Tour;

/// <summary>Lets the Conversion API fail as the steps of the tour say, whenever the shim comes with their customers.</summary>
internal sealed class TourFaults(IEnumerable<TourStep> steps)
{
    private readonly (string Customer, ConcurrentQueue<Fault> Faults)[] _left =
        [.. steps.Where(step => step.Faults.Count > 0).Select(step => ($"\"{step.CustomerKey}\"", new ConcurrentQueue<Fault>(step.Faults)))];

    /// <summary>The fault that this call meets; null for none.</summary>
    public Fault? Of(RecordedCall call)
    {
        foreach (var (customer, faults) in _left)
        {
            if (call.BodyText.Contains(customer, StringComparison.Ordinal) && faults.TryDequeue(out var fault))
            {
                return fault;
            }
        }

        return null;
    }
}
