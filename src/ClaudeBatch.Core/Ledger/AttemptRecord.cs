namespace ClaudeBatch.Core.Ledger;

/// <summary>One time a request was tried: where its bytes lie and how it ended.</summary>
public sealed record AttemptRecord(
    long Row,
    string CustomId,
    long BatchId,
    long SpoolOffset,
    int SpoolLength,
    string? Outcome,
    string? FailureClass,
    long? ResultOffset,
    int ResultLength,
    long SourceOffset,
    int SourceLength,
    int OutputSchema)
{
    internal static AttemptRecord From(LedgerRow row) => new(
        row.Number(0),
        row.Text(1),
        row.Number(2),
        row.Number(3),
        row.Count(4),
        row.TextOrNull(5),
        row.TextOrNull(6),
        row.NumberOrNull(7),
        (int)(row.NumberOrNull(8) ?? 0),
        row.Number(9),
        row.Count(10),
        row.Count(11));
}
