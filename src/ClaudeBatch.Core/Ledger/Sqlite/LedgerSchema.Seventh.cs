namespace ClaudeBatch.Core.Ledger.Sqlite;

/// <content>The step to version 7. It makes the tables of jobs, batches and events anew.</content>
internal static partial class LedgerSchema
{
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
