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
    internal static EventRecord From(LedgerRow row) => new(
        row.Number(0), row.Time(1), row.TextOrNull(2), (int?)row.NumberOrNull(3), row.Text(4), row.TextOrNull(5), row.Text(6));
}
