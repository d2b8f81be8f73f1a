using System.Security.Cryptography;
using ClaudeBatch.Core.Ledger;
using ClaudeBatch.Core.Ledger.Files;

namespace ClaudeBatch.Core.Results;

/// <summary>
/// Copies the lines that an earlier download has brought and this one has not behind what came now, so that a batch has one file with all its
/// answers, and no answer that is here gets lost.
/// </summary>
internal sealed class ResultCarrying(JobLedger ledger, BatchRecord batch)
{
    /// <summary>Copies the lines into the file of a download, and reads them into its table.</summary>
    /// <param name="table">The outcomes of the download.</param>
    /// <param name="partial">The path of its file.</param>
    /// <param name="length">The length of the file in bytes.</param>
    /// <param name="digest">Is continued with what is copied.</param>
    /// <returns>How many lines could not be copied, because they are gone or were changed.</returns>
    /// <exception cref="ClaudeBatchException">The disk is full.</exception>
    public int Run(OutcomeTable table, string partial, long length, IncrementalHash digest)
    {
        if (table.Missing == 0)
        {
            return 0;
        }

        string earlier = ledger.Folder.Results(batch.JobId, batch.Part, batch.ResultsFile);
        bool isWhole = batch.HasLineDigests || (File.Exists(earlier) && PayloadDigest.IsOfFile(earlier, batch.ResultsDigest));
        using PayloadFiles files = new();
        using LedgerFile file = ledger.Folder.OpenForWriting(partial, FileMode.Append);
        int dropped = 0;
        foreach (AttemptRecord attempt in ledger.Attempts.All(batch))
        {
            if (attempt.ResultOffset is not { } offset || table.Has(attempt.CustomId))
            {
                continue;
            }

            byte[] line = GC.AllocateUninitializedArray<byte>(attempt.ResultLength);
            if (!isWhole || !File.Exists(earlier) || !files.TryRead(earlier, offset, line, attempt.ResultDigest))
            {
                dropped++;
                continue;
            }

            // What came may have no end of line.
            Put("\n"u8);
            table.Take(line, length, number: 0);
            Put(line);
        }

        file.FlushToDisk();
        return dropped;

        void Put(ReadOnlySpan<byte> bytes)
        {
            file.Write(bytes);
            digest.AppendData(bytes);
            length += bytes.Length;
        }
    }
}
