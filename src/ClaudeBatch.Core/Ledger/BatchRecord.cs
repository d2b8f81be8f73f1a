using ClaudeBatch.Core.Api;
using ClaudeBatch.Core.Ledger.Sqlite;

namespace ClaudeBatch.Core.Ledger;

/// <summary>A batch as the ledger has it: one part of a job. Times are in UTC.</summary>
public sealed partial record BatchRecord
{
    internal const string Columns =
        "b.id, b.guid, b.version, b.job_id, j.name AS job, b.part, b.attempt, b.round, b.state, b.service_id, b.adopted, "
        + "b.request_count, b.size_in_bytes, b.processing_status, b.processing, b.succeeded, b.errored, b.canceled, b.expired, "
        + "b.created_at, b.ended_at, b.expires_at, b.cancel_initiated_at, b.archived_at, b.organization_id, b.workspace_id, "
        + "b.duplicated, b.foreign_lines, b.message, b.intent, b.refusal, b.settlement, b.resends, b.not_before, b.waits_for_room, "
        + "b.not_found_since, b.spool_digest IS NULL AS made_elsewhere, b.held_for, b.downloads, b.complete_downloads, "
        + "b.first_complete_at, b.asked_again, b.ask_again_at, b.results_file, b.results_digest, b.has_line_digests, "
        + "b.has_kept_answers, b.collected_at, j.max_rounds";

    /// <summary>The ledger's number of the batch. No other batch of the ledger ever has it, also when this one is removed.</summary>
    public required long Id { get; init; }

    /// <summary>Identifies the batch also where another ledger has a batch of the same number.</summary>
    public required Guid Identity { get; init; }

    /// <summary>How many decisions about the batch were recorded. A decision that was made from an earlier version is not recorded.</summary>
    public required long Version { get; init; }

    public required long JobId { get; init; }

    public required string Job { get; init; }

    public required int Part { get; init; }

    public required int Attempt { get; init; }

    /// <summary>The round of its requests' conversations, from 1. A retry stays in the round that failed.</summary>
    public int Round { get; init; } = 1;

    /// <summary>The most rounds that its job had when the batch was read; null where the calls of answers are not run.</summary>
    public int? MaxRounds { get; init; }

    public required BatchState State { get; init; }

    /// <summary>The service's id, <c>msgbatch_…</c>; null until the service has accepted the batch.</summary>
    public string? ServiceId { get; init; }

    public required Adoption Adopted { get; init; }

    public required int RequestCount { get; init; }

    public required long SizeInBytes { get; init; }

    /// <summary>The service's <c>processing_status</c>.</summary>
    public string? ProcessingStatus { get; init; }

    public required RequestCounts Counts { get; init; }

    public DateTime? CreatedAt { get; init; }

    public DateTime? EndedAt { get; init; }

    public DateTime? ExpiresAt { get; init; }

    /// <summary>When the service deletes the results: 29 days after it has created the batch, as its documentation says.</summary>
    public DateTime? ResultsExpireAt => CreatedAt?.AddDays(29);

    public DateTime? CancelInitiatedAt { get; init; }

    public DateTime? ArchivedAt { get; init; }

    public string? OrganizationId { get; init; }

    public string? WorkspaceId { get; init; }

    /// <summary>The number of result lines that repeat a custom id.</summary>
    public int Duplicated { get; init; }

    /// <summary>The number of result lines whose custom id was not in the batch.</summary>
    public int Foreign { get; init; }

    public string? Message { get; init; }

    /// <summary>
    /// What the account's list showed before the create call, as JSON (<see cref="Sending.SubmissionIntent"/>); null before the first call.
    /// </summary>
    internal string? Intent { get; init; }

    /// <summary>The reply that refused the last create call; null where there was none, or where the create was not refused.</summary>
    internal Refusal? Refusal { get; init; }

    /// <summary>How many times it was sent again by itself, after the lists had shown that a create had not reached the service.</summary>
    public int Resends { get; init; }

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

    /// <summary>Since when the service replies with 404 for the batch; null where it does not.</summary>
    public DateTime? NotFoundSince { get; init; }

    /// <summary>When its results were collected; null before that, and for what an earlier version has collected.</summary>
    public DateTime? CollectedAt { get; init; }

    /// <summary>Whether another tool has made the batch: the ledger has its answers, and no requests.</summary>
    public bool MadeElsewhere { get; init; }

    /// <summary>What the part waits for before it is sent; null where it is not held back.</summary>
    public Hold? HeldFor { get; init; }

    /// <summary>How many times its results were downloaded, completely or not.</summary>
    public int Downloads { get; init; }

    /// <summary>How many downloads in a row came to their end and lacked the same requests. It is not counted above three.</summary>
    public int CompleteDownloads { get; init; }

