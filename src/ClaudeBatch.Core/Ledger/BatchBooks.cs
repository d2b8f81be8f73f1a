using ClaudeBatch.Core.Api;
using ClaudeBatch.Core.Ledger.Sqlite;

namespace ClaudeBatch.Core.Ledger;

/// <summary>What the ledger says and keeps about batches.</summary>
public sealed class BatchBooks(LedgerDatabase database)
{
    private const string Select = $"SELECT {BatchRecord.Columns} FROM batch b JOIN job j ON j.id = b.job_id";

    public IReadOnlyList<BatchRecord> All() => database.Read($"{Select} WHERE b.state <> {SqlWord.Draft} ORDER BY b.id", BatchRecord.From);

    public IReadOnlyList<BatchRecord> OfJob(long jobId)
        => database.Read($"{Select} WHERE b.job_id = $job AND b.state <> {SqlWord.Draft} ORDER BY b.id", BatchRecord.From, ("$job", jobId));

    public BatchRecord Get(long id) => database.Read($"{Select} WHERE b.id = $id", BatchRecord.From, ("$id", id)).Single();

    /// <summary>Finds a batch by the service's id or by its key.</summary>
    public BatchRecord? Find(string idOrKey)
    {
        int slash = idOrKey.LastIndexOf('/');
        return slash > 0 && int.TryParse(idOrKey.AsSpan(slash + 1), out int part)
            ? database.Read(
                $"{Select} WHERE j.name = $name AND b.part = $part AND b.state <> {SqlWord.Draft}",
                BatchRecord.From,
                ("$name", idOrKey[..slash]),
                ("$part", part)).SingleOrDefault()
            : database.Read($"{Select} WHERE b.service_id = $id", BatchRecord.From, ("$id", idOrKey)).SingleOrDefault();
    }

    /// <summary>The service has a batch of this id in the books already.</summary>
    public bool Knows(string serviceId) => database.Scalar("SELECT count(*) FROM batch WHERE service_id = $id", ("$id", serviceId)) > 0;

    /// <summary>Another create with so many requests whose reply was lost, in the same workspace as far as is known.</summary>
    public BatchRecord? UnsettledLike(BatchRecord batch)
        => database.Read(
            $"""
            {Select} WHERE b.state = {SqlWord.Unconfirmed} AND b.request_count = $count AND b.id <> $id
            AND (b.workspace_id IS NULL OR $workspace IS NULL OR b.workspace_id = $workspace) LIMIT 1
            """,
            BatchRecord.From,
            ("$count", batch.RequestCount),
            ("$id", batch.Id),
            ("$workspace", batch.WorkspaceId)).SingleOrDefault();

    /// <summary>The sealed batches of a job with requests that no later attempt has replaced, in their order.</summary>
    public IReadOnlyList<BatchRecord> WithLastAttempts(long jobId) => database.Read(
        $"""
        {Select} WHERE b.job_id = $job AND b.state <> {SqlWord.Draft}
        AND EXISTS (SELECT 1 FROM attempt a WHERE {RowKey.Within("a.id", "b.id")} AND {AttemptBooks.IsLast}) ORDER BY b.id
        """,
        BatchRecord.From,
        ("$job", jobId));

    /// <summary>The SHA-256 of a batch's spool, as it was when the spool was complete.</summary>
    public byte[] SpoolDigest(long id)
        => database.Read("SELECT spool_digest FROM batch WHERE id = $id", static row => row.Bytes("spool_digest"), ("$id", id)).Single();

    /// <summary>The attempts of a batch, counted by how they ended.</summary>
    internal BatchTally Tally(BatchRecord batch) => BatchTally.Count(database, batch);

    /// <summary>How many of our batches the service works on.</summary>
    public int CountRunning()
        => (int)database.Scalar($"SELECT count(*) FROM batch WHERE state IN ({SqlWord.InProgress}, {SqlWord.Canceling})");

    /// <summary>A part for a batch that another tool made; its requests are not known before its answers are.</summary>
    /// <returns>The ledger's number.</returns>
    public long AddMadeElsewhere(long jobId, int requestCount, ReplyHeaders headers) => database.Insert(
        $"""
        INSERT INTO batch (job_id, part, attempt, state, adopted, request_count, size_in_bytes, organization_id, workspace_id)
        VALUES ($job, (SELECT coalesce(max(part), 0) + 1 FROM batch WHERE job_id = $job), 1, {SqlWord.InProgress}, {SqlWord.Confirmed},
            $count, 0, $organization, $workspace)
        """,
        ("$job", jobId),
        ("$count", requestCount),
        ("$organization", headers.OrganizationId),
        ("$workspace", headers.WorkspaceId));

    /// <summary>Lets the parts of a job go that were held back.</summary>
    public void Release(long jobId)
        => database.Write(
            () => database.Execute("UPDATE batch SET held_for = NULL WHERE job_id = $job AND held_for IS NOT NULL", ("$job", jobId)));

    public void SetState(long id, BatchState state, string? message = null)
        => database.Write(() => database.Execute(
            "UPDATE batch SET state = $state, message = $message WHERE id = $id",
            ("$state", Word<BatchState>.Of(state)),
            ("$message", message),
            ("$id", id)));

    /// <summary>Keeps what must be known to settle a create whose reply is lost, before its first byte leaves.</summary>
    public void RecordIntent(long id, string intent, string? organizationId, string? workspaceId)
        => database.Write(() => database.Execute(
            $"""
            UPDATE batch SET state = {SqlWord.Uploading}, intent = $intent, organization_id = $organization, workspace_id = $workspace,
                message = NULL, settlement = NULL, not_before = NULL, waits_for_room = 0
            WHERE id = $id
            """,
            ("$intent", intent),
            ("$organization", organizationId),
            ("$workspace", workspaceId),
            ("$id", id)));

