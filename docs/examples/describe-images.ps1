<#
.SYNOPSIS
    Describes each image of a folder in a sentence, for its alternative text.
.EXAMPLE
    Connect-ClaudeBatch -Emulator
    ./describe-images.ps1 -Path ./photos | Export-Csv alt.csv
#>
[CmdletBinding()]
param(
    # A folder with png, jpeg, gif or webp files.
    [Parameter(Mandatory)]
    [string] $Path,

    [string] $Job = 'describe-images'
)

$ErrorActionPreference = 'Stop'

$request = @{
    Model     = 'claude-haiku-4-5'
    MaxTokens = 120
    System    = 'Describe the image in one sentence, for people who cannot see it.'
    Image     = '{{FullName}}'
    Prompt    = 'The file is named {{Name}}.'
    # A name may hold what an id may not, and two files may hold the same.
    CustomId  = {
        $content = (Get-FileHash -LiteralPath $_.FullName -Algorithm SHA256).Hash
        [Convert]::ToHexString([System.Security.Cryptography.SHA256]::HashData([System.Text.Encoding]::UTF8.GetBytes("$($_.Name) $content")))
    }
}

Get-ChildItem -LiteralPath $Path -File |
    Where-Object Extension -In '.png', '.jpg', '.jpeg', '.gif', '.webp' |
    New-ClaudeBatchRequest @request -SourceProperty Name |
    Submit-ClaudeBatch -Job $Job |
    Wait-ClaudeBatch |
    Get-ClaudeBatchResult |
    Select-Object -Property @{ n = 'Name'; e = { $_.Source.Name } }, @{ n = 'Text'; e = { $_.Text } }, Status, Reason
