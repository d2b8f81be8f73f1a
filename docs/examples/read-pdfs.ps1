<#
.SYNOPSIS
    Reads the invoices of a folder of PDFs into rows.
.EXAMPLE
    Connect-ClaudeBatch -Emulator -EmulatorPlan @{ Answers = 'schema' }
    ./read-pdfs.ps1 -Path ./invoices | Export-Csv invoices.csv
#>
[CmdletBinding()]
param(
    # A folder with PDF files.
    [Parameter(Mandatory)]
    [string] $Path,

    [string] $Job = 'read-pdfs'
)

$ErrorActionPreference = 'Stop'

$request = @{
    Model        = 'claude-sonnet-4-6'
    MaxTokens    = 500
    System       = 'The document is an invoice. Give what is printed on it; null where it says nothing.'
    Document     = '{{FullName}}'
    Prompt       = 'Read this invoice.'
    OutputSchema = @{
        type                 = 'object'
        properties           = @{
            number   = @{ type = @('string', 'null') }
            issued   = @{ type = @('string', 'null'); description = 'The date as YYYY-MM-DD.' }
            total    = @{ type = @('number', 'null') }
            currency = @{ type = @('string', 'null'); description = 'The ISO 4217 code.' }
        }
        required             = @('number', 'issued', 'total', 'currency')
        additionalProperties = $false
    }
    # A name may hold what an id may not, and two files may hold the same.
    CustomId     = {
        $content = (Get-FileHash -LiteralPath $_.FullName -Algorithm SHA256).Hash
        [Convert]::ToHexString([System.Security.Cryptography.SHA256]::HashData([System.Text.Encoding]::UTF8.GetBytes("$($_.Name) $content")))
    }
}

Get-ChildItem -LiteralPath $Path -Filter *.pdf -File |
    New-ClaudeBatchRequest @request -SourceProperty Name |
    Submit-ClaudeBatch -Job $Job |
    Wait-ClaudeBatch |
    Get-ClaudeBatchResult |
    Select-Object -Property @(
        @{ n = 'Name'; e = { $_.Source.Name } }
        @{ n = 'Number'; e = { $_.Output.number } }
        @{ n = 'Issued'; e = { $_.Output.issued } }
        @{ n = 'Total'; e = { $_.Output.total } }
        @{ n = 'Currency'; e = { $_.Output.currency } }
        'Status'
        'Reason'
    )
