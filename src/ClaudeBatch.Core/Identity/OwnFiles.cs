namespace ClaudeBatch.Core.Identity;

/// <summary>Files and folders with rights for their owner alone, and how the rights of others are found out.</summary>
internal static class OwnFiles
{
    public const UnixFileMode OwnerFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    public const UnixFileMode Others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;

    private const UnixFileMode OwnerFolder = OwnerFile | UnixFileMode.UserExecute;

    private const int MostBytes = 1 << 20;

    /// <summary>Creates a folder, with those above it, for its owner alone. A folder that exists keeps its rights.</summary>
    /// <exception cref="IOException">It cannot be made.</exception>
    /// <exception cref="UnauthorizedAccessException">This user may not make it.</exception>
    public static void CreateFolder(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(path);
        }
        else if (!Directory.Exists(path))
        {
            // .NET gives the mode only to the last folder of a path.
            CreateFolder(Path.GetDirectoryName(path) ?? throw new DirectoryNotFoundException($"'{path}' cannot be made."));
            Directory.CreateDirectory(path, OwnerFolder);
            UnixFiles.GiveToOwnerOfFolder(path);
        }
    }

    /// <summary>Opens a file that nobody else has open meanwhile; a new one is for its owner alone.</summary>
    public static FileStream OpenAlone(string path, FileMode mode)
    {
        FileStreamOptions options = new() { Mode = mode, Access = FileAccess.Write, Share = FileShare.None, BufferSize = 0 };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = OwnerFile;
        }

        bool isNew = !File.Exists(path);
        FileStream file = new(path, options);
        if (isNew)
        {
            UnixFiles.GiveToOwnerOfFolder(path);
        }

        return file;
    }

    /// <summary>Reads a file as a whole, after a look at its rights; null where there is none.</summary>
    /// <param name="path">The path; links are followed.</param>
    /// <param name="check">Is given the rights of the file that is open, except on Windows.</param>
    /// <exception cref="IOException">It cannot be read, or is larger than 1 MiB.</exception>
    /// <exception cref="UnauthorizedAccessException">It is a folder, or this user may not read it.</exception>
    public static byte[]? Read(string path, Action<UnixFileMode> check)
    {
        try
        {
            using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
            if (!OperatingSystem.IsWindows())
            {
                check(File.GetUnixFileMode(file.SafeFileHandle));
            }

            byte[] bytes = new byte[MostBytes + 1];
            int read = file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
            return read <= MostBytes ? bytes[..read] : throw new IOException("The file is larger than 1 MiB.");
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    /// <summary>Gives the path that a path leads to in the end, whether or not there is a file.</summary>
    /// <exception cref="IOException">The links lead nowhere.</exception>
    public static string Target(string path)
    {
        try
        {
            return File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return path;
        }
    }

    /// <summary>Gives a path between quotes, as a shell takes it.</summary>
    public static string Quoted(string path) => $"'{path.Replace("'", @"'\''", StringComparison.Ordinal)}'";
}
