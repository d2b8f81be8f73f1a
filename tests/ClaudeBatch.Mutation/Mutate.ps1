<#
.SYNOPSIS
    Changes the engine in small ways, one at a time, and says which of these mistakes the tests notice (docs/testing.md).
.DESCRIPTION
    The files and the test classes named for them are in groups.psd1. Each group is a run of Stryker, in a copy of the sources. No group is
    begun after the time given, so that a run is bounded; the report says which were left out.
.OUTPUTS
    For each file an object with the counts, and the lines whose change no test noticed.
#>
[CmdletBinding()]
param(
    # The names of groups; all by default.
    [string[]] $Group,

    # No group is begun after so many minutes.
    [int] $Minutes = 120
)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

$root = Split-Path -Path (Split-Path -Path $PSScriptRoot)
$groups = Import-PowerShellDataFile -LiteralPath (Join-Path -Path $PSScriptRoot -ChildPath 'groups.psd1')
$names = $groups.Keys | Sort-Object
if ($Group) {
    $Group = $Group -split ',' # a shell that is started with -File passes a list as one text
    $unknown = $Group | Where-Object { $_ -notin $names }
    if ($unknown) {
        throw "There is no group '$($unknown -join "', '")'; groups.psd1 has $($names -join ', ')."
    }
    $names = $Group
}

# Stryker builds where it runs, and a build of changed sources must not be taken for the real one.
function Copy-Source {
    param([string] $Destination)
    $files = @(Get-ChildItem -LiteralPath $root -File -Force | Where-Object -Property Name -NE '.git')
    $files += 'src', 'tests/ClaudeBatch.Core.Tests', 'tests/ClaudeBatch.Simulation', 'tests/ClaudeBatch.Mutation' |
        ForEach-Object { Get-ChildItem -LiteralPath (Join-Path -Path $root -ChildPath $_) -File -Recurse -Force }
    foreach ($file in $files | Where-Object -Property FullName -NotMatch '[\\/](bin|obj)[\\/]') {
        $target = Join-Path -Path $Destination -ChildPath $file.FullName.Substring($root.Length)
        $null = New-Item -Path (Split-Path -Path $target) -ItemType Directory -Force
        Copy-Item -LiteralPath $file.FullName -Destination $target
    }
}

function Invoke-Group {
    param([hashtable] $Of, [string] $Folder, [string] $Report)
    $env:MutationTests = $Of.Tests -join ';'
    $arguments = @($Of.Files | ForEach-Object { '--mutate'; "**/$_" }) + '--output', $Report, '--skip-version-check'
    Push-Location -LiteralPath (Join-Path -Path $Folder -ChildPath 'tests/ClaudeBatch.Mutation')
    try {
        $null = & dotnet tool restore
        $output = & dotnet tool run dotnet-stryker -- @arguments
        $path = Join-Path -Path $Report -ChildPath 'reports/mutation-report.json'
        if (-not (Test-Path -LiteralPath $path)) {
            $output | Write-Host
            throw 'Stryker has made no report.'
        }
        Get-Content -LiteralPath $path -Raw | ConvertFrom-Json -AsHashtable
    }
    finally {
        Pop-Location
        $env:MutationTests = $null
    }
}

# A change that ends in an endless loop is noticed, too. One that does not compile is none.
function ConvertTo-Row {
    param([string] $File, [hashtable] $Of)
    $tested = @($Of.mutants | Where-Object { $_.status -in 'Killed', 'Timeout', 'Survived', 'NoCoverage' })
    if ($tested) {
        $survivors = @($tested | Where-Object { $_.status -in 'Survived', 'NoCoverage' })
        [pscustomobject]@{
            File      = $File
            Changes   = $tested.Count
            Noticed   = $tested.Count - $survivors.Count
            Percent   = [math]::Floor(100 * ($tested.Count - $survivors.Count) / $tested.Count)
            Survivors = @($survivors | Sort-Object -Property { $_.location.start.line } | ForEach-Object {
                    '{0}:{1} {2}: {3}' -f $File, $_.location.start.line, $_.mutatorName, ($_.replacement -replace '\s+', ' ')
                })
        }
    }
}

$work = Join-Path -Path ([IO.Path]::GetTempPath()) -ChildPath "claudebatch-mutation-$PID"
$watch = [Diagnostics.Stopwatch]::StartNew()
try {
    Copy-Source -Destination $work
    foreach ($name in $names) {
        if ($watch.Elapsed.TotalMinutes -gt $Minutes) {
            Write-Warning "Group $name is left out: $Minutes minutes are over. Run it alone: ./build.ps1 Mutate -Group $name"
            continue
        }
        Write-Host "$name, after $([int] $watch.Elapsed.TotalMinutes) minutes"
        $report = Invoke-Group -Of $groups[$name] -Folder $work -Report (Join-Path -Path $work -ChildPath "report-$name")
        foreach ($path in $report.files.Keys | Sort-Object) {
            ConvertTo-Row -File ($path -replace '^.*[\\/]ClaudeBatch\.Core[\\/]' -replace '\\', '/') -Of $report.files[$path]
        }
    }
}
finally {
    Remove-Item -LiteralPath $work -Recurse -Force
}
