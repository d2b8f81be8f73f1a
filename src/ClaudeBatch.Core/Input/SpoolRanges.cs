using ClaudeBatch.Core.Ledger;
using ClaudeBatch.Core.Ledger.Files;

namespace ClaudeBatch.Core.Input;

/// <summary>
/// Reads the bytes of requests back from the spools, and compares them with what was sealed: what was changed on the disk since then is not
/// sent in a retry.
/// </summary>
internal sealed class SpoolRanges(JobLedger ledger) : IDisposable
{
    private readonly PayloadFiles _files = new();

    // The spools of earlier versions, which have no digest of each request: whether the whole file is what was sealed.
    private readonly Dictionary<long, bool> _compared = [];

    /// <summary>Reads the request of an attempt.</summary>
    /// <param name="batch">The batch of the attempt.</param>
    /// <param name="attempt">The attempt.</param>
    /// <param name="bytes">Gets the request; as long as <see cref="AttemptRecord.SpoolLength"/>.</param>
    /// <exception cref="ClaudeBatchException"><c>PayloadRemoved</c>, <c>SpoolChanged</c>.</exception>
    public void Read(BatchRecord batch, AttemptRecord attempt, Span<byte> bytes)
    {
        string path = ledger.Folder.Spool(batch.JobId, batch.Part);
        if (!_files.TryRead(path, attempt.SpoolOffset, bytes, attempt.SpoolDigest)
            || (attempt.SpoolDigest == 0 && !IsSealed(batch, path)))
        {
            throw new ClaudeBatchException(
                FailureKind.InvalidData,
                FailureCause.SpoolChanged,
                $"'{path}' was changed since it was sealed, and request '{attempt.CustomId}' in it is not what was sent: it is not sent "
                    + "again. Put the file back from a backup, or submit the rows that failed anew as another job.")
            { Target = path };
        }
    }

    public void Dispose() => _files.Dispose();

    private bool IsSealed(BatchRecord batch, string path)
    {
        if (!_compared.TryGetValue(batch.Id, out bool isSealed))
        {
            isSealed = PayloadDigest.IsOfFile(path, ledger.Batches.SpoolDigest(batch.Id));
            _compared.Add(batch.Id, isSealed);
        }

        return isSealed;
    }
}
