using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace ClaudeBatch.Core.Ledger;

/// <summary>One prepared statement, a thin layer over SQLite's own: a hundred thousand rows go through it a second.</summary>
internal sealed class LedgerStatement : IDisposable
{
    private readonly sqlite3 _database;

    private readonly sqlite3_stmt _statement;

    /// <exception cref="SqliteException">What SQLite says.</exception>
    public LedgerStatement(SqliteConnection connection, string sql)
    {
        _database = connection.Handle!;
        Check(raw.sqlite3_prepare_v2(_database, sql, out _statement));
    }

    /// <summary>The row the statement stands on.</summary>
    public sqlite3_stmt Row => _statement;

    public void Dispose() => _statement.Dispose();

    /// <summary>Where a parameter stands, from 1; 0 where the statement has none of that name.</summary>
    public int IndexOf(string name) => raw.sqlite3_bind_parameter_index(_statement, name);

    public void Bind(int index, long value) => Check(raw.sqlite3_bind_int64(_statement, index, value));

    public void Bind(int index, long? value) => Check(value is { } number ? raw.sqlite3_bind_int64(_statement, index, number) : raw.sqlite3_bind_null(_statement, index));

    public void Bind(int index, string? value) => Check(value is null ? raw.sqlite3_bind_null(_statement, index) : raw.sqlite3_bind_text(_statement, index, value));

    public void Bind(int index, ReadOnlySpan<byte> value) => Check(raw.sqlite3_bind_blob(_statement, index, value));

    public void Bind(int index, object? value)
    {
        switch (value)
        {
            case null or DBNull:
                Check(raw.sqlite3_bind_null(_statement, index));
                break;
            case string text:
                Bind(index, text);
                break;
            case byte[] bytes:
                Bind(index, bytes.AsSpan());
                break;
            case double number:
                Check(raw.sqlite3_bind_double(_statement, index, number));
                break;
            case bool or int or long or short or byte:
                Bind(index, Convert.ToInt64(value, System.Globalization.CultureInfo.InvariantCulture));
                break;
            default:
                throw new ArgumentException($"A {value.GetType().Name} is not bound.", nameof(value));
        }
    }

    /// <summary>Goes on to the next row.</summary>
    /// <returns>False when there is none.</returns>
    /// <exception cref="SqliteException">What SQLite says.</exception>
    public bool Step()
    {
        int code = raw.sqlite3_step(_statement);
        if (code is not (raw.SQLITE_ROW or raw.SQLITE_DONE))
        {
            SqliteException.ThrowExceptionForRC(code, _database);
        }

        return code == raw.SQLITE_ROW;
    }

    /// <summary>Makes it ready to run again; what is bound stays.</summary>
    public void Reset() => Check(raw.sqlite3_reset(_statement));

    private void Check(int code)
    {
        if (code != raw.SQLITE_OK)
        {
            SqliteException.ThrowExceptionForRC(code, _database);
        }
    }
}
