namespace ClaudeBatch.Core;

/// <summary>Why a file cannot be opened.</summary>
internal static class FileSharing
{
    /// <summary>Tells whether a file could not be opened because it is open elsewhere in a way that excludes it.</summary>
    public static bool IsTaken(IOException e)
    {
        // EWOULDBLOCK of Linux and of macOS; ERROR_SHARING_VIOLATION and ERROR_LOCK_VIOLATION.
        int code = e.HResult & 0xFFFF;
        return OperatingSystem.IsWindows() ? code is 32 or 33 : OperatingSystem.IsMacOS() ? code == 35 : code == 11;
    }
}
