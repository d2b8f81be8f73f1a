namespace ClaudeBatch.Core.Ledger;

/// <summary>The tables. Totals and costs are sums over attempts, never incremented.</summary>
internal static class LedgerSchema
{
    /// <summary>Raised with every change of the tables; kept in <c>PRAGMA user_version</c>.</summary>
    public const int Version = 1;

    /// <summary>"CBat", so that another program's database is never taken for a ledger.</summary>
    public const int ApplicationId = 0x43426174;

    public const string Create = """
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
}
