<#
.SYNOPSIS
    Labels the messages of a CSV file.
.DESCRIPTION
    What all requests share stands in classify.psd1. Run again with the same job name the script pays for nothing twice:
    it goes on where it was.
.EXAMPLE
    Connect-ClaudeBatch -Emulator
    ./classify.ps1 -Path messages.csv | Group-Object -Property Label
#>
[CmdletBinding()]
param(
    # A CSV file with the columns Id and Body.
    [Parameter(Mandatory)]
    [string] $Path,

    [string] $Job = 'classify'
)

$ErrorActionPreference = 'Stop'
$shared = Import-PowerShellDataFile -LiteralPath (Join-Path -Path $PSScriptRoot -ChildPath 'classify.psd1')
$template = New-ClaudeBatchTemplate @shared

Import-Csv -LiteralPath $Path |
    New-ClaudeBatchRequest -Template $template |
    Submit-ClaudeBatch -Job $Job |
    Wait-ClaudeBatch |
    Get-ClaudeBatchResult |
    Select-Object -Property @{ n = 'Id'; e = { $_.Source.Id } }, @{ n = 'Label'; e = { $_.Text } }, Status, Reason
