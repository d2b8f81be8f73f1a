using ClaudeBatch.Core.Ledger;

namespace ClaudeBatch;

/// <summary>An entry of the ledger's journal: what changed, when, and in which words of the service.</summary>
public sealed class BatchEvent
{
    /// <summary>UTC.</summary>
    public DateTime At { get; set; }

    public string? Job { get; set; }

    public int? Part { get; set; }

    /// <summary>A stable word: a state that was reached, or <c>Sealed</c>, <c>RetryPlanned</c>, <c>AdoptedTentative</c>, …</summary>
    public string? Kind { get; set; }

    /// <summary>The service's id of the call.</summary>
    public string? RequestId { get; set; }

    public string? Message { get; set; }

    public override string ToString() => $"{Kind} {Message}";

    internal static BatchEvent From(EventRecord record) => new()
    {
        At = record.At,
        Job = record.Job,
        Part = record.Part,
        Kind = record.Kind,
        RequestId = record.RequestId,
        Message = record.Message,
    };
}
