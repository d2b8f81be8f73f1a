using ClaudeBatch.Core.Ledger.Sqlite;

namespace ClaudeBatch.Core.Ledger;

/// <summary>The journal: what changed, when, and in which words of the service. No prompt and no key.</summary>
public sealed class EventBooks(LedgerDatabase database, TimeProvider clock)
{
    private const int LongestMessage = 500;

    /// <param name="kind">What happened.</param>
    /// <param name="message">One sentence; cut at 500 characters.</param>
    /// <param name="jobId">The job it belongs to.</param>
    /// <param name="batchId">The batch it belongs to.</param>
    /// <param name="requestId">The service's <c>request-id</c>.</param>
    public void Add(EventKind kind, string message, long? jobId = null, long? batchId = null, string? requestId = null)
        => database.Write(() => database.Execute(
            "INSERT INTO event (at, job_id, batch_id, kind, request_id, message) VALUES ($at, $job, $batch, $kind, $request, $message)",
            ("$at", LedgerRow.Format(clock.GetUtcNow().UtcDateTime)),
            ("$job", jobId),
            ("$batch", batchId),
            ("$kind", Word<EventKind>.Of(kind)),
            ("$request", requestId),
            ("$message", message.Length <= LongestMessage ? message : message[..LongestMessage])));

    /// <summary>The journal in its order.</summary>
    /// <param name="jobId">Only this job's; null for all.</param>
    /// <param name="after">Only later ones.</param>
    /// <param name="afterId">The last of the page before; 0 for the first.</param>
    /// <param name="limit">The most to read.</param>
    public IReadOnlyList<EventRecord> Read(long? jobId, DateTime? after, long afterId, int limit)
        => database.Read(
            $"""
            SELECT {EventRecord.Columns} FROM event e
            LEFT JOIN job j ON j.id = e.job_id LEFT JOIN batch b ON b.id = e.batch_id
            WHERE e.id > $id AND ($job IS NULL OR e.job_id = $job) AND ($after IS NULL OR e.at > $after) ORDER BY e.id LIMIT $limit
            """,
            EventRecord.From,
            ("$id", afterId),
            ("$job", jobId),
            ("$after", after is { } time ? LedgerRow.Format(time) : null),
            ("$limit", limit));
}
