using System.Globalization;
using ClaudeBatch.Core.Ledger.Files;
using Microsoft.Data.Sqlite;

namespace ClaudeBatch.Core.Ledger.Sqlite;

/// <summary>One open connection to the ledger's database. It runs the SQL statements that other classes hand to it.</summary>
/// <remarks>
/// Writes are short transactions that lock the database at their beginning and are durable when they return.
/// A connection is used by one thread at a time. Each cmdlet opens its own.
/// </remarks>
public sealed partial class LedgerDatabase : IDisposable
{
    /// <summary>The most rows that one transaction writes, so that other processes do not wait long.</summary>
    public const int RowsPerTransaction = 20_000;

    private readonly SqliteConnection _connection;

    private readonly LedgerPresence _presence;

    private LedgerDatabase(SqliteConnection connection, LedgerFolder folder, LedgerPresence presence)
    {
        _connection = connection;
        _presence = presence;
        Folder = folder;
    }

    static LedgerDatabase()
    {
        SQLitePCL.Batteries_V2.Init();
        // A connection is used by one thread at a time, so that SQLite need not lock it at each of millions of calls.
        // SQLite returns SQLITE_MISUSE where this was done before: the library stays loaded when the module is imported again.
        _ = SQLitePCL.raw.sqlite3_config(SQLitePCL.raw.SQLITE_CONFIG_MULTITHREAD);
    }

    public LedgerFolder Folder { get; }

    /// <summary>Opens the ledger, and creates it where there is none.</summary>
    /// <exception cref="ClaudeBatchException"><c>LedgerNotWritable</c>, <c>LedgerUnreadable</c>, <c>LedgerTooNew</c>,
    /// <c>LedgerOnNetwork</c>.</exception>
    public static LedgerDatabase OpenOrCreate(LedgerFolder folder)
    {
        folder.Create();
        if (!folder.Exists)
        {
            // The file is created here with rights for its owner alone; SQLite would give it the default rights of the process.
            folder.OpenForWriting(folder.Database, FileMode.OpenOrCreate, bufferSize: 1).Dispose();
        }

        folder.KeepReserve();
        return Open(folder);
    }

