using System.Globalization;
using ClaudeBatch.Core.Ledger;
using Microsoft.Win32.SafeHandles;

namespace ClaudeBatch.Core.Submission;

/// <summary>Copies the bytes of exactly the failed requests from the spool into new batches of the same job.</summary>
public sealed class RetryPlanner(JobLedger ledger)
{
    private const int Page = 5_000;

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
        long count = 0;
        byte[] buffer = [];
        long open = 0;
        SafeFileHandle? spool = null;
        try
        {
            foreach ((BatchRecord batch, AttemptRecord attempt) in Candidates(job, filter))
            {
                if (open != batch.Id)
                {
                    spool?.Dispose();
                    spool = OpenSpool(batch);
                    open = batch.Id;
                }

                if (buffer.Length < attempt.SpoolLength)
                {
                    buffer = new byte[attempt.SpoolLength * 2];
                }

                Span<byte> item = buffer.AsSpan(0, attempt.SpoolLength);
                ReadExactly(spool!, item, attempt.SpoolOffset);
                draft.Replace(parts.Append(attempt.Row, item, batch.Attempt + 1, attempt.OutputSchema), attempt.Row);
                count++;
            }
        }
        finally
        {
            spool?.Dispose();
        }

        return count;
    }

    // By attempt, so that a part holds requests of one attempt number.
    private IEnumerable<(BatchRecord Batch, AttemptRecord Attempt)> Candidates(JobRecord job, RetryFilter filter)
    {
        foreach (BatchRecord batch in ledger.Batches.OfJob(job.Id).Where(b => b.Attempt < filter.MaxAttempts).OrderBy(static b => b.Attempt))
        {
            long last = -1;
            IReadOnlyList<AttemptRecord> attempts;
            do
            {
                attempts = ledger.Attempts.OfBatch(batch, last, Page, onlyLast: true);
                foreach (AttemptRecord attempt in attempts)
                {
                    last = attempt.Row;
                    if (filter.Takes(attempt))
                    {
                        yield return (batch, attempt);
                    }
                }
            }
            while (attempts.Count == Page);
        }
    }

    private SafeFileHandle OpenSpool(BatchRecord batch)
    {
        string path = ledger.Folder.Spool(batch.JobId, batch.Part);
        return File.Exists(path)
            ? File.OpenHandle(path)
            : throw new ClaudeBatchException(
                FailureKind.NotFound, "PayloadRemoved", $"The requests of batch '{batch.Key}' were removed from the ledger; they cannot be sent again from there.")
            { Target = batch.Key };
    }

    private static void ReadExactly(SafeFileHandle file, Span<byte> bytes, long offset)
    {
        while (!bytes.IsEmpty)
        {
            int count = RandomAccess.Read(file, bytes, offset);
            if (count == 0)
            {
                throw new ClaudeBatchException(
                    FailureKind.Storage, "LedgerUnreadable", "A spool is shorter than the ledger says; it was changed from outside.");
            }

            bytes = bytes[count..];
            offset += count;
        }
    }
}
