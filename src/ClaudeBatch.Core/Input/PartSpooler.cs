using System.Runtime.CompilerServices;
using ClaudeBatch.Core.Ledger;
using ClaudeBatch.Core.Ledger.Files;

namespace ClaudeBatch.Core.Input;

/// <summary>
/// Divides a sequence of requests into parts by their count and their bytes, and writes the spool and the draft of each part.
/// </summary>
/// <param name="folder">The ledger's folder, which has the spools.</param>
/// <param name="jobId">The ledger's number of the job.</param>
/// <param name="limits">The most requests and bytes of a part.</param>
/// <param name="draft">The draft that the parts belong to.</param>
/// <param name="heldFor">What the parts wait for before they are sent; null where they wait for nothing.</param>
internal sealed class PartSpooler(LedgerFolder folder, long jobId, SpoolLimits limits, DraftBooks draft, Hold? heldFor = null) : IDisposable
{
    private SpoolWriter? _spool;

    private long _batchId;

    private int _attempt;

    private int _round;

    /// <summary>The ledger's numbers of the batches drafted so far, in order.</summary>
    public List<long> Batches { get; } = [];

    /// <summary>
    /// Adds a request to the current part, or to a new one where the current part is full or has another number of attempt or round.
    /// </summary>
    /// <returns>The ledger's number of the batch.</returns>
    [MethodImpl(Hot.AtOnce)]
    public long Append(long row, ReadOnlySpan<byte> item, int attempt, int schema, int round = 1)
    {
        if (_spool is not null && (!HasRoom(item.Length) || (_attempt, _round) != (attempt, round)))
        {
            CompletePart();
        }

        if (_spool is null)
        {
            int part = draft.NextPart();
            _spool = new SpoolWriter(folder, folder.Spool(jobId, part));
            _batchId = draft.BeginBatch(part, attempt, round, heldFor);
            (_attempt, _round) = (attempt, round);
            Batches.Add(_batchId);
        }

        draft.Add(_batchId, row, _spool.Append(item), item.Length, PayloadDigest.Of(item), schema);
        return _batchId;
    }

    /// <summary>Whether a request of this many bytes begins the first part, or has room in the current one.</summary>
    public bool HasRoom(int length)
        => _spool is null || (_spool.Count < limits.MaxRequests && _spool.LengthWith(length) <= limits.MaxBytes);

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
