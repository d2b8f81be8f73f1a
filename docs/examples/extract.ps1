<#
.SYNOPSIS
    Turns the messages of a CSV file into objects of a class.
.DESCRIPTION
    The class is the schema: its properties say what the answer holds, and each answer becomes an object of it.
    An answer that does not fit is kept as text, with the reason, and can be asked for again.
.EXAMPLE
    Connect-ClaudeBatch -Emulator -EmulatorPlan @{ Answers = 'schema' }
    ./extract.ps1 -Path messages.csv | Where-Object Urgency -GE 4
#>
[CmdletBinding()]
param(
    # A CSV file with the columns Id and Body.
    [Parameter(Mandatory)]
    [string] $Path,

    [string] $Job = 'extract'
)

$ErrorActionPreference = 'Stop'

class Ticket {
    [string] $Category
    [int] $Urgency
    [Nullable[int]] $OrderNumber
    [string[]] $Products
}

$request = @{
    Model        = 'claude-haiku-4-5'
    MaxTokens    = 300
    System       = 'Read the message of a customer. Urgency goes from 1, no hurry, to 5, money or data is being lost.'
    OutputSchema = [Ticket]
    CustomId     = 'ticket-{{Id}}'
    Prompt       = '{{Body}}'
}

$results = Import-Csv -LiteralPath $Path |
    New-ClaudeBatchRequest @request |
    Submit-ClaudeBatch -Job $Job |
    Wait-ClaudeBatch |
    Get-ClaudeBatchResult

foreach ($result in $results) {
    if ($result.IsComplete) {
        [Ticket] $result.Output
    }
    else {
        Write-Warning -Message "$($result.CustomId): $($result.Reason)"
    }
}
