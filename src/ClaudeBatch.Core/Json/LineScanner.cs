using System.Buffers;
using System.Runtime.CompilerServices;

namespace ClaudeBatch.Core.Json;

/// <summary>Splits a stream of bytes, which arrives in pieces of any size, into lines at <c>\n</c> and nowhere else.</summary>
/// <param name="onLine">Called with each line that is not empty.</param>
public sealed class LineScanner(LineScanner.LineHandler onLine) : IDisposable
{
    private byte[] _carry = ArrayPool<byte>.Shared.Rent(64 * 1024);

    private int _carried;

    private long _position;

    private long _number;

    /// <summary>Receives a line.</summary>
    /// <param name="line">The bytes of the line, without the line feed and the carriage returns before it.</param>
    /// <param name="offset">The offset in bytes at which the line begins in the stream.</param>
    /// <param name="number">The number of the line, from 1. Empty lines are counted, although they are not reported.</param>
    public delegate void LineHandler(ReadOnlySpan<byte> line, long offset, long number);

    /// <summary>Takes the next piece of the stream.</summary>
    [MethodImpl(Hot.AtOnce)]
    public void Feed(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            int end = bytes.IndexOf((byte)'\n');
            if (end < 0)
            {
                Carry(bytes);
                return;
            }

            if (_carried > 0)
            {
                Carry(bytes[..end]);
                Report(_carry.AsSpan(0, _carried), _carried);
                _carried = 0;
            }
            else
            {
                Report(bytes[..end], end);
            }

            _position++;
            bytes = bytes[(end + 1)..];
        }
    }

    /// <summary>Reports the last line, which may have no line feed. It is called at the end of the stream.</summary>
    public void Complete()
    {
        Report(_carry.AsSpan(0, _carried), _carried);
        _carried = 0;
    }

    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(_carry);
        _carry = [];
    }

    [MethodImpl(Hot.AtOnce)]
    private void Report(ReadOnlySpan<byte> line, int length)
    {
        _number++;
        ReadOnlySpan<byte> trimmed = line.TrimEnd((byte)'\r');
        if (!trimmed.IsEmpty)
        {
            onLine(trimmed, _position, _number);
        }

        _position += length;
    }

    private void Carry(ReadOnlySpan<byte> bytes)
    {
        if (_carried + bytes.Length > _carry.Length)
        {
            byte[] larger = ArrayPool<byte>.Shared.Rent(Math.Max(_carry.Length * 2, _carried + bytes.Length));
            _carry.AsSpan(0, _carried).CopyTo(larger);
            ArrayPool<byte>.Shared.Return(_carry);
            _carry = larger;
        }

        bytes.CopyTo(_carry.AsSpan(_carried));
        _carried += bytes.Length;
    }
}
