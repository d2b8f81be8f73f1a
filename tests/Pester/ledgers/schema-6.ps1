<#
.SYNOPSIS
    What made schema-6.zip, run once with the build of commit 928b125 (SQLite 3.35.5) in UTC; kept to be read, not to be run again.
.DESCRIPTION
    A ledger on the emulator with a job in every state that a later version has to go on with. 'reserve' and 'locks' were left out of the
    archive; the emulator's clock stands in service/clock.
#>
param(
    [Parameter(Mandatory)]
    [string] $ModulePath,

    [Parameter(Mandatory)]
    [string] $LedgerPath
)

$ErrorActionPreference = 'Stop'
Import-Module -Name $ModulePath

function Connect-Plan {
    param([hashtable] $Plan)
    Connect-ClaudeBatch -Emulator -LedgerPath $LedgerPath -EmulatorPlan $Plan
}

$rows = 1..40 | ForEach-Object {
    [pscustomobject]@{
        Number = $_; Text = "message $_"; Amount = [decimal] "$_.50"; Ratio = $_ / 7; Big = [long] 4000000000 + $_; Open = ($_ % 2 -eq 0)
        Note   = $(if ($_ % 3) { "n$_" }); Day = [datetime]::new(2026, 11, 1, 8, 30, $_); At = [datetime]::new(2026, 11, 1, 8, 30, $_, [DateTimeKind]::Utc)
    }
}
$haiku = @{ Model = 'claude-haiku-4-5'; MaxTokens = 100 }

# Finished in three attempts; ids made of the rows.
Connect-Plan @{ Speed = 6000; Errored = 0.2; Seed = 7; Latency = 60 }
$rows | New-ClaudeBatchRequest @haiku -Prompt '{{Number}}: {{Text}} {{Amount}}' | Invoke-ClaudeBatch -Job finished -MaxAttempts 5 | Out-Null

# Two parts, some rows failed for good, some expired; ids of the user's.
Connect-Plan @{ Speed = 6000; Invalid = 0.2; Expired = 0.1; Seed = 3; Latency = 60 }
Import-Csv -LiteralPath (Join-Path -Path $PSScriptRoot -ChildPath '../../../docs/examples/messages.csv') | Select-Object -First 30 |
    New-ClaudeBatchRequest -Model claude-sonnet-4-6 -MaxTokens 30 -CustomId 'm-{{Id}}' -Prompt '{{Body}}' |
    Submit-ClaudeBatch -Job messages -MaxRequestsPerBatch 20 | Wait-ClaudeBatch | Get-ClaudeBatchResult | Out-Null

# Rows that are texts.
'alpha', 'beta', 'gamma' | New-ClaudeBatchRequest -Model claude-haiku-4-5 -MaxTokens 50 | Invoke-ClaudeBatch -Job words | Out-Null

# A row refused because its id stood before it.
'one', 'a b', 'two', 'one' | ForEach-Object { [pscustomobject]@{ Id = $_; T = $_ } } |
    New-ClaudeBatchRequest -Model claude-haiku-4-5 -MaxTokens 50 -CustomId 'x{{Id}}' -Prompt '{{T}}' -ErrorAction SilentlyContinue |
    Submit-ClaudeBatch -Job refused -ErrorAction SilentlyContinue | Out-Null

# Paused by a refusal; sent, and its reply lost; running.
Connect-Plan @{ Speed = 60; Latency = 3600; Faults = @(@{ Kind = 'Refuse'; Status = 403 }) }
$rows | Select-Object -First 5 | New-ClaudeBatchRequest @haiku -Prompt '{{Text}}' | Submit-ClaudeBatch -Job paused -ErrorAction SilentlyContinue | Out-Null
Connect-Plan @{ Speed = 60; Latency = 3600; Faults = 'LostReply' }
$rows | Select-Object -First 7 | New-ClaudeBatchRequest @haiku -Prompt 'lost {{Text}}' | Submit-ClaudeBatch -Job lost | Out-Null
Connect-Plan @{ Speed = 60; Latency = 3600 }
$rows | New-ClaudeBatchRequest @haiku -Prompt 'running {{Text}}' -CustomId 'r-{{Number}}' | Submit-ClaudeBatch -Job running -MaxRequestsPerBatch 15 | Out-Null

# A shell that died while it read.
1..3 | ForEach-Object { [pscustomobject]@{ A = $_ } } | New-ClaudeBatchRequest -Model claude-haiku-4-5 -MaxTokens 9 -Prompt '{{A}}' |
    ForEach-Object { $_; if ($_.Source.A -eq 2) { [Diagnostics.Process]::GetCurrentProcess().Kill() } } | Submit-ClaudeBatch -Job cut
