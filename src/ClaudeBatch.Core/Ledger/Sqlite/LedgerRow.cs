using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using SQLitePCL;

namespace ClaudeBatch.Core.Ledger.Sqlite;

/// <summary>The current row of a statement. Its values are read by the names of their columns.</summary>
/// <remarks>
/// A reader asks for the same columns in the same order in every row. So the index of a column is looked up once for each of these calls,
/// in the first row. In the rows after it, only the reference of the name is compared, which takes almost no time.
/// </remarks>
public sealed unsafe class LedgerRow
{
    private readonly nint _row;

    private readonly List<string?> _words = [];

    private string[]? _names;

    // The columns that the reader has asked for in a row, in the order of its calls.
    private (string Name, int Column)[] _calls = [];

    // The number of calls in the current row.
    private int _call;

    internal LedgerRow(nint row) => _row = row;

    public long Number(string column) => SqliteCalls.ColumnNumber(_row, Find(column));

    public long? NumberOrNull(string column)
    {
        int i = Find(column);
        return IsNull(i) ? null : SqliteCalls.ColumnNumber(_row, i);
    }

    public double? FractionOrNull(string column)
    {
        int i = Find(column);
        return IsNull(i) ? null : SqliteCalls.ColumnFraction(_row, i);
    }

    public int Count(string column) => checked((int)Number(column));

    public string Text(string column) => TextOrNull(column)!;

    public string? TextOrNull(string column)
    {
        int i = Find(column);
        byte* text = SqliteCalls.ColumnText(_row, i);
        return text is null ? null : Encoding.UTF8.GetString(text, SqliteCalls.ColumnLength(_row, i));
    }

    /// <summary>Gives a text in UTF-8, which is valid until the statement's next step; empty for NULL.</summary>
    internal ReadOnlySpan<byte> Utf8(string column) => Utf8(Find(column));

    /// <summary>Gives a text that most rows have in common. Where it is that of the row before, it is the same object.</summary>
    public string? WordOrNull(string column)
    {
        int i = Find(column);
        if (IsNull(i))
        {
            return null;
        }

        ReadOnlySpan<byte> bytes = Utf8(i);
        while (_words.Count <= i)
        {
            _words.Add(null);
        }

        string? last = _words[i];
        return last is not null && Ascii.Equals(bytes, last) ? last : _words[i] = Encoding.UTF8.GetString(bytes);
    }

    /// <summary>Gives the enum member with the name that the column contains.</summary>
    /// <exception cref="ClaudeBatchException"><c>LedgerUnreadable</c>, where this version has no member with this name.</exception>
    internal T Member<T>(string column)
        where T : struct, Enum => Word<T>.Read(Utf8(column));

    /// <inheritdoc cref="Member{T}(string)"/>
    internal T? MemberOrNull<T>(string column)
        where T : struct, Enum
    {
        int i = Find(column);
        return IsNull(i) ? null : Word<T>.Read(Utf8(i));
    }

    /// <summary>Reads an identifier, which is kept as 32 hexadecimal digits.</summary>
    public Guid Identity(string column) => Guid.ParseExact(Text(column), "N");

    public byte[]? BytesOrNull(string column)
    {
        int i = Find(column);
        return IsNull(i) ? null : Bytes(i);
    }

    public byte[] Bytes(string column) => Bytes(Find(column));

    private byte[] Bytes(int i)
    {
        byte* bytes = SqliteCalls.ColumnBytes(_row, i);
        return new ReadOnlySpan<byte>(bytes, SqliteCalls.ColumnLength(_row, i)).ToArray();
    }

    /// <summary>Gives a time in UTC. It is a <see cref="DateTime"/>, because PowerShell's serialization would lose an offset.</summary>
    public DateTime Time(string column) => ParseTime(Text(column));

    public DateTime? TimeOrNull(string column) => TextOrNull(column) is { } text ? ParseTime(text) : null;

    internal static string Format(DateTime time)
        => time.ToUniversalTime().ToString("yyyy-MM-ddTHH:mm:ss.ffffffZ", CultureInfo.InvariantCulture);

    /// <summary>Is called when the statement has gone to its next row.</summary>
    internal void Begin() => _call = 0;

    private static DateTime ParseTime(string text)
        => DateTime.Parse(text, CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal | DateTimeStyles.AssumeUniversal);

    private bool IsNull(int i) => SqliteCalls.ColumnType(_row, i) == raw.SQLITE_NULL;

    private ReadOnlySpan<byte> Utf8(int i)
    {
        byte* text = SqliteCalls.ColumnText(_row, i);
        return new ReadOnlySpan<byte>(text, SqliteCalls.ColumnLength(_row, i));
    }

    private int Find(string column)
    {
        (string Name, int Column)[] calls = _calls;
        int call = _call++;
        return (uint)call < (uint)calls.Length && ReferenceEquals(calls[call].Name, column) ? calls[call].Column : LookUp(column, call);
    }

    private int LookUp(string column, int call)
    {
        _names ??= Names();
        int found = Array.IndexOf(_names, column);
        if (found < 0 || Array.LastIndexOf(_names, column) != found)
        {
            throw new ArgumentException($"The statement has no or more than one column '{column}'.", nameof(column));
        }

        if (_calls.Length <= call)
        {
            Array.Resize(ref _calls, Math.Max(_names.Length, call + 1));
        }

        _calls[call] = (column, found);
        return found;
    }

    private string[] Names()
    {
        string[] names = new string[SqliteCalls.ColumnCount(_row)];
        for (int i = 0; i < names.Length; i++)
        {
            names[i] = Marshal.PtrToStringUTF8(SqliteCalls.ColumnName(_row, i))!;
        }

        return names;
    }
}
