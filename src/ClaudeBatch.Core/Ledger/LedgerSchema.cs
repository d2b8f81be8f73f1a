using System.Globalization;

namespace ClaudeBatch.Core.Ledger;

/// <summary>The tables, and how a ledger of an earlier version comes to them. Totals and costs are sums over attempts, never incremented.</summary>
internal static class LedgerSchema
{
    /// <summary>Raised with every change of the tables; kept in <c>PRAGMA user_version</c>.</summary>
    public const int Version = 5;

    /// <summary>"CBat", so that another program's database is never taken for a ledger.</summary>
    public const int ApplicationId = 0x43426174;

    /// <summary>The step to each version from the one before, by number. A released step is never changed.</summary>
    private static readonly string[] s_steps = ["", First, Second, Third, Fourth, Fifth];

    /// <summary>Where a ledger of an earlier version is kept before it is changed.</summary>
    public static string BackupOf(LedgerFolder folder, long version)
        => Path.Combine(folder.Root, string.Create(CultureInfo.InvariantCulture, $"ledger-v{version}.backup.db"));

    /// <summary>Makes the tables of a new ledger, or brings an earlier one to this version.</summary>
    /// <exception cref="ClaudeBatchException"><c>LedgerUnreadable</c>, <c>LedgerTooNew</c>, <c>LedgerBusy</c>.</exception>
    public static void Prepare(LedgerDatabase database)
    {
        long version = Check(database);
        if (version == 0)
        {
            database.Write(() => Bring(database, Check(database)));
        }
        else if (version < Version)
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

        return version <= Version ? version : throw LedgerFailure.TooNew(database.Folder, version);
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

    private const string First = """
        CREATE TABLE job (
            id INTEGER PRIMARY KEY,
            name TEXT NOT NULL UNIQUE COLLATE NOCASE,
            base_address TEXT NOT NULL,
            organization_id TEXT,
            workspace_id TEXT,
            api_version TEXT NOT NULL,
            betas TEXT NOT NULL,
            max_attempts INTEGER NOT NULL,
            sealed_at TEXT,
            sealed_rows INTEGER NOT NULL DEFAULT 0,
            stopped_at TEXT,
            pause_reason TEXT,
            created_at TEXT NOT NULL,
            updated_at TEXT NOT NULL
        );

        CREATE TABLE batch (
            id INTEGER PRIMARY KEY,
            job_id INTEGER NOT NULL REFERENCES job (id),
            part INTEGER NOT NULL,
            attempt INTEGER NOT NULL,
            state TEXT NOT NULL,
            service_id TEXT,
            adopted TEXT NOT NULL DEFAULT 'No',
            request_count INTEGER NOT NULL,
            size_in_bytes INTEGER NOT NULL,
            spool_digest BLOB,
            processing_status TEXT,
            processing INTEGER NOT NULL DEFAULT 0,
            succeeded INTEGER NOT NULL DEFAULT 0,
            errored INTEGER NOT NULL DEFAULT 0,
            canceled INTEGER NOT NULL DEFAULT 0,
            expired INTEGER NOT NULL DEFAULT 0,
            created_at TEXT,
            ended_at TEXT,
            expires_at TEXT,
            cancel_initiated_at TEXT,
            archived_at TEXT,
            organization_id TEXT,
            workspace_id TEXT,
            intent TEXT,
            results_digest BLOB,
            duplicated INTEGER NOT NULL DEFAULT 0,
            foreign_lines INTEGER NOT NULL DEFAULT 0,
            message TEXT,
            UNIQUE (job_id, part)
        );

        CREATE UNIQUE INDEX batch_by_service_id ON batch (service_id) WHERE service_id IS NOT NULL;

        -- In the order of the input; no index has a random key across the job.
        CREATE TABLE request (
            job_id INTEGER NOT NULL,
            row INTEGER NOT NULL,
            custom_id TEXT NOT NULL,
            digest BLOB NOT NULL,
            source_offset INTEGER NOT NULL,
            source_length INTEGER NOT NULL,
            refusal TEXT,
            PRIMARY KEY (job_id, row)
        ) WITHOUT ROWID;

        -- replaced_by is the batch of the next attempt; a row's last attempt is the one without it.
        CREATE TABLE attempt (
            batch_id INTEGER NOT NULL,
            row INTEGER NOT NULL,
            spool_offset INTEGER NOT NULL,
            spool_length INTEGER NOT NULL,
            replaced_by INTEGER,
            outcome TEXT,
            error_type TEXT,
            failure_class TEXT,
            stop_reason TEXT,
            model TEXT,
            input_tokens INTEGER,
            cache_write_5m_tokens INTEGER,
            cache_write_1h_tokens INTEGER,
            cache_read_tokens INTEGER,
            output_tokens INTEGER,
            web_searches INTEGER,
            cost_in_picodollars INTEGER,
            result_offset INTEGER,
            result_length INTEGER,
            PRIMARY KEY (batch_id, row)
        ) WITHOUT ROWID;

        CREATE TABLE event (
            id INTEGER PRIMARY KEY,
            at TEXT NOT NULL,
            job_id INTEGER,
            batch_id INTEGER,
            kind TEXT NOT NULL,
            request_id TEXT,
            message TEXT NOT NULL
        );

        CREATE INDEX event_by_job ON event (job_id, id);

        CREATE TABLE setting (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
        """;

    // What settling a create, waiting for room and the patience with a 404 must remember across processes.
    private const string Second = """
        ALTER TABLE batch ADD COLUMN settlement TEXT;
        ALTER TABLE batch ADD COLUMN not_before TEXT;
        ALTER TABLE batch ADD COLUMN waits_for_room INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE batch ADD COLUMN not_found_since TEXT;
        ALTER TABLE job ADD COLUMN paused_at TEXT;
        """;

    // Which of the job's output schemas the request asked for; 0 where it asked for none.
    private const string Third = """
        ALTER TABLE attempt ADD COLUMN output_schema INTEGER NOT NULL DEFAULT 0;
        """;

    // What prices depend on besides the tokens, and what was expected before anything was sent.
    private const string Fourth = """
        ALTER TABLE attempt ADD COLUMN inference_geo TEXT;
        ALTER TABLE job ADD COLUMN low_estimate_in_picodollars INTEGER;
        ALTER TABLE job ADD COLUMN high_estimate_in_picodollars INTEGER;
        """;

    // A part that waits until an earlier one has shown something, and what the job is held to then.
    private const string Fifth = """
        ALTER TABLE batch ADD COLUMN held_for TEXT;
        ALTER TABLE job ADD COLUMN max_failure_ratio REAL;
        ALTER TABLE job ADD COLUMN max_cost_in_picodollars INTEGER;
        ALTER TABLE job ADD COLUMN pause_id TEXT;
        """;
}
