namespace ClaudeBatch.Output;

/// <summary>Writes rows of CSV again, with empty cells for the columns that they lack.</summary>
internal sealed class CsvWidening(Stream from, Stream to, byte[] delimiter, CancellationToken cancellationToken)
{
    private readonly byte[] _buffer = new byte[1 << 17];

    private int _at;

    private int _end;

    private long Position => from.Position - (_end - _at);

    /// <summary>Copies what stands before a place.</summary>
    public void Copy(long end)
    {
        while (Position < end)
        {
            CopyLeft((int)Math.Min(Left().Length, end - Position));
        }
    }

    /// <summary>Goes to a place.</summary>
    public void GoTo(long position)
    {
        from.Position = position;
        _at = _end = 0;
    }

    /// <summary>Writes the rows before a place.</summary>
    /// <param name="end">The place.</param>
    /// <param name="columns">How many columns the rows have: those that came first.</param>
    /// <param name="order">The columns that they get, in their order.</param>
    public void Widen(long end, int columns, int[] order)
    {
        if (columns == order.Length)
        {
            Copy(end);
            return;
        }

        while (Position < end)
        {
            cancellationToken.ThrowIfCancellationRequested();
            int left = columns;
            for (int i = 0; i < order.Length; i++)
            {
                to.Write(i > 0 ? delimiter : []);
                if (order[i] >= columns)
                {
                    to.Write("\"\""u8);
                    continue;
                }

                CopyCell();
                left--;
                Skip(left > 0 ? delimiter.Length : CsvForm.LineEnd.Length);
            }

            to.Write(CsvForm.LineEnd);
        }
    }

    // A quote in a cell is doubled, and so a cell looks like several without anything between them.
    private void CopyCell()
    {
        do
        {
            CopyLeft(1);
            int quote;
            while ((quote = Left().IndexOf((byte)'"')) < 0)
            {
                CopyLeft(_end - _at);
            }

            CopyLeft(quote + 1);
        }
        while (Left()[0] == '"');
    }

    private void CopyLeft(int length)
    {
        to.Write(Left()[..length]);
        _at += length;
    }

    private void Skip(int length)
    {
        for (; length > 0; length--)
        {
            _ = Left();
            _at++;
        }
    }

    // Gives what was read and not yet used, which is never nothing.
    private ReadOnlySpan<byte> Left()
    {
        if (_at == _end)
        {
            _at = 0;
            _end = from.Read(_buffer);
            if (_end == 0)
            {
                throw new EndOfStreamException();
            }
        }

        return _buffer.AsSpan(_at, _end - _at);
    }
}
