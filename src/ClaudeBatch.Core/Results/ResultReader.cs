using System.Runtime.CompilerServices;
using System.Text;
using ClaudeBatch.Core.Ledger;
using ClaudeBatch.Core.Ledger.Files;
using ClaudeBatch.Core.Requests;

namespace ClaudeBatch.Core.Results;

/// <summary>
/// Reads collected results from disk in input order, a page of rows at a time, so that memory does not grow with the batch. Each line and
/// each row is compared with the digest it had when it was written.
/// </summary>
public sealed class ResultReader(JobLedger ledger) : IDisposable
{
    private readonly PayloadFiles _files = new();

    private readonly Dictionary<long, AnswerSchema[]> _schemas = [];

    // The batches without digests of lines whose files were compared as a whole.
    private readonly HashSet<long> _compared = [];

    // Of the batch that was read last; the next row is nearly always of the same one.
    private (BatchRecord? Batch, string Results, string Source, string Spool) _paths = (null, string.Empty, string.Empty, string.Empty);

    // The requests of a job nearly always force the same tool; its schema is read once.
    private ForcedTool _forced = ForcedTool.None;

    /// <summary>The last word of each request of collected batches of one job, in input order.</summary>
    /// <remarks>The ledger is read ahead on another thread: whoever enumerates does not use it meanwhile.</remarks>
    /// <param name="batches">The batches.</param>
    /// <param name="allAttempts">Also those a later attempt has replaced.</param>
    /// <exception cref="ClaudeBatchException"><c>ResultsChanged</c>, <c>SourceChanged</c>, <c>PayloadRemoved</c>.</exception>
    public IEnumerable<CollectedResult> InOrder(IEnumerable<BatchRecord> batches, bool allAttempts = false)
    {
        BatchRecord[] digested = [.. batches.Select(b => LineDigests.AddTo(ledger, b))];
        foreach ((BatchRecord batch, AttemptRecord attempt) in
            ReadAhead.Of(ledger.Attempts.InRowOrder(digested, onlyLast: !allAttempts), static _ => 0))
        {
            yield return Read(batch, attempt);
        }
    }

    public void Dispose() => _files.Dispose();

    /// <summary>The result of one attempt.</summary>
    /// <exception cref="ClaudeBatchException"><c>ResultsChanged</c>, <c>SourceChanged</c>, <c>PayloadRemoved</c>.</exception>
    [MethodImpl(Hot.AtOnce)]
    public CollectedResult Read(BatchRecord batch, AttemptRecord attempt)
    {
        Enter(batch);
        return new CollectedResult(
            batch,
            attempt,
            attempt.ResultOffset is { } offset ? Line(batch, attempt, offset) : [],
            attempt.SourceLength > 0 ? Source(batch, attempt) : [],
            attempt.OutputSchema > 0 ? Schemas(batch.JobId)[attempt.OutputSchema - 1] : null)
        {
            ForcedTool = attempt is { StopReason: Completeness.CallsTools, IsIncomplete: not false } ? Forced(batch, attempt) : null,
            Request = attempt.Rounds is null ? null : Request(attempt),
        };
    }

    /// <summary>Reads the line of an attempt that has one, and nothing else.</summary>
    /// <exception cref="ClaudeBatchException"><c>ResultsChanged</c>, <c>PayloadRemoved</c>.</exception>
    internal byte[] ReadLine(BatchRecord batch, AttemptRecord attempt)
    {
        Enter(batch);
        return Line(batch, attempt, attempt.ResultOffset!.Value);
    }

    /// <summary>Makes the error for results on disk that are not what the service has sent.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="path">The path of its file.</param>
    /// <param name="what">What of the file is not what it was, as words that follow "and" in a sentence.</param>
    internal static ClaudeBatchException Changed(BatchRecord batch, string path, string what) => new(
        FailureKind.InvalidData,
        "ResultsChanged",
        $"'{path}' was changed since it was downloaded, and {what}. Download it again: Get-ClaudeBatchResult -Id {batch.ServiceId} "
            + "-Refresh. Where the service no longer has the results, send the requests again as another job.")
    { Target = path };

    private void Enter(BatchRecord batch)
    {
        if (!ReferenceEquals(batch, _paths.Batch))
        {
            _paths = (
                batch,
                ledger.Folder.Results(batch.JobId, batch.Part, batch.ResultsFile),
                ledger.Folder.Source(batch.JobId),
                ledger.Folder.Spool(batch.JobId, batch.Part));
        }
    }

    // Without digests of its lines, the file is compared as a whole, once.
    [MethodImpl(Hot.AtOnce)]
    private byte[] Line(BatchRecord batch, AttemptRecord attempt, long offset)
    {
        if (attempt.ResultDigest == 0 && batch.ResultsDigest is { } digest && _compared.Add(batch.Id))
        {
            LineDigests.Compare(batch, _paths.Results, digest);
        }

        byte[] line = GC.AllocateUninitializedArray<byte>(attempt.ResultLength);
        return _files.TryRead(_paths.Results, offset, line, attempt.ResultDigest)
            ? line
            : throw Changed(batch, _paths.Results, $"the answer to '{attempt.CustomId}' is not what the service sent");
    }

    [MethodImpl(Hot.AtOnce)]
    private byte[] Source(BatchRecord batch, AttemptRecord attempt)
    {
        byte[] row = GC.AllocateUninitializedArray<byte>(attempt.SourceLength);
        return _files.TryRead(_paths.Source, attempt.SourceOffset, row, attempt.SourceDigest)
            ? row
            : throw ClaudeBatchException.SourceChanged(
                _paths.Source, attempt.CustomId, $"The answers are in '{_paths.Results}' as the service sent them.");
    }

    // Null where the request is not here, or was changed.
    private byte[]? Request(AttemptRecord attempt)
    {
        if (!_files.Has(_paths.Spool))
        {
            return null;
        }

        byte[] request = GC.AllocateUninitializedArray<byte>(attempt.SpoolLength);
        return _files.TryRead(_paths.Spool, attempt.SpoolOffset, request, attempt.SpoolDigest) ? request : null;
    }

    // Null where the request is not here, was changed, or has no digest to be compared with.
    private ForcedTool? Forced(BatchRecord batch, AttemptRecord attempt)
    {
        if (batch.MadeElsewhere || attempt.SpoolDigest == 0 || Request(attempt) is not { } request)
        {
            return null;
        }

        ForcedTool forced = ForcedTool.Of(request);
        return _forced = forced.IsSame(_forced) ? _forced : forced;
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
