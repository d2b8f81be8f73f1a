using ClaudeBatch.Core.Ledger.Sqlite;

namespace ClaudeBatch.Core.Ledger;

/// <summary>An entry of the journal.</summary>
/// <param name="Id">Its number.</param>
/// <param name="At">UTC.</param>
/// <param name="Job">The job's name.</param>
/// <param name="Part">The batch's part.</param>
/// <param name="Kind">The word of an <see cref="EventKind"/>. Any word is read: it is only shown, and a journal outlives versions.</param>
/// <param name="RequestId">The service's <c>request-id</c>.</param>
/// <param name="Message">One sentence.</param>
public sealed record EventRecord(long Id, DateTime At, string? Job, int? Part, string Kind, string? RequestId, string Message)
{
    internal const string Columns = "e.id, e.at, j.name AS job, b.part, e.kind, e.request_id, e.message";

    internal static EventRecord From(LedgerRow row) => new(
        row.Number("id"),
        row.Time("at"),
        row.TextOrNull("job"),
        (int?)row.NumberOrNull("part"),
        row.Text("kind"),
        row.TextOrNull("request_id"),
        row.Text("message"));
}
