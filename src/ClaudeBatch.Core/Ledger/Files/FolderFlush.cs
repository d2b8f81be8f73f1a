using System.Runtime.InteropServices;
using System.Text;

namespace ClaudeBatch.Core.Ledger.Files;

/// <summary>
/// Flushes a folder's entries (new and renamed files) to the disk. .NET has no call for that, so the operating system's own are used.
/// </summary>
internal static class FolderFlush
{
    private const int ReadOnly = 0;

    /// <summary>
    /// Waits until the folder's entries are on the disk. On Windows it does nothing: there, an entry is flushed together with its file.
    /// </summary>
    /// <exception cref="ClaudeBatchException"><c>LedgerNotWritable</c>: the folder cannot be opened or flushed.</exception>
    public static void Of(string folder)
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        int handle = Open(Encoding.UTF8.GetBytes(folder + '\0'), ReadOnly);
        if (handle < 0)
        {
            throw LedgerFolder.NotWritable(folder, new IOException($"open: error {Marshal.GetLastPInvokeError()}"));
        }

        int result = Flush(handle);
        int error = Marshal.GetLastPInvokeError();
        _ = Close(handle);
        // Some file systems cannot flush a folder and return EINVAL. Nothing more can be done on them.
        const int invalidArgument = 22;
        if (result < 0 && error != invalidArgument)
        {
            throw LedgerFolder.NotWritable(folder, new IOException($"fsync: error {error}"));
        }
    }

    [DllImport("libc", EntryPoint = "open", SetLastError = true)]
    private static extern int Open(byte[] path, int flags);

    [DllImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static extern int Flush(int handle);

    [DllImport("libc", EntryPoint = "close", SetLastError = true)]
    private static extern int Close(int handle);
}
