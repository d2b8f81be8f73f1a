using System.Buffers;
using System.Security.Cryptography;
using ClaudeBatch.Core.Ledger.Files;

namespace ClaudeBatch.Core.Input;

/// <summary>
/// Writes the spool of a part: the exact body of its create call. Its bytes are gathered, and another thread writes and digests them.
/// </summary>
internal sealed class SpoolWriter : IDisposable
{
    /// <summary>The number of bytes that a body of one request has around it: <c>{"requests":[</c> and <c>]}</c>.</summary>
    public const int EnvelopeLength = 15;

    private const int PieceSize = 1 << 20;

    private readonly LedgerFile _file;

    private readonly IncrementalHash _digest = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    private readonly SideWork _writing = new();

    private byte[] _piece = ArrayPool<byte>.Shared.Rent(PieceSize);

    // The piece that is being written, or that was.
    private byte[] _spare = ArrayPool<byte>.Shared.Rent(PieceSize);

    private int _gathered;

    public SpoolWriter(LedgerFolder folder, string path)
    {
        _file = folder.OpenForWriting(path, FileMode.Create, bufferSize: 1);
        Put("{\"requests\":["u8);
    }

    public int Count { get; private set; }

    /// <summary>The size in bytes that the body has when it is completed now.</summary>
    public long Length { get; private set; } = 2;

    /// <summary>Computes the size in bytes that the body would have with one more request.</summary>
    public long LengthWith(int itemLength) => Length + itemLength + (Count > 0 ? 1 : 0);

    /// <summary>Appends a request.</summary>
    /// <returns>The offset in bytes at which the request begins.</returns>
    public long Append(ReadOnlySpan<byte> item)
    {
        if (Count > 0)
        {
            Put(","u8);
        }

        long offset = Length - 2;
        Put(item);
        Count++;
        return offset;
    }

    /// <summary>Writes the end of the body, and waits until all bytes are on the disk.</summary>
    /// <returns>The SHA-256 of the body.</returns>
    public byte[] Complete()
    {
        Put("]}"u8);
        Length -= 2;
        _writing.Wait();
        Write(_piece, _gathered);
        _file.FlushToDisk();
        FolderFlush.Of(Path.GetDirectoryName(_file.Name)!);
        return _digest.GetHashAndReset();
    }

    public void Dispose()
    {
        _writing.Dispose();
        _file.Dispose();
        _digest.Dispose();
        ArrayPool<byte>.Shared.Return(_piece);
        ArrayPool<byte>.Shared.Return(_spare);
        _piece = _spare = [];
    }

    private void Put(ReadOnlySpan<byte> bytes)
    {
        Length += bytes.Length;
        while (!bytes.IsEmpty)
        {
            int count = Math.Min(bytes.Length, PieceSize - _gathered);
            bytes[..count].CopyTo(_piece.AsSpan(_gathered));
            _gathered += count;
            bytes = bytes[count..];
            if (_gathered == PieceSize)
            {
                HandOver();
            }
        }
    }

    private void HandOver()
    {
        _writing.Wait(); // the spare piece is free then
        (_piece, _spare) = (_spare, _piece);
        (byte[] full, int count) = (_spare, _gathered);
        _gathered = 0;
        _writing.Run(() => Write(full, count));
    }

    private void Write(byte[] piece, int count)
    {
        _file.Write(piece.AsSpan(0, count));
        _digest.AppendData(piece, 0, count);
    }
}