    /// <summary>Opens a ledger that exists.</summary>
    /// <exception cref="ClaudeBatchException"><c>LedgerUnreadable</c>, <c>LedgerTooNew</c>, <c>LedgerNotWritable</c>,
    /// <c>LedgerBusy</c>.</exception>
    public static LedgerDatabase Open(LedgerFolder folder)
    {
        folder.RefuseNetwork();
        string connectionString = new SqliteConnectionStringBuilder
        {
            DataSource = folder.Database,
            Mode = SqliteOpenMode.ReadWrite,
            Pooling = false,
            DefaultTimeout = 60,
            // Foreign keys are on by default in this build of SQLite. With them, a migration that makes a table anew would delete or
            // rewrite the rows that refer to it. The setting cannot be changed inside a transaction, so it is off from the start.
            ForeignKeys = false,
        }.ToString();
        LedgerPresence presence = LedgerPresence.Enter(folder);
        LedgerDatabase database = new(new SqliteConnection(connectionString), folder, presence);
        try
        {
            database._connection.Open();
            // The version is read before any setting is made, so that a file that is not a ledger is not changed by a single byte.
            LedgerSchema.Prepare(database);
            database.Execute("PRAGMA journal_mode=TRUNCATE; PRAGMA synchronous=FULL; PRAGMA secure_delete=ON; PRAGMA busy_timeout=60000;");
            return database;
        }
        catch (SqliteException e)
        {
            database.Dispose();
            throw LedgerFailure.From(e, folder);
        }
        catch
        {
            database.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        _connection.Dispose();
        _presence.Dispose();
    }

    public int Execute(string sql, params ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        using SqliteCommand command = Command(sql, parameters);
        return command.ExecuteNonQuery();
    }

    public long Insert(string sql, params ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        Execute(sql, parameters);
        return Scalar("SELECT last_insert_rowid()");
    }

    public long Scalar(string sql, params ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        using SqliteCommand command = Command(sql, parameters);
        try
        {
            return Convert.ToInt64(command.ExecuteScalar() ?? 0L, CultureInfo.InvariantCulture);
        }
        catch (SqliteException e)
        {
            throw Failure(e);
        }
    }

    /// <summary>Reads all rows into a list. A query that may have many rows is to be limited to a range of keys.</summary>
    public List<T> Read<T>(string sql, Func<LedgerRow, T> make, params ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        List<T> rows = [];
        ForEach(sql, row => rows.Add(make(row)), parameters);
        return rows;
    }

    /// <summary>Calls an action with each row. The action keeps no reference to the row and does not write to the ledger.</summary>
    internal void ForEach(string sql, Action<LedgerRow> take, params ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        try
        {
            using LedgerStatement statement = new(_connection, sql);
            foreach ((string name, object? value) in parameters)
            {
                // A caller may give a parameter that only some variants of its statement contain.
                if (statement.IndexOf(name) is > 0 and var index)
                {
                    statement.Bind(index, value);
                }
            }

            LedgerRow row = statement.Row;
            while (statement.Step())
            {
                row.Begin();
                take(row);
            }
        }
        catch (Exception e) when (e is FormatException or OverflowException or System.Text.Json.JsonException)
        {
            throw LedgerFailure.Damaged(Folder, e.Message, e); // a value that this module has not written
        }
        catch (SqliteException e)
        {
            throw Failure(e);
        }
    }

    /// <summary>Prepares one statement and runs it for many rows. It is called inside <see cref="Write"/>.</summary>
    /// <param name="sql">The statement, with the parameters <c>?1</c>, <c>?2</c>, ….</param>
    /// <param name="rows">The rows; the statement runs once for each.</param>
    /// <param name="bind">Binds all parameters for a row.</param>
    internal void ExecuteMany<T>(string sql, ReadOnlySpan<T> rows, Action<T, LedgerStatement> bind)
    {
        if (rows.IsEmpty)
        {
            return;
        }

        using LedgerStatement statement = new(_connection, sql);
        foreach (T row in rows)
        {
            bind(row, statement);
            statement.Step();
            statement.Reset();
        }
    }

    /// <summary>Gives the items for which a query has a row. It belongs into a transaction.</summary>
    /// <param name="sql">The query, with the parameters <c>?1</c>, <c>?2</c>, ….</param>
    /// <param name="items">The items; the query runs once for each.</param>
    /// <param name="bind">Binds all parameters for an item.</param>
    internal List<T> Matching<T>(string sql, IEnumerable<T> items, Action<T, LedgerStatement> bind)
    {
        using LedgerStatement statement = new(_connection, sql);
        List<T> found = [];
        foreach (T item in items)
        {
            bind(item, statement);
            if (statement.Step())
            {
                found.Add(item);
            }

            statement.Reset();
        }

        return found;
    }

    /// <summary>Deletes rows of a job or batch, a bounded number in each transaction, so that other processes do not wait long.</summary>
    /// <param name="table">The table: <c>request</c> or <c>attempt</c>.</param>
    /// <param name="owner">The ledger's number of the job or batch.</param>
    /// <param name="firstRow">The first row to delete; the rows before it stay.</param>
    internal void DeleteRows(string table, long owner, long firstRow = 0)
        => InSteps(table, owner, firstRow, $"DELETE FROM {table} WHERE id BETWEEN $from AND $to");

    /// <summary>Runs a statement over the rows of a job or batch, a bounded number in each transaction.</summary>
    /// <param name="table">The table: <c>request</c> or <c>attempt</c>.</param>
    /// <param name="owner">The ledger's number of the job or batch.</param>
    /// <param name="firstRow">The first row to run it for; the rows before it are left alone.</param>
    /// <param name="statement">The statement, with the parameters <c>$from</c> and <c>$to</c> for the first and the last id.</param>
    internal void InSteps(string table, long owner, long firstRow, string statement)
    {
        (long first, long last) = Read(
            $"SELECT min(id) AS first, max(id) AS last FROM {table} WHERE {RowKey.Within("id", "$owner", "$before")}",
            static row => (row.NumberOrNull("first") ?? 0, row.NumberOrNull("last") ?? -1),
            ("$owner", owner),
            ("$before", firstRow - 1)).Single();
        for (long id = first; id <= last; id += RowsPerTransaction)
        {
            long begin = id;
            Write(() => Execute(statement, ("$from", begin), ("$to", Math.Min(last, begin + RowsPerTransaction - 1))));
        }
    }

    private SqliteCommand Command(string sql, ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        SqliteCommand command = _connection.CreateCommand();
        command.CommandText = sql;
        foreach ((string name, object? value) in parameters)
        {
            ArgumentOutOfRangeException.ThrowIfEqual(value is Enum, true, name); // SQLite would be given its number
            command.Parameters.AddWithValue(name, value ?? DBNull.Value);
        }

        return command;
    }
}
