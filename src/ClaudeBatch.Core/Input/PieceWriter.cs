using System.Buffers;
using System.Security.Cryptography;
using ClaudeBatch.Core.Ledger.Files;

namespace ClaudeBatch.Core.Input;

/// <summary>Writes a file in pieces: bytes are gathered here, and another thread writes and, where asked, digests them.</summary>
/// <param name="file">The file, which is disposed together with this object.</param>
/// <param name="pieceSize">The size of a piece in bytes. Two of them are held.</param>
/// <param name="digest">Gets all bytes; null where no digest is wanted. It is disposed together with this object.</param>
internal sealed class PieceWriter(LedgerFile file, int pieceSize, IncrementalHash? digest = null) : IDisposable
{
    private readonly SideWork _writing = new();

    private byte[] _piece = [];

    // The piece that is being written, or that was.
    private byte[] _spare = [];

    private int _gathered;

    /// <summary>The offset in bytes at which the next bytes stand in the file.</summary>
    public long Position { get; private set; } = file.Position;

    /// <summary>Adds bytes. What the disk has refused of earlier ones is thrown here, too.</summary>
    /// <exception cref="ClaudeBatchException"><c>LedgerFull</c>, <c>LedgerNotWritable</c>.</exception>
    public void Put(ReadOnlySpan<byte> bytes)
    {
        Position += bytes.Length;
        while (!bytes.IsEmpty)
        {
            if (_gathered == _piece.Length)
            {
                HandOver();
            }

            int count = Math.Min(bytes.Length, _piece.Length - _gathered);
            bytes[..count].CopyTo(_piece.AsSpan(_gathered));
            _gathered += count;
            bytes = bytes[count..];
        }
    }

    /// <summary>Waits until all bytes are on the disk.</summary>
    /// <exception cref="ClaudeBatchException"><c>LedgerFull</c>, <c>LedgerNotWritable</c>.</exception>
    public void FlushToDisk()
    {
        _writing.Wait();
        Write(_piece, _gathered);
        _gathered = 0;
        file.FlushToDisk();
    }

    public void Dispose()
    {
        _writing.Dispose();
        file.Dispose();
        digest?.Dispose();
        Return(ref _piece);
        Return(ref _spare);
    }

    private void HandOver()
    {
        _writing.Wait(); // the spare piece is free then
        (_piece, _spare) = (_spare, _piece);
        (byte[] full, int count) = (_spare, _gathered);
        _gathered = 0;
        if (_piece.Length == 0)
        {
            _piece = ArrayPool<byte>.Shared.Rent(pieceSize);
        }

        if (count > 0)
        {
            _writing.Run(() => Write(full, count));
        }
    }

    private void Write(byte[] piece, int count)
    {
        file.Write(piece.AsSpan(0, count));
        digest?.AppendData(piece, 0, count);
    }

    private static void Return(ref byte[] piece)
    {
        if (piece.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(piece);
            piece = [];
        }
    }
}
