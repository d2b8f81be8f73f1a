using ClaudeBatch.Core.Ledger.Files;

namespace ClaudeBatch.Core.Tests.Ledger;

/// <summary>A folder in which something happens right before the next lock of a batch is taken.</summary>
internal sealed class BeforeLockFolder(string root) : LedgerFolder(root)
{
    public Action? BeforeLock { get; set; }

    private protected override LedgerFile Open(string path, FileStreamOptions options)
    {
        if (BeforeLock is { } happens && Path.GetFileName(path) is var name
            && name.StartsWith("batch-", StringComparison.Ordinal) && name.EndsWith(".lock", StringComparison.Ordinal))
        {
            BeforeLock = null;
            happens();
        }

        return base.Open(path, options);
    }
}
