using ClaudeBatch.Core.Input;
using ClaudeBatch.Core.Ledger;
using ClaudeBatch.Core.Ledger.Files;
using ClaudeBatch.Core.Results;

namespace ClaudeBatch.Core.Retries;

/// <summary>Plans retries: copies the bytes of the requests to be sent again from their spools into new batches of the same job.</summary>
public sealed class RetryPlanner(JobLedger ledger)
{
    /// <summary>
    /// Finds the requests that the filter takes, ordered by attempt number, so that all requests of a part have the same one.
    /// </summary>
    public IEnumerable<RetryCandidate> Candidates(JobRecord job, RetryFilter filter)
    {
        using ResultReader reader = new(ledger);
        List<RetryCandidate> kept = [];
        foreach (BatchRecord batch in ledger.Batches.OfJob(job.Id).OrderBy(static b => b.Attempt).ThenBy(static b => b.Round))
        {
            if (!filter.MayTryAgain(batch) || (filter.SkipsRemoved && !HasSpool(batch)))
            {
                continue;
            }

            bool onlyFailed = filter.TakesOnlyFailed && !batch.HasKeptAnswers;
            foreach (AttemptRecord attempt in ledger.Attempts.All(batch, onlyLast: true, onlyFailed).Select(a => filter.Judged(batch, a)))
            {
                if (batch.HasRoundsLeft(job) && attempt.WantsRound)
                {
                    continue; // its conversation goes on
                }

                if (attempt.FailedLater is { } newest)
                {
                    kept.AddRange(OfKept(filter, batch, attempt, ledger.Batches.Get(newest), reader));
                }
                else if (filter.Reason(attempt, () => Completeness.Of(reader.Read(batch, attempt)) is null) is { } reason)
                {
                    yield return new RetryCandidate(batch, attempt, reason, batch.Attempt + 1);
                }
            }
        }

        foreach (RetryCandidate candidate in kept.OrderBy(static c => c.Number).ThenBy(static c => c.Batch.Round))
        {
            yield return candidate;
        }
    }

    // The answer is the word of its request: where such answers are asked for, it is what is bettered once more. Otherwise what failed after it
    // is tried again as it was then, like any failure.
    private IEnumerable<RetryCandidate> OfKept(
        RetryFilter filter, BatchRecord batch, AttemptRecord answer, BatchRecord newest, ResultReader reader)
    {
        if (!filter.MayTryAgain(newest))
        {
            yield break;
        }

        AttemptRecord failed = ledger.Attempts.Get(newest, answer.Row);
        if (filter.Reason(answer, () => Completeness.Of(reader.Read(batch, answer)) is null) is { } why)
        {
            yield return new RetryCandidate(batch, answer, why, newest.Attempt + 1);
        }
        else if ((!filter.SkipsRemoved || HasSpool(newest)) && filter.Reason(failed, static () => true) is { } reason)
        {
            yield return new RetryCandidate(newest, failed, reason, newest.Attempt + 1);
        }
    }

    /// <summary>Tells whether the filter takes any request, which is faster than to find them.</summary>
    /// <param name="job">The job.</param>
    /// <param name="filter">A filter of failure classes alone.</param>
    public bool Any(JobRecord job, RetryFilter filter) => ledger.Batches.OfJob(job.Id).Any(
        b => filter.MayTryAgain(b) && HasSpool(b) && ledger.Attempts.AnyFailed(b, filter.ClassesOrDefault));

    private bool HasSpool(BatchRecord batch) => File.Exists(ledger.Folder.Spool(batch.JobId, batch.Part));

    /// <summary>Plans the next attempt of a job and seals it; the new batches are ready to be sent.</summary>
    /// <param name="job">The job.</param>
    /// <param name="filter">Decides which requests are sent again.</param>
    /// <param name="limits">The most requests and bytes of a part.</param>
    /// <param name="rewritten">The changed requests. Where it is given, only the requests in it are sent again; null to send all
    /// unchanged.</param>
    /// <param name="files">What has become of the files of the requests; null where nothing has.</param>
    /// <returns>The new batches; none where there is nothing to send, or the job was stopped.</returns>
    /// <exception cref="ClaudeBatchException"><c>JobBusy</c>, <c>PayloadRemoved</c>.</exception>
    public IReadOnlyList<BatchRecord> Plan(
        JobRecord job, RetryFilter filter, SpoolLimits limits, RewrittenRequests? rewritten = null, RenewedFiles? files = null)
    {
        using OwnershipLock ownership = Ownership.TakeInput(ledger.Folder, job);
        job = ledger.Jobs.Get(job.Id);
        if (job.StoppedAt is not null)
        {
            return []; // while files were uploaded
        }

        using DraftBooks draft = ledger.BeginDraft(job.Id, isReadMeanwhile: true);
        using PartSpooler parts = new(ledger.Folder, job.Id, limits, draft);
        long count = Copy(job, filter, draft, parts, rewritten, files);
        if (count == 0)
        {
            return [];
        }

        Milestone.Pass("retry-planned");
        parts.CompletePart();
        draft.Complete();
        ledger.Write(draft.Seal);
        ledger.Events.Add(
            EventKind.RetryPlanned,
            $"{Sentence.Count(count, "request")}{(rewritten is null ? string.Empty : ", changed,")} "
                + $"in {Sentence.Count(parts.Batches.Count, "part")}.",
            job.Id);
        return [.. parts.Batches.Select(ledger.Batches.Get)];
    }

    private long Copy(
        JobRecord job, RetryFilter filter, DraftBooks draft, PartSpooler parts, RewrittenRequests? rewritten, RenewedFiles? files)
    {
        using SpoolRanges spools = new(ledger);
        long count = 0;
        byte[] buffer = [];
        foreach ((BatchRecord batch, AttemptRecord attempt, _, int number) in Candidates(job, filter))
        {
            (int length, int schema) = (attempt.SpoolLength, attempt.OutputSchema);
            if (files?.IsLeftOut(attempt.Row) == true
                || (rewritten is not null && !rewritten.TryFind(attempt.Row, out length, out schema)))
            {
                continue;
            }

            if (buffer.Length < length)
            {
                buffer = new byte[length * 2];
            }

            if (rewritten is null)
            {
                spools.Read(batch, attempt, buffer.AsSpan(0, length));
            }
            else
            {
                rewritten.Read(attempt.Row, buffer.AsSpan(0, length));
            }

            int round = rewritten is { IsAnew: true } ? 1 : batch.Round;
            ReadOnlySpan<byte> item = files is null ? buffer.AsSpan(0, length) : files.In(buffer.AsSpan(0, length));
            draft.Replace(parts.Append(attempt.Row, item, number, schema, round), attempt.Row);
            count++;
        }

        return count;
    }
}
