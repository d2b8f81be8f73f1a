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
    /// The columns that <see cref="From"/> reads, without <c>cost</c>, <c>failed_later</c> and <c>rounds</c>: the statement says whether they are about one or all
    /// attempts.
    /// </summary>
    internal const string Columns =
        "a.row, r.custom_id, a.spool_offset, a.spool_length, a.outcome, a.failure_class, a.result_offset, a.result_length, "
        + "r.source_offset, r.source_length, a.output_schema, a.stop_reason, a.model, a.error_type, a.spool_digest, a.result_digest, "
        + "r.source_digest, r.variant, a.incomplete, a.ends_for, a.not_accepted";

    /// <summary>
    /// An SQL expression: 1 where the answer of an attempt that succeeded cannot be used as it is. Of what an earlier version has collected
    /// only the stop reason tells.
    /// </summary>
    internal const string IsUnusable = "(not_accepted IS NOT NULL OR coalesce(incomplete, coalesce(stop_reason, '') IN "
        + "('max_tokens', 'model_context_window_exceeded', 'refusal', 'pause_turn', 'tool_use')))";

    /// <summary>
    /// An SQL expression: 1 where an answer that cannot be used as it is asks for another round: for what its calls give, for the rest of its turn,
    /// or because it says nothing (<see cref="EmptyTurn"/>).
    /// </summary>
    internal const string AsksForRound
        = "(ends_for IS NULL AND (stop_reason IN ('tool_use', 'pause_turn') OR coalesce(incomplete, 0) = 2))";

    /// <summary>The value of <c>incomplete</c> of an answer without a word after tools were answered: its conversation goes on.</summary>
    internal const int EmptyTurn = 2;

    /// <summary>
    /// Of a conversation of several rounds: a JSON object with <c>usage</c>, the sums of all rounds and attempts in the names of the service, and
    /// <c>calls</c>, an array of round, id and milliseconds for each call of a tool. Null where there is one round, and where not only last
    /// attempts are read.
    /// </summary>
    public string? Rounds { get; init; }

    /// <summary>Whether the answer asks for another round, as <see cref="AsksForRound"/> says.</summary>
    public bool WantsRound => Outcome == Ledger.Outcome.Succeeded && IsIncomplete != false && EndsFor is null
        && (StopReason is "tool_use" or "pause_turn" || IsEmptyTurn);

    /// <summary>Whether the answer says nothing after tools were answered.</summary>
    internal bool IsEmptyTurn { get; init; }

    /// <summary>Which variant of its row the request is; null where the row is asked in one way.</summary>
    public string? Variant { get; init; }

    /// <summary>Why the user's own check did not accept the answer; null where it did, or none was asked.</summary>
    public string? NotAccepted { get; init; }

    /// <summary>Why the conversation does not go on, as a sentence; null where nothing but the number of rounds ends it.</summary>
    public string? EndsFor { get; init; }

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
        row.NumberOrNull("failed_later"))
    {
        Variant = row.WordOrNull("variant"),
        Rounds = row.TextOrNull("rounds"),
        EndsFor = row.TextOrNull("ends_for"),
        NotAccepted = row.TextOrNull("not_accepted"),
        IsEmptyTurn = row.NumberOrNull("incomplete") == EmptyTurn,
    };
}
