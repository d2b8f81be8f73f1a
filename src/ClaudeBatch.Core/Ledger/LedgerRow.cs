using System.Globalization;
using SQLitePCL;

namespace ClaudeBatch.Core.Ledger;

/// <summary>The row a reader stands on, by position.</summary>
public sealed class LedgerRow
{
    private readonly sqlite3_stmt _row;

    internal LedgerRow(sqlite3_stmt row) => _row = row;

    public long Number(int i) => raw.sqlite3_column_int64(_row, i);

    public long? NumberOrNull(int i) => IsNull(i) ? null : Number(i);

    public double? FractionOrNull(int i) => IsNull(i) ? null : raw.sqlite3_column_double(_row, i);

    public int Count(int i) => checked((int)Number(i));

    public string Text(int i) => raw.sqlite3_column_text(_row, i).utf8_to_string();

    public string? TextOrNull(int i) => IsNull(i) ? null : Text(i);

    public byte[] Bytes(int i) => raw.sqlite3_column_blob(_row, i).ToArray();

    /// <summary>A UTC time; an offset would not survive the shell's serialisation.</summary>
    public DateTime Time(int i) => ParseTime(Text(i));

    public DateTime? TimeOrNull(int i) => IsNull(i) ? null : ParseTime(Text(i));

    internal static string Format(DateTime time) => time.ToUniversalTime().ToString("yyyy-MM-ddTHH:mm:ss.ffffffZ", CultureInfo.InvariantCulture);

    private static DateTime ParseTime(string text)
        => DateTime.Parse(text, CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal | DateTimeStyles.AssumeUniversal);

    private bool IsNull(int i) => raw.sqlite3_column_type(_row, i) == raw.SQLITE_NULL;
}
