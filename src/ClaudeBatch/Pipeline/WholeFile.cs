using ClaudeBatch.Core;

namespace ClaudeBatch.Pipeline;

/// <summary>A file a user asked for, written whole or not at all: it takes its name when it is complete.</summary>
internal sealed class WholeFile : IDisposable
{
    private readonly string _path;

    private readonly string _partial;

    private readonly FileStream _file;

    private bool _isComplete;

    /// <param name="path">In the file system, whole.</param>
    /// <param name="overwrite">Replaces a file that is there.</param>
    /// <exception cref="ClaudeBatchException"><c>FileExists</c>, <c>FileNotWritable</c>.</exception>
    public WholeFile(string path, bool overwrite)
    {
        if (File.Exists(path) && !overwrite)
        {
            throw new ClaudeBatchException(FailureKind.InvalidArgument, "FileExists", $"'{path}' is there already; -Force replaces it.") { Target = path };
        }

        _path = path;
        _partial = $"{path}.{Guid.NewGuid():N}.partial";
        _file = Try(() => new FileStream(_partial, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1 << 20));
    }

    public Stream Stream => _file;

    /// <exception cref="ClaudeBatchException"><c>FileNotWritable</c>.</exception>
    public void Write(ReadOnlySpan<byte> bytes)
    {
        try
        {
            _file.Write(bytes);
        }
        catch (IOException e)
        {
            throw NotWritable(e);
        }
    }

    /// <summary>All is written: the file takes its name.</summary>
    /// <exception cref="ClaudeBatchException"><c>FileNotWritable</c>.</exception>
    public void Complete()
    {
        Try(() =>
        {
            _file.Flush(flushToDisk: true);
            _file.Dispose();
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

        try
        {
            _file.Dispose();
        }
        catch (IOException)
        {
            // The disk that could not take the end of it was told of before.
        }

        File.Delete(_partial);
    }

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

    private ClaudeBatchException NotWritable(Exception cause)
        => new(FailureKind.Storage, "FileNotWritable", $"'{_path}' cannot be written: {cause.Message}", cause) { Target = _path };
}
