using Microsoft.Win32.SafeHandles;

namespace ClaudeBatch.Core.Ledger.Files;

/// <summary>Reads pieces of one file. When a piece follows the one before it in the file, the bytes after it are read ahead.</summary>
internal sealed class PayloadFile(string path) : IDisposable
{
    // Less than 85,000 bytes, so that the buffer is not on the large object heap.
    private const int WindowSize = 64 * 1024;

    private readonly SafeFileHandle _handle = File.OpenHandle(path, options: FileOptions.RandomAccess);

    private byte[]? _window;

    private long _start;

    private int _count;

    /// <summary>When the file was last read, as the number of the read. The owner counts its reads.</summary>
    public long LastUse { get; set; }

    /// <returns>False when the file is shorter than that.</returns>
    public bool TryRead(long offset, Span<byte> bytes)
    {
        if (!Holds(offset, bytes.Length) && IsNext(offset) && bytes.Length <= WindowSize)
        {
            _window ??= new byte[WindowSize];
            _start = offset;
            _count = RandomAccess.Read(_handle, _window, offset);
        }

        if (Holds(offset, bytes.Length))
        {
            _window.AsSpan((int)(offset - _start), bytes.Length).CopyTo(bytes);
            return true;
        }

        // Answers may lie in another order than the rows. Then the bytes after a piece are unlikely to be wanted next, and the piece is
        // read alone.
        (_start, _count) = (offset + bytes.Length, 0);
        return TryReadAll(offset, bytes);
    }

    public void Dispose() => _handle.Dispose();

    private bool Holds(long offset, int length) => offset >= _start && offset + length <= _start + _count;

    private bool IsNext(long offset) => offset >= _start && offset <= _start + _count + 1;

    private bool TryReadAll(long offset, Span<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            int count = RandomAccess.Read(_handle, bytes, offset);
            if (count == 0)
            {
                return false;
            }

            bytes = bytes[count..];
            offset += count;
        }

        return true;
    }
}
