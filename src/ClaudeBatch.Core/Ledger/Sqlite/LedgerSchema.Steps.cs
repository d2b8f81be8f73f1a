namespace ClaudeBatch.Core.Ledger.Sqlite;

/// <content>The steps that migrate a ledger from each version to the next. A step that was released is never changed.</content>
internal static partial class LedgerSchema
{
    /// <summary>The steps; the index of a step is the version that it leads to.</summary>
    private static readonly string[] s_steps = ["", First, Second, Third, Fourth, Fifth, Sixth, Seventh];

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

        -- The key is in the order of the input, so that rows are appended. An index of the custom ids would be written in random order.
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

        -- replaced_by is the id of the batch with the next attempt of the row; the row's last attempt has none.
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

    // What must be remembered when a process ends: how far a create call without a reply is settled, that a part waits for room in the
    // service's queue, and since when the service has not found a batch.
    private const string Second = """
        ALTER TABLE batch ADD COLUMN settlement TEXT;
        ALTER TABLE batch ADD COLUMN not_before TEXT;
        ALTER TABLE batch ADD COLUMN waits_for_room INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE batch ADD COLUMN not_found_since TEXT;
        ALTER TABLE job ADD COLUMN paused_at TEXT;
        """;

    // The number of the job's output schema that the request asked for; 0 where it asked for none.
    private const string Third = """
        ALTER TABLE attempt ADD COLUMN output_schema INTEGER NOT NULL DEFAULT 0;
        """;

    // The region, which prices depend on, and the estimate that was made before anything was sent.
    private const string Fourth = """
        ALTER TABLE attempt ADD COLUMN inference_geo TEXT;
        ALTER TABLE job ADD COLUMN low_estimate_in_picodollars INTEGER;
        ALTER TABLE job ADD COLUMN high_estimate_in_picodollars INTEGER;
        """;

    // For a part that is held back until an earlier part has results: what it waits for, and the job's limits that are checked then.
    private const string Fifth = """
        ALTER TABLE batch ADD COLUMN held_for TEXT;
        ALTER TABLE job ADD COLUMN max_failure_ratio REAL;
        ALTER TABLE job ADD COLUMN max_cost_in_picodollars INTEGER;
        ALTER TABLE job ADD COLUMN pause_id TEXT;
        """;

    // Requests and attempts get one integer as their key (see RowKey), in the order of the input. Its two halves can be read as generated
    // columns, which take no space.
    private const string Sixth = """
        ALTER TABLE request RENAME TO request_of_two_columns;
        CREATE TABLE request (
            id INTEGER PRIMARY KEY,
            job_id INTEGER AS (id >> 32),
            row INTEGER AS (id & 0xffffffff),
            custom_id TEXT NOT NULL,
            digest BLOB NOT NULL,
            source_offset INTEGER NOT NULL,
            source_length INTEGER NOT NULL,
            refusal TEXT
        );
        INSERT INTO request (id, custom_id, digest, source_offset, source_length, refusal)
            SELECT (job_id << 32) + row, custom_id, digest, source_offset, source_length, refusal FROM request_of_two_columns ORDER BY job_id, row;
        DROP TABLE request_of_two_columns;

        ALTER TABLE attempt RENAME TO attempt_of_two_columns;
        CREATE TABLE attempt (
            id INTEGER PRIMARY KEY,
            batch_id INTEGER AS (id >> 32),
            row INTEGER AS (id & 0xffffffff),
            spool_offset INTEGER NOT NULL,
            spool_length INTEGER NOT NULL,
            output_schema INTEGER NOT NULL DEFAULT 0,
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
            inference_geo TEXT,
            cost_in_picodollars INTEGER,
            result_offset INTEGER,
            result_length INTEGER
        );
        INSERT INTO attempt (id, spool_offset, spool_length, output_schema, replaced_by, outcome, error_type, failure_class, stop_reason, model,
                input_tokens, cache_write_5m_tokens, cache_write_1h_tokens, cache_read_tokens, output_tokens, web_searches, inference_geo,
                cost_in_picodollars, result_offset, result_length)
            SELECT (batch_id << 32) + row, spool_offset, spool_length, output_schema, replaced_by, outcome, error_type, failure_class, stop_reason, model,
                input_tokens, cache_write_5m_tokens, cache_write_1h_tokens, cache_read_tokens, output_tokens, web_searches, inference_geo,
                cost_in_picodollars, result_offset, result_length
            FROM attempt_of_two_columns ORDER BY batch_id, row;
        DROP TABLE attempt_of_two_columns;
        """;

