<#
.SYNOPSIS
    Builds, tests and demonstrates ClaudeBatch.
.DESCRIPTION
    Build  lays the module out at out/ClaudeBatch, compiled ahead for this platform.
    Test   builds, runs xunit (the engine, the emulator, crashes, the cmdlets inside the test process), then Pester on the built module.
    Help   makes docs/en-US/ClaudeBatch.dll-Help.xml of the pages beside it, with the module Microsoft.PowerShell.PlatyPS.
    Package  makes out/package/ClaudeBatch.<version>.nupkg for the PowerShell Gallery, compiled ahead for each platform, and imports it in a shell of its own.
    Simulate  runs histories of the simulation (docs/testing.md), and prints the first one that breaks a rule, as small as it gets. With
           -Replay it runs one; with -Mends it takes out what was mended, one mend after another, and says which histories notice.
    Mutate  changes what guards money and rows in small ways and says which changes the tests do not notice (docs/testing.md); hours,
           or -Group for a part of it, or -Minutes.
    Bench  measures against the official C# and TypeScript SDKs, with --baseline <folder> another build too, and writes docs/performance.md.
    Demo   builds, and runs a job of 190 customer messages on the embedded emulator.

    Runs in PowerShell 7.4 or later. Started in Windows PowerShell or an older PowerShell it goes on in the pwsh on the path, else in the
    one that 'dotnet tool restore' brings; so this file keeps to the syntax of Windows PowerShell 5.1.
.EXAMPLE
    ./build.ps1 Test
.EXAMPLE
    ./build.ps1 Simulate -Histories 100000 -Seed 20000
.EXAMPLE
    ./build.ps1 Mutate -Group Sending
#>
[CmdletBinding()]
param(
    [Parameter(Position = 0)]
    [ValidateSet('Build', 'Test', 'Demo', 'Help', 'Bench', 'Package', 'Simulate', 'Mutate')]
    [string] $Task = 'Build',

    # For Simulate: how many histories, and the seed of the first one; the next seeds follow.
    [int] $Histories = 10000,

    [int] $Seed = 1,

    # For Simulate: the numbers of a history.
    [string] $Replay,

    # For Simulate: whether the mends are taken out.
    [switch] $Mends,

    # For Mutate: the names of groups in tests/ClaudeBatch.Mutation/groups.psd1; all by default.
    [string[]] $Group,

    # For Mutate: no group is begun after so many minutes.
    [int] $Minutes = 120,

    # For Bench: --baseline ../old/out/ClaudeBatch --only journey,rows, say; see tests/Benchmarks/BenchOptions.cs.
    [Parameter(ValueFromRemainingArguments)]
    [string[]] $BenchArguments = @()
)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

$modulePath = Join-Path -Path $PSScriptRoot -ChildPath 'out/ClaudeBatch/ClaudeBatch.psd1'

# A shell is started by its own file: a .NET tool's 'pwsh' is a program that starts dotnet, and its process is dotnet's.
function Get-Shell {
    $program = [Environment]::ProcessPath
    if ((Split-Path -Path $program -LeafBase) -eq 'dotnet' -and -not $env:DOTNET_ROOT) {
        $env:DOTNET_ROOT = Split-Path -Path $program
    }
    $name = 'pwsh'
    if ($IsWindows) {
        $name = 'pwsh.exe'
    }
    Join-Path -Path $PSHOME -ChildPath $name
}

# The same task in a PowerShell that is recent enough.
function Invoke-InPowerShell {
    $question = 'if ($PSVersionTable.PSVersion -ge [version] ''7.4'') { ''enough'' }'
    $ErrorActionPreference = 'Continue'
    $command = @('pwsh')
    if (-not (Get-Command -Name pwsh -ErrorAction Ignore) -or (& pwsh -NoProfile -NonInteractive -Command $question) -ne 'enough') {
        Push-Location -LiteralPath $PSScriptRoot
        $null = & dotnet tool restore 2>&1
        Pop-Location
        $command = @('dotnet', 'tool', 'run', 'pwsh')
        if ($LASTEXITCODE -ne 0) {
            [Console]::Error.WriteLine('ClaudeBatch takes PowerShell 7.4 or later; there is none on the path, and ''dotnet tool restore'' brought none: https://aka.ms/install-powershell')
            exit 1
        }
    }
    $simulation = @('-Histories', $Histories, '-Seed', $Seed)
    if ($Replay) {
        $simulation += @('-Replay', $Replay)
    }
    if ($Mends) {
        $simulation += '-Mends'
    }
    $mutation = @('-Minutes', $Minutes)
    if ($Group) {
        $mutation += @('-Group', ($Group -join ','))
    }
    $arguments = @($command | Select-Object -Skip 1) + @('-NoProfile', '-File', $PSCommandPath, $Task) + $simulation + $mutation + $BenchArguments
    & $command[0] @arguments
    exit $LASTEXITCODE
}

