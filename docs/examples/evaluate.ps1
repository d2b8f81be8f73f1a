<#
.SYNOPSIS
    Says which of two models and which of two prompts labels messages best.
.DESCRIPTION
    Each message is asked in four ways in one job, and the answers are held against labels that are known.
    With -Rehearse the emulator answers: each way is wrong in a known number of messages, and the script says whether the figures show just that.
.EXAMPLE
    ./evaluate.ps1 -Rehearse -LedgerPath rehearsal
.EXAMPLE
    Connect-ClaudeBatch
    ./evaluate.ps1 -Report report.html
#>
[CmdletBinding()]
param(
    # A CSV file with the columns Id and Body.
    [string] $Path = (Join-Path -Path $PSScriptRoot -ChildPath 'messages.csv'),

    # The label of each message as JSON Lines: custom_id, which is ticket- and the Id, and text.
    [string] $Known = (Join-Path -Path $PSScriptRoot -ChildPath 'labels.jsonl'),

    [string] $Job = 'evaluate',

    [switch] $Rehearse,

    # Where the rehearsal keeps its books.
    [string] $LedgerPath,

    # A page of HTML to write, which opens in any browser.
    [string] $Report
)

$ErrorActionPreference = 'Stop'
$labels = @{}
Get-Content -LiteralPath $Known | ConvertFrom-Json | ForEach-Object { $labels[$_.custom_id] = $_.text }
$rows = @(Import-Csv -LiteralPath $Path | Select-Object -Property *, @{ n = 'Label'; e = { $labels["ticket-$($_.Id)"] } })

$short = 'One label: billing, bug, delivery, account, feature, cancel or praise. {{Body}}'
$long = @'
Which of these is the message about? Answer with one word.
billing: invoices, prices, refunds. cancel: ending a contract. account: logging in, profiles, seats.
bug: something does not work. feature: something is missing. delivery: parcels. praise: thanks.

{{Body}}
'@
$ways = [ordered] @{
    haikuShort = @{ Model = 'claude-haiku-4-5'; Prompt = $short }
    haikuLong  = @{ Model = 'claude-haiku-4-5'; Prompt = $long }
    opusShort  = @{ Model = 'claude-opus-4-6'; Prompt = $short }
    opusLong   = @{ Model = 'claude-opus-4-6'; Prompt = $long }
}

# How many of 100 messages each way gets wrong in a rehearsal.
$wrong = @{ haikuShort = 30; haikuLong = 20; opusShort = 12; opusLong = 5 }
$putIn = @{}
if ($Rehearse) {
    $names = @($labels.Values | Sort-Object -Unique)
    $random = [Random]::new(7)
    $answers = @{}
    foreach ($way in $ways.Keys) {
        $putIn[$way] = [int] [Math]::Round($rows.Count * $wrong[$way] / 100)
        $order = [int[]](0..($rows.Count - 1))
        $random.Shuffle($order)
        for ($i = 0; $i -lt $rows.Count; $i++) {
            $row = $rows[$order[$i]]
            $other = $names[($names.IndexOf($row.Label) + 1 + $random.Next($names.Count - 1)) % $names.Count]
            $answers["ticket-$($row.Id)_$way"] = $i -lt $putIn[$way] ? $other : $row.Label
        }
    }
    $place = $LedgerPath ? @{ LedgerPath = $LedgerPath } : @{}
    Connect-ClaudeBatch -Emulator -EmulatorPlan @{ Answers = $answers; Speed = 6000 } @place
}

$rows | New-ClaudeBatchRequest -MaxTokens 12 -CustomId 'ticket-{{Id}}' -Variant $ways | Invoke-ClaudeBatch -Job $Job | Out-Null
$figures = Measure-ClaudeBatchResult -Job $Job -Expected Label -GroupBy Variant
$figures | Format-Table | Out-Host

$best, $next = $figures | Sort-Object -Property Accuracy -Descending | Select-Object -First 2
$beside = $best.Against | Where-Object -Property Variant -EQ $next.Group
$cheapest = $figures | Where-Object -Property CostPerCorrect | Sort-Object -Property CostPerCorrect | Select-Object -First 1
$sure = $beside.McNemarP -lt 0.05 ? 'chance hardly makes such a difference' : 'which may be chance'
Write-Host ('{0} is right most often: {1:0.0 %}, where {2} has {3:0.0 %}; {4} (p = {5:G2}).' -f
    $best.Group, $best.Accuracy, $next.Group, $next.Accuracy, $sure, $beside.McNemarP)
if ($cheapest) {
    Write-Host ('{0} costs least for a right answer: ${1:0.000000}, where {2} costs ${3:0.000000}.' -f
        $cheapest.Group, $cheapest.CostPerCorrect, $best.Group, $best.CostPerCorrect)
}
$best.Against | Format-Table | Out-Host

Write-Host 'The first messages that are labelled differently:'
Compare-ClaudeBatchResult -Job $Job -GroupBy Variant | Select-Object -First 5 -Property (@($ways.Keys) + 'Label', 'Body') | Format-Table | Out-Host

if ($Report) {
    Export-ClaudeBatchReport -Job $Job -Expected Label -GroupBy Variant -Path $Report -Force
    Write-Host "The report is $Report"
}

# Four properties, which the shell shows as a table; the other figures stand above.
foreach ($figure in $figures) {
    $missed = $figure.Rows - $figure.Correct
    [pscustomobject] @{
        Variant   = $figure.Group
        Wrong     = $missed
        PutIn     = $putIn[$figure.Group]
        IsAsPutIn = $Rehearse ? $missed -eq $putIn[$figure.Group] : $null
    }
}
