#Requires -Version 7.4
<#
.SYNOPSIS
    Builds, tests and demonstrates ClaudeBatch.
.DESCRIPTION
    Build  lays the module out at out/ClaudeBatch, compiled ahead for this platform.
    Test   builds, runs xunit, then Pester on the built module, and prints what was not run.
    Help   makes docs/en-US/ClaudeBatch.dll-Help.xml of the pages beside it, with the module Microsoft.PowerShell.PlatyPS.
    Package  makes out/package/ClaudeBatch.<version>.nupkg for the PowerShell Gallery, compiled ahead for each platform, and imports it in a shell of its own.
    Bench  measures against the official C# and TypeScript SDKs and writes docs/performance.md.
    Demo   builds, and runs a job of 190 customer messages on the embedded emulator.
.EXAMPLE
    ./build.ps1 Test
#>
[CmdletBinding()]
param(
    [Parameter(Position = 0)]
    [ValidateSet('Build', 'Test', 'Demo', 'Help', 'Bench', 'Package')]
    [string] $Task = 'Build',

    # For Bench: --runs 1 --growth 1000, say. See tests/Benchmarks/BenchOptions.cs.
    [Parameter(ValueFromRemainingArguments)]
    [string[]] $BenchArguments = @()
)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

$modulePath = Join-Path -Path $PSScriptRoot -ChildPath 'out/ClaudeBatch/ClaudeBatch.psd1'

function Invoke-Build {
    $output = & dotnet build (Join-Path -Path $PSScriptRoot -ChildPath 'ClaudeBatch.sln') --nologo --verbosity quiet
    if ($LASTEXITCODE -ne 0) {
        $output | Write-Host
        throw 'The build failed.'
    }
}

# Where the packages of a platform cannot be had, the module works and its first job in a shell takes longer.
function Invoke-CompileAhead {
    param([string[]] $Runtime = @([System.Runtime.InteropServices.RuntimeInformation]::RuntimeIdentifier))
    foreach ($name in $Runtime) {
        $output = & dotnet build (Join-Path -Path $PSScriptRoot -ChildPath 'src/ClaudeBatch.ReadyToRun') --nologo --verbosity quiet '-t:CompileAhead' "-p:ModuleRuntime=$name"
        if ($LASTEXITCODE -ne 0) {
            Write-Host "Not compiled ahead for ${name}: $($output -match ': error ' | Select-Object -First 1)"
        }
    }
}

function Invoke-XunitTest {
    $passed = $failed = $skipped = 0
    $output = & dotnet test (Join-Path -Path $PSScriptRoot -ChildPath 'ClaudeBatch.sln') --no-build --nologo
    $output | Write-Host
    foreach ($line in $output) {
        if ($line -match 'Failed:\s*(\d+), Passed:\s*(\d+), Skipped:\s*(\d+)') {
            $failed += [int]$Matches[1]
            $passed += [int]$Matches[2]
            $skipped += [int]$Matches[3]
        }
    }
    if ($LASTEXITCODE -ne 0 -and $failed -eq 0) {
        $failed = 1
    }
    [pscustomobject]@{ Passed = $passed; Failed = $failed; Skipped = $skipped; Note = $null }
}

