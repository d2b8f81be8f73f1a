namespace ClaudeBatch.Core.Requests;

/// <summary>
/// The faults of many requests. Each distinct fault is there once, so that a million bad rows do not become a million messages.
/// </summary>
public sealed class RequestFindings
{
    private readonly Dictionary<RequestFault, Finding> _all = [];

    public IReadOnlyCollection<Finding> All => _all.Values;

    public bool HasErrors => _all.Keys.Any(static f => f.IsError);

    /// <summary>Adds a fault of a request.</summary>
    /// <param name="fault">The fault.</param>
    /// <param name="row">The request's row in the input, from 1.</param>
    /// <param name="customId">The request's custom id.</param>
    public void Add(RequestFault fault, long row, string customId)
    {
        if (!_all.TryGetValue(fault, out Finding? finding))
        {
            finding = new Finding(fault);
            _all.Add(fault, finding);
        }

        finding.Add(row, customId);
    }
}
