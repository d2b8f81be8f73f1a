#Requires -Version 7.4
<#
.SYNOPSIS
    Measures the module against the official C# SDK, in turn, on a plain fast server on this machine.
.DESCRIPTION
    Each measurement is a process of its own; times are taken inside it, after import, and its peak memory is the operating system's. Medians
    of the runs, and the ratio to the SDK in the same run, go to docs/performance.md with the machine and the date.
#>
[CmdletBinding()]
param(
    [int] $Runs = 5,

    [int] $Count = 100000,

    # For growth; the largest takes minutes.
    [int[]] $Growth = @(1000, 10000, 100000, 1000000),

    [string] $Folder = (Join-Path -Path ([IO.Path]::GetTempPath()) -ChildPath 'claudebatch-bench')
)

$ErrorActionPreference = 'Stop'
$root = Resolve-Path -LiteralPath "$PSScriptRoot/../.."
$module = "$root/out/ClaudeBatch/ClaudeBatch.psd1"
$peer = "$PSScriptRoot/bin/Release/net8.0/ClaudeBatch.Benchmarks.dll"
$port = 8199
$address = "http://127.0.0.1:$port"

function New-Data([int] $Size) {
    if (-not (Test-Path -LiteralPath "$Folder/results-$Size.jsonl")) {
        & dotnet $peer data $Folder $Size
    }
}

