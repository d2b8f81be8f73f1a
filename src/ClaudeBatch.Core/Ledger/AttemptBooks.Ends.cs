using ClaudeBatch.Core.Ledger.Sqlite;

namespace ClaudeBatch.Core.Ledger;

/// <content>How the requests of a batch have ended that have no answer, or one that cannot be used.</content>
public sealed partial class AttemptBooks
{
    /// <summary>
    /// Counts the last words of a batch's requests that are no usable answers, by the outcome, the service's word for the error, what can be
    /// done about it, and the stop reason. It reads the batch through: ask only where there are such.
    /// </summary>
    /// <param name="batch">The batch.</param>
    /// <param name="goesOn">Whether answers that ask for another round are left out, as they get it.</param>
    internal IReadOnlyList<EndCount> Ends(BatchRecord batch, bool goesOn = false) => database.Read(
        $"""
        SELECT a.outcome, a.error_type, a.failure_class, a.stop_reason, a.not_accepted IS NOT NULL AS is_refused, count(*) AS requests FROM attempt a
        WHERE {RowKey.Within("a.id", "$batch")} AND {IsLast} AND (a.outcome <> {SqlWord.Succeeded} OR {AttemptRecord.IsUnusable})
            AND NOT {Waits(goesOn)}
        GROUP BY a.outcome, a.error_type, a.failure_class, a.stop_reason, is_refused
        """,
        static row => new EndCount(
            row.MemberOrNull<Outcome>("outcome"),
            row.TextOrNull("error_type"),
            row.MemberOrNull<FailureClass>("failure_class"),
            row.TextOrNull("stop_reason"),
            row.Number("is_refused") != 0,
            row.Number("requests")),
        ("$batch", batch.Id));

    /// <summary>Reads the first of the requests of a batch that have ended in one way.</summary>
    internal IReadOnlyList<AttemptRecord> SamplesOf(BatchRecord batch, EndCount end, int limit, bool goesOn = false) => database.Read(
        $"""
        SELECT {AttemptRecord.Columns}, a.cost_in_picodollars AS cost, NULL AS failed_later, NULL AS rounds
        FROM attempt a {s_itsRequest}
        WHERE {RowKey.Within("a.id", "$batch")} AND {IsLast} AND a.outcome IS $outcome AND a.error_type IS $error
            AND a.failure_class IS $failure AND a.stop_reason IS $stop AND (a.outcome <> {SqlWord.Succeeded} OR {AttemptRecord.IsUnusable})
            AND (a.not_accepted IS NOT NULL) = $refused AND NOT {Waits(goesOn)}
        ORDER BY a.id LIMIT $limit
        """,
        AttemptRecord.From,
        ("$job", batch.JobId),
        ("$batch", batch.Id),
        ("$outcome", Word<Outcome>.Of(end.Outcome)),
        ("$error", end.ErrorType),
        ("$failure", Word<FailureClass>.Of(end.FailureClass)),
        ("$stop", end.StopReason),
        ("$refused", end.IsNotAccepted ? 1 : 0),
        ("$limit", limit));

    private static string Waits(bool goesOn)
        => goesOn ? $"(outcome = {SqlWord.Succeeded} AND {AttemptRecord.IsUnusable} AND {AttemptRecord.AsksForRound})" : "0";
}

/// <summary>How many requests have ended in one way.</summary>
/// <param name="Outcome">How they ended; null where they have no outcome.</param>
/// <param name="ErrorType">The <c>type</c> of the service's error; null where there is none.</param>
/// <param name="FailureClass">What can be done about it; null where there is no failure.</param>
/// <param name="StopReason">The <c>stop_reason</c> of the answer; null where there is none.</param>
/// <param name="IsNotAccepted">Whether the user's own check did not accept the answer.</param>
/// <param name="Count">The number of requests.</param>
internal sealed record EndCount(
    Outcome? Outcome, string? ErrorType, FailureClass? FailureClass, string? StopReason, bool IsNotAccepted, long Count);
