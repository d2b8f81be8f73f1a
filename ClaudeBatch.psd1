@{
    RootModule           = 'ClaudeBatch.psm1'
    ModuleVersion        = '0.1.0'
    GUID                 = '6a0f0a5e-7c0f-4a3e-9d2b-5f0c1c7e4b11'
    Author               = 'ClaudeBatch contributors'
    CompanyName          = 'ClaudeBatch'
    Copyright            = '(c) ClaudeBatch contributors. MIT licence.'
    Description          = 'Runs large jobs through the Message Batches API of Claude: rows in, answers out, matched to their rows; never paid twice, never lost, resumable after any crash.'
    PowerShellVersion    = '7.4'
    CompatiblePSEditions = @('Core')
    FormatsToProcess     = @('src/ClaudeBatch/ClaudeBatch.Format.ps1xml')
    TypesToProcess       = @('src/ClaudeBatch/ClaudeBatch.Types.ps1xml')
    FunctionsToExport    = @()
    VariablesToExport    = @()
    AliasesToExport      = @()
    CmdletsToExport      = @(
        'Compare-ClaudeBatch'
        'Compare-ClaudeBatchResult'
        'Connect-ClaudeBatch'
        'ConvertFrom-ClaudeCustomId'
        'ConvertTo-ClaudeCustomId'
        'ConvertTo-ClaudeTool'
        'Disconnect-ClaudeBatch'
        'Export-ClaudeBatchReport'
        'Export-ClaudeBatchRequest'
        'Export-ClaudeBatchResult'
        'Get-ClaudeBatch'
        'Get-ClaudeBatchConnection'
        'Get-ClaudeBatchEvent'
        'Get-ClaudeBatchJob'
        'Get-ClaudeBatchModel'
        'Get-ClaudeBatchRequest'
        'Get-ClaudeBatchResult'
        'Get-ClaudeBatchSchedule'
        'Import-ClaudeBatchRequest'
        'Invoke-ClaudeBatch'
        'Invoke-ClaudeBatchRetry'
        'Measure-ClaudeBatch'
        'Measure-ClaudeBatchResult'
        'New-ClaudeBatchRequest'
        'New-ClaudeBatchTemplate'
        'Register-ClaudeBatchSchedule'
        'Remove-ClaudeBatch'
        'Remove-ClaudeBatchJob'
        'Repair-ClaudeBatch'
        'Resume-ClaudeBatch'
        'Stop-ClaudeBatch'
        'Submit-ClaudeBatch'
        'Test-ClaudeBatchConnection'
        'Test-ClaudeBatchRequest'
        'Unregister-ClaudeBatchSchedule'
        'Wait-ClaudeBatch'
    )
    PrivateData          = @{
        PSData = @{
            Tags         = @('Claude', 'Anthropic', 'Batch', 'LLM', 'PSEdition_Core', 'Windows', 'Linux', 'MacOS')
            ReleaseNotes = 'See CHANGELOG.md.'
        }
    }
}
