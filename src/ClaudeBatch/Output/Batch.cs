using ClaudeBatch.Core.Api;
using ClaudeBatch.Core.Ledger;

namespace ClaudeBatch;

/// <summary>A batch as the ledger has recorded it. Times are local.</summary>
public sealed class Batch
{
    /// <summary>The service's id, <c>msgbatch_…</c>; null until the service has accepted the batch.</summary>
    public string? Id { get; set; }

    /// <summary>The name of the batch in the ledger: <c>job/part</c>.</summary>
    public string? Key { get; set; }

    public string? Job { get; set; }

    /// <summary>
    /// Identifies the batch among those of all ledgers; null for a batch of the account that is not in the ledger. An object whose batch was
    /// removed since, or is another ledger's, is refused.
    /// </summary>
    public Guid? Identity { get; set; }

    public int Part { get; set; }

    public int Attempt { get; set; }

    public string? State { get; set; }

    /// <summary>The state that the service reports: <c>in_progress</c>, <c>canceling</c> or <c>ended</c>.</summary>
    public string? ProcessingStatus { get; set; }

    public string? Adopted { get; set; }

    public int RequestCount { get; set; }

    public int Processing { get; set; }

    public int Succeeded { get; set; }

    public int Errored { get; set; }

    public int Canceled { get; set; }

    public int Expired { get; set; }

    public long SizeInBytes { get; set; }

    public DateTime? CreatedAt { get; set; }

    public DateTime? EndedAt { get; set; }

    /// <summary>How long the service took, from <see cref="CreatedAt"/> to <see cref="EndedAt"/>; null until the batch has ended.</summary>
    public TimeSpan? Duration { get; set; }

    public DateTime? ExpiresAt { get; set; }

    /// <summary>When the service deletes the results, 29 days after the batch was created.</summary>
    public DateTime? ResultsExpireAt { get; set; }

    public DateTime? CancelInitiatedAt { get; set; }

    public DateTime? ArchivedAt { get; set; }

    public string? OrganizationId { get; set; }

    public string? WorkspaceId { get; set; }

    public override string ToString() => Id ?? Key ?? string.Empty;

    internal static Batch From(BatchRecord record) => new()
    {
        Id = record.ServiceId,
        Key = record.Key,
        Job = record.Job,
        Identity = record.Identity,
        Part = record.Part,
        Attempt = record.Attempt,
        State = record.State.ToString(),
        ProcessingStatus = record.ProcessingStatus,
        Adopted = record.Adopted.ToString(),
        RequestCount = record.RequestCount,
        Processing = record.Counts.Processing,
        Succeeded = record.Counts.Succeeded,
        Errored = record.Counts.Errored,
        Canceled = record.Counts.Canceled,
        Expired = record.Counts.Expired,
        SizeInBytes = record.SizeInBytes,
        CreatedAt = record.CreatedAt.ToShell(),
        EndedAt = record.EndedAt.ToShell(),
        Duration = record.EndedAt - record.CreatedAt,
        ExpiresAt = record.ExpiresAt.ToShell(),
        ResultsExpireAt = record.ResultsExpireAt.ToShell(),
        CancelInitiatedAt = record.CancelInitiatedAt.ToShell(),
        ArchivedAt = record.ArchivedAt.ToShell(),
        OrganizationId = record.OrganizationId,
        WorkspaceId = record.WorkspaceId,
    };

    /// <summary>Makes the object for a batch that the service lists.</summary>
    /// <param name="theirs">The batch as the service lists it.</param>
    /// <param name="ours">The record of the batch in the ledger; null where there is none.</param>
    /// <param name="headers">The headers of the reply.</param>
    internal static Batch From(MessageBatch theirs, BatchRecord? ours, ReplyHeaders headers)
    {
        BatchRecord record = ours ?? new BatchRecord
        {
            Id = 0,
            Identity = Guid.Empty,
            Version = 0,
            JobId = 0,
            Job = string.Empty,
            Part = 0,
            Attempt = 0,
            State = BatchState.InProgress,
            Adopted = Adoption.No,
            RequestCount = theirs.RequestCounts.Total,
            SizeInBytes = 0,
            Counts = theirs.RequestCounts,
            OrganizationId = headers.OrganizationId,
            WorkspaceId = headers.WorkspaceId,
        };
        Batch batch = Candidate(record, theirs);
        if (ours is null)
        {
            // These values are the ledger's, which does not have this batch.
            (batch.Key, batch.Job, batch.Identity, batch.State, batch.Adopted) = (null, null, null, null, null);
        }

        return batch;
    }

    /// <summary>
    /// Makes the object for a batch of the service that may be an unconfirmed part. It has the part's key, and the id, counts and times of
    /// the batch.
    /// </summary>
    internal static Batch Candidate(BatchRecord ours, MessageBatch theirs) => From(ours with
    {
        ServiceId = theirs.Id,
        ProcessingStatus = theirs.ProcessingStatus,
        Counts = theirs.RequestCounts,
        CreatedAt = theirs.CreatedAt.UtcDateTime,
        EndedAt = theirs.EndedAt?.UtcDateTime,
        ExpiresAt = theirs.ExpiresAt?.UtcDateTime,
        CancelInitiatedAt = theirs.CancelInitiatedAt?.UtcDateTime,
        ArchivedAt = theirs.ArchivedAt?.UtcDateTime,
    });
}
