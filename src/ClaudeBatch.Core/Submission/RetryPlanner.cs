using System.Globalization;
using ClaudeBatch.Core.Ledger;

namespace ClaudeBatch.Core.Submission;

/// <summary>Copies the bytes of exactly the failed requests from the spool into new batches of the same job.</summary>
public sealed class RetryPlanner(JobLedger ledger)
{
    /// <summary>How many requests the filter takes; for a dry run.</summary>
    public long Count(JobRecord job, RetryFilter filter) => Candidates(job, filter).LongCount();

    /// <summary>Plans the next attempt of a job and seals it; the new batches are ready to be sent.</summary>
    /// <exception cref="ClaudeBatchException"><c>JobBusy</c>, <c>PayloadRemoved</c>.</exception>
    public IReadOnlyList<BatchRecord> Plan(JobRecord job, RetryFilter filter, SpoolLimits limits)
    {
        using OwnershipLock ownership = OwnershipLock.TakeInput(ledger.Folder, job);
        InputDraft.Discard(ledger.Database, job.Id);
        InputDraft draft = new(ledger.Database, job.Id);
        using PartSpooler parts = new(ledger.Database, job.Id, limits, draft);
        long count = Copy(job, filter, draft, parts);
        if (count == 0)
        {
            return [];
        }

        Milestone.Pass("retry-planned");
        parts.CompletePart();
        draft.Flush();
        ledger.Database.Write(draft.Seal);
        ledger.Events.Add("RetryPlanned", string.Create(CultureInfo.InvariantCulture, $"{count} requests in {parts.Batches.Count} parts."), job.Id);
        return [.. parts.Batches.Select(ledger.Batches.Get)];
    }

    private long Copy(JobRecord job, RetryFilter filter, InputDraft draft, PartSpooler parts)
    {
        using PayloadFiles files = new();
        long count = 0;
        byte[] buffer = [];
        foreach ((BatchRecord batch, AttemptRecord attempt) in Candidates(job, filter))
        {
            if (buffer.Length < attempt.SpoolLength)
            {
                buffer = new byte[attempt.SpoolLength * 2];
            }

            Span<byte> item = buffer.AsSpan(0, attempt.SpoolLength);
            files.Read(ledger.Folder.Spool(batch.JobId, batch.Part), attempt.SpoolOffset, item);
            draft.Replace(parts.Append(attempt.Row, item, batch.Attempt + 1, attempt.OutputSchema), attempt.Row);
            count++;
        }

        return count;
    }

    // By attempt, so that a part holds requests of one attempt number.
    private IEnumerable<(BatchRecord Batch, AttemptRecord Attempt)> Candidates(JobRecord job, RetryFilter filter) => ledger.Batches.OfJob(job.Id)
        .Where(b => b.Attempt < filter.MaxAttempts)
        .OrderBy(static b => b.Attempt)
        .SelectMany(b => ledger.Attempts.All(b, onlyLast: true).Where(filter.Takes).Select(a => (b, a)));
}
