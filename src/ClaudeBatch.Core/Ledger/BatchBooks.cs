using System.Globalization;
using System.Runtime.InteropServices;
using ClaudeBatch.Core.Api;
using ClaudeBatch.Core.Ledger.Sqlite;

namespace ClaudeBatch.Core.Ledger;

/// <summary>The ledger's table of batches.</summary>
public sealed partial class BatchBooks(LedgerDatabase database)
{
    private const string Select = $"SELECT {BatchRecord.Columns} FROM batch b JOIN job j ON j.id = b.job_id";

    public IReadOnlyList<BatchRecord> All() => database.Read($"{Select} WHERE b.state <> {SqlWord.Draft} ORDER BY b.id", BatchRecord.From);

    public IReadOnlyList<BatchRecord> OfJob(long jobId)
        => database.Read($"{Select} WHERE b.job_id = $job AND b.state <> {SqlWord.Draft} ORDER BY b.id", BatchRecord.From, ("$job", jobId));

    /// <summary>Gives the batch with this number of the ledger.</summary>
    /// <exception cref="ClaudeBatchException"><c>BatchGone</c>: it was removed from the ledger.</exception>
    public BatchRecord Get(long id) => database.Read($"{Select} WHERE b.id = $id", BatchRecord.From, ("$id", id)).SingleOrDefault()
        ?? throw Gone("The batch", id);

    /// <summary>Gives a batch as it is recorded now.</summary>
    /// <exception cref="ClaudeBatchException"><c>BatchGone</c>: it was removed from the ledger.</exception>
    public BatchRecord Get(BatchRecord batch)
    {
        Require(batch);
        return Get(batch.Id);
    }

