using ClaudeBatch.Core.Ledger.Files;

namespace ClaudeBatch.Core.Tests.Ledger;

/// <summary>A ledger's folder on a disk that is full after so many bytes of certain files.</summary>
internal sealed class FullDiskFolder(string root, Func<string, bool> isAffected) : LedgerFolder(root)
{
    private const int NoSpaceLeft = 28;

    /// <summary>How many more bytes fit.</summary>
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
