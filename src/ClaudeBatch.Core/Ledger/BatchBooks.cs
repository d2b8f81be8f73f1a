using ClaudeBatch.Core.Api;

namespace ClaudeBatch.Core.Ledger;

/// <summary>What the ledger says and keeps about batches.</summary>
public sealed class BatchBooks(LedgerDatabase database)
{
    private const string Select = $"SELECT {BatchRecord.Columns} FROM batch b JOIN job j ON j.id = b.job_id";

    public IReadOnlyList<BatchRecord> All() => database.Read($"{Select} WHERE b.state <> 'Draft' ORDER BY b.id", BatchRecord.From);

    public IReadOnlyList<BatchRecord> OfJob(long jobId)
        => database.Read($"{Select} WHERE b.job_id = $job AND b.state <> 'Draft' ORDER BY b.id", BatchRecord.From, ("$job", jobId));

    public BatchRecord Get(long id) => database.Read($"{Select} WHERE b.id = $id", BatchRecord.From, ("$id", id)).Single();

    /// <summary>Finds a batch by the service's id or by its key.</summary>
    public BatchRecord? Find(string idOrKey)
    {
        int slash = idOrKey.LastIndexOf('/');
        return slash > 0 && int.TryParse(idOrKey.AsSpan(slash + 1), out int part)
            ? database.Read(
                $"{Select} WHERE j.name = $name AND b.part = $part AND b.state <> 'Draft'",
                BatchRecord.From,
                ("$name", idOrKey[..slash]),
                ("$part", part)).SingleOrDefault()
            : database.Read($"{Select} WHERE b.service_id = $id", BatchRecord.From, ("$id", idOrKey)).SingleOrDefault();
    }

    public void SetState(long id, string state, string? message = null)
        => database.Write(() => database.Execute(
            "UPDATE batch SET state = $state, message = $message WHERE id = $id", ("$state", state), ("$message", message), ("$id", id)));

    /// <summary>Keeps what must be known to settle a create whose reply is lost, before its first byte leaves.</summary>
    public void RecordIntent(long id, string intent, string? organizationId, string? workspaceId)
        => database.Write(() => database.Execute(
            """
            UPDATE batch SET state = 'Uploading', intent = $intent, organization_id = $organization, workspace_id = $workspace, message = NULL
            WHERE id = $id
            """,
            ("$intent", intent),
            ("$organization", organizationId),
            ("$workspace", workspaceId),
            ("$id", id)));

    /// <summary>Keeps what the service says. Results that are on disk already outrank its "ended".</summary>
    public BatchRecord Refresh(BatchRecord batch, MessageBatch remote)
    {
        string state = batch.State is BatchState.Downloaded or BatchState.Collected or BatchState.Deleted
            ? batch.State
            : BatchState.FromService(remote.ProcessingStatus);
        database.Write(() => database.Execute(
            """
            UPDATE batch SET state = $state, service_id = $service, processing_status = $status, message = NULL,
                processing = $processing, succeeded = $succeeded, errored = $errored, canceled = $canceled, expired = $expired,
                created_at = $created, ended_at = $ended, expires_at = $expires, cancel_initiated_at = $cancel, archived_at = $archived
            WHERE id = $id
            """,
            ("$state", state),
            ("$service", remote.Id),
            ("$status", remote.ProcessingStatus),
            ("$processing", remote.RequestCounts.Processing),
            ("$succeeded", remote.RequestCounts.Succeeded),
            ("$errored", remote.RequestCounts.Errored),
            ("$canceled", remote.RequestCounts.Canceled),
            ("$expired", remote.RequestCounts.Expired),
            ("$created", LedgerRow.Format(remote.CreatedAt.UtcDateTime)),
            ("$ended", Time(remote.EndedAt)),
            ("$expires", Time(remote.ExpiresAt)),
            ("$cancel", Time(remote.CancelInitiatedAt)),
            ("$archived", Time(remote.ArchivedAt)),
            ("$id", batch.Id)));
        return Get(batch.Id);
    }

    /// <summary>The results are whole and flushed under their partial name; the rename is next.</summary>
    public void RecordDownload(long id, byte[] digest, int duplicated, int foreign)
        => database.Write(() => database.Execute(
            "UPDATE batch SET state = 'Downloaded', results_digest = $digest, duplicated = $duplicated, foreign_lines = $foreign, message = NULL WHERE id = $id",
            ("$digest", digest),
            ("$duplicated", duplicated),
            ("$foreign", foreign),
            ("$id", id)));

    private static string? Time(DateTimeOffset? time) => time is { } value ? LedgerRow.Format(value.UtcDateTime) : null;
}
