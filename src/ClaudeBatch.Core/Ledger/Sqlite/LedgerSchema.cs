using System.Globalization;
using ClaudeBatch.Core.Ledger.Files;

namespace ClaudeBatch.Core.Ledger.Sqlite;

/// <summary>
/// The tables of the ledger, and the migration of a ledger of an earlier version. Totals and costs are summed up over attempts when they
/// are asked for; no table has counters for them.
/// </summary>
internal static partial class LedgerSchema
{
    /// <summary>The version of the tables, which is kept in <c>PRAGMA user_version</c>. Every change of the tables raises it.</summary>
    public const int Version = 11;

    /// <summary>
    /// "CBat" in ASCII, which is kept in <c>PRAGMA application_id</c>, so that the database of another program is never taken for a ledger.
    /// </summary>
    public const int ApplicationId = 0x43426174;

    private const int FirstWithSequences = 7;

    /// <summary>The path of the copy that is made of an earlier version's ledger before it is migrated.</summary>
    public static string BackupOf(LedgerFolder folder, long version)
        => Path.Combine(folder.Root, string.Create(CultureInfo.InvariantCulture, $"ledger-v{version}.backup.db"));

    /// <summary>Makes the tables of a new ledger, or migrates an earlier ledger to this version.</summary>
    /// <exception cref="ClaudeBatchException"><c>LedgerUnreadable</c>, <c>LedgerTooNew</c>, <c>LedgerBusy</c>.</exception>
    public static void Prepare(LedgerDatabase database)
    {
        if (database.Scalar("PRAGMA user_version") == 0)
        {
            // The database is checked inside the transaction, because another process may be making the tables at the same time.
            database.Write(() => Migrate(database, Check(database)));
            return;
        }

        long version = Check(database);
        if (version < Version)
        {
            database.Alone(() =>
            {
                BackUp(database, version);
                Milestone.Pass("migration-backed-up");
                database.Write(() => Migrate(database, Check(database)));
            });
        }
    }

    // Two processes may both have found the old version. The second one to get the lock finds it migrated.
    private static void Migrate(LedgerDatabase database, long from)
    {
        if (from == Version)
        {
            return;
        }

        for (long step = from + 1; step <= Version; step++)
        {
            database.Execute(s_steps[step]);
            if (step == FirstWithSequences)
            {
                NumberAboveFolders(database);
            }

            Milestone.Pass("migrating");
        }

        database.Execute(string.Create(
            CultureInfo.InvariantCulture, $"PRAGMA application_id={ApplicationId}; PRAGMA user_version={Version};"));
    }

    // A job that was removed may have left its folder, when a process ended in between. A new job must not find files in its folder.
    private static void NumberAboveFolders(LedgerDatabase database) => database.Execute(
        "UPDATE sqlite_sequence SET seq = max(seq, $folder) WHERE name = 'job'", ("$folder", database.Folder.HighestJob));

    private static long Check(LedgerDatabase database)
    {
        long version = database.Scalar("PRAGMA user_version");
        bool isOurs = version == 0
            // An empty database beside the files of jobs is a ledger that was lost, and not a new one.
            ? database.Scalar("SELECT count(*) FROM sqlite_master") == 0 && !database.Folder.HasJobs
            : database.Scalar("PRAGMA application_id") == ApplicationId;
        if (!isOurs)
        {
            throw LedgerFailure.Unreadable(database.Folder, cause: null);
        }

        return version <= Version ? version : throw LedgerFailure.TooNew(database.Folder, version, Version);
    }

    // The database is not copied as a file: on Unix, closing a second handle of a file releases the locks that SQLite has on it
    // (https://sqlite.org/howtocorrupt.html).
    private static void BackUp(LedgerDatabase database, long version)
    {
        string path = BackupOf(database.Folder, version);
        string unfinished = path + ".partial";
        database.Folder.OpenForWriting(unfinished, FileMode.Create, bufferSize: 1).Dispose();
        database.Execute("VACUUM INTO $path", ("$path", unfinished));
        File.Move(unfinished, path, overwrite: true);
    }
}
