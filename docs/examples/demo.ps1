<#
.SYNOPSIS
    Labels 190 customer messages on the embedded emulator: no key, no network, no cost.
.DESCRIPTION
    Some requests fail and some expire, as they do in life; they are retried until the books balance.
#>
[CmdletBinding()]
param(
    [Parameter(Mandatory)]
    [string] $ModulePath,

    [string] $OutputPath = (Join-Path -Path $PSScriptRoot -ChildPath '../../out/demo/labels.csv')
)

$ErrorActionPreference = 'Stop'
Import-Module -Name $ModulePath

$folder = Split-Path -Path $OutputPath
Remove-Item -LiteralPath $folder -Recurse -Force -ErrorAction Ignore
New-Item -Path $folder -ItemType Directory -Force | Out-Null

Connect-ClaudeBatch -Emulator -LedgerPath (Join-Path -Path $folder -ChildPath 'ledger') -EmulatorPlan @{
    Errored = 0.06
    Expired = 0.04
    Seed    = 3
    Speed   = 120
    Answers = "$PSScriptRoot/labels.jsonl"
}

$request = @{
    Model     = 'claude-haiku-4-5'
    MaxTokens = 12
    System    = 'Answer with one label: billing, bug, delivery, account, feature, cancel, praise.'
    CustomId  = 'ticket-{{Id}}'
    Prompt    = '{{Body}}'
}

Write-Host "`nSubmitting 190 messages in two parts, and waiting for them:"
$batches = Import-Csv -LiteralPath (Join-Path -Path $PSScriptRoot -ChildPath 'messages.csv') |
    New-ClaudeBatchRequest @request |
    Submit-ClaudeBatch -Job tickets -MaxRequestsPerBatch 100 |
    Wait-ClaudeBatch
$batches | Format-Table | Out-Host

$batches | Get-ClaudeBatchResult | Group-Object -Property Status -NoElement | Format-Table | Out-Host

Write-Host 'Retrying what failed, until nothing is left:'
while ($retried = Invoke-ClaudeBatchRetry -Job tickets | Wait-ClaudeBatch) {
    $retried | Format-Table | Out-Host
    $retried | Get-ClaudeBatchResult | Out-Null
}

Write-Host 'The books:'
Compare-ClaudeBatch -Job tickets | Format-Table | Out-Host

$results = Get-ClaudeBatchResult -Job tickets | Sort-Object -Property { [int]$_.Source.Id }
Write-Host 'The first answers:'
$results | Select-Object -First 8 -Property @{ n = 'Id'; e = { $_.Source.Id } }, Text, Status, Attempt, @{ n = 'Message'; e = { $_.Source.Body } } |
    Format-Table | Out-Host

$results |
    Select-Object -Property @{ n = 'Id'; e = { $_.Source.Id } }, Text, Status |
    Export-Csv -LiteralPath $OutputPath
Write-Host "All $($results.Count) answers: $(Resolve-Path -LiteralPath $OutputPath)"
