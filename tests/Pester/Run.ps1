#Requires -Version 7.4
<#
.SYNOPSIS
    Runs the Pester tests on the built module, with the Pester that the solution pins.
.DESCRIPTION
    Takes Pester from the package folder and nowhere else: whichever Pester the machine has plays no part, and nothing is installed.
    The last line counts the tests: 'Pester: 490 passed, 0 failed, 0 skipped'.
.EXAMPLE
    ./tests/Pester/Run.ps1 -Path tests/Pester/Job.Tests.ps1
#>
[CmdletBinding()]
param(
    # Files or folders of tests.
    [string[]] $Path = $PSScriptRoot
)

$ErrorActionPreference = 'Stop'

$pester = & dotnet msbuild (Join-Path -Path $PSScriptRoot -ChildPath 'Pester.csproj') -restore '-t:FindPester' '-getProperty:PesterModule'
if ($LASTEXITCODE -ne 0 -or -not (Test-Path -LiteralPath $pester)) {
    throw "The Pester that tests/Pester/Pester.csproj pins could not be had: $pester"
}
Import-Module -Name $pester -Force

$configuration = New-PesterConfiguration
$configuration.Run.Path = $Path
$configuration.Run.PassThru = $true
$configuration.Output.Verbosity = 'Normal'
$result = Invoke-Pester -Configuration $configuration

$failed = $result.FailedCount + $result.FailedBlocksCount + $result.FailedContainersCount
'Pester: {0} passed, {1} failed, {2} skipped' -f $result.PassedCount, $failed, ($result.SkippedCount + $result.NotRunCount)
exit [int] ($failed -gt 0 -or -not $result.PassedCount)