    /// <summary>Records that the service replied with 429 or 529, and until when the batch waits before it is sent again.</summary>
    public void Postpone(long id, DateTime notBefore, string message)
        => database.Write(() => database.Execute(
            $"UPDATE batch SET state = {SqlWord.Spooled}, not_before = $time, waits_for_room = 0, message = $message WHERE id = $id",
            ("$time", LedgerRow.Format(notBefore)),
            ("$message", message),
            ("$id", id)));

    /// <summary>
    /// What was learned of the account's queue holds for the job's other unsent parts: they are not uploaded to learn it again.
    /// </summary>
    /// <param name="jobId">The job.</param>
    /// <param name="running">With so many batches running the queue was full.</param>
    public void WaitForRoom(long jobId, int running)
        => database.Write(() => database.Execute(
            $"UPDATE batch SET waits_for_room = $room WHERE job_id = $job AND state = {SqlWord.Spooled}",
            ("$room", running),
            ("$job", jobId)));

    /// <summary>Keeps how far settling has come.</summary>
    public void RecordSettlement(long id, BatchState state, Settlement? settlement, string? message)
        => database.Write(() => database.Execute(
            "UPDATE batch SET state = $state, settlement = $settlement, message = $message WHERE id = $id",
            ("$state", Word<BatchState>.Of(state)),
            ("$settlement", settlement?.ToJson()),
            ("$message", message),
            ("$id", id)));

    public void SetAdopted(long id, Adoption adopted) => database.Write(() => database.Execute(
        "UPDATE batch SET adopted = $adopted WHERE id = $id", ("$adopted", Word<Adoption>.Of(adopted)), ("$id", id)));

    /// <summary>The service's batch was somebody else's: this one is unconfirmed again.</summary>
    public void GiveBack(long id, Settlement settlement)
        => database.Write(() => database.Execute(
            $"""
            UPDATE batch SET state = {SqlWord.Unconfirmed}, service_id = NULL, adopted = {SqlWord.NotAdopted},
                settlement = $settlement, processing_status = NULL, processing = request_count,
                succeeded = 0, errored = 0, canceled = 0, expired = 0, duplicated = 0, foreign_lines = 0,
                created_at = NULL, ended_at = NULL, expires_at = NULL, cancel_initiated_at = NULL, archived_at = NULL, results_digest = NULL
            WHERE id = $id
            """,
            ("$settlement", settlement.ToJson()),
            ("$id", id)));

    public void SetNotFoundSince(long id, DateTime? since)
        => database.Write(() => database.Execute(
            "UPDATE batch SET not_found_since = $since WHERE id = $id",
            ("$since", since is { } time ? LedgerRow.Format(time) : null),
            ("$id", id)));

    /// <summary>Keeps what the service says. What is over stays over: a list may lag behind what it was asked before.</summary>
    /// <returns>The batch as it stands now.</returns>
    public BatchRecord Refresh(BatchRecord batch, MessageBatch remote)
    {
        BatchState state = batch.State.IsOver() ? batch.State : BatchStates.FromService(remote.ProcessingStatus);
        BatchRecord now = batch with
        {
            State = state,
            ServiceId = remote.Id,
            ProcessingStatus = remote.ProcessingStatus,
            Counts = remote.RequestCounts,
            CreatedAt = Stored(remote.CreatedAt),
            EndedAt = Stored(remote.EndedAt),
            ExpiresAt = Stored(remote.ExpiresAt),
            CancelInitiatedAt = Stored(remote.CancelInitiatedAt),
            ArchivedAt = Stored(remote.ArchivedAt),
            NotFoundSince = null,
        };
        if (now == batch)
        {
            return batch; // a poll that brings no news costs no write
        }

        database.Write(() => database.Execute(
            """
            UPDATE batch SET state = $state, service_id = $service, processing_status = $status, message = NULL, not_found_since = NULL,
                processing = $processing, succeeded = $succeeded, errored = $errored, canceled = $canceled, expired = $expired,
                created_at = $created, ended_at = $ended, expires_at = $expires, cancel_initiated_at = $cancel, archived_at = $archived
            WHERE id = $id
            """,
            ("$state", Word<BatchState>.Of(state)),
            ("$service", remote.Id),
            ("$status", remote.ProcessingStatus),
            ("$processing", remote.RequestCounts.Processing),
            ("$succeeded", remote.RequestCounts.Succeeded),
            ("$errored", remote.RequestCounts.Errored),
            ("$canceled", remote.RequestCounts.Canceled),
            ("$expired", remote.RequestCounts.Expired),
            ("$created", Time(remote.CreatedAt)),
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
            $"""
            UPDATE batch SET state = {SqlWord.Downloaded}, results_digest = $digest, duplicated = $duplicated, foreign_lines = $foreign,
                message = NULL
            WHERE id = $id
            """,
            ("$digest", digest),
            ("$duplicated", duplicated),
            ("$foreign", foreign),
            ("$id", id)));

    // To the microsecond, as the ledger keeps it.
    private static DateTime? Stored(DateTimeOffset? time)
        => time is { } value ? new DateTime(value.UtcTicks - (value.UtcTicks % TimeSpan.TicksPerMicrosecond), DateTimeKind.Utc) : null;

    private static string? Time(DateTimeOffset? time) => time is { } value ? LedgerRow.Format(value.UtcDateTime) : null;
}
