using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace ClaudeBatch.Core.Ledger.Sqlite;

/// <summary>
/// A prepared statement of SQLite. It is used where a statement has very many rows, because a <see cref="SqliteCommand"/> takes longer for
/// each of them.
/// </summary>
internal sealed unsafe class LedgerStatement : IDisposable
{
    private readonly sqlite3 _database;

    private readonly nint _statement;

    // Stands for NULL in _texts.
    private static readonly string s_null = new('\0', 1);

    // The texts that are bound, by the index of their parameter. Most rows of a batch have the same words, and a value stays bound when the
    // statement is reset, so the same object need not be bound again.
    private readonly string?[] _texts;

    /// <exception cref="SqliteException">SQLite refused the statement.</exception>
    public LedgerStatement(SqliteConnection connection, string sql)
    {
        _database = connection.Handle!;
        byte[] bytes = Encoding.UTF8.GetBytes(sql);
        fixed (byte* start = bytes)
        {
            Check(SqliteCalls.Prepare(_database.DangerousGetHandle(), start, bytes.Length, out _statement, tail: 0));
        }

        _texts = new string?[SqliteCalls.ParameterCount(_statement) + 1];
    }

    /// <summary>The row that the statement has stepped to.</summary>
    public LedgerRow Row => new(_statement);

    public void Dispose() => _ = SqliteCalls.Close(_statement); // returns the error of the last step once more, which was thrown already

    /// <summary>Gives the index of a parameter, from 1; 0 where the statement has none with this name.</summary>
    public int IndexOf(string name) => SqliteCalls.ParameterIndex(_statement, name);

    [MethodImpl(Hot.AtOnce)]
    public void Bind(int index, long value)
    {
        _texts[index] = null;
        Check(SqliteCalls.BindNumber(_statement, index, value));
    }

    [MethodImpl(Hot.AtOnce)]
    public void Bind(int index, long? value)
    {
        if (value is { } number)
        {
            Bind(index, number);
        }
        else
        {
            BindNull(index);
        }
    }

    [MethodImpl(Hot.AtOnce)]
    public void Bind(int index, string? value)
    {
        if (value is null)
        {
            BindNull(index);
        }
        else if (!ReferenceEquals(value, _texts[index]))
        {
            BindText(index, value);
            _texts[index] = value;
        }
    }

    [MethodImpl(Hot.AtOnce)]
    public void Bind(int index, ReadOnlySpan<byte> value)
    {
        _texts[index] = null;
        fixed (byte* start = value)
        {
            // SQLite would take a null pointer for NULL instead of an empty value.
            byte none = 0;
            Check(SqliteCalls.BindBytes(_statement, index, value.IsEmpty ? &none : start, value.Length, SqliteCalls.Transient));
        }
    }

    [MethodImpl(Hot.AtOnce)]
    public void Bind(int index, object? value)
    {
        switch (value)
        {
            case null or DBNull:
                BindNull(index);
                break;
            case string text:
                Bind(index, text);
                break;
            case byte[] bytes:
                Bind(index, bytes.AsSpan());
                break;
            case double number:
                _texts[index] = null;
                Check(SqliteCalls.BindFraction(_statement, index, number));
                break;
            case bool or int or long or short or byte:
                Bind(index, Convert.ToInt64(value, CultureInfo.InvariantCulture));
                break;
            default:
                throw new ArgumentException($"A {value.GetType().Name} is not bound.", nameof(value));
        }
    }

    /// <summary>Runs the statement as far as its next row.</summary>
    /// <returns>False when there are no more rows.</returns>
    /// <exception cref="SqliteException">The statement failed.</exception>
    [MethodImpl(Hot.AtOnce)]
    public bool Step()
    {
        int code = SqliteCalls.Step(_statement);
        if (code is not (raw.SQLITE_ROW or raw.SQLITE_DONE))
        {
            SqliteException.ThrowExceptionForRC(code, _database);
        }

        return code == raw.SQLITE_ROW;
    }

    /// <summary>Makes the statement ready to run again. The bound values stay.</summary>
    public void Reset() => Check(SqliteCalls.Reset(_statement));

    [MethodImpl(Hot.AtOnce)]
    private void BindNull(int index)
    {
        if (!ReferenceEquals(_texts[index], s_null))
        {
            _texts[index] = s_null;
            Check(SqliteCalls.BindNull(_statement, index));
        }
    }

    [MethodImpl(Hot.AtOnce)]
    private void BindText(int index, string value)
    {
        const int onStack = 512;
        int length = Encoding.UTF8.GetMaxByteCount(value.Length);
        Span<byte> bytes = length <= onStack ? stackalloc byte[onStack] : new byte[length];
        int written = Encoding.UTF8.GetBytes(value, bytes);
        fixed (byte* start = bytes)
        {
            Check(SqliteCalls.BindText(_statement, index, start, written, SqliteCalls.Transient));
        }
    }

    private void Check(int code)
    {
        if (code != raw.SQLITE_OK)
        {
            SqliteException.ThrowExceptionForRC(code, _database);
        }
    }
}
