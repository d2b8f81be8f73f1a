using System.Globalization;
using Microsoft.Data.Sqlite;

namespace ClaudeBatch.Core.Ledger;

/// <summary>One open connection to the books: how statements run, never what they say.</summary>
/// <remarks>
/// Writes are short, immediate and durable; reads finish before anyone is handed what they found.
/// One thread at a time; a cmdlet opens its own.
/// </remarks>
public sealed class LedgerDatabase : IDisposable
{
    /// <summary>The most rows a transaction holds, so that nobody waits long for another.</summary>
    public const int RowsPerTransaction = 20_000;

    private const int SqliteNotADatabase = 26;

    private readonly SqliteConnection _connection;

    private LedgerDatabase(SqliteConnection connection, LedgerFolder folder)
    {
        _connection = connection;
        Folder = folder;
    }

    public LedgerFolder Folder { get; }

    static LedgerDatabase() => SQLitePCL.Batteries_V2.Init();

    /// <summary>Opens the ledger, making it where there is none.</summary>
    /// <exception cref="ClaudeBatchException"><c>LedgerNotWritable</c>, <c>LedgerUnreadable</c>, <c>LedgerTooNew</c>.</exception>
    public static LedgerDatabase OpenOrCreate(LedgerFolder folder)
    {
        folder.Create();
        if (!folder.Exists)
        {
            // SQLite would give the file the process's default rights.
            LedgerFolder.OpenForWriting(folder.Database, FileMode.OpenOrCreate, bufferSize: 1).Dispose();
        }

        return Open(folder);
    }

    /// <summary>Opens a ledger that is there.</summary>
    /// <exception cref="ClaudeBatchException"><c>LedgerUnreadable</c>, <c>LedgerTooNew</c>, <c>LedgerNotWritable</c>.</exception>
    public static LedgerDatabase Open(LedgerFolder folder)
    {
        string connectionString = new SqliteConnectionStringBuilder
        {
            DataSource = folder.Database,
            Mode = SqliteOpenMode.ReadWrite,
            Pooling = false,
            DefaultTimeout = 60,
        }.ToString();
        SqliteConnection connection = new(connectionString);
        LedgerDatabase database = new(connection, folder);
        try
        {
            connection.Open();
            database.Execute("PRAGMA journal_mode=TRUNCATE; PRAGMA synchronous=FULL; PRAGMA secure_delete=ON; PRAGMA foreign_keys=OFF;");
            database.Prepare();
            return database;
        }
        catch (SqliteException e) when (e.SqliteErrorCode == SqliteNotADatabase)
        {
            database.Dispose();
            throw Unreadable(folder, e);
        }
        catch (SqliteException e)
        {
            database.Dispose();
            throw LedgerFolder.NotWritable(folder.Database, e);
        }
        catch
        {
            database.Dispose();
            throw;
        }
    }

    public void Dispose() => _connection.Dispose();

    /// <summary>Runs the work in one immediate transaction; an exception undoes all of it.</summary>
    public void Write(Action work)
    {
        using SqliteTransaction transaction = _connection.BeginTransaction(deferred: false);
        work();
        transaction.Commit();
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
        return Convert.ToInt64(command.ExecuteScalar() ?? 0L, CultureInfo.InvariantCulture);
    }

    /// <summary>Reads all rows and closes the reader before it returns; ask by key range.</summary>
    public List<T> Read<T>(string sql, Func<LedgerRow, T> make, params ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        using SqliteCommand command = Command(sql, parameters);
        using SqliteDataReader reader = command.ExecuteReader();
        List<T> rows = [];
        LedgerRow row = new(reader);
        while (reader.Read())
        {
            rows.Add(make(row));
        }

        return rows;
    }

    /// <summary>Runs one statement for many rows, prepared once; call it inside <see cref="Write"/>.</summary>
    public void ExecuteMany<T>(string sql, IReadOnlyCollection<T> rows, string[] names, Action<T, SqliteParameterCollection> bind)
    {
        using SqliteCommand command = _connection.CreateCommand();
        command.CommandText = sql;
        foreach (string name in names)
        {
            command.Parameters.Add(new SqliteParameter { ParameterName = name });
        }

        command.Prepare();
        foreach (T row in rows)
        {
            bind(row, command.Parameters);
            command.ExecuteNonQuery();
        }
    }

    private static ClaudeBatchException Unreadable(LedgerFolder folder, Exception? cause) => new(
        FailureKind.Storage,
        "LedgerUnreadable",
        $"'{folder.Database}' is not a ledger that can be read. It was left untouched; restore it from a backup or name another folder.",
        cause)
    { Target = folder.Database };

    private SqliteCommand Command(string sql, ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        SqliteCommand command = _connection.CreateCommand();
        command.CommandText = sql;
        foreach ((string name, object? value) in parameters)
        {
            command.Parameters.AddWithValue(name, value ?? DBNull.Value);
        }

        return command;
    }

    private void Prepare()
    {
        long version = Scalar("PRAGMA user_version");
        if (version == LedgerSchema.Version)
        {
            return;
        }

        if (version > LedgerSchema.Version)
        {
            throw new ClaudeBatchException(
                FailureKind.Storage,
                "LedgerTooNew",
                $"'{Folder.Database}' was written by a newer ClaudeBatch (schema {version}; this one reads up to {LedgerSchema.Version}). Update the module.")
            { Target = Folder.Database };
        }

        Write(() =>
        {
            // Two processes may both have found it empty; the second one in finds it made.
            if (Scalar("PRAGMA user_version") == LedgerSchema.Version)
            {
                return;
            }

            if (Scalar("SELECT count(*) FROM sqlite_master") != 0)
            {
                throw Unreadable(Folder, cause: null);
            }

            Execute(LedgerSchema.Create);
            Execute(string.Create(
                CultureInfo.InvariantCulture,
                $"PRAGMA application_id={LedgerSchema.ApplicationId}; PRAGMA user_version={LedgerSchema.Version};"));
        });
    }
}
