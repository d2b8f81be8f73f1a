namespace ClaudeBatch.Core.Ledger.Files;

/// <summary>Flushes the entries of a folder of the ledger to the disk.</summary>
internal static class FolderFlush
{
    /// <exception cref="ClaudeBatchException"><c>LedgerNotWritable</c>: the folder cannot be opened or flushed.</exception>
    public static void Of(string folder)
    {
        if (FolderEntries.Flush(folder) is { } failure)
        {
            throw LedgerFolder.NotWritable(folder, failure);
        }
    }
}
