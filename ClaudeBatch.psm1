# The cmdlets and everything they depend on live in a load context of their own, so that PowerShell's
# System.Text.Json, or another module's Polly, never meets ours. The loader is the only assembly of
# ours in the default context.
#
# Nothing here calls a cmdlet of another module: each would be loaded first and double the time of an import.
$loader = [System.IO.Path]::Combine($PSScriptRoot, 'bin', 'ClaudeBatch.Loader.dll')

if (-not [System.IO.File]::Exists($loader)) {
    throw "ClaudeBatch is not built in '$PSScriptRoot'. Run 'dotnet build ClaudeBatch.sln' in the checkout, then import 'out/ClaudeBatch/ClaudeBatch.psd1'."
}

if (-not ('ClaudeBatch.Loader.ModuleLoadContext' -as [type])) {
    [void] [System.Reflection.Assembly]::LoadFrom($loader)
}

$module = Import-Module -Assembly ([ClaudeBatch.Loader.ModuleLoadContext]::Module) -PassThru

# A second import of the same assembly exports nothing (PowerShell/PowerShell#20710): hand the cmdlets over.
$export = [System.Management.Automation.PSModuleInfo].GetMethod('AddExportedCmdlet', [System.Reflection.BindingFlags]'Instance, NonPublic')
if ($null -ne $export) {
    foreach ($cmdlet in $module.ExportedCmdlets.Values) {
        [void] $export.Invoke($ExecutionContext.SessionState.Module, @(, $cmdlet))
    }
}
