namespace ClaudeBatch.Core.Ledger;

/// <summary>The journal: what changed, when, and in which words of the service. No prompt and no key.</summary>
public sealed class EventBooks(LedgerDatabase database, TimeProvider clock)
{
    private const int LongestMessage = 500;

    /// <param name="kind">A stable PascalCase word: <c>Sealed</c>, <c>Accepted</c>, …</param>
    /// <param name="message">One sentence; cut at 500 characters.</param>
    /// <param name="jobId">The job it belongs to.</param>
    /// <param name="batchId">The batch it belongs to.</param>
    /// <param name="requestId">The service's <c>request-id</c>.</param>
    public void Add(string kind, string message, long? jobId = null, long? batchId = null, string? requestId = null)
        => database.Write(() => database.Execute(
            "INSERT INTO event (at, job_id, batch_id, kind, request_id, message) VALUES ($at, $job, $batch, $kind, $request, $message)",
            ("$at", LedgerRow.Format(clock.GetUtcNow().UtcDateTime)),
            ("$job", jobId),
            ("$batch", batchId),
            ("$kind", kind),
            ("$request", requestId),
            ("$message", message.Length <= LongestMessage ? message : message[..LongestMessage])));
}
