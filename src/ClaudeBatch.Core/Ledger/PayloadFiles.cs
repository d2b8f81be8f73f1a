using Microsoft.Win32.SafeHandles;

namespace ClaudeBatch.Core.Ledger;

/// <summary>Reads pieces of the files beside the books, each file opened once.</summary>
public sealed class PayloadFiles : IDisposable
{
    private readonly Dictionary<string, SafeFileHandle> _handles = new(StringComparer.Ordinal);

    /// <exception cref="ClaudeBatchException"><c>PayloadRemoved</c>, <c>LedgerUnreadable</c>.</exception>
    public byte[] Read(string path, long offset, int length)
    {
        byte[] bytes = new byte[length];
        Read(path, offset, bytes);
        return bytes;
    }

    /// <exception cref="ClaudeBatchException"><c>PayloadRemoved</c>, <c>LedgerUnreadable</c>.</exception>
    public void Read(string path, long offset, Span<byte> bytes)
    {
        SafeFileHandle handle = Open(path);
        while (!bytes.IsEmpty)
        {
            int count = RandomAccess.Read(handle, bytes, offset);
            if (count == 0)
            {
                throw new ClaudeBatchException(
                    FailureKind.Storage, "LedgerUnreadable", $"'{path}' is shorter than the ledger says; it was changed from outside.")
                { Target = path };
            }

            bytes = bytes[count..];
            offset += count;
        }
    }

    public void Dispose()
    {
        foreach (SafeFileHandle handle in _handles.Values)
        {
            handle.Dispose();
        }
    }

    internal static ClaudeBatchException Removed(string path) => new(
        FailureKind.NotFound, "PayloadRemoved", $"'{path}' is gone: the ledger still has the counts, requests and answers were removed.")
    { Target = path };

    private SafeFileHandle Open(string path)
    {
        if (!_handles.TryGetValue(path, out SafeFileHandle? handle))
        {
            handle = File.Exists(path) ? File.OpenHandle(path, options: FileOptions.RandomAccess) : throw Removed(path);
            _handles.Add(path, handle);
        }

        return handle;
    }
}
