using ClaudeBatch.Core.Costs;
using ClaudeBatch.Core.Json;
using ClaudeBatch.Core.Ledger;

namespace ClaudeBatch.Core.Results;

/// <content>Reads results that are on the disk.</content>
internal sealed partial class OutcomeTable
{
    /// <summary>Reads the outcomes from the batch's results file.</summary>
    public static OutcomeTable FromFile(JobLedger ledger, BatchRecord batch, Lazy<PriceList>? prices)
    {
        OutcomeTable table = For(ledger, batch, prices);
        using LineScanner scanner = new(table.Take);
        using FileStream file = new(
            ledger.Folder.Results(batch.JobId, batch.Part, batch.ResultsFile),
            FileMode.Open,
            FileAccess.Read,
            FileShare.Read | FileShare.Delete,
            1,
            FileOptions.SequentialScan);
        byte[] buffer = new byte[64 * 1024];
        int count;
        while ((count = file.Read(buffer)) > 0)
        {
            scanner.Feed(buffer.AsSpan(0, count));
        }

        scanner.Complete();
        return table;
    }
}
