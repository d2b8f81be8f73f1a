using ClaudeBatch.Core.Ledger.Sqlite;
using ClaudeBatch.Core.Requests;

namespace ClaudeBatch.Core.Ledger;

/// <summary>A row of a job's input.</summary>
/// <param name="Row">Its place in the input, from 0.</param>
/// <param name="CustomId">Unique within the job; of a refused row whatever it had.</param>
/// <param name="Digest">The first 16 bytes of the SHA-256 of the request's exact bytes.</param>
/// <param name="SourceOffset">Where its source lies in the job's source file.</param>
/// <param name="SourceLength">In bytes; 0 where it has none.</param>
/// <param name="Refusal">Why it did not become a request.</param>
public sealed record RequestRecord(long Row, string CustomId, byte[] Digest, long SourceOffset, int SourceLength, string? Refusal)
{
    internal const string Columns = "row, custom_id, digest, source_offset, source_length, refusal";

    internal static RequestRecord From(LedgerRow row) => new(
        row.Number("row"),
        row.Text("custom_id"),
        row.Bytes("digest"),
        row.Number("source_offset"),
        row.Count("source_length"),
        row.TextOrNull("refusal"));
}
