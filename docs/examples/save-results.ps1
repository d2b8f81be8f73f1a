<#
.SYNOPSIS
    Puts the results of a job into a table of a SQLite database, a row a custom id.
.DESCRIPTION
    An upsert: run twice, or again after a retry, the table holds each request once with its last outcome. The program sqlite3
    reads the export itself, so that nothing has to be quoted. For another database the same JSON goes into its JSON functions:
    OPENJSON in SQL Server, jsonb_to_recordset in PostgreSQL.
.EXAMPLE
    Get-ClaudeBatchResult -Job classify | ./save-results.ps1 -Database answers.db
#>
[CmdletBinding()]
param(
    [Parameter(Mandatory, ValueFromPipeline)]
    [object] $Result,

    # The database's file; made where there is none.
    [Parameter(Mandatory)]
    [string] $Database
)

begin {
    $ErrorActionPreference = 'Stop'
    $path = Join-Path -Path ([IO.Path]::GetTempPath()) -ChildPath "results-$([guid]::NewGuid()).json"
    $export = { Export-ClaudeBatchResult -Path $path -Format Json }.GetSteppablePipeline()
    $export.Begin($true)
}

process {
    $export.Process($Result)
}

end {
    $export.End()
    try {
        @"
CREATE TABLE IF NOT EXISTS answer (
    custom_id TEXT PRIMARY KEY, status TEXT NOT NULL, text TEXT, reason TEXT, model TEXT, cost TEXT, attempt INTEGER, job TEXT
);
INSERT INTO answer (custom_id, status, text, reason, model, cost, attempt, job)
SELECT
    json_extract(value, '`$.CustomId'), json_extract(value, '`$.Status'), json_extract(value, '`$.Text'), json_extract(value, '`$.Reason'),
    json_extract(value, '`$.Model'), json_extract(value, '`$.Cost'), json_extract(value, '`$.Attempt'), json_extract(value, '`$.Job')
FROM json_each(readfile('$($path.Replace("'", "''"))'))
WHERE true
ON CONFLICT (custom_id) DO UPDATE SET
    status = excluded.status, text = excluded.text, reason = excluded.reason, model = excluded.model, cost = excluded.cost,
    attempt = excluded.attempt, job = excluded.job;
"@ | sqlite3 -bail $Database
        if ($LASTEXITCODE -ne 0) {
            throw "sqlite3 ended with exit code $LASTEXITCODE."
        }
    }
    finally {
        Remove-Item -LiteralPath $path
    }
}
