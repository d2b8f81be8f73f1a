using ClaudeBatch.Core.Ledger.Files;

namespace ClaudeBatch.Core.Tests.Ledger;

/// <summary>A ledger's folder on an imitated disk, on which only a number of bytes of certain files still fit.</summary>
internal sealed class FullDiskFolder(string root, Func<string, bool> isAffected) : LedgerFolder(root)
{
    private const int NoSpaceLeft = 28;

    /// <summary>The number of bytes that still fit.</summary>
    public long Room { get; set; } = long.MaxValue;

    private protected override LedgerFile Open(string path, FileStreamOptions options)
        => isAffected(path) ? new FullFile(this, path, options) : base.Open(path, options);

    private sealed class FullFile(FullDiskFolder folder, string path, FileStreamOptions options) : LedgerFile(new FileStream(path, options))
    {
        protected override void BeforeWrite(int count)
        {
            folder.Room -= count;
            if (folder.Room < 0)
            {
                throw new IOException($"No space left on device : '{Name}'", NoSpaceLeft);
            }
        }
    }
}
