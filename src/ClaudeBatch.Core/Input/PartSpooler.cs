using ClaudeBatch.Core.Ledger;
using ClaudeBatch.Core.Ledger.Files;

namespace ClaudeBatch.Core.Input;

/// <summary>Cuts a stream of requests into parts by count and by exact bytes, spooling and drafting each.</summary>
/// <param name="folder">Where the spools lie.</param>
/// <param name="jobId">The job.</param>
/// <param name="limits">Where parts end.</param>
/// <param name="draft">The input the parts belong to.</param>
/// <param name="heldFor">What an earlier part must have shown before these are sent; null when nothing.</param>
internal sealed class PartSpooler(LedgerFolder folder, long jobId, SpoolLimits limits, DraftBooks draft, Hold? heldFor = null) : IDisposable
{
    private SpoolWriter? _spool;

    private long _batchId;

    private int _attempt;

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
            int part = draft.NextPart();
            _spool = new SpoolWriter(folder, folder.Spool(jobId, part));
            _batchId = draft.BeginBatch(part, attempt, heldFor);
            _attempt = attempt;
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
