using ClaudeBatch.Core.Ledger.Sqlite;

namespace ClaudeBatch.Core.Ledger;

/// <summary>An event in the journal.</summary>
/// <param name="Id">Its number, which is higher than that of every earlier event.</param>
/// <param name="At">When it was recorded, in UTC.</param>
/// <param name="Job">The name of the job it belongs to; null where it belongs to none, or an earlier version has removed the job.</param>
/// <param name="Part">The number of the part it belongs to; null where it belongs to none, or an earlier version has removed it.</param>
/// <param name="Kind">
/// The name of an <see cref="EventKind"/>. A name that this version does not know is no error, because another version may have written it.
/// </param>
/// <param name="RequestId">The <c>request-id</c> of the service's reply that it is about; null where there is none.</param>
/// <param name="Message">A sentence for a person.</param>
public sealed record EventRecord(long Id, DateTime At, string? Job, int? Part, string Kind, string? RequestId, string Message)
{
    internal const string Columns
        = "e.id, e.at, coalesce(j.name, e.job) AS job, coalesce(b.part, e.part) AS part, e.kind, e.request_id, e.message";

    internal static EventRecord From(LedgerRow row) => new(
        row.Number("id"),
        row.Time("at"),
        row.TextOrNull("job"),
        (int?)row.NumberOrNull("part"),
        row.Text("kind"),
        row.TextOrNull("request_id"),
        row.Text("message"));
}