function Invoke-Build {
    param([string] $Path = 'ClaudeBatch.sln')
    $output = & dotnet build (Join-Path -Path $PSScriptRoot -ChildPath $Path) --nologo --verbosity quiet
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
    # The last lines are read; they are English in every culture then.
    $env:DOTNET_CLI_UI_LANGUAGE = 'en'
    # Which runner it is says global.json, which is looked for from here.
    Push-Location -LiteralPath $PSScriptRoot
    $output = & dotnet test --solution ClaudeBatch.sln --no-build --no-progress
    $hasFailed = $LASTEXITCODE -ne 0
    Pop-Location
    $output | Write-Host
    $count = @{ total = 0; succeeded = 0; failed = 0; skipped = 0 }
    foreach ($line in $output) {
        if ($line -match '^\s*(total|succeeded|failed|skipped):\s*(\d+)$') {
            $count[$Matches[1]] = [int] $Matches[2]
        }
    }
    # A program that ended early has counted nothing.
    if (($hasFailed -or $count.total -eq 0) -and $count.failed -eq 0) {
        $count.failed = 1
    }
    [pscustomobject]@{ Passed = $count.succeeded; Failed = $count.failed; Skipped = $count.skipped }
}

# Says whether no rule was broken; what the program prints goes to the host.
function Invoke-Simulation {
    param([string] $Root = $PSScriptRoot, [string] $History, [int] $Count = 1, [int] $FirstSeed = 1)
    $env:SIMULATION_HISTORIES = $Count
    $env:SIMULATION_SEED = $FirstSeed
    $env:SIMULATION_REPLAY = $History
    $program = Join-Path -Path $Root -ChildPath 'tests/ClaudeBatch.Simulation/bin/Debug/net8.0/ClaudeBatch.Simulation.dll'
    & dotnet $program -noColor -noLogo -showLiveOutput -method '*.Whatever_goes_wrong_*' | ForEach-Object { Write-Host ($_ -replace '^.*\[OUTPUT\] ') }
    $LASTEXITCODE -eq 0
}

# A mend that no history notices could be lost without anybody seeing it.
function Invoke-MendCheck {
    $folder = Join-Path -Path ([IO.Path]::GetTempPath()) -ChildPath "claudebatch-mends-$PID"
    # With the settings of the compiler, which are hidden files on Unix; without what says that this is a Git repository.
    $files = @(Get-ChildItem -LiteralPath $PSScriptRoot -File -Force | Where-Object -Property Name -NE '.git')
    $files += Get-ChildItem -Path (Join-Path -Path $PSScriptRoot -ChildPath 'src'), (Join-Path -Path $PSScriptRoot -ChildPath 'tests/ClaudeBatch.Simulation') -File -Recurse
    foreach ($file in $files | Where-Object -Property FullName -NotMatch '[\\/](bin|obj)[\\/]') {
        $target = Join-Path -Path $folder -ChildPath $file.FullName.Substring($PSScriptRoot.Length)
        $null = New-Item -Path (Split-Path -Path $target) -ItemType Directory -Force
        Copy-Item -LiteralPath $file.FullName -Destination $target
    }
    Push-Location -LiteralPath $folder
    try {
        foreach ($patch in Get-ChildItem -Path 'tests/ClaudeBatch.Simulation/mends/*.patch') {
            $history = Get-Content -LiteralPath ($patch.FullName -replace '\.patch$', '.history') -Raw
            & git apply $patch.FullName
            if ($LASTEXITCODE -ne 0) {
                throw "The patch $($patch.Name) does not fit any more."
            }
            $output = & dotnet build tests/ClaudeBatch.Simulation --nologo --verbosity quiet
            if ($LASTEXITCODE -ne 0) {
                $output | Write-Host
                throw "With the patch $($patch.Name) the build failed."
            }
            $holds = Invoke-Simulation -Root $folder -History $history 6>$null
            [pscustomobject]@{ Mend = $patch.BaseName; Falls = -not $holds }
            & git apply --reverse $patch.FullName
        }
    }
    finally {
        Pop-Location
        Remove-Item -LiteralPath $folder -Recurse -Force
    }
}

function Invoke-PesterTest {
    # A process of its own: an imported module keeps its assemblies loaded, and the next build could not replace them.
    $runner = Join-Path -Path $PSScriptRoot -ChildPath 'tests/Pester/Run.ps1'
    $output = & (Get-Shell) -NoProfile -NonInteractive -File $runner | ForEach-Object { Write-Host $_; $_ }
    if ("$(@($output)[-1])" -match '^Pester: (\d+) passed, (\d+) failed, (\d+) skipped$') {
        return [pscustomobject]@{ Passed = [int] $Matches[1]; Failed = [int] $Matches[2]; Skipped = [int] $Matches[3] }
    }
    Write-Host 'Pester ended without a result.'
    [pscustomobject]@{ Passed = 0; Failed = 1; Skipped = 0 }
}