    /// <summary>
    /// Finds a batch by the service's id or by its key, which is the job's name, a slash and the part; null where there is none.
    /// </summary>
    public BatchRecord? Find(string idOrKey)
    {
        int slash = idOrKey.LastIndexOf('/');
        return slash > 0 && int.TryParse(idOrKey.AsSpan(slash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out int part)
            ? database.Read(
                $"{Select} WHERE j.name = $name AND b.part = $part AND b.state <> {SqlWord.Draft}",
                BatchRecord.From,
                ("$name", idOrKey[..slash]),
                ("$part", part)).SingleOrDefault()
            : database.Read($"{Select} WHERE b.service_id = $id", BatchRecord.From, ("$id", idOrKey)).SingleOrDefault();
    }

    /// <summary>Whether the ledger has a batch with this id of the service.</summary>
    public bool Knows(string serviceId) => database.Scalar("SELECT count(*) FROM batch WHERE service_id = $id", ("$id", serviceId)) > 0;

    /// <summary>
    /// Finds the other batches with as many requests that are on their way or unconfirmed and may be in the same workspace, because the
    /// account's lists could not tell them apart from this one.
    /// </summary>
    public IReadOnlyList<BatchRecord> UnsettledLike(BatchRecord batch)
        => database.Read(
            $"""
            {Select} WHERE b.state IN ({SqlWord.Uploading}, {SqlWord.Unconfirmed})
            AND coalesce(json_extract(b.settlement, '$.IsAbsent'), 0) = 0 AND b.request_count = $count AND b.id <> $id
            AND (b.workspace_id IS NULL OR $workspace IS NULL OR b.workspace_id = $workspace) ORDER BY b.id
            """,
            BatchRecord.From,
            ("$count", batch.RequestCount),
            ("$id", batch.Id),
            ("$workspace", batch.WorkspaceId));

    /// <summary>The sealed batches of a job with requests that no later attempt has replaced, in their order.</summary>
    public IReadOnlyList<BatchRecord> WithLastAttempts(long jobId) => database.Read(
        $"""
        {Select} WHERE b.job_id = $job AND b.state <> {SqlWord.Draft}
        AND EXISTS (SELECT 1 FROM attempt a WHERE {RowKey.Within("a.id", "b.id")} AND {AttemptBooks.IsLast}) ORDER BY b.id
        """,
        BatchRecord.From,
        ("$job", jobId));

    /// <summary>Reads the SHA-256 of a batch's spool file, which was computed when the file was written.</summary>
    /// <exception cref="ClaudeBatchException"><c>BatchGone</c>: it was removed from the ledger.</exception>
    public byte[] SpoolDigest(long id)
        => database.Read("SELECT spool_digest FROM batch WHERE id = $id", static row => row.Bytes("spool_digest"), ("$id", id))
            .SingleOrDefault() ?? throw Gone("The batch", id);

    /// <summary>Counts the attempts of a batch by their outcomes.</summary>
    internal BatchTally Tally(BatchRecord batch) => BatchTally.Of(database, batch);

    /// <summary>Has the batches of a job counted anew when they are asked for. Whoever changes attempts calls it in the same transaction.</summary>
    internal void ForgetTallies(long jobId)
        => database.Execute("UPDATE batch SET tally = NULL WHERE job_id = $job AND tally IS NOT NULL", ("$job", jobId));

    /// <summary>How long the batches took that have ended last, at most 100 of them.</summary>
    public IReadOnlyList<TimeSpan> Durations() => database.Read(
        "SELECT created_at, ended_at FROM batch WHERE created_at IS NOT NULL AND ended_at IS NOT NULL ORDER BY id DESC LIMIT 100",
        static row => row.Time("ended_at") - row.Time("created_at"));

    /// <summary>Counts the ledger's batches that, as far as it knows, the service works on.</summary>
    public int CountRunning()
        => (int)database.Scalar($"SELECT count(*) FROM batch WHERE state IN ({SqlWord.InProgress}, {SqlWord.Canceling})");

    /// <summary>Adds a part for a batch that another tool has made. Its requests become known with its answers.</summary>
    /// <returns>The ledger's number of the batch.</returns>
    public long AddMadeElsewhere(long jobId, int requestCount, ReplyHeaders headers) => database.Insert(
        $"""
        INSERT INTO batch (guid, job_id, part, attempt, state, adopted, request_count, size_in_bytes, organization_id, workspace_id)
        VALUES ($guid, $job, (SELECT coalesce(max(part), 0) + 1 FROM batch WHERE job_id = $job), 1, {SqlWord.InProgress},
            {SqlWord.Confirmed}, $count, 0, $organization, $workspace)
        """,
        ("$guid", Guid.NewGuid().ToString("N")),
        ("$job", jobId),
        ("$count", requestCount),
        ("$organization", headers.OrganizationId),
        ("$workspace", headers.WorkspaceId));

    /// <summary>Writes what a batch has become, if it still is what that was decided from.</summary>
    /// <param name="from">The batch as it was read when the decision was made.</param>
    /// <param name="to">The same batch with what has changed.</param>
    /// <exception cref="ClaudeBatchException"><see cref="FailureCause.BatchChanged"/>: another process has recorded a decision about the
    /// batch in between, and nothing was written; <c>BatchGone</c>: it was removed from the ledger.</exception>
    public void Change(BatchRecord from, BatchRecord to)
    {
        if (to.ServiceId is { } serviceId && serviceId != from.ServiceId && Find(serviceId) is { } known)
        {
            throw Known(serviceId, known);
        }

        // The counts of a poll decide nothing: two processes that poll at the same time do not stand in each other's way.
        bool isDecision = to with { Counts = from.Counts } != from;
        int changed = 0;
        database.Write(() => changed = database.Execute(
            """
            UPDATE batch SET version = version + $decisions, state = $state, service_id = $service, adopted = $adopted,
                processing_status = $status, processing = $processing, succeeded = $succeeded, errored = $errored, canceled = $canceled,
                expired = $expired, created_at = $created, ended_at = $ended, expires_at = $expires, cancel_initiated_at = $cancel,
                archived_at = $archived, organization_id = $organization, workspace_id = $workspace, intent = $intent, refusal = $refusal,
                settlement = $settlement, resends = $resends, not_before = $notBefore, waits_for_room = $room, not_found_since = $notFound,
                downloads = $downloads, complete_downloads = $complete, first_complete_at = $firstComplete, asked_again = $asked,
                ask_again_at = $askAt, results_file = $file, results_digest = $digest, has_line_digests = $lineDigests,
                duplicated = $duplicated, foreign_lines = $foreign, collected_at = $collected, message = $message
            WHERE id = $id AND guid = $guid AND version = $version AND state = $fromState AND service_id IS $fromService
            """,
            ("$decisions", isDecision ? 1L : 0L),
            ("$state", Word<BatchState>.Of(to.State)),
            ("$service", to.ServiceId),
            ("$adopted", Word<Adoption>.Of(to.Adopted)),
            ("$status", to.ProcessingStatus),
            ("$processing", to.Counts.Processing),
            ("$succeeded", to.Counts.Succeeded),
            ("$errored", to.Counts.Errored),
            ("$canceled", to.Counts.Canceled),
            ("$expired", to.Counts.Expired),
            ("$created", Time(to.CreatedAt)),
            ("$ended", Time(to.EndedAt)),
            ("$expires", Time(to.ExpiresAt)),
            ("$cancel", Time(to.CancelInitiatedAt)),
            ("$archived", Time(to.ArchivedAt)),
            ("$organization", to.OrganizationId),
            ("$workspace", to.WorkspaceId),
            ("$intent", to.Intent),
            ("$refusal", to.Refusal?.ToJson()),
            ("$settlement", to.Settlement?.ToJson()),
            ("$resends", to.Resends),
            ("$notBefore", Time(to.NotBefore)),
            ("$room", to.WaitsForRoom),
            ("$notFound", Time(to.NotFoundSince)),
            ("$downloads", to.Downloads),
            ("$complete", to.CompleteDownloads),
            ("$firstComplete", Time(to.FirstCompleteAt)),
            ("$asked", to.AskedAgain),
            ("$askAt", Time(to.AskAgainAt)),
            ("$file", to.ResultsFile),
            ("$digest", to.ResultsDigest),
            ("$lineDigests", to.HasLineDigests ? 1L : 0L),
            ("$duplicated", to.Duplicated),
            ("$foreign", to.Foreign),
            ("$collected", Time(to.CollectedAt)),
            ("$message", to.Message),
            ("$id", from.Id),
            ("$guid", from.Identity.ToString("N")),
            ("$version", from.Version),
            ("$fromState", Word<BatchState>.Of(from.State)),
            ("$fromService", from.ServiceId)));
        if (changed == 0)
        {
            _ = Get(from);
            throw new ClaudeBatchException(
                FailureKind.Busy,
                FailureCause.BatchChanged,
                $"Batch '{from.Key}' was changed by another process at the same moment; nothing was written. Run the line again.")
            { Target = from.Key };
        }

        if (to.State.IsFinal())
        {
            new AttemptBooks(database).KeepBetter(to);
        }
    }

    /// <summary>Throws when the batch is no longer in the ledger. Whoever writes rows of a batch calls it in the same transaction.</summary>
    /// <exception cref="ClaudeBatchException"><c>BatchGone</c>.</exception>
    internal void Require(BatchRecord batch)
    {
        if (database.Scalar(
            "SELECT count(*) FROM batch WHERE id = $id AND guid = $guid", ("$id", batch.Id), ("$guid", batch.Identity.ToString("N"))) == 0)
        {
            throw Gone($"Batch '{batch.Key}'", batch.Key);
        }
    }

    /// <summary>Writes something of rows of a batch in one transaction.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="sql">What is done for each row.</param>
    /// <param name="rows">The rows.</param>
    /// <param name="bind">Binds one of them.</param>
    /// <param name="isCounted">Whether what is written counts in the tallies of the job, which then are counted anew.</param>
    /// <exception cref="ClaudeBatchException"><c>BatchGone</c>.</exception>
    internal void WriteRows<T>(BatchRecord batch, string sql, List<T> rows, Action<T, LedgerStatement> bind, bool isCounted)
        => database.Write(() =>
        {
            Require(batch);
            if (isCounted)
            {
                ForgetTallies(batch.JobId);
            }

            database.ExecuteMany(sql, CollectionsMarshal.AsSpan(rows), bind);
        });

    /// <summary>Releases the parts of a job that were held back.</summary>
    public void Release(long jobId)
        => database.Write(() => database.Execute(
            "UPDATE batch SET held_for = NULL, version = version + 1 WHERE job_id = $job AND held_for IS NOT NULL", ("$job", jobId)));

    /// <summary>
    /// Records that the account's queue is full for all unsent parts of a job, so that no other of them is uploaded to learn it again.
    /// </summary>
    /// <param name="jobId">The job.</param>
    /// <param name="running">How many of the ledger's batches were running when the queue was full.</param>
    public void WaitForRoom(long jobId, int running)
        => database.Write(() => database.Execute(
            $"UPDATE batch SET waits_for_room = $room, version = version + 1 WHERE job_id = $job AND state = {SqlWord.Spooled}",
            ("$room", running),
            ("$job", jobId)));

    internal static ClaudeBatchException Known(string serviceId, BatchRecord known) => new(
        FailureKind.Conflict,
        "BatchKnown",
        $"Batch '{serviceId}' is in the ledger already, as '{known.Key}'; it cannot stand for two.") { Target = serviceId };

    private static string? Time(DateTime? time) => time is { } value ? LedgerRow.Format(value) : null;

    private static ClaudeBatchException Gone(string what, object target) => new(
        FailureKind.NotFound,
        "BatchGone",
        $"{what} is no longer in the ledger: its job was removed by another process. Nothing was written.") { Target = target };
}
