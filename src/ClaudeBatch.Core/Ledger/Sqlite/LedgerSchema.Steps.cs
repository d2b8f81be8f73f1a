namespace ClaudeBatch.Core.Ledger.Sqlite;

/// <content>The steps that migrate a ledger from each version to the next. A step that was released is never changed.</content>
internal static partial class LedgerSchema
{
    /// <summary>The steps; the index of a step is the version that it leads to.</summary>
    private static readonly string[] s_steps = ["", First, Second, Third, Fourth, Fifth, Sixth, Seventh, Eighth, Ninth, Tenth, Eleventh];

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

    // Jobs keep the rule that the ids of their rows were made by. What a request was before a part was sealed with another one under its id is
    // kept: the part may turn out not to have been needed.
    private const string Eighth = """
        CREATE TABLE earlier_content (
            request_id INTEGER NOT NULL,
            batch_id INTEGER NOT NULL,
            digest BLOB NOT NULL,
            source_offset INTEGER NOT NULL,
            source_length INTEGER NOT NULL,
            source_digest INTEGER,
            PRIMARY KEY (request_id, batch_id)
        ) WITHOUT ROWID;
        ALTER TABLE job ADD COLUMN id_rule TEXT NOT NULL DEFAULT 'Canonical';
        UPDATE job SET id_rule = 'AsWritten' WHERE sealed_rows > 0;
        """;

    // Whether an answer can be used is judged once, when it is collected (NULL: by an earlier version). A batch knows whether it has answers that
    // later attempts were to better and did not. The last batch of a job at the time when
    // its end was reported to a scheduler, and when what was to be done at its end was done. An event keeps the names of what it is about.
    private const string Ninth = """
        ALTER TABLE attempt ADD COLUMN incomplete INTEGER;
        ALTER TABLE batch ADD COLUMN has_kept_answers INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE job ADD COLUMN reported_batch INTEGER;
        ALTER TABLE job ADD COLUMN finished_batch INTEGER;
        ALTER TABLE job ADD COLUMN finished_claim TEXT;
        ALTER TABLE event ADD COLUMN job TEXT;
        ALTER TABLE event ADD COLUMN part INTEGER;
        UPDATE batch SET tally = NULL;

        -- Answers that earlier versions hid behind retries that failed: the newest answer of a request becomes its last word again.
        CREATE TEMP TABLE word (job INTEGER, row INTEGER, answer INTEGER, last INTEGER);
        INSERT INTO word SELECT b.job_id, a.row, max(CASE WHEN a.outcome = 'Succeeded' THEN b.id END), max(CASE WHEN a.replaced_by IS NULL THEN b.id END)
            FROM batch b JOIN attempt a ON a.id >= b.id << 32 AND a.id < (b.id + 1) << 32
            WHERE b.state <> 'Draft' AND b.job_id IN (SELECT job_id FROM batch WHERE attempt > 1) GROUP BY b.job_id, a.row;
        CREATE TEMP TABLE kept (failure INTEGER PRIMARY KEY, answer INTEGER);
        INSERT INTO kept SELECT a.id, (w.answer << 32) + w.row FROM word w
            JOIN attempt a ON a.id = (w.last << 32) + w.row AND a.outcome IS NOT 'Succeeded'
            JOIN batch b ON b.id = w.last AND (a.outcome IS NOT NULL OR b.state IN ('Collected', 'Rejected', 'Lost', 'Abandoned', 'Deleted'))
            WHERE w.answer < w.last AND NOT EXISTS (
                SELECT 1 FROM earlier_content c WHERE c.request_id = (w.job << 32) + w.row AND c.batch_id > w.answer);
        UPDATE attempt SET replaced_by = NULL WHERE id IN (SELECT answer FROM kept);
        UPDATE attempt SET replaced_by = (SELECT answer >> 32 FROM kept WHERE failure = attempt.id) WHERE id IN (SELECT failure FROM kept);
        UPDATE batch SET has_kept_answers = 1 WHERE id IN (SELECT answer >> 32 FROM kept);
        DROP TABLE word;
        DROP TABLE kept;
        """;

    // Which variant of its row a request was, beside what else it was. What was kept before had none, or was given the same one again.
    private const string Eleventh = """
        ALTER TABLE earlier_content ADD COLUMN variant TEXT;
        UPDATE earlier_content SET variant = (SELECT variant FROM request WHERE id = earlier_content.request_id);
        """;
}
