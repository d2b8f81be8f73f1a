namespace ClaudeBatch.Core.Ledger.Sqlite;

/// <content>The step to version 10: conversations with tools, which take more than one batch.</content>
internal static partial class LedgerSchema
{
    // A file that was uploaded is found by its content; it is gone when the service no longer has it. Which job uses which file, and by which path
    // it knows it.
    //
    // A request that calls tools is sent again with what they gave: a batch has a round, apart from its attempt. A job has as many rounds as it was
    // given (NULL: the calls of its answers are not run) and knows which command each name stands for. A call has its row before it begins; what it
    // gave lies in a file of its batch. Why a conversation does not go on, where something other than the number of rounds ends it. Why an answer
    // was not accepted by a check of the user's own.
    //
    // Which variant of its row a request is, where the same rows are asked in several ways.
    private const string Tenth = """
        ALTER TABLE job ADD COLUMN max_rounds INTEGER;
        ALTER TABLE job ADD COLUMN round_wait_in_seconds INTEGER;
        ALTER TABLE batch ADD COLUMN round INTEGER NOT NULL DEFAULT 1;
        ALTER TABLE batch ADD COLUMN collected_at TEXT;
        ALTER TABLE attempt ADD COLUMN ends_for TEXT;
        ALTER TABLE attempt ADD COLUMN not_accepted TEXT;
        ALTER TABLE request ADD COLUMN variant TEXT;
        CREATE TABLE tool (
            job_id INTEGER NOT NULL,
            name TEXT NOT NULL,
            command TEXT NOT NULL,
            PRIMARY KEY (job_id, name)
        ) WITHOUT ROWID;
        CREATE TABLE tool_call (
            attempt_id INTEGER NOT NULL,
            position INTEGER NOT NULL,
            call_id TEXT NOT NULL,
            name TEXT NOT NULL,
            state TEXT NOT NULL,
            is_repeatable INTEGER NOT NULL,
            starts INTEGER NOT NULL DEFAULT 0,
            is_error INTEGER NOT NULL DEFAULT 0,
            duration_in_ms INTEGER,
            output_offset INTEGER,
            output_length INTEGER,
            output_digest INTEGER,
            PRIMARY KEY (attempt_id, position)
        ) WITHOUT ROWID;
        CREATE INDEX tool_call_without_outcome ON tool_call (attempt_id) WHERE state <> 'Done';
        CREATE TABLE uploaded_file (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            file_id TEXT NOT NULL UNIQUE,
            base_address TEXT NOT NULL,
            workspace_id TEXT,
            digest TEXT NOT NULL,
            media_type TEXT NOT NULL,
            size_in_bytes INTEGER NOT NULL,
            name TEXT NOT NULL,
            uploaded_at TEXT NOT NULL,
            expires_at TEXT,
            gone_at TEXT
        );
        CREATE INDEX uploaded_file_by_content ON uploaded_file (digest, media_type);
        CREATE TABLE job_file (
            job_id INTEGER NOT NULL,
            file_id TEXT NOT NULL,
            path TEXT NOT NULL,
            PRIMARY KEY (job_id, file_id)
        ) WITHOUT ROWID;
        CREATE INDEX job_file_by_file ON job_file (file_id);
        UPDATE batch SET tally = NULL;
        """;
}
