using System.Text;
using ClaudeBatch.Core.Ledger;
using ClaudeBatch.Core.Ledger.Files;
using ClaudeBatch.Core.Requests;

namespace ClaudeBatch.Core.Results;

/// <summary>
/// Reads collected results from disk in input order, a page of rows at a time, so that memory does not grow with the batch.
/// </summary>
public sealed class ResultReader(JobLedger ledger) : IDisposable
{
    private readonly PayloadFiles _files = new();

    private readonly Dictionary<long, AnswerSchema[]> _schemas = [];

    // Of the batch that was read last; the next row is nearly always of the same one.
    private (BatchRecord? Batch, string Results, string Source) _paths = (null, string.Empty, string.Empty);

    /// <summary>The last word of each request of collected batches of one job, in input order.</summary>
    /// <remarks>The ledger is read ahead on another thread: whoever enumerates does not use it meanwhile.</remarks>
    /// <param name="batches">The batches.</param>
    /// <param name="allAttempts">Also those a later attempt has replaced.</param>
    public IEnumerable<CollectedResult> InOrder(IEnumerable<BatchRecord> batches, bool allAttempts = false)
        => ReadAhead.Of(ledger.Attempts.InRowOrder(batches, onlyLast: !allAttempts), static _ => 0).Select(a => Read(a.Batch, a.Attempt));

    public void Dispose() => _files.Dispose();

    /// <summary>The result of one attempt.</summary>
    public CollectedResult Read(BatchRecord batch, AttemptRecord attempt)
    {
        if (!ReferenceEquals(batch, _paths.Batch))
        {
            _paths = (batch, ledger.Folder.Results(batch.JobId, batch.Part), ledger.Folder.Source(batch.JobId));
        }

        return new CollectedResult(
            batch,
            attempt,
            attempt.ResultOffset is { } offset ? _files.Read(_paths.Results, offset, attempt.ResultLength) : [],
            attempt.SourceLength > 0 ? _files.Read(_paths.Source, attempt.SourceOffset, attempt.SourceLength) : [],
            attempt.OutputSchema > 0 ? Schemas(batch.JobId)[attempt.OutputSchema - 1] : null);
    }

    private AnswerSchema[] Schemas(long jobId)
    {
        if (!_schemas.TryGetValue(jobId, out AnswerSchema[]? schemas))
        {
            string path = ledger.Folder.Schemas(jobId);
            schemas = File.Exists(path)
                ? [.. File.ReadLines(path).Select(static line => new AnswerSchema(Encoding.UTF8.GetBytes(line)))]
                : throw PayloadFiles.Removed(path);
            _schemas.Add(jobId, schemas);
        }

        return schemas;
    }
}
