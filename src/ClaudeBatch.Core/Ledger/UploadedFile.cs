using ClaudeBatch.Core.Ledger.Sqlite;

namespace ClaudeBatch.Core.Ledger;

/// <summary>A file of this machine that was uploaded to the service.</summary>
/// <param name="Id">The ledger's number of it.</param>
/// <param name="FileId">The service's id.</param>
/// <param name="WorkspaceId">The workspace it belongs to; null where the service did not say.</param>
/// <param name="Digest">The SHA-256 of its content, in hexadecimal digits.</param>
/// <param name="MediaType">The media type it was uploaded as.</param>
/// <param name="SizeInBytes">Its size.</param>
/// <param name="UploadedAt">When it was uploaded, in UTC.</param>
/// <param name="ExpiresAt">When the service removes it, in UTC; null for never.</param>
/// <param name="GoneAt">When it was found to be no longer at the service, in UTC; null where it is there as far as is known.</param>
public sealed record UploadedFile(
    long Id,
    string FileId,
    string? WorkspaceId,
    string Digest,
    string MediaType,
    long SizeInBytes,
    DateTime UploadedAt,
    DateTime? ExpiresAt,
    DateTime? GoneAt)
{
    internal const string Columns
        = "f.id, f.file_id, f.workspace_id, f.digest, f.media_type, f.size_in_bytes, f.uploaded_at, f.expires_at, f.gone_at";

    /// <summary>Whether the service removes it only after a time.</summary>
    public bool LastsUntil(DateTime time) => ExpiresAt is not { } end || end >= time;

    internal static UploadedFile From(LedgerRow row) => new(
        row.Number("id"),
        row.Text("file_id"),
        row.TextOrNull("workspace_id"),
        row.Text("digest"),
        row.Text("media_type"),
        row.Number("size_in_bytes"),
        row.Time("uploaded_at"),
        row.TimeOrNull("expires_at"),
        row.TimeOrNull("gone_at"));
}
