using ClaudeBatch.Core.Ledger;
using ClaudeBatch.Core.Ledger.Files;
using ClaudeBatch.Core.Ledger.Sqlite;

namespace ClaudeBatch.Core.Results;

/// <summary>
/// Adds the digests of result lines to a batch that an earlier version has collected, which kept only the SHA-256 of the whole file.
/// </summary>
internal static class LineDigests
{
    /// <summary>Compares the file with its SHA-256, and then records the digest of each of its lines. This is done once a batch.</summary>
    /// <returns>The batch as it is recorded now; as it was where there is nothing to add, or another process works on it.</returns>
    /// <exception cref="ClaudeBatchException"><c>ResultsChanged</c>.</exception>
    public static BatchRecord AddTo(JobLedger ledger, BatchRecord batch)
    {
        if (!Lacks(ledger, batch, out _))
        {
            return batch;
        }

        // What another process works on is compared as a whole by its reader, and gets its digests another time.
        using OwnershipLock? ownership = Ownership.TryTake(ledger.Folder, batch);
        if (ownership is null)
        {
            return batch;
        }

        batch = ledger.Batches.Get(batch);
        if (!Lacks(ledger, batch, out string path))
        {
            return batch;
        }

        Compare(batch, path, batch.ResultsDigest!);
        Add(ledger, batch, path);
        Milestone.Pass("line-digests-added");
        return ledger.Record(batch, new Decision(batch with { HasLineDigests = true }));
    }

    /// <summary>Compares a file of results with its SHA-256.</summary>
    /// <exception cref="ClaudeBatchException"><c>ResultsChanged</c>, <c>PayloadRemoved</c>.</exception>
    public static void Compare(BatchRecord batch, string path, byte[] digest)
    {
        if (!File.Exists(path))
        {
            throw PayloadFiles.Removed(path);
        }

        if (!PayloadDigest.IsOfFile(path, digest))
        {
            throw ResultReader.Changed(batch, path, "its SHA-256 is another one");
        }
    }

    private static bool Lacks(JobLedger ledger, BatchRecord batch, out string path)
    {
        path = ledger.Folder.Results(batch.JobId, batch.Part, batch.ResultsFile);
        return batch is { HasLineDigests: false, ResultsDigest: not null, State: not BatchState.Downloaded } && File.Exists(path);
    }

    private static void Add(JobLedger ledger, BatchRecord batch, string path)
    {
        using PayloadFiles files = new();
        byte[] line = [];
        List<(long Row, long Digest)> digests = [];
        foreach (AttemptRecord attempt in ledger.Attempts.All(batch))
        {
            if (attempt.ResultOffset is not { } offset)
            {
                continue;
            }

            if (line.Length < attempt.ResultLength)
            {
                line = new byte[attempt.ResultLength * 2];
            }

            Span<byte> bytes = line.AsSpan(0, attempt.ResultLength);
            files.Read(path, offset, bytes);
            digests.Add((attempt.Row, PayloadDigest.Of(bytes)));
            if (digests.Count == LedgerDatabase.RowsPerTransaction)
            {
                ledger.Attempts.RecordLineDigests(batch, digests);
                digests.Clear();
            }
        }

        ledger.Attempts.RecordLineDigests(batch, digests);
    }
}
