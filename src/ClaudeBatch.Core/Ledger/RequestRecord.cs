using ClaudeBatch.Core.Ledger.Sqlite;

namespace ClaudeBatch.Core.Ledger;

/// <summary>A row of a job's input.</summary>
/// <param name="Row">Its number, from 0.</param>
/// <param name="CustomId">Its custom id, which is unique in the job; that of a row that did not become a request may not be.</param>
/// <param name="Digest">The first 16 bytes of the SHA-256 of the request's exact bytes.</param>
/// <param name="SourceOffset">The offset of the input object in the job's source file, in bytes.</param>
/// <param name="SourceLength">The length of the input object in bytes; 0 where there is none.</param>
/// <param name="SourceDigest">The digest of the input object; 0 where there is none, or an earlier version wrote it.</param>
/// <param name="Refusal">Why it did not become a request; null where it did.</param>
public sealed record RequestRecord(
    long Row, string CustomId, byte[] Digest, long SourceOffset, int SourceLength, long SourceDigest, string? Refusal)
{
    internal const string Columns = "row, custom_id, digest, source_offset, source_length, source_digest, refusal, variant";

    /// <summary>Which variant of its row it is; null where the row is asked in one way.</summary>
    public string? Variant { get; init; }

    internal static RequestRecord From(LedgerRow row) => new(
        row.Number("row"),
        row.Text("custom_id"),
        row.Bytes("digest"),
        row.Number("source_offset"),
        row.Count("source_length"),
        row.Number("source_digest"),
        row.TextOrNull("refusal"))
    {
        Variant = row.WordOrNull("variant"),
    };
}