function Invoke-Help {
    Import-Module -Name Microsoft.PowerShell.PlatyPS
    $pages = Join-Path -Path $PSScriptRoot -ChildPath 'docs/en-US'
    $folder = Join-Path -Path ([IO.Path]::GetTempPath()) -ChildPath "claudebatch-help-$PID"
    Import-MarkdownCommandHelp -Path (Get-ChildItem -Path $pages -Filter *-*.md).FullName |
        Export-MamlCommandHelp -OutputFolder $folder -Force |
        Copy-Item -Destination $pages
    Remove-Item -LiteralPath $folder -Recurse
    Set-ExampleCode -Path (Join-Path -Path $pages -ChildPath 'ClaudeBatch.dll-Help.xml')
}

# PlatyPS leaves an example's code with its fence in the introduction, where a console shows the fence.
function Set-ExampleCode {
    param([string] $Path)
    $help = [xml]::new()
    $help.PreserveWhitespace = $true
    $help.Load($Path)
    foreach ($example in $help.GetElementsByTagName('command:example')) {
        $introduction = $example.GetElementsByTagName('maml:introduction')[0]
        $first, $others = @($introduction.GetElementsByTagName('maml:para'))
        if ($first.InnerText -notmatch '(?s)^```powershell\r?\n(?<code>.*)\r?\n```$') {
            throw "An example does not begin with a block of code: '$($first.InnerText)'."
        }
        $example.GetElementsByTagName('dev:code')[0].InnerText = $Matches.code
        $remarks = $example.GetElementsByTagName('dev:remarks')[0]
        foreach ($other in $others) {
            $null = $introduction.RemoveChild($other)
            if ($other.InnerText.Trim([char] 0x80)) {
                $null = $remarks.AppendChild($other)
            }
        }
        if ($remarks.HasChildNodes) {
            $null = $remarks.AppendChild($help.CreateElement('maml', 'para', $introduction.NamespaceURI)) # a line before the next example
        }
        $introduction.RemoveAll()
        $null = $introduction.AppendChild($help.CreateElement('maml', 'para', $introduction.NamespaceURI))
    }
    [IO.File]::WriteAllText($Path, $help.OuterXml)
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
    $count = & (Get-Shell) -NoProfile -NonInteractive -Command "`$env:PSModulePath = '$modules'; Import-Module ClaudeBatch; (Get-Command -Module ClaudeBatch).Count"
    Remove-Item -LiteralPath $modules -Recurse -Force
    if ($count -ne $manifest.ExportedCmdlets.Count) {
        throw "The package exports $count cmdlets and not $($manifest.ExportedCmdlets.Count)."
    }
    Write-Host "Made $($package.FullName), $([math]::Round($package.Length / 1MB, 1)) MB, $count cmdlets. Publish it with: Publish-PSResource -NupkgPath '$($package.FullName)' -ApiKey <key>"
}

if ($PSVersionTable.PSVersion -lt [version] '7.4') {
    Invoke-InPowerShell
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
    'Simulate' {
        Invoke-Build -Path 'tests/ClaudeBatch.Simulation'
        if ($Mends) {
            $results = @(Invoke-MendCheck)
            $results | Format-Table -AutoSize | Out-Host
            if ($results.Falls -contains $false) {
                exit 1
            }
        }
        elseif (-not (Invoke-Simulation -History $Replay -Count $Histories -FirstSeed $Seed)) {
            exit 1
        }
    }
    'Mutate' {
        $rows = @(& (Join-Path -Path $PSScriptRoot -ChildPath 'tests/ClaudeBatch.Mutation/Mutate.ps1') -Group $Group -Minutes $Minutes)
        $rows.Survivors | Write-Host
        $rows | Format-Table -Property File, Changes, Noticed, Percent -AutoSize | Out-Host
        # docs/testing.md says of each file what survives, and why.
        if ($rows.Percent -lt 75) {
            exit 1
        }
    }
    'Bench' {
        Invoke-Build
        Invoke-CompileAhead
        # In the caller's location, so that relative paths among the arguments are the caller's.
        $arguments = @('--root', $PSScriptRoot, '--pwsh', (Get-Shell), '--pwsh-version', $PSVersionTable.PSVersion) + $BenchArguments
        & dotnet run --project (Join-Path -Path $PSScriptRoot -ChildPath 'tests/Benchmarks') --configuration Release -- run @arguments
        if ($LASTEXITCODE -ne 0) {
            throw 'The measurements failed.'
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