    // Ids are used once: a job or a batch that is made after another one was removed never gets its number (AUTOINCREMENT), and each has an
    // identifier of its own that goes with every write. A batch counts the decisions about it, so that a process that decides on what it
    // read some time ago is noticed. What is new besides: the reply that refused a create, how often a part was sent again by itself, the
    // downloads of its results, digests of rows, requests and lines, and a job's limits of a part. What a ledger with years in it would count at every
    // step is kept: the tally of a collected batch, a job's refused rows, and an index of what failed.
    // A table is made under a new name, filled, and given the old one's: renaming the old one would change what refers to it
    // (https://sqlite.org/lang_altertable.html).
    private const string Seventh = """
        CREATE TABLE new_job (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            guid TEXT NOT NULL,
            name TEXT NOT NULL UNIQUE COLLATE NOCASE,
            base_address TEXT NOT NULL,
            organization_id TEXT,
            workspace_id TEXT,
            api_version TEXT NOT NULL,
            betas TEXT NOT NULL,
            max_attempts INTEGER NOT NULL,
            max_requests_per_part INTEGER,
            max_bytes_per_part INTEGER,
            max_failure_ratio REAL,
            max_cost_in_picodollars INTEGER,
            sealed_at TEXT,
            sealed_rows INTEGER NOT NULL DEFAULT 0,
            refused_rows INTEGER NOT NULL DEFAULT 0,
            low_estimate_in_picodollars INTEGER,
            high_estimate_in_picodollars INTEGER,
            stopped_at TEXT,
            pause_id TEXT,
            pause_reason TEXT,
            paused_at TEXT,
            created_at TEXT NOT NULL,
            updated_at TEXT NOT NULL
        );
        INSERT INTO new_job (id, guid, name, base_address, organization_id, workspace_id, api_version, betas, max_attempts, max_failure_ratio,
                max_cost_in_picodollars, sealed_at, sealed_rows, low_estimate_in_picodollars, high_estimate_in_picodollars, stopped_at,
                pause_id, pause_reason, paused_at, created_at, updated_at)
            SELECT id, lower(hex(randomblob(16))), name, base_address, organization_id, workspace_id, api_version, betas, max_attempts,
                max_failure_ratio, max_cost_in_picodollars, sealed_at, sealed_rows, low_estimate_in_picodollars,
                high_estimate_in_picodollars, stopped_at, pause_id, pause_reason, paused_at, created_at, updated_at
            FROM job ORDER BY id;

        UPDATE new_job SET refused_rows = (SELECT count(refusal) FROM request
            WHERE request.id >= new_job.id << 32 AND request.id < (new_job.id << 32) + new_job.sealed_rows);

        CREATE TABLE new_batch (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            guid TEXT NOT NULL,
            version INTEGER NOT NULL DEFAULT 0,
            job_id INTEGER NOT NULL REFERENCES job (id),
            part INTEGER NOT NULL,
            attempt INTEGER NOT NULL,
            state TEXT NOT NULL,
            service_id TEXT,
            adopted TEXT NOT NULL DEFAULT 'No',
            request_count INTEGER NOT NULL,
            size_in_bytes INTEGER NOT NULL,
            spool_digest BLOB,
            held_for TEXT,
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
            refusal TEXT,
            settlement TEXT,
            resends INTEGER NOT NULL DEFAULT 0,
            not_before TEXT,
            waits_for_room INTEGER NOT NULL DEFAULT 0,
            not_found_since TEXT,
            downloads INTEGER NOT NULL DEFAULT 0,
            complete_downloads INTEGER NOT NULL DEFAULT 0,
            first_complete_at TEXT,
            asked_again INTEGER NOT NULL DEFAULT 0,
            ask_again_at TEXT,
            results_file INTEGER NOT NULL DEFAULT 0,
            results_digest BLOB,
            has_line_digests INTEGER NOT NULL DEFAULT 0,
            tally TEXT,
            duplicated INTEGER NOT NULL DEFAULT 0,
            foreign_lines INTEGER NOT NULL DEFAULT 0,
            message TEXT,
            UNIQUE (job_id, part)
        );
        INSERT INTO new_batch (id, guid, job_id, part, attempt, state, service_id, adopted, request_count, size_in_bytes, spool_digest, held_for,
                processing_status, processing, succeeded, errored, canceled, expired, created_at, ended_at, expires_at, cancel_initiated_at,
                archived_at, organization_id, workspace_id, intent, settlement, not_before, waits_for_room, not_found_since, results_digest,
                duplicated, foreign_lines, message)
            SELECT id, lower(hex(randomblob(16))), job_id, part, attempt, state, service_id, adopted, request_count, size_in_bytes, spool_digest,
                held_for, processing_status, processing, succeeded, errored, canceled, expired, created_at, ended_at, expires_at,
                cancel_initiated_at, archived_at, organization_id, workspace_id, intent, settlement, not_before, waits_for_room,
                not_found_since, results_digest, duplicated, foreign_lines, message
            FROM batch ORDER BY id;

        CREATE TABLE new_event (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            at TEXT NOT NULL,
            job_id INTEGER,
            batch_id INTEGER,
            kind TEXT NOT NULL,
            request_id TEXT,
            message TEXT NOT NULL
        );
        INSERT INTO new_event (id, at, job_id, batch_id, kind, request_id, message)
            SELECT id, at, job_id, batch_id, kind, request_id, message FROM event ORDER BY id;

        -- What was removed has left traces; the next number is above all of them.
        INSERT INTO sqlite_sequence (name, seq)
            SELECT 'new_job', 0 WHERE NOT EXISTS (SELECT 1 FROM sqlite_sequence WHERE name = 'new_job');
        INSERT INTO sqlite_sequence (name, seq)
            SELECT 'new_batch', 0 WHERE NOT EXISTS (SELECT 1 FROM sqlite_sequence WHERE name = 'new_batch');
        UPDATE sqlite_sequence SET seq = max(seq, coalesce((SELECT max(job_id) FROM batch), 0), coalesce((SELECT max(job_id) FROM event), 0),
            coalesce((SELECT max(id) >> 32 FROM request), 0)) WHERE name = 'new_job';
        UPDATE sqlite_sequence SET seq = max(seq, coalesce((SELECT max(batch_id) FROM event), 0), coalesce((SELECT max(id) >> 32 FROM attempt), 0),
            coalesce((SELECT max(replaced_by) FROM attempt), 0)) WHERE name = 'new_batch';

        DROP TABLE batch;
        DROP TABLE event;
        DROP TABLE job;
        ALTER TABLE new_job RENAME TO job;
        ALTER TABLE new_batch RENAME TO batch;
        ALTER TABLE new_event RENAME TO event;
        CREATE UNIQUE INDEX batch_by_service_id ON batch (service_id) WHERE service_id IS NOT NULL;
        CREATE INDEX event_by_job ON event (job_id, id);

        ALTER TABLE request ADD COLUMN source_digest INTEGER;
        ALTER TABLE attempt ADD COLUMN spool_digest INTEGER;
        ALTER TABLE attempt ADD COLUMN result_digest INTEGER;
        CREATE INDEX attempt_that_failed ON attempt (failure_class, id) WHERE outcome <> 'Succeeded';
        """;
}
