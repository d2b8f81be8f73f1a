namespace ClaudeBatch.Core.Requests;

/// <summary>What was found in many requests, each distinct fault once: a million bad rows must not become a million messages.</summary>
public sealed class RequestFindings
{
    private readonly Dictionary<RequestFault, Finding> _all = [];

    public IReadOnlyCollection<Finding> All => _all.Values;

    public bool HasErrors => _all.Keys.Any(static f => f.IsError);

    /// <param name="fault">What is wrong.</param>
    /// <param name="row">Where the request stands in the input, from 1.</param>
    /// <param name="customId">Its id.</param>
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
