using System.Globalization;
using Microsoft.Data.Sqlite;

namespace ClaudeBatch.Core.Ledger;

/// <summary>The row a reader stands on, by position.</summary>
public sealed class LedgerRow
{
    private readonly SqliteDataReader _reader;

    internal LedgerRow(SqliteDataReader reader) => _reader = reader;

    public long Number(int i) => _reader.GetInt64(i);

    public long? NumberOrNull(int i) => _reader.IsDBNull(i) ? null : _reader.GetInt64(i);

    public double? FractionOrNull(int i) => _reader.IsDBNull(i) ? null : _reader.GetDouble(i);

    public int Count(int i) => _reader.GetInt32(i);

    public string Text(int i) => _reader.GetString(i);

    public string? TextOrNull(int i) => _reader.IsDBNull(i) ? null : _reader.GetString(i);

    public byte[] Bytes(int i) => _reader.GetFieldValue<byte[]>(i);

    /// <summary>A UTC time; an offset would not survive the shell's serialisation.</summary>
    public DateTime Time(int i) => ParseTime(Text(i));

    public DateTime? TimeOrNull(int i) => _reader.IsDBNull(i) ? null : ParseTime(Text(i));

    internal static string Format(DateTime time) => time.ToUniversalTime().ToString("yyyy-MM-ddTHH:mm:ss.ffffffZ", CultureInfo.InvariantCulture);

    private static DateTime ParseTime(string text)
        => DateTime.Parse(text, CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal | DateTimeStyles.AssumeUniversal);
}
