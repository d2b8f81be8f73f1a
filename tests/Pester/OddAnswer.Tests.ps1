BeforeAll {
    . $PSScriptRoot/Support.ps1

    function New-Path([string] $Extension) { "$(New-TestFolder).$Extension" }

    # A result with this text, as it is made from the line of an answer.
    function New-Answer([string] $Text, [string] $Usage = '{"output_tokens":1}', [object] $Source) {
        $line = '{"custom_id":"odd","result":{"type":"succeeded","message":{"content":[{"type":"text","text":' + ($Text | ConvertTo-Json) +
            '}],"usage":' + $Usage + '}}}'
        [ClaudeBatch.BatchResult] @{ CustomId = 'odd'; IsComplete = $true; Raw = $line; Source = $Source }
    }

    function New-Good { New-Answer -Text 'good' }
}

Describe 'An answer that is odd' {
    It 'is in Output as it came, and exported beside the others: <Text>' -ForEach @(
        @{ Text = '{"":"x"}' }
        @{ Text = '{"x":1e400}' }
        @{ Text = '{"x":1e-400,"y":-1.0E+5000}' }
        @{ Text = '{"x":0.12345678901234567890123456789012}' }
        @{ Text = '{"x":123456789012345678901234567890}' }
        @{ Text = '{"x":' + '9' * 1200 + '}' }
        @{ Text = '{"x":[0.1,2.50,1E+300]}' }
        @{ Text = '{"label":1,"Label":2}' }
        @{ Text = '{"b":1,"a":{"PSTypeNames":["t"],"psobject":1,"Length":2,"Count":3}}' }
        @{ Text = '[' * 64 + '1' + ']' * 64 }
    ) {
        $answers = (New-Good), (New-Answer -Text $Text), (New-Good)
        foreach ($extension in 'csv', 'json', 'jsonl') {
            $answers | Export-ClaudeBatchResult -Path ($path = New-Path $extension)
            $content = Get-Content -LiteralPath $path -Raw
            $content | Should -BeLike '*good*good*'
            if ($extension -ne 'csv') {
                $content.Contains('"Output":' + $Text) | Should -BeTrue
            }
            else {
                (Import-Csv -LiteralPath $path)[1].Output | Should -BeExactly $Text
            }
        }
    }

    It 'gives numbers that no type has as their text' {
        $x = (New-Answer -Text '{"x":1e400}').Output.x
        $x | Should -BeOfType [string]
        $x | Should -BeExactly '1e400'
        (New-Answer -Text '{"x":1e400}').Output | ConvertTo-Json -Compress | Should -BeExactly '{"x":"1e400"}'
        (New-Answer -Text '{"x":123456789012345678901234567890}').Output.x | Should -BeOfType [bigint]
    }

    It 'is reached by its names where PowerShell has no property of them' {
        $output = (New-Answer -Text '{"":"x","label":1,"Label":2}').Output
        $output[''], $output.label, $output.Label | Should -Be 'x', 1, 2
    }

    It 'has no Output where the text goes on after the JSON' {
        (New-Answer -Text '{"x":1} and thanks').Output | Should -BeNullOrEmpty
    }

    It 'with half of a surrogate pair in its usage does not stop the others' {
        $path = New-Path 'jsonl'
        (New-Good), (New-Answer -Text 'x' -Usage '{"note":"\ud83d","output_tokens":7}'), (New-Good) | Export-ClaudeBatchResult -Path $path
        $back = Get-Content -LiteralPath $path | ConvertFrom-Json
        $back.Text | Should -Be 'good', 'x', 'good'
        $back[1].Usage.output_tokens, $back[1].Usage.note | Should -Be 7, "$([char]0xFFFD)"
    }

    It 'of a row whose column has no name is exported with it' {
        foreach ($extension in 'csv', 'jsonl') {
            New-Answer -Text 'x' -Source @{ '' = 'nameless'; Id = 1 } | Export-ClaudeBatchResult -Path ($path = New-Path $extension)
            $back = $extension -eq 'csv' ? (Import-Csv -LiteralPath $path) : (Get-Content -LiteralPath $path | ConvertFrom-Json)
            $back.'Source.', $back.Id, $back.Text | Should -Be 'nameless', '1', 'x'
        }
    }

    It 'from the service says why Output is null, in a job and its export' {
        $answers = New-Path 'jsonl'
        $deep = '[' * 65 + ']' * 65
        Set-Content -LiteralPath $answers -Value @(
            '{"custom_id":"1","text":"{\"x\":\"\\ud83d\"}"}'
            "{`"custom_id`":`"2`",`"text`":`"$deep`"}"
            '{"custom_id":"3","text":"good"}')
        Connect-TestEmulator -Plan @{ Answers = $answers }
        $results = 1..3 | ForEach-Object { [pscustomobject]@{ Id = $_; Body = 'x' } } |
            New-ClaudeBatchRequest -Model claude-haiku-4-5 -MaxTokens 100 -CustomId '{{Id}}' -Prompt '{{Body}}' |
            Submit-ClaudeBatch -Job odd | Wait-ClaudeBatch | Get-ClaudeBatchResult
        $results.Text | Should -Be '{"x":"\ud83d"}', $deep, 'good'
        $results.IsComplete | Should -Be $false, $false, $true
        $results[0].Reason | Should -BeLike '*half of a surrogate pair*Output is null*'
        $results[1].Reason | Should -BeLike '*more than 64 levels deep*Output is null*'
        $results | Export-ClaudeBatchResult -Path ($path = New-Path 'csv')
        $back = Import-Csv -LiteralPath $path
        $back.Text | Should -Be $results.Text
        $back.Output | Should -Be '', '', ''
    }
}

Describe 'Results that another shell has written' {
    BeforeAll {
        $text = '{"a":{"b":[1,{"c":12345678901234567890123,"d":1e400}]}}'
        Connect-TestEmulator
        $result = [pscustomobject]@{ Id = 1; Body = $text; Nest = @{ x = @{ y = 1, @{ z = 3 } } } } |
            New-ClaudeBatchRequest -Model claude-haiku-4-5 -MaxTokens 100 -CustomId '{{Id}}' -Prompt '{{Body}}' |
            Submit-ClaudeBatch -Job written | Wait-ClaudeBatch | Get-ClaudeBatchResult
        $result | Export-ClaudeBatchResult -Path ($direct = New-Path 'jsonl')
        $expected = Get-Content -LiteralPath $direct -Raw
        $shallow = New-Path 'xml'
        $result | Export-Clixml -LiteralPath $shallow -Depth 1
    }

    It 'are whole in the shell: Export-Clixml -Depth 1' {
        $back = Import-Clixml -LiteralPath $shallow
        $back.Output.a.b[1].d | Should -Be '1e400'
        $back.Usage.output_tokens | Should -Be $result.Usage.output_tokens
        $back.Source.Nest.x.y[1].z | Should -Be 3
    }

    It 'are exported as those of this shell: Export-Clixml -Depth 1' {
        Import-Clixml -LiteralPath $shallow | Export-ClaudeBatchResult -Path ($path = New-Path 'jsonl')
        Get-Content -LiteralPath $path -Raw | Should -BeExactly $expected
    }

    It 'are exported as those of this shell: Start-Job' {
        $ledger = (Get-ClaudeBatchConnection).LedgerPath
        $back = Start-Job {
            Import-Module -Name $using:modulePath
            $null = Connect-ClaudeBatch -Emulator -LedgerPath $using:ledger
            Get-ClaudeBatchResult -Job written
        } | Receive-Job -Wait -AutoRemoveJob
        $back.Source.Nest.x.y[1].z | Should -Be 3
        $back | Export-ClaudeBatchResult -Path ($path = New-Path 'jsonl')
        Get-Content -LiteralPath $path -Raw | Should -BeExactly $expected
    }

    It 'that lack what a cut row could be made from are an error that names them' {
        # As an earlier version has written them.
        $cut = [pscustomobject] @{ PSTypeName = 'Deserialized.ClaudeBatch.BatchResult'; CustomId = 'a'; Status = 'Succeeded'; IsComplete = $true; Attempt = 1; Text = 'x'; Source = [pscustomobject] @{ Nest = '@{x=}' } }
        { $cut | Export-ClaudeBatchResult -Path (New-Path 'csv') } | Should -Throw "*'a' was cut*" -ErrorId 'ResultInvalid,*'
    }

    It 'of rows that are text have their column' {
        [ClaudeBatch.BatchResult] @{ CustomId = 'a'; Text = 'x'; Source = 'a row' } |
            Export-ClaudeBatchResult -Path ($path = New-Path 'csv')
        $back = Import-Csv -LiteralPath $path
        $back._ | Should -Be 'a row'
        $back.PSObject.Properties.Name | Should -Not -Contain 'Length'
    }
}
