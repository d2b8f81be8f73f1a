<#
.SYNOPSIS
    What made schema-8.zip, run once with the build of commit 30790f2; kept to be read, not to be run again.
.DESCRIPTION
    A ledger on the emulator with finished jobs, one of which has answers that were cut, an answer that does not fit its schema and failures, one
    that was retried, and one that was removed. 'reserve' and 'locks' were left out of the archive.
#>
param(
    [Parameter(Mandatory)]
    [string] $ModulePath,

    [Parameter(Mandatory)]
    [string] $LedgerPath
)

$ErrorActionPreference = 'Stop'
Import-Module -Name $ModulePath
$haiku = @{ Model = 'claude-haiku-4-5'; MaxTokens = 100 }

# An answer repeats the prompt, and is cut where it is longer than MaxTokens.
Connect-ClaudeBatch -Emulator -LedgerPath $LedgerPath -EmulatorPlan @{ Speed = 6000; Latency = 60; Errored = 0.3; Seed = 4 }
1..20 | ForEach-Object { [pscustomobject]@{ Number = $_; Text = 'word ' * $_ } } |
    New-ClaudeBatchRequest -Model claude-haiku-4-5 -MaxTokens 10 -CustomId 'row-{{Number}}' -Prompt '{{Text}}' |
    Submit-ClaudeBatch -Job mixed | Wait-ClaudeBatch -WarningAction Ignore | Get-ClaudeBatchResult | Out-Null

$answers = Join-Path -Path ([IO.Path]::GetTempPath()) -ChildPath 'schema-8.jsonl'
1..3 | ForEach-Object { @{ custom_id = "label-$_"; text = $_ -eq 2 ? '{"label":1}' : '{"label":"a"}' } | ConvertTo-Json -Compress } | Set-Content -LiteralPath $answers
Connect-ClaudeBatch -Emulator -LedgerPath $LedgerPath -EmulatorPlan @{ Speed = 6000; Latency = 60; Answers = $answers }
1..3 | ForEach-Object { [pscustomobject]@{ Number = $_ } } |
    New-ClaudeBatchRequest @haiku -CustomId 'label-{{Number}}' -Prompt '{{Number}}' -OutputSchema @{
        type = 'object'; properties = @{ label = @{ type = 'string' } }; required = @('label'); additionalProperties = $false
    } | Invoke-ClaudeBatch -Job misfit | Out-Null
Remove-Item -LiteralPath $answers

Connect-ClaudeBatch -Emulator -LedgerPath $LedgerPath -EmulatorPlan @{ Speed = 6000; Latency = 60 }
1..2 | ForEach-Object { [pscustomobject]@{ Number = $_; Text = 'word ' * 20 } } |
    New-ClaudeBatchRequest -Model claude-haiku-4-5 -MaxTokens 5 -CustomId 'cut-{{Number}}' -Prompt '{{Text}}' |
    Invoke-ClaudeBatch -Job cut | Out-Null
Connect-ClaudeBatch -Emulator -LedgerPath $LedgerPath -EmulatorPlan @{ Speed = 6000; Latency = 60; Errored = 1.0 }
Invoke-ClaudeBatchRetry -Job cut -Incomplete -MaxTokens 200 | Wait-ClaudeBatch -WarningAction Ignore | Get-ClaudeBatchResult | Out-Null

Connect-ClaudeBatch -Emulator -LedgerPath $LedgerPath -EmulatorPlan @{ Speed = 6000; Latency = 60 }
'gone' | New-ClaudeBatchRequest @haiku | Invoke-ClaudeBatch -Job gone | Out-Null
Remove-ClaudeBatchJob -Name gone -All -Confirm:$false
