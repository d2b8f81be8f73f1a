using System.Runtime.InteropServices;
using System.Text;

namespace ClaudeBatch.Core.Ledger.Files;

/// <summary>Flushes a folder. .NET opens no folders, so it takes the operating system's own calls.</summary>
internal static class FolderFlush
{
    private const int ReadOnly = 0;

    /// <summary>Waits until new and changed names in the folder are on the disk. Windows keeps them with the file and has no such call.</summary>
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
        // Some file systems flush no folders and say so; there is nothing more to be had from them.
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
