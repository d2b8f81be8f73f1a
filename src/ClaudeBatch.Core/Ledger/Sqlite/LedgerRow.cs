using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using SQLitePCL;

namespace ClaudeBatch.Core.Ledger.Sqlite;

/// <summary>The row a reader stands on, by the names of its columns.</summary>
/// <remarks>
/// Whoever reads asks for the same columns in the same order in every row. So a name is looked up once a statement, at its turn
/// in the first row; in the others it is only seen to be the same name, which costs next to nothing.
/// </remarks>
public sealed unsafe class LedgerRow
{
    private readonly nint _row;

    private readonly List<string?> _words = [];

    private string[]? _names;

    private (string Name, int Column)[] _turns = [];

    private int _turn;

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

    /// <summary>A text as it is kept, until the next row; empty for NULL.</summary>
    internal ReadOnlySpan<byte> Utf8(string column) => Utf8(Find(column));

    /// <summary>A text that most rows have in common is one object.</summary>
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

    /// <summary>A word that is a member's name.</summary>
    /// <exception cref="ClaudeBatchException"><c>LedgerUnreadable</c>: this version does not know it.</exception>
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

    /// <summary>A UTC time; an offset would not survive the shell's serialisation.</summary>
    public DateTime Time(string column) => ParseTime(Text(column));

    public DateTime? TimeOrNull(string column) => TextOrNull(column) is { } text ? ParseTime(text) : null;

    internal static string Format(DateTime time)
        => time.ToUniversalTime().ToString("yyyy-MM-ddTHH:mm:ss.ffffffZ", CultureInfo.InvariantCulture);

    /// <summary>The statement stands on its next row.</summary>
    internal void Begin() => _turn = 0;

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
        (string Name, int Column)[] turns = _turns;
        int turn = _turn++;
        return (uint)turn < (uint)turns.Length && ReferenceEquals(turns[turn].Name, column) ? turns[turn].Column : LookUp(column, turn);
    }

    private int LookUp(string column, int turn)
    {
        _names ??= Names();
        int found = Array.IndexOf(_names, column);
        if (found < 0 || Array.LastIndexOf(_names, column) != found)
        {
            throw new ArgumentException($"The statement has no or more than one column '{column}'.", nameof(column));
        }

        if (_turns.Length <= turn)
        {
            Array.Resize(ref _turns, Math.Max(_names.Length, turn + 1));
        }

        _turns[turn] = (column, found);
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
