using ClaudeBatch.Core;

namespace ClaudeBatch.Pipeline;

/// <summary>
/// A file that is written completely or not at all. It has a temporary name until it is complete. What it replaces stays what it was: who may
/// read it, and a link leads where it led.
/// </summary>
internal sealed class WholeFile : IDisposable
{
    private const int PieceSize = 1 << 17;

    private readonly string _path;

    private readonly UnixFileMode? _mode;

    private string _partial;

    private FileStream _file;

    private readonly PieceWriter _pieces;

    private bool _isComplete;

    /// <param name="path">The full path in the file system.</param>
    /// <param name="overwrite">Whether a file that exists is replaced.</param>
    /// <exception cref="ClaudeBatchException"><c>FileExists</c>: the file exists and is not to be replaced.
    /// <c>FileNotWritable</c>.</exception>
    public WholeFile(string path, bool overwrite)
    {
        if (File.Exists(path) && !overwrite)
        {
            throw new ClaudeBatchException(FailureKind.InvalidArgument, "FileExists", $"'{path}' is there already; -Force replaces it.")
            { Target = path };
        }

        _path = _partial = path;
        _path = Try(() => new FileInfo(path).LinkTarget is null ? path : File.ResolveLinkTarget(path, returnFinalTarget: true)!.FullName);
        if (IsDevice(_path))
        {
            throw new ClaudeBatchException(
                FailureKind.InvalidArgument, "FileNotWritable", $"'{path}' is a device, and a file would take its place. Name a file.")
            { Target = path };
        }

        _mode = !OperatingSystem.IsWindows() && File.Exists(_path) ? File.GetUnixFileMode(_path) : null;
        _partial = NewPartial();
        _file = Try(() => Create(_partial));
        _pieces = new PieceWriter((piece, count) => _file.Write(piece, 0, count), PieceSize);
    }

    /// <summary>How many bytes were written.</summary>
    public long Length => _pieces.Position;

    /// <exception cref="ClaudeBatchException"><c>FileNotWritable</c>.</exception>
    public void Write(ReadOnlySpan<byte> bytes)
    {
        try
        {
            _pieces.Put(bytes);
        }
        catch (IOException e)
        {
            throw NotWritable(e);
        }
    }

    /// <summary>Lets something write to the file as a stream.</summary>
    /// <exception cref="ClaudeBatchException"><c>FileNotWritable</c>.</exception>
    public async Task WriteAsync(Func<Stream, Task> write)
    {
        try
        {
            _pieces.Flush();
            await write(_file);
        }
        catch (IOException e)
        {
            throw NotWritable(e);
        }
    }

    /// <summary>Lets something write the file again, from what was written until now.</summary>
    /// <exception cref="ClaudeBatchException"><c>FileNotWritable</c>.</exception>
    public void Rewrite(Action<Stream, Stream> write) => Try(() =>
    {
        _pieces.Flush();
        string again = NewPartial();
        FileStream file = Create(again);
        (string before, FileStream from) = (_partial, _file);
        (_partial, _file) = (again, file);
        try
        {
            from.Position = 0;
            write(from, file);
        }
        finally
        {
            from.Dispose();
            File.Delete(before);
        }

        return true;
    });

    /// <summary>Flushes the file to the disk and gives it its final name. It is called when everything has been written.</summary>
    /// <exception cref="ClaudeBatchException"><c>FileNotWritable</c>.</exception>
    public void Complete()
    {
        Try(() =>
        {
            _pieces.Flush();
            _pieces.Dispose();
            _file.Flush(flushToDisk: true);
            _file.Dispose();
            if (_mode is { } mode && !OperatingSystem.IsWindows())
            {
                File.SetUnixFileMode(_partial, mode); // the process's mask may have taken something of it
            }

            File.Move(_partial, _path, overwrite: true);
            return true;
        });
        _isComplete = true;
    }

    public void Dispose()
    {
        if (_isComplete)
        {
            return;
        }

        _pieces.Dispose();
        try
        {
            _file.Dispose();
        }
        catch (IOException)
        {
            // The write that failed was reported before, and the file is deleted next.
        }

        File.Delete(_partial);
    }

    private string NewPartial() => $"{_path}.{Guid.NewGuid():N}.partial";

    // Nobody may read of the new file before its end who may not read the old one.
    private FileStream Create(string path)
    {
        FileStreamOptions options = new()
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.ReadWrite,
            Share = FileShare.None,
            BufferSize = PieceSize,
        };
        if (_mode is { } mode && !OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = mode | UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        return new FileStream(path, options);
    }

    private static bool IsDevice(string path) => !OperatingSystem.IsWindows()
        && path.StartsWith("/dev/", StringComparison.Ordinal) && !path.StartsWith("/dev/shm/", StringComparison.Ordinal);

    private T Try<T>(Func<T> work)
    {
        try
        {
            return work();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw NotWritable(e);
        }
    }

    // The system's own sentence names the partial file, which nobody has asked for.
    private ClaudeBatchException NotWritable(Exception cause)
    {
        string why = cause is DirectoryNotFoundException
            ? $"there is no folder '{Path.GetDirectoryName(_path)}'. Make it first."
            : cause.Message.Replace(_partial, _path, StringComparison.Ordinal);
        return new(FailureKind.Storage, "FileNotWritable", $"'{_path}' cannot be written: {why}", cause) { Target = _path };
    }
}
