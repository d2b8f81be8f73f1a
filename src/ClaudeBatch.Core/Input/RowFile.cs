using System.Runtime.CompilerServices;
using ClaudeBatch.Core.Ledger;
using ClaudeBatch.Core.Ledger.Files;

namespace ClaudeBatch.Core.Input;

/// <summary>Writes the rows that requests were made from to the file of their job, one JSON object a line.</summary>
internal sealed class RowFile : IDisposable
{
    private const int PieceSize = 1 << 17;

    private readonly LedgerFile _file;

    private readonly PieceWriter _pieces;

    public RowFile(LedgerFolder folder, JobRecord job)
    {
        _file = folder.OpenForWriting(folder.Source(job.Id), job.SealedRows == 0 ? FileMode.Create : FileMode.Append, bufferSize: 1);
        _pieces = new PieceWriter((piece, count) => _file.Write(piece.AsSpan(0, count)), PieceSize, _file.Position);
    }

    /// <summary>Writes a row, and gives the record of its request.</summary>
    /// <param name="row">The number of the row in the job, from 0.</param>
    /// <param name="customId">The request's custom id.</param>
    /// <param name="digest">The digest of the request's bytes.</param>
    /// <param name="source">The row as a JSON object; empty where there is none.</param>
    /// <param name="refusal">Why it does not become a request; null where it does.</param>
    /// <param name="variant">Which variant of the row the request is; null where it is none.</param>
    [MethodImpl(Hot.AtOnce)]
    public RequestRecord Add(long row, string customId, ContentDigest digest, ReadOnlySpan<byte> source, string? refusal, string? variant)
    {
        long offset = _pieces.Position;
        if (!source.IsEmpty)
        {
            _pieces.Put(source);
            _pieces.Put("\n"u8);
        }

        return new RequestRecord(
            row, customId, digest.ToBytes(), offset, source.Length, source.IsEmpty ? 0 : PayloadDigest.Of(source), refusal)
        {
            Variant = variant,
        };
    }

    public void FlushToDisk()
    {
        _pieces.Flush();
        _file.FlushToDisk();
    }

    public void Dispose()
    {
        _pieces.Dispose();
        _file.Dispose();
    }
}
