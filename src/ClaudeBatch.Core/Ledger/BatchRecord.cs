using ClaudeBatch.Core.Api;
using ClaudeBatch.Core.Ledger.Sqlite;

namespace ClaudeBatch.Core.Ledger;

/// <summary>A batch as the ledger keeps it.</summary>
public sealed record BatchRecord
{
    internal const string Columns =
        "b.id, b.job_id, j.name AS job, b.part, b.attempt, b.state, b.service_id, b.adopted, b.request_count, b.size_in_bytes, "
        + "b.processing_status, b.processing, b.succeeded, b.errored, b.canceled, b.expired, b.created_at, b.ended_at, "
        + "b.expires_at, b.cancel_initiated_at, b.archived_at, b.organization_id, b.workspace_id, b.duplicated, b.foreign_lines, "
        + "b.message, b.intent, b.settlement, b.not_before, b.waits_for_room, b.not_found_since, "
        + "b.spool_digest IS NULL AS made_elsewhere, b.held_for";

    public required long Id { get; init; }

    public required long JobId { get; init; }

    public required string Job { get; init; }

    public required int Part { get; init; }

    public required int Attempt { get; init; }

    public required BatchState State { get; init; }

    /// <summary><c>msgbatch_…</c>, null until the service accepted it.</summary>
    public string? ServiceId { get; init; }

    public required Adoption Adopted { get; init; }

    public required int RequestCount { get; init; }

    public required long SizeInBytes { get; init; }

    /// <summary>The service's own word.</summary>
    public string? ProcessingStatus { get; init; }

    public required RequestCounts Counts { get; init; }

    public DateTime? CreatedAt { get; init; }

    public DateTime? EndedAt { get; init; }

    public DateTime? ExpiresAt { get; init; }

    /// <summary>The service keeps results for 29 days from the batch's creation.</summary>
    public DateTime? ResultsExpireAt => CreatedAt?.AddDays(29);

    public DateTime? CancelInitiatedAt { get; init; }

    public DateTime? ArchivedAt { get; init; }

    public string? OrganizationId { get; init; }

    public string? WorkspaceId { get; init; }

    /// <summary>Lines of the results beyond the first of their id.</summary>
    public int Duplicated { get; init; }

    /// <summary>Lines of the results whose id was never in the batch.</summary>
    public int Foreign { get; init; }

    public string? Message { get; init; }

    /// <summary>
    /// What the account's list showed before the create call, as JSON (<see cref="Sending.SubmissionIntent"/>); null before the first call.
    /// </summary>
    internal string? Intent { get; init; }

    /// <summary>How far its settling has come, while it is unconfirmed.</summary>
    public Settlement? Settlement { get; init; }

    /// <summary>
    /// The UTC time before which the part is not sent again, after the service has replied with 429 or 529; null where there is none.
    /// </summary>
    public DateTime? NotBefore { get; init; }

    /// <summary>
    /// How many of the ledger's batches were running when the service's queue was full: the part waits until fewer are. 0 where it does not
    /// wait.
    /// </summary>
    public int WaitsForRoom { get; init; }

    /// <summary>Since when the service says it knows no such batch.</summary>
    public DateTime? NotFoundSince { get; init; }

    /// <summary>Adopted from another tool: its requests are not here, only its answers will be.</summary>
    public bool MadeElsewhere { get; init; }

    /// <summary>What an earlier part must have shown before this one is sent; null when nothing.</summary>
    public Hold? HeldFor { get; init; }

    /// <summary>It may be somebody else's until the ids of its answers have been seen.</summary>
    public bool IsTentative => Adopted == Adoption.Tentative;

    public bool IsAmbiguous => State == BatchState.Unconfirmed && Settlement?.Ambiguity is not null;

    /// <summary>The ledger's own name for it: the job and the part.</summary>
    public string Key => $"{Job}/{Part}";

    public string LockName => $"batch-{Id}";

    internal static BatchRecord From(LedgerRow row) => new()
    {
        Id = row.Number("id"),
        JobId = row.Number("job_id"),
        Job = row.Text("job"),
        Part = row.Count("part"),
        Attempt = row.Count("attempt"),
        State = row.Member<BatchState>("state"),
        ServiceId = row.TextOrNull("service_id"),
        Adopted = row.Member<Adoption>("adopted"),
        RequestCount = row.Count("request_count"),
        SizeInBytes = row.Number("size_in_bytes"),
        ProcessingStatus = row.TextOrNull("processing_status"),
        Counts = new RequestCounts(
            row.Count("processing"), row.Count("succeeded"), row.Count("errored"), row.Count("canceled"), row.Count("expired")),
        CreatedAt = row.TimeOrNull("created_at"),
        EndedAt = row.TimeOrNull("ended_at"),
        ExpiresAt = row.TimeOrNull("expires_at"),
        CancelInitiatedAt = row.TimeOrNull("cancel_initiated_at"),
        ArchivedAt = row.TimeOrNull("archived_at"),
        OrganizationId = row.TextOrNull("organization_id"),
        WorkspaceId = row.TextOrNull("workspace_id"),
        Duplicated = row.Count("duplicated"),
        Foreign = row.Count("foreign_lines"),
        Message = row.TextOrNull("message"),
        Intent = row.TextOrNull("intent"),
        Settlement = Settlement.Parse(row.TextOrNull("settlement")),
        NotBefore = row.TimeOrNull("not_before"),
        WaitsForRoom = row.Count("waits_for_room"),
        NotFoundSince = row.TimeOrNull("not_found_since"),
        MadeElsewhere = row.Count("made_elsewhere") != 0,
        HeldFor = row.MemberOrNull<Hold>("held_for"),
    };
}
