using System.Runtime.InteropServices;
using System.Text;

namespace ClaudeBatch.Core;

/// <summary>
/// Flushes a folder's entries (new and renamed files) to the disk. .NET has no call for that, so the operating system's own are used.
/// </summary>
internal static class FolderEntries
{
    private const int ReadOnly = 0;

    /// <summary>
    /// Waits until the folder's entries are on the disk. On Windows it does nothing: there, an entry is flushed together with its file.
    /// </summary>
    /// <returns>Why the folder could not be opened or flushed; null where it was.</returns>
    public static IOException? Flush(string folder)
    {
        if (OperatingSystem.IsWindows())
        {
            return null;
        }

        int handle = Open(Encoding.UTF8.GetBytes(folder + '\0'), ReadOnly);
        if (handle < 0)
        {
            return new IOException($"open: error {Marshal.GetLastPInvokeError()}");
        }

        int result = Flush(handle);
        int error = Marshal.GetLastPInvokeError();
        _ = Close(handle);
        // Some file systems cannot flush a folder and return EINVAL. Nothing more can be done on them.
        const int invalidArgument = 22;
        return result < 0 && error != invalidArgument ? new IOException($"fsync: error {error}") : null;
    }

    [DllImport("libc", EntryPoint = "open", SetLastError = true)]
    private static extern int Open(byte[] path, int flags);

    [DllImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static extern int Flush(int handle);

    [DllImport("libc", EntryPoint = "close", SetLastError = true)]
    private static extern int Close(int handle);
}
