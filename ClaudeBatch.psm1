# The cmdlets and everything they depend on live in a load context of their own, so that PowerShell's
# System.Text.Json, or another module's Polly, never meets ours. The loader is the only assembly of
# ours in the default context.
$binaries = Join-Path -Path $PSScriptRoot -ChildPath 'bin'
$loader = Join-Path -Path $binaries -ChildPath 'ClaudeBatch.Loader.dll'

if (-not (Test-Path -LiteralPath $loader)) {
    throw "ClaudeBatch is not built in '$PSScriptRoot'. Run 'dotnet build ClaudeBatch.sln' in the checkout, then import 'out/ClaudeBatch/ClaudeBatch.psd1'."
}

if (-not ('ClaudeBatch.Loader.ModuleLoadContext' -as [type])) {
    Add-Type -LiteralPath $loader
}

$module = Import-Module -Assembly ([ClaudeBatch.Loader.ModuleLoadContext]::Module) -PassThru

# A second import of the same assembly exports nothing (PowerShell/PowerShell#20710): hand the cmdlets over.
$export = [System.Management.Automation.PSModuleInfo].GetMethod('AddExportedCmdlet', [System.Reflection.BindingFlags]'Instance, NonPublic')
if ($null -ne $export) {
    foreach ($cmdlet in $module.ExportedCmdlets.Values) {
        $export.Invoke($ExecutionContext.SessionState.Module, @(, $cmdlet)) | Out-Null
    }
}