# Ours: a shell of its own, told what to do; it prints seconds, peak and count as the peers do.
function Measure-Module([string] $Do, [string] $Ledger) {
    $script = @"
`$ErrorActionPreference = 'Stop'
Import-Module '$module'
Connect-ClaudeBatch -ApiKeyPath '$Folder/key' -BaseUri $address -LedgerPath '$Ledger'
`$watch = [Diagnostics.Stopwatch]::StartNew()
`$count = & { $Do }
`$seconds = `$watch.Elapsed.TotalSeconds
[pscustomobject]@{ seconds = `$seconds; peakMB = [math]::Round([Diagnostics.Process]::GetCurrentProcess().PeakWorkingSet64 / 1MB); count = `$count } | ConvertTo-Json -Compress
"@
    pwsh -NoProfile -NonInteractive -Command $script | Select-Object -Last 1 | ConvertFrom-Json
}

function Measure-Peer([string[]] $Arguments) {
    & dotnet $peer @Arguments | Select-Object -Last 1 | ConvertFrom-Json
}

function New-ServedBatch([int] $Size) {
    Invoke-RestMethod -Method Post -Uri "$address/bench/batch/$Size"
}

function Get-Median([double[]] $Values) {
    $sorted = @($Values | Sort-Object)
    $sorted[[math]::Floor(($sorted.Count - 1) / 2)]
}

function Format-Row([string] $Work, $Ours, $Theirs, [double] $Goal) {
    $mine = Get-Median $Ours.seconds
    $memory = Get-Median $Ours.peakMB
    $spread = '{0:n2}–{1:n2}' -f ($Ours.seconds | Measure-Object -Minimum).Minimum, ($Ours.seconds | Measure-Object -Maximum).Maximum
    if ($null -eq $Theirs) {
        return "| $Work | {0:n2} s ($spread) | {1:n0} MB | | | |" -f $mine, $memory
    }
    $other = Get-Median $Theirs.seconds
    $ratio = $mine / $other
    $verdict = $Goal -eq 0 ? '' : $ratio -le $Goal ? 'met' : 'missed'
    "| $Work | {0:n2} s ($spread) | {1:n0} MB | {2:n2} s, {3:n0} MB | {4:n2} | {5} |" -f $mine, $memory, $other, (Get-Median $Theirs.peakMB), $ratio, ($Goal -eq 0 ? '' : "≤ $Goal $verdict")
}

New-Item -ItemType Directory -Path $Folder -Force | Out-Null
Set-Content -LiteralPath "$Folder/key" -Value 'sk-ant-bench'
if (-not $IsWindows) {
    chmod 600 "$Folder/key"
}
New-Data $Count
$server = Start-Process -FilePath dotnet -ArgumentList $peer, 'serve', $Folder, $port -PassThru -RedirectStandardOutput "$Folder/server.log"
try {
    Start-Sleep -Seconds 2
    $submit = @{ ours = @(); theirs = @() }
    $collect = @{ ours = @(); theirs = @() }
    $again = @()
    $rows = @()
    $import = @()
    $ledgerWrites = @()
    $texts = @()
    foreach ($run in 0..$Runs) {
        # The first run warms the disk and is not counted.
        Write-Host "Run $run of $Runs"
        $ledger = "$Folder/ledger"
        Remove-Item -LiteralPath $ledger -Recurse -Force -ErrorAction Ignore
        $results = @(
            Measure-Module "(Submit-ClaudeBatch -Path '$Folder/requests-$Count.jsonl' -Job bench -WarningAction Ignore).RequestCount" $ledger
            Measure-Peer 'sdk-submit', $address, "$Folder/requests-$Count.jsonl"
            Measure-Module "Get-ClaudeBatchResult -Job bench | Out-Null; $Count" $ledger
            Measure-Peer 'sdk-collect', $address, (New-ServedBatch $Count)
            Measure-Module "Get-ClaudeBatchResult -Job bench | Out-Null; (Get-ClaudeBatchJob bench).Succeeded" $ledger
            Measure-Module "(Import-Csv '$Folder/rows-$Count.csv' | New-ClaudeBatchRequest -Model claude-haiku-4-5 -MaxTokens 12 -CustomId 'r-{{Id}}' -Prompt '[{{Language}}] {{Body}}' | Submit-ClaudeBatch -Job rows -WarningAction Ignore).RequestCount" $ledger
            Measure-Peer 'ledger', "$Folder/ledger-alone", "$Count"
            Measure-Module "`$n = 0; Get-ClaudeBatchResult -Job bench | ForEach-Object { if (`$_.Text) { `$n++ } }; `$n" $ledger
        )
        $seconds = pwsh -NoProfile -NonInteractive -Command "`$w = [Diagnostics.Stopwatch]::StartNew(); Import-Module '$module'; `$w.Elapsed.TotalSeconds"
        Remove-Item -LiteralPath "$Folder/ledger-alone" -Recurse -Force
        if (@($results | Where-Object count -NE $Count).Count -gt 0) {
            throw "A measurement lost requests: $($results | ConvertTo-Json -Compress)"
        }
        if ($run -gt 0) {
            $submit.ours += $results[0]
            $submit.theirs += $results[1]
            $collect.ours += $results[2]
            $collect.theirs += $results[3]
            $again += $results[4]
            $rows += $results[5]
            $ledgerWrites += $results[6]
            $texts += $results[7]
            $import += [pscustomobject]@{ seconds = [double] $seconds; peakMB = 0 }
        }
    }
    $digests = @(Get-Content -LiteralPath "$Folder/server.log" | Where-Object { $_ -like "create $Count *" } | Group-Object | ForEach-Object { "$($_.Count) × ``$($_.Name)``" })

    $growthRows = foreach ($size in $Growth) {
        New-Data $size
        Remove-Item -LiteralPath "$Folder/ledger" -Recurse -Force -ErrorAction Ignore
        $up = Measure-Module "(Submit-ClaudeBatch -Path '$Folder/requests-$size.jsonl' -Job growth -WarningAction Ignore | Measure-Object -Property RequestCount -Sum).Sum" "$Folder/ledger"
        '| {0:n0} | {1:n2} s | {2:n2} µs | {3:n0} MB |' -f $size, $up.seconds, ($up.seconds * 1e6 / $size), $up.peakMB
    }

    # The floor: the same bytes by curl, where it is.
    $floor = ''
    if (Get-Command -Name curl -CommandType Application -ErrorAction Ignore) {
        $batch = New-ServedBatch $Count
        $upload = curl -s -o /dev/null -w '%{time_total}' -X POST --data-binary "@$Folder/requests-$Count.jsonl" "$address/v1/messages/batches"
        $download = curl -s -o "$Folder/floor" -w '%{time_total}' "$address/v1/messages/batches/$batch/results"
        $floor = "The floor, the same bytes by curl: $upload s up, $download s down."
    }

    $lines = @(
        '# Performance'
        ''
        "Measured by ``./build.ps1 Bench`` on $(Get-Date -Format 'yyyy-MM-dd'): $([Runtime.InteropServices.RuntimeInformation]::OSDescription), $([Environment]::ProcessorCount) processors, PowerShell $($PSVersionTable.PSVersion), .NET $([Environment]::Version)."
        "Medians of $Runs runs (fastest–slowest), one warm-up run before; $Count requests ($([math]::Round((Get-Item "$Folder/requests-$Count.jsonl").Length / 1e6)) MB), results of $([math]::Round((Get-Item "$Folder/results-$Count.jsonl").Length / 1e6)) MB. Times inside the process, after import; the peer is the official C# SDK, in turn"
        'with ours, on the same plain server (tests/Benchmarks/BenchServer.cs: the emulator would be the bottleneck).'
        ''
        '| Work | Ours | Peak memory | C# SDK | Ratio | Goal |'
        '|---|---|---|---|---|---|'
        Format-Row 'Submit from a JSON Lines file: read, check, spool, ledger, upload' $submit.ours $submit.theirs 0.3
        Format-Row 'First collection: download, verify, flush, ledger, objects to the pipeline' $collect.ours $collect.theirs 0.4
        Format-Row 'Reading collected results again' $again $null 0
        Format-Row 'The same, with the text of each through ForEach-Object' $texts $null 0
        Format-Row 'CSV rows through a template to a submitted batch' $rows $null 0
        Format-Row 'The ledger alone: rows and seal' $ledgerWrites $null 0
        Format-Row 'Import-Module' $import $null 0
        ''
        $floor
        ''
        "What the server received: $($digests -join ', ')."
        ''
        '| Requests submitted | Time | A request | Peak memory |'
        '|---|---|---|---|'
        $growthRows
    )
    Set-Content -LiteralPath "$root/docs/performance.md" -Value $lines
    $lines | Write-Host
}
finally {
    $server | Stop-Process -Force
}
