using ClaudeBatch.Core.Ledger.Sqlite;
using ClaudeBatch.Core.Requests;

namespace ClaudeBatch.Core.Ledger;

/// <summary>One time a request was tried: where its bytes lie and how it ended.</summary>
/// <param name="Row">Of the request.</param>
/// <param name="CustomId">Of the request.</param>
/// <param name="SpoolOffset">Of its bytes in the part's spool.</param>
/// <param name="SpoolLength">In bytes.</param>
/// <param name="Outcome">How it ended; null while it has not.</param>
/// <param name="FailureClass">What can be done about a failure.</param>
/// <param name="ResultOffset">Of its line in the results.</param>
/// <param name="ResultLength">In bytes.</param>
/// <param name="SourceOffset">Of its row in the job's source.</param>
/// <param name="SourceLength">In bytes.</param>
/// <param name="OutputSchema">The number of the schema its answer is to fit; 0 where there is none.</param>
/// <param name="StopReason">The service's word for why the answer ended.</param>
/// <param name="Model">The model that answered.</param>
/// <param name="ErrorType">The service's word for a failure.</param>
/// <param name="CostInPicodollars">Of this attempt and, where they were asked for, of those before it; null where a price is not
/// known.</param>
public sealed record AttemptRecord(
    long Row,
    string CustomId,
    long SpoolOffset,
    int SpoolLength,
    Outcome? Outcome,
    FailureClass? FailureClass,
    long? ResultOffset,
    int ResultLength,
    long SourceOffset,
    int SourceLength,
    int OutputSchema,
    string? StopReason,
    string? Model,
    string? ErrorType,
    long? CostInPicodollars)
{
    /// <summary>But for the cost, which whoever asks says how to add up.</summary>
    internal const string Columns =
        "a.row, r.custom_id, a.spool_offset, a.spool_length, a.outcome, a.failure_class, a.result_offset, a.result_length, "
        + "r.source_offset, r.source_length, a.output_schema, a.stop_reason, a.model, a.error_type";

    internal static AttemptRecord From(LedgerRow row) => new(
        row.Number("row"),
        row.Text("custom_id"),
        row.Number("spool_offset"),
        row.Count("spool_length"),
        row.MemberOrNull<Outcome>("outcome"),
        row.MemberOrNull<FailureClass>("failure_class"),
        row.NumberOrNull("result_offset"),
        (int)(row.NumberOrNull("result_length") ?? 0),
        row.Number("source_offset"),
        row.Count("source_length"),
        row.Count("output_schema"),
        row.WordOrNull("stop_reason"),
        row.WordOrNull("model"),
        row.WordOrNull("error_type"),
        row.NumberOrNull("cost"));
}
