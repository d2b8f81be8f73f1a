using System.Globalization;
using System.Text;
using SQLitePCL;

namespace ClaudeBatch.Core.Ledger.Sqlite;

/// <summary>The row a reader stands on, by position.</summary>
public sealed unsafe class LedgerRow
{
    private readonly nint _row;

    private readonly List<string?> _words = [];

    internal LedgerRow(nint row) => _row = row;

    public long Number(int i) => SqliteCalls.ColumnNumber(_row, i);

    public long? NumberOrNull(int i) => IsNull(i) ? null : Number(i);

    public double? FractionOrNull(int i) => IsNull(i) ? null : SqliteCalls.ColumnFraction(_row, i);

    public int Count(int i) => checked((int)Number(i));

    public string Text(int i) => TextOrNull(i)!;

    public string? TextOrNull(int i)
    {
        byte* text = SqliteCalls.ColumnText(_row, i);
        return text is null ? null : Encoding.UTF8.GetString(text, SqliteCalls.ColumnLength(_row, i));
    }

    /// <summary>A text as it is kept, until the next row; empty for NULL.</summary>
    internal ReadOnlySpan<byte> Utf8(int i)
    {
        byte* text = SqliteCalls.ColumnText(_row, i);
        return new ReadOnlySpan<byte>(text, SqliteCalls.ColumnLength(_row, i));
    }

    /// <summary>A text that most rows have in common is one object.</summary>
    public string? WordOrNull(int i)
    {
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
    internal T Member<T>(int i)
        where T : struct, Enum => Word<T>.Read(Utf8(i));

    /// <inheritdoc cref="Member{T}(int)"/>
    internal T? MemberOrNull<T>(int i)
        where T : struct, Enum => IsNull(i) ? null : Word<T>.Read(Utf8(i));

    public byte[] Bytes(int i)
    {
        byte* bytes = SqliteCalls.ColumnBytes(_row, i);
        return new ReadOnlySpan<byte>(bytes, SqliteCalls.ColumnLength(_row, i)).ToArray();
    }

    /// <summary>A UTC time; an offset would not survive the shell's serialisation.</summary>
    public DateTime Time(int i) => ParseTime(Text(i));

    public DateTime? TimeOrNull(int i) => IsNull(i) ? null : ParseTime(Text(i));

    internal static string Format(DateTime time) => time.ToUniversalTime().ToString("yyyy-MM-ddTHH:mm:ss.ffffffZ", CultureInfo.InvariantCulture);

    private static DateTime ParseTime(string text)
        => DateTime.Parse(text, CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal | DateTimeStyles.AssumeUniversal);

    private bool IsNull(int i) => SqliteCalls.ColumnType(_row, i) == raw.SQLITE_NULL;
}
