BeforeAll {
    . $PSScriptRoot/Support.ps1

    function New-Path([string] $Extension) { "$(New-TestFolder).$Extension" }
}

Describe 'Export-ClaudeBatchResult' {
    BeforeAll {
        $answers = New-Path 'jsonl'
        Set-Content -LiteralPath $answers -Value '{"custom_id":"1","text":"{\"a\":[1,2.50]}"}', '{"custom_id":"2","text":"a \"quoted\"\nsecond line, ü"}'
        Connect-TestEmulator -Plan @{ Answers = $answers }
        $rows = @(
            [pscustomobject]@{ Id = 1; Body = 'x'; Status = 'open' }
            [pscustomobject]@{ Id = 2; Body = 'y'; Status = 'closed'; Extra = 1.5 }
        )
        $results = $rows | New-ClaudeBatchRequest -Model claude-haiku-4-5 -MaxTokens 100 -CustomId '{{Id}}' -Prompt '{{Body}}' |
            Submit-ClaudeBatch -Job export | Wait-ClaudeBatch | Get-ClaudeBatchResult
    }

    It 'writes CSV with the columns of the rows, then ours; a name that both have is told apart' {
        $path = New-Path 'csv'
        $results | Export-ClaudeBatchResult -Path $path
        $back = Import-Csv -LiteralPath $path
        $back[0].PSObject.Properties.Name | Select-Object -First 6 | Should -Be 'Id', 'Body', 'Source.Status', 'Extra', 'CustomId', 'Status'
        $back[0].'Source.Status', $back[0].Status, $back[0].Extra, $back[1].Extra | Should -Be 'open', 'Succeeded', '', '1.5'
        $back[1].Text | Should -BeExactly "a ""quoted""`nsecond line, ü"
        $back[0].Output | Should -Be '{"a":[1,2.50]}'
        [decimal]::Parse($back[0].Cost, [cultureinfo]::InvariantCulture) | Should -Be $results[0].Cost
    }

    It 'writes JSON Lines and JSON that hold the same objects' {
        $lines, $array = (New-Path 'jsonl'), (New-Path 'json')
        $results | Export-ClaudeBatchResult -Path $lines
        $results | Export-ClaudeBatchResult -Path $array
        $one = Get-Content -LiteralPath $lines | ConvertFrom-Json
        $other = Get-Content -LiteralPath $array -Raw | ConvertFrom-Json
        $one.Count | Should -Be 2
        ($one | ConvertTo-Json -Depth 9) | Should -BeExactly ($other | ConvertTo-Json -Depth 9)
        $one[0].Output.a[1] | Should -Be 2.5
        $one[0].Usage.output_tokens | Should -BeGreaterThan 0
        $one[1].'Source.Status' | Should -Be 'closed'
    }

    It 'writes the same whatever the culture' {
        $plain, $german = (New-Path 'csv'), (New-Path 'csv')
        $results | Export-ClaudeBatchResult -Path $plain
        $culture = [cultureinfo]::CurrentCulture
        try {
            [cultureinfo]::CurrentCulture = 'de-DE'
            $results | Export-ClaudeBatchResult -Path $german
        }
        finally {
            [cultureinfo]::CurrentCulture = $culture
        }
        (Get-FileHash $german).Hash | Should -Be (Get-FileHash $plain).Hash
    }

    It 'leaves a file that is there alone without -Force, and nothing behind when it is cut short' {
        $path = New-Path 'csv'
        Set-Content -LiteralPath $path -Value 'precious'
        { $results | Export-ClaudeBatchResult -Path $path } | Should -Throw -ErrorId 'FileExists,*'
        { & { $results[0]; throw 'cut' } | Export-ClaudeBatchResult -Path $path -Force } | Should -Throw 'cut'
        Get-Content -LiteralPath $path | Should -Be 'precious'
        { @($results) + 5 | Export-ClaudeBatchResult -Path $path -Force } | Should -Throw -ErrorId 'ResultInvalid,*'
        Get-Content -LiteralPath $path | Should -Be 'precious'
        Get-ChildItem -Path "$path.*" | Should -BeNullOrEmpty
        $results | Export-ClaudeBatchResult -Path $path -Force
        (Import-Csv -LiteralPath $path).Count | Should -Be 2
    }

    It 'asks for a format that the name does not say' {
        { $results | Export-ClaudeBatchResult -Path (New-Path 'txt') } | Should -Throw -ErrorId 'FormatMissing,*'
        $path = New-Path 'txt'
        $results | Export-ClaudeBatchResult -Path $path -Format Jsonl
        @(Get-Content -LiteralPath $path).Count | Should -Be 2
    }

    It 'takes a format in any letters' {
        $path = New-Path 'txt'
        $results | Export-ClaudeBatchResult -Path $path -Format csv
        (Import-Csv -LiteralPath $path).CustomId | Should -Be '1', '2'
    }

    It 'takes results that were kept in a file of the shell' {
        $kept, $path = (New-Path 'xml'), (New-Path 'csv')
        $results | Export-Clixml -Path $kept
        Import-Clixml -Path $kept | Export-ClaudeBatchResult -Path $path
        (Import-Csv -LiteralPath $path).Text | Should -Be $results.Text
    }

    It 'writes an empty table when nothing comes' {
        $path = New-Path 'json'
        @() | Export-ClaudeBatchResult -Path $path
        Get-Content -LiteralPath $path | Should -Be '[]'
    }
}
