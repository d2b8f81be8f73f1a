using ClaudeBatch.Core.Ledger.Sqlite;

namespace ClaudeBatch.Core.Ledger;

/// <summary>The journal: what has changed in the ledger, and when. It contains no prompts, answers or keys.</summary>
public sealed class EventBooks(LedgerDatabase database, TimeProvider clock)
{
    private const int LongestMessage = 500;

    /// <summary>Adds an event with the current time.</summary>
    /// <param name="kind">What happened.</param>
    /// <param name="message">A sentence for a person, which may quote the service. It is cut off after 500 characters.</param>
    /// <param name="jobId">The job it belongs to; null for none.</param>
    /// <param name="batchId">The batch it belongs to; null for none.</param>
    /// <param name="requestId">The <c>request-id</c> of the reply that it is about; null for none.</param>
    /// <param name="removed">The name of the job where it was just removed; null for a job that the ledger has.</param>
    public void Add(
        EventKind kind, string message, long? jobId = null, long? batchId = null, string? requestId = null, string? removed = null)
        => database.Write(() => database.Execute(
            """
            INSERT INTO event (at, job_id, job, batch_id, kind, request_id, message)
            VALUES ($at, $job, $removed, $batch, $kind, $request, $message)
            """,
            ("$at", LedgerRow.Format(clock.GetUtcNow().UtcDateTime)),
            ("$job", jobId),
            ("$removed", removed),
            ("$batch", batchId),
            ("$kind", Word<EventKind>.Of(kind)),
            ("$request", requestId),
            ("$message", message.Length <= LongestMessage ? message : message[..LongestMessage])));

    /// <summary>Whether the files of a batch, or of its whole job, were removed by a command.</summary>
    internal bool HaveRemovalOf(BatchRecord batch) => database.Scalar(
        "SELECT count(*) FROM event WHERE job_id = $job AND kind = $kind AND (batch_id IS NULL OR batch_id = $batch)",
        ("$job", batch.JobId),
        ("$kind", Word<EventKind>.Of(EventKind.PayloadRemoved)),
        ("$batch", batch.Id)) > 0;

    /// <summary>The jobs that were removed and have left events: their numbers, which no other job has, and their names.</summary>
    public IReadOnlyList<(long Id, string Name)> RemovedJobs() => database.Read(
        "SELECT DISTINCT job_id, job FROM event WHERE job IS NOT NULL AND job_id NOT IN (SELECT id FROM job) ORDER BY job_id",
        static row => (row.Number("job_id"), row.Text("job")));

    /// <summary>Reads one page of events, in the order in which they were added.</summary>
    /// <param name="jobId">The job whose events are read; null for all jobs.</param>
    /// <param name="after">The UTC time after which the events happened; null for all times.</param>
    /// <param name="afterId">The number of the last event of the page before; 0 for the first page.</param>
    /// <param name="limit">The most events to read.</param>
    /// <param name="since">The UTC time at which or after which the events happened; null for all times.</param>
    /// <param name="before">The UTC time before which the events happened; null for all times.</param>
    public IReadOnlyList<EventRecord> Read(
        long? jobId, DateTime? after, long afterId, int limit, DateTime? since = null, DateTime? before = null)
        => database.Read(
            $"""
            SELECT {EventRecord.Columns} FROM event e
            LEFT JOIN job j ON j.id = e.job_id LEFT JOIN batch b ON b.id = e.batch_id
            WHERE e.id > $id AND ($job IS NULL OR e.job_id = $job) AND ($after IS NULL OR e.at > $after)
            AND ($since IS NULL OR e.at >= $since) AND ($before IS NULL OR e.at < $before) ORDER BY e.id LIMIT $limit
            """,
            EventRecord.From,
            ("$id", afterId),
            ("$job", jobId),
            ("$after", Text(after)),
            ("$since", Text(since)),
            ("$before", Text(before)),
            ("$limit", limit));

    private static string? Text(DateTime? time) => time is { } given ? LedgerRow.Format(given) : null;
}
