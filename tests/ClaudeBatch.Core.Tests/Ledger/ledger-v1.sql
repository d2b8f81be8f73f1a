-- A ledger as the first schema made it: one job, one batch with the service.
PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
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
INSERT INTO job VALUES(1,'old','https://emulator.invalid/','00000000-0000-4000-8000-000000000001','wrkspc_01Emulated0000000000000','2026-10-21','',1,'2026-11-21T06:45:17.429283Z',1,NULL,NULL,'2026-11-21T06:45:17.407981Z','2026-11-21T06:45:17.500987Z');
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
INSERT INTO batch VALUES(1,1,1,1,'InProgress','msgbatch_old','No',1,129,X'c8315d1a3c7144335b1054e9c337086c45e9bfe316421a905a0bc9154f0e34e3','in_progress',1,0,0,0,0,'2026-11-21T06:45:17.527364Z',NULL,'2026-11-22T06:45:17.527364Z',NULL,NULL,'00000000-0000-4000-8000-000000000001','wrkspc_01Emulated0000000000000','{"KnownIds":[],"NewestCreatedAt":null,"ServiceDate":"2026-11-21T06:45:17+00:00"}',NULL,0,0,NULL);
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
INSERT INTO request VALUES(1,0,'a',X'340b8233933ce067392a82c8510dff42',0,20,NULL);
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
INSERT INTO attempt VALUES(1,0,13,114,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
CREATE TABLE event (
    id INTEGER PRIMARY KEY,
    at TEXT NOT NULL,
    job_id INTEGER,
    batch_id INTEGER,
    kind TEXT NOT NULL,
    request_id TEXT,
    message TEXT NOT NULL
);
INSERT INTO event VALUES(1,'2026-11-21T06:45:17.431442Z',1,NULL,'Sealed',NULL,'1 requests accepted, 0 there already, 0 refused, 1 parts.');
INSERT INTO event VALUES(2,'2026-11-21T06:45:17.545212Z',1,1,'Accepted','req_0128cUrBSlfn1Flkbp60MlX8','The service made batch msgbatch_old.');
CREATE TABLE setting (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE UNIQUE INDEX batch_by_service_id ON batch (service_id) WHERE service_id IS NOT NULL;
CREATE INDEX event_by_job ON event (job_id, id);
COMMIT;
PRAGMA application_id=1128423796; PRAGMA user_version=1;
