using System.Buffers;
using ClaudeBatch.Core.Input;

namespace ClaudeBatch.Rows;

/// <summary>Some lines of a file, with the digests of their bytes.</summary>
internal sealed class LineBlock(int capacity) : IDisposable
{
    private readonly List<Line> _lines = [];

    private byte[] _bytes = ArrayPool<byte>.Shared.Rent(capacity);

    public IReadOnlyList<Line> Lines => _lines;

    /// <summary>The length of all lines in bytes.</summary>
    public int Length { get; private set; }

    public ReadOnlySpan<byte> this[Line line] => _bytes.AsSpan(line.Start, line.Length);

    public void Add(ReadOnlySpan<byte> line, long number)
    {
        if (Length + line.Length > _bytes.Length)
        {
            byte[] larger = ArrayPool<byte>.Shared.Rent(Math.Max(_bytes.Length * 2, Length + line.Length));
            _bytes.AsSpan(0, Length).CopyTo(larger);
            ArrayPool<byte>.Shared.Return(_bytes);
            _bytes = larger;
        }

        line.CopyTo(_bytes.AsSpan(Length));
        _lines.Add(new Line(Length, line.Length, number, ContentDigest.Of(line)));
        Length += line.Length;
    }

    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(_bytes);
        _bytes = [];
    }

    /// <summary>A line of the block.</summary>
    /// <param name="Start">Where it begins in the block.</param>
    /// <param name="Length">Its length in bytes.</param>
    /// <param name="Number">Its number in the file, from 1.</param>
    /// <param name="Digest">The digest of its bytes.</param>
    internal readonly record struct Line(int Start, int Length, long Number, ContentDigest Digest);
}
