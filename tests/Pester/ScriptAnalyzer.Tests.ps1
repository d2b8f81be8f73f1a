BeforeDiscovery {
    $root = Resolve-Path -LiteralPath "$PSScriptRoot/../.."
    $files = Get-ChildItem -Path $root -Recurse -Include *.ps1, *.psm1, *.psd1 |
        Where-Object FullName -NotMatch '[\\/](obj|bin|out|\.git)[\\/]' |
        ForEach-Object { @{ name = $_.FullName.Substring($root.Path.Length + 1); path = $_.FullName } }
    $hasAnalyzer = [bool] (Get-Module -Name PSScriptAnalyzer -ListAvailable)
}

Describe 'PSScriptAnalyzer' -Skip:(-not $hasAnalyzer) {
    It 'finds nothing in <name>' -ForEach $files {
        # What build.ps1, the demo and the tests say is for a person at a screen; helpers of the tests change nothing that lasts.
        $leftOut = @('PSAvoidUsingWriteHost', 'PSUseShouldProcessForStateChangingFunctions', 'PSUseBOMForUnicodeEncodedFile')
        if ($name -match '^tests[\\/]') {
            # Pester's blocks share variables that the analyzer cannot see.
            $leftOut += 'PSAvoidUsingPositionalParameters', 'PSUseDeclaredVarsMoreThanAssignments', 'PSReviewUnusedParameter', 'PSAvoidUsingConvertToSecureStringWithPlainText'
        }
        Invoke-ScriptAnalyzer -Path $path -ExcludeRule $leftOut | ForEach-Object { "$($_.Line): $($_.RuleName) $($_.Message)" } | Should -BeNullOrEmpty
    }
}
