using System.Globalization;
using ClaudeBatch.Core.Ledger.Files;

namespace ClaudeBatch.Core.Ledger.Sqlite;

/// <summary>The tables, and how a ledger of an earlier version comes to them. Totals and costs are sums over attempts, never incremented.</summary>
internal static partial class LedgerSchema
{
    /// <summary>Raised with every change of the tables; kept in <c>PRAGMA user_version</c>.</summary>
    public const int Version = 6;

    /// <summary>"CBat", so that another program's database is never taken for a ledger.</summary>
    public const int ApplicationId = 0x43426174;

    /// <summary>Where a ledger of an earlier version is kept before it is changed.</summary>
    public static string BackupOf(LedgerFolder folder, long version)
        => Path.Combine(folder.Root, string.Create(CultureInfo.InvariantCulture, $"ledger-v{version}.backup.db"));

    /// <summary>Makes the tables of a new ledger, or brings an earlier one to this version.</summary>
    /// <exception cref="ClaudeBatchException"><c>LedgerUnreadable</c>, <c>LedgerTooNew</c>, <c>LedgerBusy</c>.</exception>
    public static void Prepare(LedgerDatabase database)
    {
        if (database.Scalar("PRAGMA user_version") == 0)
        {
            // Looked at inside the transaction: another process may be making the tables right now.
            database.Write(() => Bring(database, Check(database)));
            return;
        }

        long version = Check(database);
        if (version < Version)
        {
            database.Alone(() =>
            {
                BackUp(database, version);
                Milestone.Pass("migration-backed-up");
                database.Write(() => Bring(database, Check(database)));
            });
        }
    }

    // Two processes may both have found it old; the second one in finds it done.
    private static void Bring(LedgerDatabase database, long from)
    {
        if (from == Version)
        {
            return;
        }

        for (long step = from + 1; step <= Version; step++)
        {
            database.Execute(s_steps[step]);
            Milestone.Pass("migrating");
        }

        database.Execute(string.Create(CultureInfo.InvariantCulture, $"PRAGMA application_id={ApplicationId}; PRAGMA user_version={Version};"));
    }

    private static long Check(LedgerDatabase database)
    {
        long version = database.Scalar("PRAGMA user_version");
        bool isOurs = version == 0
            // An empty file beside jobs is a ledger that was lost, not a new one.
            ? database.Scalar("SELECT count(*) FROM sqlite_master") == 0 && !database.Folder.HasJobs
            : database.Scalar("PRAGMA application_id") == ApplicationId;
        if (!isOurs)
        {
            throw LedgerFailure.Unreadable(database.Folder, cause: null);
        }

        return version <= Version ? version : throw LedgerFailure.TooNew(database.Folder, version, Version);
    }

    // A copy made with the file system would drop the lock of whoever holds the file.
    private static void BackUp(LedgerDatabase database, long version)
    {
        string path = BackupOf(database.Folder, version);
        string unfinished = path + ".partial";
        database.Folder.OpenForWriting(unfinished, FileMode.Create, bufferSize: 1).Dispose();
        database.Execute("VACUUM INTO $path", ("$path", unfinished));
        File.Move(unfinished, path, overwrite: true);
    }
}
