<#
.SYNOPSIS
    What made schema-7.zip, run once with the build of commit 7cd4032 in the zone Asia/Tokyo; kept to be read, not to be run again.
.DESCRIPTION
    A ledger on the emulator with jobs whose ids were made of rows by the rule of that version: properties in their order, times in the
    machine's zone, nested values as PowerShell's text. 'reserve' and 'locks' were left out of the archive.
#>
param(
    [Parameter(Mandatory)]
    [string] $ModulePath,

    [Parameter(Mandatory)]
    [string] $LedgerPath
)

$ErrorActionPreference = 'Stop'
Import-Module -Name $ModulePath
Connect-ClaudeBatch -Emulator -LedgerPath $LedgerPath -EmulatorPlan @{ Speed = 6000; Latency = 60 }
$haiku = @{ Model = 'claude-haiku-4-5'; MaxTokens = 100 }

# Single values of every kind that was written as it is today, and equal rows.
$rows = 1..5 | ForEach-Object {
    [pscustomobject]@{
        Text = "message $_"; Number = $_; Price = 1.50d * $_; Ratio = $_ / 7; Zero = -0.0; Whole = 2.0; Open = $true; None = $null
        Day  = [datetime]::new(2026, 11, 1, 8, 30, $_); At = [datetime]::new(2026, 11, 1, 8, 30, $_, [DateTimeKind]::Utc); Id = [guid]::Empty
    }
}
$rows + $rows[0] | New-ClaudeBatchRequest @haiku -Prompt '{{Number}}: {{Text}} {{Price}} {{Whole}} {{Day}} {{At}}' -WarningAction Ignore |
    Invoke-ClaudeBatch -Job scalars | Out-Null

# Cells that are written otherwise today.
[pscustomobject]@{ Name = 'Ann'; Tags = 'a', 'b'; Age = [timespan] '1:30' }, [pscustomobject]@{ Name = 'Bob'; Tags = @{ x = 1 }; Age = [dateonly] '2026-11-27' } |
    New-ClaudeBatchRequest @haiku -Prompt '{{Name}} {{Tags}} {{Age}}' | Invoke-ClaudeBatch -Job cells | Out-Null

# The same cells, which are in no prompt.
[pscustomobject]@{ Name = 'Ann'; Tags = 'a', 'b' }, [pscustomobject]@{ Name = 'Bob'; Tags = @{ x = 1 } } |
    New-ClaudeBatchRequest @haiku -Prompt '{{Name}}' | Invoke-ClaudeBatch -Job beside | Out-Null
