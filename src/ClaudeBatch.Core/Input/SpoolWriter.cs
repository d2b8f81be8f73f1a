using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using ClaudeBatch.Core.Ledger.Files;

namespace ClaudeBatch.Core.Input;

/// <summary>Writes the spool of a part: the exact body of its create call.</summary>
internal sealed class SpoolWriter : IDisposable
{
    /// <summary>The number of bytes that a body of one request has around it: <c>{"requests":[</c> and <c>]}</c>.</summary>
    public const int EnvelopeLength = 15;

    private const int PieceSize = 1 << 17;

    private readonly LedgerFile _file;

    private readonly IncrementalHash _digest = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    private readonly PieceWriter _pieces;

    private bool _isComplete;

    public SpoolWriter(LedgerFolder folder, string path)
    {
        _file = folder.OpenForWriting(path, FileMode.Create, bufferSize: 1);
        _pieces = new PieceWriter(Write, PieceSize);
        _pieces.Put("{\"requests\":["u8);
    }

    public int Count { get; private set; }

    /// <summary>The size in bytes that the body has when it is completed now.</summary>
    public long Length => _pieces.Position + (_isComplete ? 0 : 2);

    /// <summary>Computes the size in bytes that the body would have with one more request.</summary>
    public long LengthWith(int itemLength) => Length + itemLength + (Count > 0 ? 1 : 0);

    /// <summary>Appends a request.</summary>
    /// <returns>The offset in bytes at which the request begins.</returns>
    [MethodImpl(Hot.AtOnce)]
    public long Append(ReadOnlySpan<byte> item)
    {
        if (Count > 0)
        {
            _pieces.Put(","u8);
        }

        long offset = _pieces.Position;
        _pieces.Put(item);
        Count++;
        return offset;
    }

    /// <summary>Writes the end of the body, and waits until all bytes are on the disk.</summary>
    /// <returns>The SHA-256 of the body.</returns>
    public byte[] Complete()
    {
        _pieces.Put("]}"u8);
        _isComplete = true;
        _pieces.Flush();
        _file.FlushToDisk();
        FolderFlush.Of(Path.GetDirectoryName(_file.Name)!);
        return _digest.GetHashAndReset();
    }

    public void Dispose()
    {
        _pieces.Dispose();
        _file.Dispose();
        _digest.Dispose();
    }

    private void Write(byte[] piece, int count)
    {
        _file.Write(piece.AsSpan(0, count));
        _digest.AppendData(piece, 0, count);
    }
}
