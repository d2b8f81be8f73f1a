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
/// <param name="CostInPicodollars">Of this attempt and, where they were asked for, of those before it; null where a price is not known.</param>
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
    internal static AttemptRecord From(LedgerRow row) => new(
        row.Number(0),
        row.Text(1),
        row.Number(2),
        row.Count(3),
        row.MemberOrNull<Outcome>(4),
        row.MemberOrNull<FailureClass>(5),
        row.NumberOrNull(6),
        (int)(row.NumberOrNull(7) ?? 0),
        row.Number(8),
        row.Count(9),
        row.Count(10),
        row.WordOrNull(11),
        row.WordOrNull(12),
        row.WordOrNull(13),
        row.NumberOrNull(14));
}
