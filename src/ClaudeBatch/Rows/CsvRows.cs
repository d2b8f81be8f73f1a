using System.Buffers;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using ClaudeBatch.Core;
using nietras.SeparatedValues;

namespace ClaudeBatch.Rows;

/// <summary>
/// Reads the rows of a CSV file as Import-Csv does. Sep finds the cells; where Import-Csv would find others, the file is left at that row.
/// </summary>
internal sealed class CsvRows : IDisposable
{
    // A character for bytes that are none would go out, and be paid, in the place of what the file has.
    private static readonly UTF8Encoding s_utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly string _path;

    private readonly FileStream _file;

    private readonly bool _endsWithLine;

    private readonly SepReader? _reader;

    private readonly List<object?> _values = [];

    /// <exception cref="ClaudeBatchException"><c>FileUnreadable</c>; <c>HeaderDoubled</c>: two columns have one name.</exception>
    public CsvRows(string path, char delimiter)
    {
        _path = path;
        _file = Guarded(() => new FileStream(
            path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 1, FileOptions.SequentialScan));
        try
        {
            if (!_file.CanSeek)
            {
                throw new ClaudeBatchException(
                    FailureKind.InvalidArgument,
                    "FileUnreadable",
                    $"'{path}' is no file but a stream, which cannot be looked at twice. Save it as a file, or pipe the rows.")
                { Target = path };
            }

            _endsWithLine = Guarded(EndsWithLine);
            _reader = Guarded(() => ReaderOf(delimiter));
            IsOdd = _reader is null;
            Heading = new RowHeading(IsOdd || !TryMove() ? [] : Names());
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>The columns of the file; none where it is empty or <see cref="IsOdd"/>.</summary>
    public RowHeading Heading { get; }

    /// <summary>The columns that have no name in the file: Import-Csv calls them <c>H1</c> and so on.</summary>
    public List<string> Unnamed { get; } = [];

    /// <summary>How many rows were given.</summary>
    public long Count { get; private set; }

    /// <summary>Whether the rows after those that were given are to be read by Import-Csv.</summary>
    public bool IsOdd { get; private set; }

    /// <summary>Gives the rows. Each is valid until the next.</summary>
    /// <param name="first">The number of the first row in the input.</param>
    /// <exception cref="ClaudeBatchException"><c>FileUnreadable</c>.</exception>
    public IEnumerable<ShellRow> From(long first)
    {
        bool isThere = Heading.Names.Length > 0 && TryMove();
        while (isThere)
        {
            if (!TryFill(out int cells, out bool endsEmpty))
            {
                IsOdd = true;
                yield break;
            }

            isThere = TryMove();
            if (endsEmpty && !isThere && !IsOdd && !_endsWithLine && --cells < _values.Count)
            {
                _values[cells] = null; // the file ends where this cell would begin
            }

            bool isBlank = cells < 2 && _values[0] is (null or "");
            if (!isBlank)
            {
                yield return new ShellRow(Heading, _values, first + Count++);
            }
        }
    }

    public void Dispose()
    {
        _reader?.Dispose();
        _file.Dispose();
    }

    // Null where Sep cannot read the file as Import-Csv does: what begins with '#' may be a line with a type, or a log of a web server.
    private SepReader? ReaderOf(char delimiter)
    {
        StreamReader text = new(_file, s_utf8, detectEncodingFromByteOrderMarks: true);
        if (text.Peek() == '#')
        {
            return null;
        }

        try
        {
            return Sep.New(delimiter).Reader(static o => o with { HasHeader = false, DisableColCountCheck = true }).From(text);
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            return null; // the delimiter is none of Sep's, or the first line is longer than it takes
        }
    }

    // Whether the last byte that is not zero is that of a line end, as it is in UTF-8, UTF-16 and UTF-32.
    private bool EndsWithLine()
    {
        Span<byte> end = stackalloc byte[4];
        _file.Seek(-Math.Min(end.Length, _file.Length), SeekOrigin.End);
        end = end[.._file.ReadAtLeast(end, end.Length, throwOnEndOfStream: false)];
        _file.Seek(0, SeekOrigin.Begin);
        return end.TrimEnd((byte)0) is [.., (byte)'\n' or (byte)'\r'];
    }

    private string[] Names()
    {
        List<string> names = [];
        for (int i = 0; i < _reader!.Current.ColCount; i++)
        {
            if (!TryText(_reader.Current[i].Span, out string name))
            {
                IsOdd = true;
                return [];
            }

            names.Add(name);
        }

        if (names is [['#', ..], ..])
        {
            IsOdd = true;
            return [];
        }

        while (names is [_, .., ""])
        {
            names.RemoveAt(names.Count - 1);
        }

        for (int i = 0; i < names.Count; i++)
        {
            if (names[i].Length == 0)
            {
                names[i] = string.Create(CultureInfo.InvariantCulture, $"H{Unnamed.Count + 1}");
                Unnamed.Add(names[i]);
            }
        }

        return names.GroupBy(static n => n, StringComparer.OrdinalIgnoreCase).FirstOrDefault(static g => g.Count() > 1) is { } doubled
            ? throw new ClaudeBatchException(
                FailureKind.InvalidData,
                "HeaderDoubled",
                $"'{_path}' has {doubled.Count()} columns named '{doubled.Key}'; to PowerShell names that differ in case only are one. Give each "
                    + "column a name of its own in the first line.")
            { Target = _path }
            : [.. names];
    }

    private bool TryMove()
    {
        try
        {
            return Guarded(_reader!.MoveNext);
        }
        catch (NotSupportedException)
        {
            IsOdd = true; // a row is longer than Sep takes
            return false;
        }
    }

    // Takes the cells of the current row. Returns false where Import-Csv would read another row.
    [MethodImpl(Hot.AtOnce)]
    private bool TryFill(out int cells, out bool endsEmpty)
    {
        _values.Clear();
        SepReader.Row row = _reader!.Current;
        (cells, endsEmpty) = (row.ColCount, false);
        for (int i = 0; i < cells; i++)
        {
            ReadOnlySpan<char> cell = row[i].Span;
            if (!TryText(cell, out string text))
            {
                return false;
            }

            endsEmpty = text.Length == 0 && !cell.Contains('"');
            if (i < Heading.Names.Length)
            {
                _values.Add(text);
            }
        }

        while (_values.Count < Heading.Names.Length)
        {
            _values.Add(null);
        }

        return true;
    }

    // Gives the text of a cell: without the blanks before it, and with some of those behind it; with a quote at its beginning, what is between
    // that and the last one, with single quotes for doubled ones. Returns false where a quote stands anywhere else.
    [MethodImpl(Hot.AtOnce)]
    private static bool TryText(ReadOnlySpan<char> cell, out string text)
    {
        text = string.Empty;
        cell = cell.TrimStart(" \t");
        int first = cell.IndexOf('"');
        if (first < 0)
        {
            // Of blanks at the end one is left.
            int blanks = cell.TrimEnd(" \t").Length;
            text = cell[..Math.Min(cell.Length, cell[..blanks].ContainsAny(' ', '\t') ? cell.Length : blanks + 1)].ToString();
            return true;
        }

        ReadOnlySpan<char> inner = cell.TrimEnd(" \t")[1..];
        if (first > 0 || inner is not [.., '"'])
        {
            return false;
        }

        inner = inner[..^1];
        if (inner.IndexOf('"') < 0)
        {
            text = inner.ToString();
            return true;
        }

        return TryUndouble(inner, out text);
    }

    [MethodImpl(Hot.AtOnce)]
    private static bool TryUndouble(ReadOnlySpan<char> inner, out string text)
    {
        text = string.Empty;
        char[] kept = ArrayPool<char>.Shared.Rent(inner.Length);
        try
        {
            int length = 0;
            for (int quote; (quote = inner.IndexOf('"')) >= 0; inner = inner[(quote + 2)..])
            {
                if (inner.Length <= quote + 1 || inner[quote + 1] != '"')
                {
                    return false;
                }

                inner[..(quote + 1)].CopyTo(kept.AsSpan(length));
                length += quote + 1;
            }

            inner.CopyTo(kept.AsSpan(length));
            text = new string(kept, 0, length + inner.Length);
            return true;
        }
        finally
        {
            ArrayPool<char>.Shared.Return(kept);
        }
    }

    private T Guarded<T>(Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ClaudeBatchException(FailureKind.InvalidArgument, "FileUnreadable", $"'{_path}' cannot be read: {e.Message}", e)
            { Target = _path };
        }
        catch (DecoderFallbackException e)
        {
            throw new ClaudeBatchException(
                FailureKind.InvalidArgument,
                "FileUnreadable",
                $"'{_path}' is not UTF-8. Save the file as UTF-8 and read it again, or say what it is: Import-Csv -Encoding … | "
                    + "New-ClaudeBatchRequest",
                e)
            { Target = _path };
        }
    }
}
