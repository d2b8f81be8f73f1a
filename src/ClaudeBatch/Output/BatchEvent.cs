using ClaudeBatch.Core.Ledger;

namespace ClaudeBatch;

/// <summary>An entry of the ledger's journal: what changed, when, and the message of the service where there was one.</summary>
public sealed class BatchEvent
{
    /// <summary>The time of the event, local.</summary>
    public DateTime At { get; set; }

    public string? Job { get; set; }

    public int? Part { get; set; }

    /// <summary>The kind of the event: the state that was reached, or a fixed word such as <c>Sealed</c> or <c>RetryPlanned</c>.</summary>
    public string? Kind { get; set; }

    /// <summary>The <c>request-id</c> of the service's reply.</summary>
    public string? RequestId { get; set; }

    public string? Message { get; set; }

    public override string ToString() => $"{Kind} {Message}";

    internal static BatchEvent From(EventRecord record) => new()
    {
        At = record.At.ToShell(),
        Job = record.Job,
        Part = record.Part,
        Kind = record.Kind,
        RequestId = record.RequestId,
        Message = record.Message,
    };
}
