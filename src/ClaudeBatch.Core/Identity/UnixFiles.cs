using System.Runtime.InteropServices;

namespace ClaudeBatch.Core.Identity;

/// <summary>What .NET does not offer of a file on Linux and macOS: its owner, and whether it is a pipe.</summary>
internal static unsafe partial class UnixFiles
{
    private const int StatSize = 256;

    /// <summary>The user that this process runs as; null on Windows.</summary>
    public static uint? CurrentUser => OperatingSystem.IsWindows() ? null : EffectiveUser();

    /// <summary>Gives the user and the group that own a file; null where it cannot be told.</summary>
    public static (uint User, uint Group)? OwnerOf(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            return null;
        }

        byte* stat = stackalloc byte[StatSize];
        try
        {
            if (OperatingSystem.IsLinux())
            {
                const int here = -100;
                const uint userAndGroup = 0x18;
                return StatX(here, path, 0, userAndGroup, stat) == 0 ? (*(uint*)(stat + 20), *(uint*)(stat + 24)) : null;
            }

            int failed = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? StatInode64(path, stat) : Stat(path, stat);
            return OperatingSystem.IsMacOS() && failed == 0 ? (*(uint*)(stat + 16), *(uint*)(stat + 20)) : null;
        }
        catch (EntryPointNotFoundException)
        {
            // A C library older than the call. The owner is only for a warning.
            return null;
        }
    }

    /// <summary>
    /// Tells whether a path is that of a pipe, where opening it would wait for somebody to write; false where it cannot be told.
    /// </summary>
    public static bool IsPipe(string path)
    {
        if (!OperatingSystem.IsLinux())
        {
            return false;
        }

        const int here = -100;
        const uint type = 0x1;
        byte* stat = stackalloc byte[StatSize];
        try
        {
            return StatX(here, path, 0, type, stat) == 0 && (*(ushort*)(stat + 28) & 0xF000) == 0x1000;
        }
        catch (EntryPointNotFoundException)
        {
            return false;
        }
    }

    /// <summary>Makes somebody the owner of a file; false where this user may not.</summary>
    public static bool Give(string path, (uint User, uint Group) owner) => ChangeOwner(path, owner.User, owner.Group) == 0;

    /// <summary>
    /// Gives what root has made to the owner of the folder that it is in: it is about that user's tokens, and must not be in the way later.
    /// </summary>
    public static void GiveToOwnerOfFolder(string path)
    {
        if (CurrentUser == 0 && OwnerOf(Path.GetDirectoryName(path)!) is { User: not 0 } owner)
        {
            _ = Give(path, owner);
        }
    }

    [LibraryImport("libc", EntryPoint = "geteuid")]
    private static partial uint EffectiveUser();

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int StatX(int folder, string path, int flags, uint mask, byte* stat);

    [LibraryImport("libc", EntryPoint = "stat", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Stat(string path, byte* stat);

    [LibraryImport("libc", EntryPoint = "stat$INODE64", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int StatInode64(string path, byte* stat);

    [LibraryImport("libc", EntryPoint = "chown", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int ChangeOwner(string path, uint user, uint group);
}