function Invoke-PesterTest {
    $minimum = [version]'5.5'
    $pester = Get-Module -Name Pester -ListAvailable | Where-Object Version -GE $minimum
    if (-not $pester) {
        try {
            Install-Module -Name Pester -MinimumVersion $minimum -Scope CurrentUser -Force -SkipPublisherCheck
        }
        catch {
            return [pscustomobject]@{
                Passed = 0; Failed = 0; Skipped = 0
                Note   = "Not run: the Pester tests; Pester $minimum or later is not here and the PowerShell Gallery cannot be reached."
            }
        }
    }
    # A process of its own: an imported module keeps its assemblies loaded, and the next build could not replace them.
    $tests = Join-Path -Path $PSScriptRoot -ChildPath 'tests/Pester'
    $script = @"
`$configuration = New-PesterConfiguration
`$configuration.Run.Path = '$tests'
`$configuration.Run.PassThru = `$true
`$configuration.Output.Verbosity = 'Normal'
`$result = Invoke-Pester -Configuration `$configuration
'{0} {1} {2}' -f `$result.PassedCount, (`$result.FailedCount + `$result.FailedBlocksCount + `$result.FailedContainersCount), (`$result.SkippedCount + `$result.NotRunCount) | Set-Content -LiteralPath '{counts}'
"@
    $counts = New-TemporaryFile
    try {
        $shell = (Get-Process -Id $PID).Path
        $arguments = @('-NoProfile', '-NonInteractive', '-Command', $script.Replace('{counts}', $counts.FullName))
        # 'dotnet tool run pwsh' runs inside the dotnet program.
        if ((Split-Path -Path $shell -LeafBase) -eq 'dotnet') {
            $arguments = @('tool', 'run', 'pwsh') + $arguments
        }
        & $shell @arguments | Write-Host
        $numbers = (Get-Content -LiteralPath $counts -Raw) -split ' '
        if ($numbers.Count -ne 3) {
            return [pscustomobject]@{ Passed = 0; Failed = 1; Skipped = 0; Note = 'Pester ended without a result.' }
        }
        [pscustomobject]@{ Passed = [int]$numbers[0]; Failed = [int]$numbers[1]; Skipped = [int]$numbers[2]; Note = $null }
    }
    finally {
        Remove-Item -LiteralPath $counts
    }
}

function Invoke-Help {
    Import-Module -Name Microsoft.PowerShell.PlatyPS
    $pages = Join-Path -Path $PSScriptRoot -ChildPath 'docs/en-US'
    $folder = Join-Path -Path ([IO.Path]::GetTempPath()) -ChildPath "claudebatch-help-$PID"
    Import-MarkdownCommandHelp -Path (Get-ChildItem -Path $pages -Filter *-*.md).FullName |
        Export-MamlCommandHelp -OutputFolder $folder -Force |
        Copy-Item -Destination $pages
    Remove-Item -LiteralPath $folder -Recurse
}

function Invoke-Package {
    $manifest = Test-ModuleManifest -Path $modulePath
    $folder = Join-Path -Path $PSScriptRoot -ChildPath 'out/package'
    Remove-Item -LiteralPath $folder -Recurse -Force -ErrorAction Ignore
    $properties = 'version={0};description={1};tags={2}' -f $manifest.Version, $manifest.Description.Replace(',', '%2C').Replace(';', '%3B'), ($manifest.Tags -join ' ')
    $output = & dotnet pack (Join-Path -Path $PSScriptRoot -ChildPath 'src/ClaudeBatch.Loader/ClaudeBatch.Loader.csproj') --no-build --nologo --output $folder `
        '-p:NuspecFile=ClaudeBatch.nuspec' "-p:NuspecBasePath=$(Split-Path -Path $modulePath)" "-p:NuspecProperties=`"$properties`"" '-p:NoWarn=NU5100%3BNU5110%3BNU5111%3BNU5128'
    if ($LASTEXITCODE -ne 0) {
        $output | Write-Host
        throw 'The package was not made.'
    }
    $package = Get-ChildItem -LiteralPath $folder -Filter *.nupkg

    # What a user gets: unpacked where modules are found, imported in a fresh shell by its name.
    $modules = Join-Path -Path $folder -ChildPath 'modules'
    [System.IO.Compression.ZipFile]::ExtractToDirectory($package.FullName, (Join-Path -Path $modules -ChildPath "ClaudeBatch/$($manifest.Version)"))
    $shell = (Get-Process -Id $PID).Path
    $arguments = @('-NoProfile', '-NonInteractive', '-Command', "`$env:PSModulePath = '$modules'; Import-Module ClaudeBatch; (Get-Command -Module ClaudeBatch).Count")
    if ((Split-Path -Path $shell -LeafBase) -eq 'dotnet') {
        $arguments = @('tool', 'run', 'pwsh') + $arguments
    }
    $count = & $shell @arguments
    Remove-Item -LiteralPath $modules -Recurse -Force
    if ($count -ne $manifest.ExportedCmdlets.Count) {
        throw "The package exports $count cmdlets and not $($manifest.ExportedCmdlets.Count)."
    }
    Write-Host "Made $($package.FullName), $([math]::Round($package.Length / 1MB, 1)) MB, $count cmdlets. Publish it with: Publish-PSResource -NupkgPath '$($package.FullName)' -ApiKey <key>"
}

switch ($Task) {
    'Help' {
        Invoke-Help
        Write-Host 'Made docs/en-US/ClaudeBatch.dll-Help.xml; build to lay it out.'
    }
    'Build' {
        Invoke-Build
        Invoke-CompileAhead
        Write-Host "Built $modulePath"
    }
    'Test' {
        Invoke-Build
        Invoke-CompileAhead
        $results = @(Invoke-XunitTest; Invoke-PesterTest)
        $results.Note | Where-Object { $_ } | Write-Host
        $passed = ($results | Measure-Object -Property Passed -Sum).Sum
        $failed = ($results | Measure-Object -Property Failed -Sum).Sum
        $skipped = ($results | Measure-Object -Property Skipped -Sum).Sum
        Write-Host "xunit: $($results[0].Passed) passed; Pester: $($results[1].Passed) passed"
        Write-Host "$passed passed, $failed failed, $skipped skipped"
        if ($failed -gt 0) {
            exit 1
        }
    }
    'Demo' {
        Invoke-Build
        Invoke-CompileAhead
        & (Join-Path -Path $PSScriptRoot -ChildPath 'docs/examples/demo.ps1') -ModulePath $modulePath
    }
    'Bench' {
        Invoke-Build
        Invoke-CompileAhead
        Push-Location -LiteralPath $PSScriptRoot
        try {
            # By its file: 'dotnet tool run pwsh' runs inside the dotnet program, and pwsh stands beside its libraries.
            $shell = Join-Path -Path $PSHOME -ChildPath ($IsWindows ? 'pwsh.exe' : 'pwsh')
            $arguments = @('--pwsh', ((Test-Path -LiteralPath $shell) ? $shell : 'pwsh'), '--pwsh-version', $PSVersionTable.PSVersion) + $BenchArguments
            & dotnet run --project tests/Benchmarks --configuration Release -- run @arguments
            if ($LASTEXITCODE -ne 0) {
                throw 'The measurements failed.'
            }
        }
        finally {
            Pop-Location
        }
    }
    'Package' {
        # What an earlier build has left must not be shipped.
        Remove-Item -LiteralPath (Split-Path -Path $modulePath) -Recurse -Force -ErrorAction Ignore
        Invoke-Build
        Invoke-CompileAhead -Runtime (Get-ChildItem -Path (Join-Path -Path (Split-Path -Path $modulePath) -ChildPath 'bin/runtimes') -Directory).Name
        Invoke-Package
    }
}
