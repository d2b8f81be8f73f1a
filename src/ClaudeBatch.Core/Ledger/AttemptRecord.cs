using System.Runtime.CompilerServices;
using ClaudeBatch.Core.Ledger.Sqlite;

namespace ClaudeBatch.Core.Ledger;

/// <summary>One attempt at a request: where its bytes are and how it ended. All offsets and lengths are in bytes.</summary>
/// <param name="Row">The request's row in the job's input, from 0.</param>
/// <param name="CustomId">The request's custom id.</param>
/// <param name="SpoolOffset">The offset of the request in the part's spool file.</param>
/// <param name="SpoolLength">The length of the request.</param>
/// <param name="Outcome">The outcome; null while there is none.</param>
/// <param name="FailureClass">What can be done about a failure; null where there was none.</param>
/// <param name="ResultOffset">The offset of the result line in the batch's results file; null where there is none.</param>
/// <param name="ResultLength">The length of the result line; 0 where there is none.</param>
/// <param name="SourceOffset">The offset of the input object in the job's source file.</param>
/// <param name="SourceLength">The length of the input object; 0 where there is none.</param>
/// <param name="OutputSchema">The number of the job's output schema that the request asked for; 0 where it asked for none.</param>
/// <param name="StopReason">The <c>stop_reason</c> of the answer.</param>
/// <param name="Model">The model that answered.</param>
/// <param name="ErrorType">The <c>type</c> of the service's error.</param>
/// <param name="SpoolDigest">The digest of the request in the spool; 0 where an earlier version wrote it.</param>
/// <param name="ResultDigest">The digest of the result line; 0 where there is no line, or an earlier version collected it.</param>
/// <param name="SourceDigest">The digest of the input object; 0 where there is none, or an earlier version wrote it.</param>
/// <param name="IsIncomplete">
/// Whether the answer cannot be used as it is; null where there is no answer, it was not judged yet, or an earlier version collected it.
/// </param>
/// <param name="CostInPicodollars">
/// The cost of this attempt and, where the reader asked for it, of the other attempts at the request; null where a price is not known.
/// </param>
/// <param name="FailedLater">
/// The ledger's number of the batch of a later attempt that was to better this answer, and failed; null where there is none, and where not
/// only last attempts are read.
/// </param>
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
    long SpoolDigest,
    long ResultDigest,
    long SourceDigest,
    bool? IsIncomplete,
    long? CostInPicodollars,
    long? FailedLater)
{
    /// <summary>
    /// The columns that <see cref="From"/> reads, without <c>cost</c> and <c>failed_later</c>: the statement says whether they are about one or all
    /// attempts.
    /// </summary>
    internal const string Columns =
        "a.row, r.custom_id, a.spool_offset, a.spool_length, a.outcome, a.failure_class, a.result_offset, a.result_length, "
        + "r.source_offset, r.source_length, a.output_schema, a.stop_reason, a.model, a.error_type, a.spool_digest, a.result_digest, "
        + "r.source_digest, a.incomplete";

    /// <summary>
    /// An SQL expression: 1 where the answer of an attempt that succeeded cannot be used as it is. Of what an earlier version has collected
    /// only the stop reason tells.
    /// </summary>
    internal const string IsUnusable = "coalesce(incomplete, coalesce(stop_reason, '') IN "
        + "('max_tokens', 'model_context_window_exceeded', 'refusal', 'pause_turn', 'tool_use'))";

    [MethodImpl(Hot.AtOnce)]
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
        row.Number("spool_digest"), // NULL is read as 0
        row.Number("result_digest"),
        row.Number("source_digest"),
        row.NumberOrNull("incomplete") is { } incomplete ? incomplete != 0 : null,
        row.NumberOrNull("cost"),
        row.NumberOrNull("failed_later"));
}
