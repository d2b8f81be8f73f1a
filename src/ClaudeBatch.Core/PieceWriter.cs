using System.Buffers;
using System.Runtime.CompilerServices;

namespace ClaudeBatch.Core;

/// <summary>Gathers bytes to pieces, which another thread writes.</summary>
/// <param name="write">Writes the first bytes of an array, as many as the number says; one piece at a time, in their order.</param>
/// <param name="pieceSize">The size of a piece in bytes. Two of them are held.</param>
/// <param name="position">The offset in bytes at which the first bytes will stand.</param>
public sealed class PieceWriter(Action<byte[], int> write, int pieceSize, long position = 0) : IDisposable
{
    private readonly SideWork _writing = new();

    private byte[] _piece = [];

    // The piece that is being written, or that was.
    private byte[] _spare = [];

    private int _gathered;

    /// <summary>The offset in bytes at which the next bytes will stand.</summary>
    public long Position { get; private set; } = position;

    /// <summary>Adds bytes. What the other thread has thrown at earlier ones is thrown here, too.</summary>
    [MethodImpl(Hot.AtOnce)]
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

    /// <summary>Waits until all bytes are written.</summary>
    public void Flush()
    {
        _writing.Wait();
        int count = _gathered;
        _gathered = 0;
        write(_piece, count);
    }

    /// <summary>Waits for the other thread. Bytes that were not flushed may be written or not.</summary>
    public void Dispose()
    {
        _writing.Dispose();
        Return(ref _piece);
        Return(ref _spare);
        _gathered = 0;
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
            _writing.Run(() => write(full, count));
        }
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
