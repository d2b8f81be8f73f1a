using System.Text;
using ClaudeBatch.Core.Ledger;
using ClaudeBatch.Core.Ledger.Files;

namespace ClaudeBatch.Core.Input;

/// <summary>
/// Reads the exact bytes of requests back from the spools, in the order of the input. Only one page of rows is in memory at a time.
/// </summary>
public sealed class SpoolReader(JobLedger ledger) : IDisposable
{
    private const int Page = 2_000;

    private readonly PayloadFiles _files = new();

    private readonly SpoolRanges _spools = new(ledger);

    private (long Job, byte[][] Schemas) _ofJob;

    /// <summary>Reads the requests of one batch.</summary>
    /// <exception cref="ClaudeBatchException"><c>PayloadRemoved</c>, <c>MadeElsewhere</c>, <c>SpoolChanged</c>,
    /// <c>SourceChanged</c>.</exception>
    public IEnumerable<SentRequest> OfBatch(BatchRecord batch, Func<string, RequestStatus, bool> isWanted) => ledger.Attempts.All(batch)
        .Where(a => isWanted(a.CustomId, RequestStatuses.Of(batch.State, a.Outcome)))
        .Select(a => Read(batch, a));

    /// <summary>Reads the last attempt of each request of a job, and then the rows that were refused.</summary>
    /// <param name="job">The job.</param>
    /// <param name="isWanted">Decides by the custom id and the status of a request whether it is read.</param>
    /// <exception cref="ClaudeBatchException"><c>PayloadRemoved</c>, <c>MadeElsewhere</c>, <c>SpoolChanged</c>,
    /// <c>SourceChanged</c>.</exception>
    public IEnumerable<SentRequest> OfJob(JobRecord job, Func<string, RequestStatus, bool> isWanted) => ledger.Attempts
        .LastOf(ledger.Batches.OfJob(job.Id))
        .Where(a => isWanted(a.Attempt.CustomId, RequestStatuses.Of(a.Batch.State, a.Attempt.Outcome)))
        .Select(a => Read(a.Batch, a.Attempt))
        .Concat(Refused(job, isWanted));

    public void Dispose()
    {
        _files.Dispose();
        _spools.Dispose();
    }

    /// <summary>Reads the request of one attempt.</summary>
    /// <exception cref="ClaudeBatchException"><c>PayloadRemoved</c>, <c>MadeElsewhere</c>, <c>SpoolChanged</c>,
    /// <c>SourceChanged</c>.</exception>
    public SentRequest Read(BatchRecord batch, AttemptRecord attempt) => batch.MadeElsewhere
        ? throw new ClaudeBatchException(
            FailureKind.NotFound, "MadeElsewhere", $"Batch '{batch.ServiceId}' was made by another tool; its requests are not in this "
                + $"ledger.")
        { Target = batch.Key }
        : new SentRequest(
            attempt.CustomId,
            Request(batch, attempt),
            Source(batch.JobId, attempt.CustomId, attempt.SourceOffset, attempt.SourceLength, attempt.SourceDigest),
            Refusal: null)
        {
            Variant = attempt.Variant,
            OutputSchema = attempt.OutputSchema > 0 ? Schemas(batch.JobId)[attempt.OutputSchema - 1] : default,
        };

    private IEnumerable<SentRequest> Refused(JobRecord job, Func<string, RequestStatus, bool> isWanted)
    {
        long last = -1;
        IReadOnlyList<RequestRecord> page;
        do
        {
            page = ledger.Attempts.Refused(job, last, Page);
            foreach (RequestRecord row in page)
            {
                last = row.Row;
                if (isWanted(row.CustomId, RequestStatus.Refused))
                {
                    byte[] source = Source(job.Id, row.CustomId, row.SourceOffset, row.SourceLength, row.SourceDigest);
                    yield return new SentRequest(row.CustomId, [], source, row.Refusal) { Variant = row.Variant };
                }
            }
        }
        while (page.Count == Page);
    }

    // As SchemaStore keeps them: one a line, by its number.
    private byte[][] Schemas(long jobId)
    {
        if (_ofJob.Schemas is null || _ofJob.Job != jobId)
        {
            string path = ledger.Folder.Schemas(jobId);
            _ofJob = (jobId, File.Exists(path)
                ? [.. File.ReadLines(path).Select(Encoding.UTF8.GetBytes)]
                : throw PayloadFiles.Removed(path));
        }

        return _ofJob.Schemas;
    }

    private byte[] Request(BatchRecord batch, AttemptRecord attempt)
    {
        byte[] bytes = GC.AllocateUninitializedArray<byte>(attempt.SpoolLength);
        _spools.Read(batch, attempt, bytes);
        return bytes;
    }

    private byte[] Source(long jobId, string customId, long offset, int length, long digest)
    {
        if (length == 0)
        {
            return [];
        }

        byte[] row = GC.AllocateUninitializedArray<byte>(length);
        return _files.TryRead(ledger.Folder.Source(jobId), offset, row, digest)
            ? row
            : throw ClaudeBatchException.SourceChanged(ledger.Folder.Source(jobId), customId);
    }
}
