using System.Buffers;
using System.Runtime.CompilerServices;
using System.Text;
using ClaudeBatch.Core;

namespace ClaudeBatch.Output;

/// <summary>The form of CSV: each cell between quotes, and a quote in it doubled.</summary>
internal static class CsvForm
{
    private static readonly byte[] s_lineEnd = Encoding.UTF8.GetBytes(Environment.NewLine);

    /// <summary>What stands behind the last cell of a row.</summary>
    public static ReadOnlySpan<byte> LineEnd => s_lineEnd;

    /// <summary>Writes a cell, with what stands before it.</summary>
    [MethodImpl(Hot.AtOnce)]
    public static void Write(ReadOnlySpan<byte> before, string text, IBufferWriter<byte> line)
    {
        byte[] bytes = ArrayPool<byte>.Shared.Rent(Encoding.UTF8.GetMaxByteCount(text.Length));
        Write(before, bytes.AsSpan(0, Encoding.UTF8.GetBytes(text, bytes)), line);
        ArrayPool<byte>.Shared.Return(bytes);
    }

    /// <summary>Writes a cell, with what stands before it.</summary>
    [MethodImpl(Hot.AtOnce)]
    public static void Write(ReadOnlySpan<byte> before, ReadOnlySpan<byte> text, IBufferWriter<byte> line)
    {
        Span<byte> to = line.GetSpan(before.Length + (text.Length * 2) + 2);
        before.CopyTo(to);
        int written = before.Length;
        to[written++] = (byte)'"';
        for (int quote = text.IndexOf((byte)'"'); quote >= 0; quote = text.IndexOf((byte)'"'))
        {
            text[..(quote + 1)].CopyTo(to[written..]);
            written += quote + 1;
            to[written++] = (byte)'"';
            text = text[(quote + 1)..];
        }

        text.CopyTo(to[written..]);
        written += text.Length;
        to[written++] = (byte)'"';
        line.Advance(written);
    }
}