    /// <summary>The UTC time of the first of these downloads; null where there was none.</summary>
    public DateTime? FirstCompleteAt { get; init; }

    /// <summary>How many times the service was asked again for rows that its answers lacked, after the batch was collected.</summary>
    public int AskedAgain { get; init; }

    /// <summary>
    /// The UTC time before which a step does not ask the service again for requests that its answers lacked; null where none are lacking.
    /// </summary>
    public DateTime? AskAgainAt { get; init; }

    /// <summary>
    /// The number of the download whose file has the results; 0 where an earlier version wrote the file, or where there is none.
    /// </summary>
    public int ResultsFile { get; init; }

    /// <summary>The SHA-256 of the results file, as it was when the download was complete; null before that.</summary>
    public byte[]? ResultsDigest { get; init; }

    /// <summary>Whether each of its attempts with an answer has the digest of the answer's line.</summary>
    public bool HasLineDigests { get; init; }

    /// <summary>Whether answers of it are their requests' last words because a later attempt failed, or were so once.</summary>
    public bool HasKeptAnswers { get; init; }

    /// <summary>The ledger's own name for it: the job and the part.</summary>
    public string Key => $"{Job}/{Part}";

    public string LockName => $"batch-{Id}";

    /// <summary>Gives the batch with what the service says of it. What is over stays over, because a list may lag.</summary>
    internal BatchRecord With(MessageBatch remote) => this with
    {
        State = State.IsOver() ? State : BatchStates.FromService(remote.ProcessingStatus),
        ServiceId = remote.Id,
        ProcessingStatus = remote.ProcessingStatus,
        Counts = remote.RequestCounts,
        CreatedAt = Stored(remote.CreatedAt),
        EndedAt = Stored(remote.EndedAt),
        ExpiresAt = Stored(remote.ExpiresAt),
        CancelInitiatedAt = Stored(remote.CancelInitiatedAt),
        ArchivedAt = Stored(remote.ArchivedAt),
        NotFoundSince = null,
        Message = null,
    };

    /// <summary>Gives the part without the service's batch that was taken for it: the batch is somebody else's.</summary>
    /// <param name="settlement">Excludes that batch from the candidates.</param>
    internal BatchRecord Refuted(Settlement settlement) => this with
    {
        State = BatchState.Unconfirmed,
        ServiceId = null,
        Adopted = Adoption.No,
        Settlement = settlement,
        ProcessingStatus = null,
        Counts = new RequestCounts(RequestCount, 0, 0, 0, 0),
        Duplicated = 0,
        Foreign = 0,
        CreatedAt = null,
        EndedAt = null,
        ExpiresAt = null,
        CancelInitiatedAt = null,
        ArchivedAt = null,
        CompleteDownloads = 0,
        FirstCompleteAt = null,
        AskedAgain = 0,
        AskAgainAt = null,
        ResultsFile = 0,
        ResultsDigest = null,
        HasLineDigests = false,
    };

    // To the microsecond, as the ledger keeps it, so that what is unchanged is seen to be.
    private static DateTime? Stored(DateTimeOffset? time)
        => time is { } value ? new DateTime(value.UtcTicks - (value.UtcTicks % TimeSpan.TicksPerMicrosecond), DateTimeKind.Utc) : null;

    internal static BatchRecord From(LedgerRow row) => new()
    {
        Id = row.Number("id"),
        Identity = row.Identity("guid"),
        Version = row.Number("version"),
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
        Refusal = Refusal.Parse(row.TextOrNull("refusal")),
        Settlement = Settlement.Parse(row.TextOrNull("settlement")),
        Resends = row.Count("resends"),
        NotBefore = row.TimeOrNull("not_before"),
        WaitsForRoom = row.Count("waits_for_room"),
        NotFoundSince = row.TimeOrNull("not_found_since"),
        MadeElsewhere = row.Count("made_elsewhere") != 0,
        HeldFor = row.MemberOrNull<Hold>("held_for"),
        Downloads = row.Count("downloads"),
        CompleteDownloads = row.Count("complete_downloads"),
        FirstCompleteAt = row.TimeOrNull("first_complete_at"),
        AskedAgain = row.Count("asked_again"),
        AskAgainAt = row.TimeOrNull("ask_again_at"),
        ResultsFile = row.Count("results_file"),
        ResultsDigest = row.BytesOrNull("results_digest"),
        HasLineDigests = row.Count("has_line_digests") != 0,
        HasKeptAnswers = row.Count("has_kept_answers") != 0,
        Round = row.Count("round"),
        CollectedAt = row.TimeOrNull("collected_at"),
        MaxRounds = (int?)row.NumberOrNull("max_rounds"),
    };
}
