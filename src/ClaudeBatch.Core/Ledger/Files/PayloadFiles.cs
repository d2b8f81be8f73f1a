namespace ClaudeBatch.Core.Ledger.Files;

/// <summary>
/// Reads pieces of the files of rows, requests and answers. At most 16 files are open at a time, because a job may have a thousand.
/// </summary>
public sealed class PayloadFiles : IDisposable
{
    private const int OpenAtOnce = 16;

    private readonly Dictionary<string, PayloadFile> _files = new(StringComparer.Ordinal);

    private long _uses;

    /// <exception cref="ClaudeBatchException"><c>PayloadRemoved</c>, <c>LedgerUnreadable</c>.</exception>
    public byte[] Read(string path, long offset, int length)
    {
        byte[] bytes = GC.AllocateUninitializedArray<byte>(length);
        Read(path, offset, bytes);
        return bytes;
    }

    /// <exception cref="ClaudeBatchException"><c>PayloadRemoved</c>, <c>LedgerUnreadable</c>.</exception>
    public void Read(string path, long offset, Span<byte> bytes)
    {
        if (!TryRead(path, offset, bytes, digest: 0))
        {
            throw new ClaudeBatchException(
                FailureKind.Storage, "LedgerUnreadable", $"'{path}' is shorter than the ledger says; it was changed from outside.")
            { Target = path };
        }
    }

    /// <summary>Reads a piece of a file, and compares it with its digest.</summary>
    /// <param name="path">The path of the file.</param>
    /// <param name="offset">The offset of the piece in bytes.</param>
    /// <param name="bytes">Gets the piece.</param>
    /// <param name="digest">The digest that was recorded when the piece was written (<see cref="PayloadDigest.Of"/>); 0 where there is
    /// none to compare.</param>
    /// <returns>False when the file is shorter, or the piece is not what was written.</returns>
    /// <exception cref="ClaudeBatchException"><c>PayloadRemoved</c>.</exception>
    internal bool TryRead(string path, long offset, Span<byte> bytes, long digest)
    {
        if (!_files.TryGetValue(path, out PayloadFile? file))
        {
            file = Open(path);
        }

        file.LastUse = ++_uses;
        return file.TryRead(offset, bytes) && (digest == 0 || PayloadDigest.Of(bytes) == digest);
    }

    /// <summary>Tells whether a file is there. Of one that is open the system is not asked.</summary>
    internal bool Has(string path) => _files.ContainsKey(path) || File.Exists(path);

    public void Dispose()
    {
        foreach (PayloadFile file in _files.Values)
        {
            file.Dispose();
        }
    }

    internal static ClaudeBatchException Removed(string path) => new(
        FailureKind.NotFound,
        "PayloadRemoved",
        $"'{path}' is gone; the ledger still has the counts."
            + (LedgerFolder.IsOfResults(path)
                ? " If it was not removed on purpose, the service gives the answers once more, for 29 days: Get-ClaudeBatchResult -Refresh"
                : string.Empty))
    { Target = path };

    private PayloadFile Open(string path)
    {
        if (_files.Count == OpenAtOnce)
        {
            (string oldest, PayloadFile unused) = _files.MinBy(static f => f.Value.LastUse);
            unused.Dispose();
            _files.Remove(oldest);
        }

        PayloadFile file = File.Exists(path) ? new PayloadFile(path) : throw Removed(path);
        _files.Add(path, file);
        return file;
    }
}
