using ClaudeBatch.Core.Ledger;

namespace ClaudeBatch.Core.Submission;

/// <summary>Cuts a stream of requests into parts by count and by exact bytes, spooling and drafting each.</summary>
internal sealed class PartSpooler(LedgerDatabase database, long jobId, SpoolLimits limits, InputDraft draft) : IDisposable
{
    private SpoolWriter? _spool;

    private long _batchId;

    private int _attempt;

    private int _nextPart = 1 + (int)database.Scalar("SELECT coalesce(max(part), 0) FROM batch WHERE job_id = $job", ("$job", jobId));

    /// <summary>The drafts made so far, in order.</summary>
    public List<long> Batches { get; } = [];

    /// <summary>Puts a request into the current part or the next one, and says into which batch.</summary>
    public long Append(long row, ReadOnlySpan<byte> item, int attempt, int schema)
    {
        if (_spool is not null
            && (_spool.Count >= limits.MaxRequests || _spool.LengthWith(item.Length) > limits.MaxBytes || _attempt != attempt))
        {
            CompletePart();
        }

        if (_spool is null)
        {
            _spool = new SpoolWriter(database.Folder, database.Folder.Spool(jobId, _nextPart));
            _batchId = draft.BeginBatch(_nextPart, attempt);
            _attempt = attempt;
            _nextPart++;
            Batches.Add(_batchId);
        }

        draft.Add(_batchId, row, _spool.Append(item), item.Length, schema);
        return _batchId;
    }

    public void CompletePart()
    {
        if (_spool is null)
        {
            return;
        }

        byte[] digest = _spool.Complete();
        Milestone.Pass("spooled");
        draft.CompleteBatch(_batchId, _spool.Count, _spool.Length, digest);
        _spool.Dispose();
        _spool = null;
    }

    public void Dispose() => _spool?.Dispose();
}
