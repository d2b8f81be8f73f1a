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

    It 'keeps all columns of chained stages: export, Import-Csv, the next job, three times' {
        Connect-TestEmulator
        $stage = @([pscustomobject]@{ Id = 1; text = 'lower'; Status = 'open'; Body = 'x' })
        $texts = foreach ($number in 1..3) {
            $path = New-Path 'csv'
            $stage | New-ClaudeBatchRequest -Model claude-haiku-4-5 -MaxTokens 100 -CustomId '{{Id}}' -Prompt "$number {{Body}}" |
                Submit-ClaudeBatch -Job "stage-$number" | Wait-ClaudeBatch | Get-ClaudeBatchResult | Export-ClaudeBatchResult -Path $path
            $before = $stage[0].PSObject.Properties
            $stage = @(Import-Csv -LiteralPath $path)
            $after = $stage[0].PSObject.Properties
            $after.Name.Count | Should -Be ($before.Name.Count + 17)
            foreach ($value in $before.Value) { $after.Value | Should -Contain $value }
            $stage[0].Text
        }
        $texts | Should -Be '1 x', '2 x', '3 x'
        $stage[0].'Source.text', $stage[0].'Source.Status', $stage[0].Id | Should -Be 'lower', 'open', '1'
    }

    It 'keeps fields of Output whose names differ only in their letters, each in a column of its own' {
        $answer = [ClaudeBatch.BatchResult] @{ CustomId = 'a'; Text = '{"Text":"one","text":"two","TEXT":"three"}' }
        $answer | Export-ClaudeBatchResult -Path ($path = New-Path 'csv') -ExpandOutput
        $back = Import-Csv -LiteralPath $path
        $back.'Output.Text', $back.'Output.Output.text', $back.'Output.Output.Output.TEXT' | Should -Be 'one', 'two', 'three'
    }

    It 'writes each field of Output as a column of its own' {
        $answers = @(
            [ClaudeBatch.BatchResult] @{ CustomId = 'a'; Text = '{"label":"x","sure":0.50,"why":{"b":[1]}}'; Source = @{ Id = 1; 'Output.label' = 'mine' } }
            [ClaudeBatch.BatchResult] @{ CustomId = 'b'; Text = '[1,2]'; Source = @{ Id = 2 } }
            [ClaudeBatch.BatchResult] @{ CustomId = 'c'; Text = 'no JSON'; Source = @{ Id = 3 } })
        $answers | Export-ClaudeBatchResult -Path ($path = New-Path 'csv') -ExpandOutput
        $back = Import-Csv -LiteralPath $path
        $back[0].PSObject.Properties.Name | Select-Object -First 9 |
            Should -Be 'Id', 'Source.Output.label', 'CustomId', 'Status', 'Text', 'Output.label', 'Output.sure', 'Output.why', 'Output'
        $back.'Output.label' | Should -Be 'x', '', ''
        $back[0].'Output.sure', $back[0].'Output.why', $back[0].'Source.Output.label' | Should -Be '0.50', '{"b":[1]}', 'mine'
        $back.Output | Should -Be '', '[1,2]', ''
        $answers | Export-ClaudeBatchResult -Path ($lines = New-Path 'jsonl') -ExpandOutput -Property Id
        Get-Content -LiteralPath $lines |
            Should -Be '{"Id":1,"Output.label":"x","Output.sure":0.50,"Output.why":{"b":[1]}}', '{"Id":2,"Output":[1,2]}', '{"Id":3}'
    }

    It 'writes the columns that are asked for, in their order' {
        $results | Export-ClaudeBatchResult -Path ($path = New-Path 'csv') -Property extra, Output.a, Usage.output_tokens, Source.Status, Id
        $back = Import-Csv -LiteralPath $path
        $back[0].PSObject.Properties.Name | Should -Be 'extra', 'Output.a', 'Usage.output_tokens', 'Source.Status', 'Id'
        $back.'Output.a' | Should -Be '[1,2.50]', ''
        $back.extra | Should -Be '', '1.5'
        $back.'Usage.output_tokens' | Should -Be ([string[]] $results.Usage.output_tokens)
    }

    It 'warns of a column that no result has' {
        $results | Export-ClaudeBatchResult -Path ($path = New-Path 'jsonl') -Property Id, Bodi -WarningVariable warning -WarningAction Ignore
        $warning | Should -BeLike "*'Bodi'*"
        Get-Content -LiteralPath $path | Should -Be '{"Id":1,"Bodi":null}', '{"Id":2,"Bodi":null}'
    }

    It 'writes the mark of UTF-8 where Excel wants it, and no other encoding than UTF-8' {
        $results | Export-ClaudeBatchResult -Path ($path = New-Path 'csv') -Encoding utf8BOM
        $plain = New-Path 'csv'
        $results | Export-ClaudeBatchResult -Path $plain
        $bytes = [IO.File]::ReadAllBytes($path)
        $bytes[0..2] | Should -Be 0xEF, 0xBB, 0xBF
        [Convert]::ToHexString($bytes[3..($bytes.Count - 1)]) | Should -Be ([Convert]::ToHexString([IO.File]::ReadAllBytes($plain)))
    }

    It 'separates the cells of CSV by another character, and refuses that for JSON' {
        $results | Export-ClaudeBatchResult -Path ($path = New-Path 'csv') -Delimiter ';'
        (Import-Csv -LiteralPath $path -Delimiter ';').CustomId | Should -Be '1', '2'
        { $results | Export-ClaudeBatchResult -Path (New-Path 'json') -Delimiter ';' } | Should -Throw -ErrorId 'DelimiterUnused,*'
        { $results | Export-ClaudeBatchResult -Path (New-Path 'csv') -Delimiter '"' } | Should -Throw -ErrorId 'DelimiterInvalid,*'
    }

    It 'gives rows that are written already the columns of a later one' {
        $names = @('{"Id":1,"Body":"a \"b\";"}', '{"Id":2,"Extra":"é"}', '', '{"id":4,"Body":";\n"}', '{"Id":5,"More":[1,{"x":";"}]}')
        $path = New-Path 'csv'
        $names | ForEach-Object { [ClaudeBatch.BatchResult] @{ CustomId = '"c"'; RawSource = $_ } } |
            Export-ClaudeBatchResult -Path $path -Delimiter ';' -Encoding utf8BOM
        [IO.File]::ReadAllBytes($path)[0..2] | Should -Be 0xEF, 0xBB, 0xBF
        $back = Import-Csv -LiteralPath $path -Delimiter ';'
        $back[0].PSObject.Properties.Name | Select-Object -First 5 | Should -BeExactly 'Id', 'Body', 'Extra', 'More', 'CustomId'
        $back.Id | Should -Be '1', '2', '', '4', '5'
        $back.Body | Should -BeExactly 'a "b";', '', '', ";`n", ''
        $back.Extra | Should -Be '', 'é', '', '', ''
        $back.More | Should -Be '', '', '', '', '[1,{"x":";"}]'
        $back.CustomId | Select-Object -Unique | Should -Be '"c"'
        Get-ChildItem -Path "$path.*" | Should -BeNullOrEmpty
    }

    It 'gives them to rows of any length' {
        $texts = @('"' * 200001) + (1..1500 | ForEach-Object { 'x"' * ($_ % 97) }) + ('y' * 300000)
        $rows = @($texts | ForEach-Object { @{ Body = $_ } }) + @{ More = 'last' }
        $rows | ForEach-Object { [ClaudeBatch.BatchResult] @{ Source = $_ } } | Export-ClaudeBatchResult -Path ($path = New-Path 'csv') -Delimiter '§'
        $back = Import-Csv -LiteralPath $path -Delimiter '§'
        ($back.Body -join '|') -ceq (($texts + '') -join '|') | Should -BeTrue
        $back[-1].More | Should -Be 'last'
        @($back.More).Where({ $_ }).Count | Should -Be 1
    }

    It 'writes what was changed in the objects of a result' {
        $changed = [ClaudeBatch.BatchResult] @{
            Raw = '{"custom_id":"1","result":{"message":{"content":[{"type":"text","text":"{\"a\":1}"}],"usage":{"input_tokens":1}}}}'
            RawSource = '{"Id":1,"Body":"x"}'
        }
        $changed.Source.Body = 'mended'
        $changed.Output.a = 2
        $changed.Usage.input_tokens = 3
        $changed | Export-ClaudeBatchResult -Path ($path = New-Path 'jsonl')
        $back = Get-Content -LiteralPath $path | ConvertFrom-Json
        $back.Body, $back.Output.a, $back.Usage.input_tokens | Should -Be 'mended', 2, 3
        $changed.Text = 'said anew'
        $changed | Export-ClaudeBatchResult -Path ($path = New-Path 'csv')
        (Import-Csv -LiteralPath $path).Text | Should -BeExactly 'said anew'
    }

    It 'writes a text to CSV byte for byte, whatever a spreadsheet would do with it' {
        $text = "=1+1`r`n+2`t@x`n-3 ""q"" $([char]1) _x0041_"
        [ClaudeBatch.BatchResult] @{ CustomId = 'a'; Text = $text } | Export-ClaudeBatchResult -Path ($path = New-Path 'csv')
        (Import-Csv -LiteralPath $path).Text | Should -BeExactly $text
    }

    It 'writes a workbook whose cells read back as they were, in two readers' {
        $folder = Split-Path -Path (Get-Module -Name Pester).Path | Join-Path -ChildPath '../../..'
        Add-Type -Path (Join-Path -Path $folder -ChildPath 'miniexcel/*/lib/net8.0/MiniExcel.dll' -Resolve)
        Add-Type -Path (Join-Path -Path $folder -ChildPath 'exceldatareader/*/lib/netstandard2.0/ExcelDataReader.dll' -Resolve)
        [Text.Encoding]::RegisterProvider([Text.CodePagesEncodingProvider]::Instance)
        $texts = @(
            '=1+1', '@x', '+1', '-1', '1e5', '00123', '12345678901234567', 'true', 'part_x0041_7', '_x005F_x0041_', ' lead ', "`n"
            "a`r`nb`tc`nd", "nul$([char] 0)bel$([char] 7)", '<&>"''', "ü $([char]::ConvertFromUtf32(0x1F600)) $([char] 0xFFFF)")
        $path = New-Path 'xlsx'
        $texts | ForEach-Object { [ClaudeBatch.BatchResult] @{ Text = $_; Source = @{ n = 1.5; big = 12345678901234567890; parts = @(1, 2); flag = $false } } } |
            Export-ClaudeBatchResult -Path $path -WarningVariable warning
        $warning | Should -BeNullOrEmpty
        $rows = @([MiniExcelLibs.MiniExcel]::Query($path, $true))
        foreach ($i in 0..($texts.Count - 1)) { $rows[$i].Text | Should -BeExactly $texts[$i] }
        $rows[0].n, $rows[0].flag | Should -Be 1.5, $false
        $rows[0].big, $rows[0].parts | Should -BeExactly '12345678901234567890', '[1,2]'
        $stream = [IO.File]::OpenRead($path)
        try {
            $reader = [ExcelDataReader.ExcelReaderFactory]::CreateReader($stream)
            $null = $reader.Read()
            $column = (0..($reader.FieldCount - 1) | Where-Object { $reader.GetValue($_) -eq 'Text' })
            foreach ($text in $texts) {
                $reader.Read() | Should -BeTrue
                $reader.GetValue($column) | Should -BeExactly $text
            }
        }
        finally {
            $stream.Dispose()
        }
    }

    It 'cuts what is too long for a cell of a workbook, between characters, and counts it' {
        $face = [char]::ConvertFromUtf32(0x1F600)
        ('y' * 32767), ('y' * 32766 + $face), ('y' * 40000) | ForEach-Object { [ClaudeBatch.BatchResult] @{ Text = $_ } } |
            Export-ClaudeBatchResult -Path ($path = New-Path 'xlsx') -WarningVariable warning -WarningAction Ignore
        $warning | Should -BeLike '2 texts are of more than 32,767 characters*'
        @([MiniExcelLibs.MiniExcel]::Query($path, $true)).ForEach({ $_.Text.Length }) | Should -Be 32767, 32766, 32767
        { $results | Export-ClaudeBatchResult -Path (New-Path 'xlsx') -Encoding utf8BOM } | Should -Throw -ErrorId 'EncodingUnused,*'
    }

    It 'writes an empty table when nothing comes' {
        $path = New-Path 'json'
        @() | Export-ClaudeBatchResult -Path $path
        Get-Content -LiteralPath $path | Should -Be '[]'
    }
}
