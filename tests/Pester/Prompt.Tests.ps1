BeforeAll {
    . $PSScriptRoot/Support.ps1
    $common = @{ Model = 'claude-haiku-4-5'; MaxTokens = 50 }
    function Get-Prompt {
        process { $_.Params.messages[0].content }
    }
}

Describe 'A prompt that is the same for all rows' {
    It 'is told once, with what it is: <what>' -ForEach @(
        @{ what = 'a template without a placeholder'; rows = { New-TestRow }; how = @{ Prompt = 'Do {text}' }; words = "*All 3 requests ask the same, 'Do {text}'*write {{Id}}, {{Body}}.*" }
        @{ what = 'text that the shell has expanded'; rows = { New-TestRow }; how = @{ Prompt = "Do $($nothing.text)" }; words = "*'Do '*" }
        @{ what = 'piped words, which are dropped'; rows = { 'one', 'two' }; how = @{ Prompt = 'Translate to English' }; words = "*All 2 *'Translate to English'*write {{_}}.*" }
        @{ what = 'a script block with one result'; rows = { New-TestRow }; how = @{ Prompt = { 'constant' } }; words = "*'constant'*" }
        @{ what = 'messages'; rows = { New-TestRow }; how = @{ Message = @{ role = 'user'; content = 'hello' } }; words = '*hello*' }
        @{ what = 'one document for all'; rows = { New-TestRow }; how = @{ Prompt = 'Sum up'; Document = "same.txt" }; words = "*'Sum up'*" }
    ) {
        if ($how.Document) {
            $how.Document = Join-Path -Path $TestDrive -ChildPath 'same.txt'
            Set-Content -LiteralPath $how.Document -Value 'text'
        }
        & $rows | New-ClaudeBatchRequest @common @how -WarningVariable warnings 3>$null | Should -Not -BeNullOrEmpty
        @($warnings -like 'All * requests ask the same*') | Should -HaveCount 1
        $warnings[0] | Should -BeLike $words
    }

    It 'is nothing to tell where <what>' -ForEach @(
        @{ what = 'there is one row'; rows = { New-TestRow -Count 1 }; how = @{ Prompt = 'Hello' } }
        @{ what = 'a value of the row is in it'; rows = { New-TestRow }; how = @{ Prompt = 'x {{Body}}' } }
        @{ what = 'each row has its message'; rows = { New-TestRow }; how = @{ Message = @{ role = 'user'; content = 'x {{Body}}' } } }
        @{ what = 'the script block gives another text'; rows = { New-TestRow }; how = @{ Prompt = { "x $($_.Id)" } } }
        @{ what = 'equal rows have the same value'; rows = { 1, 2 | ForEach-Object { [pscustomobject]@{ Id = $_; Body = 'same' } } }; how = @{ Prompt = 'Ask: {{Body}}' } }
        @{ what = 'each row is its document'; rows = { 1, 2 | ForEach-Object { New-Item -Path "$TestDrive/e$_.txt" -Value "$_" -Force } }; how = @{ Prompt = 'Sum up'; Document = '{{_}}' } }
        @{ what = 'each row has its document'; rows = { 1, 2 | ForEach-Object { $p = "$TestDrive/d$_.txt"; Set-Content -LiteralPath $p -Value $_; @{ Path = $p } } }; how = @{ Prompt = 'Sum up'; Document = '{{Path}}' } }
    ) {
        & $rows | New-ClaudeBatchRequest @common @how -WarningVariable warnings 3>$null | Out-Null
        $warnings | Should -BeNullOrEmpty
    }
}

Describe 'A placeholder in the syntax of another tool' {
    It 'is refused where the template has none of ours: <template>' -ForEach @(
        @{ template = 'Do {Body}'; right = '{{Body}}' }
        @{ template = 'Do { body }'; right = '{{Body}}' }
        @{ template = 'Do $Body'; right = '{{Body}}' }
        @{ template = 'Do ${Body}'; right = '{{Body}}' }
        @{ template = 'Do $_.Body'; right = '{{Body}}' }
        @{ template = 'Do $($_.Body)'; right = '{{Body}}' }
        @{ template = 'Do $($row.Id)'; right = '{{Id}}' }
        @{ template = 'Do $_'; right = '{{_}}' }
    ) {
        { New-TestRow | New-ClaudeBatchRequest @common -Prompt $template -ErrorAction SilentlyContinue } | Should -Throw -ErrorId 'PlaceholderMisspelt,*'
        $message = try { New-TestRow | New-ClaudeBatchRequest @common -Prompt $template } catch { $_.Exception.Message }
        $message | Should -BeLike "*written '$right'*"
    }

    It 'is refused in messages and told beside a placeholder of ours' {
        { New-TestRow | New-ClaudeBatchRequest @common -Message @{ role = 'user'; content = 'Hi {Body}' } } | Should -Throw -ErrorId 'PlaceholderMisspelt,*'
        New-TestRow | New-ClaudeBatchRequest @common -Prompt 'Do $_ on {{Body}}' -WarningVariable warnings 3>$null | Out-Null
        $warnings | Should -BeLike "*'`$_'*'{{_}}'*"
    }

    It 'is refused for text rows, too' {
        { 'a', 'b' | New-ClaudeBatchRequest @common -Prompt 'Do $_' } | Should -Throw -ExpectedMessage "*written '{{_}}'*" -ErrorId 'PlaceholderMisspelt,*'
    }

    It 'is a warning beside one of ours, and none where it names no column' {
        $rows = [pscustomobject]@{ label = 'a'; text = 'x' }, [pscustomobject]@{ label = 'b'; text = 'y' }
        $rows | New-ClaudeBatchRequest @common -Prompt 'Answer as {label}. Text: {{text}}' -WarningVariable warnings 3>$null |
            Get-Prompt | Should -Be @('Answer as {label}. Text: x', 'Answer as {label}. Text: y')
        $warnings | Should -HaveCount 1
        $warnings[0] | Should -BeLike "*'{label}'*'{{label}}'*"
        $rows | New-ClaudeBatchRequest @common -Prompt 'Answer as {"x": 1} {json} $price: {{text}}' -WarningVariable warnings | Out-Null
        $warnings | Should -BeNullOrEmpty
    }

    It 'sends nothing of a pipeline that has it' {
        Connect-TestEmulator
        { New-TestRow | New-ClaudeBatchRequest @common -Prompt 'Do {Body}' | Submit-ClaudeBatch -Job slip } | Should -Throw
        Get-ClaudeBatch -Local | Should -BeNullOrEmpty
    }
}

Describe 'An empty column' {
    It 'is counted, with its first rows, in one warning' {
        $rows = 1..10 | ForEach-Object { [pscustomobject]@{ Id = $_; text = $(if ($_ % 3) { "t$_" } elseif ($_ -eq 6) { ' ' }) } }
        $rows | New-ClaudeBatchRequest @common -Prompt 'C {{Id}}: {{text}}' -WarningVariable warnings 3>$null | Should -HaveCount 10
        $warnings | Should -HaveCount 1
        $warnings[0] | Should -BeLike "3 rows (3, 6, 9): column 'text' is empty*"
    }

    It 'is one error where nothing else is asked' {
        $rows = [pscustomobject]@{ text = '' }, [pscustomobject]@{ text = "`t" }, [pscustomobject]@{ text = 'x' }
        $rows | New-ClaudeBatchRequest @common -Prompt '{{text}}' -ErrorAction SilentlyContinue -ErrorVariable problem -WarningVariable warnings |
            Should -HaveCount 1
        $problem | Should -HaveCount 1
        $problem[0].Exception.Message | Should -BeLike '2 rows (1, 2): The prompt is empty*'
        $warnings | Should -BeNullOrEmpty
    }
}

Describe 'What is wrong with many rows' {
    It 'is one error with its count, and the names as they are written' {
        $rows = 1..100 | ForEach-Object { [pscustomobject]@{ 'Text ' = "t$_" } }
        $rows | New-ClaudeBatchRequest @common -Prompt '{{Text}}' -ErrorAction SilentlyContinue -ErrorVariable problem | Should -BeNullOrEmpty
        $problem | Should -HaveCount 1
        $problem[0].Exception.Message | Should -Be "100 rows (1, 2, 3, 4, 5, …): There is no column 'Text'; there are 'Text '. Write {{Text }}: blanks are part of the name."
        $problem[0].TargetObject | Should -Be $rows[0]
    }

    It 'finds a column whose name ends with a blank, and says how it is written' {
        $row = [pscustomobject]@{ 'Text ' = 'x' }
        $row | New-ClaudeBatchRequest @common -Prompt '{{Text }}' | Get-Prompt | Should -Be 'x'
        $row | New-ClaudeBatchRequest @common -Prompt '{{Text}}' -ErrorAction SilentlyContinue -ErrorVariable problem
        $problem[0].Exception.Message | Should -BeLike '*Write {{Text }}*'
    }

    It 'is an error at once where -Prompt is <what>' -ForEach @(
        @{ what = 'a list of lines'; prompt = 'Classify:', '{{Body}}' }
        @{ what = 'a table'; prompt = @{ a = 1 } }
        @{ what = 'a file'; prompt = Get-Item -LiteralPath $PSCommandPath }
    ) {
        { New-TestRow | New-ClaudeBatchRequest @common -Prompt $prompt } | Should -Throw -ErrorId 'TemplateInvalid,*' -ExpectedMessage '-Prompt is of type*'
    }

    It 'names the delimiter where the whole header is one column' {
        'text;category', 'a;b' | ConvertFrom-Csv | New-ClaudeBatchRequest @common -Prompt '{{text}}' -ErrorAction SilentlyContinue -ErrorVariable problem
        $problem[0].Exception.Message | Should -BeLike "*'text;category'*Import-Csv -Delimiter ';'"
    }

    It 'is an error for each cause' {
        $rows = 1..20 | ForEach-Object { [pscustomobject]@{ Id = $(if ($_ % 2) { "a b$_" } else { 'x' * 70 }); Body = 'b' } }
        $rows | New-ClaudeBatchRequest @common -CustomId '{{Id}}' -Prompt '{{Body}}' -ErrorAction SilentlyContinue -ErrorVariable problem
        $problem | Should -HaveCount 2
        $problem[0].Exception.Message | Should -BeLike "10 rows (1, 3, 5, 7, 9, …): The custom id holds ' '*The first is 'a b1'."
    }

    It 'does not hide what no cause was named for' {
        $rows = 1..60 | ForEach-Object { [pscustomobject]@{ "Column$_" = $_ } }
        $rows | New-ClaudeBatchRequest @common -Prompt '{{Text}}' -ErrorAction SilentlyContinue -ErrorVariable problem
        $problem | Should -HaveCount 51
        $problem[-1].Exception.Message | Should -BeLike '10 further rows*'
    }
}

Describe 'Placeholders in messages' {
    It 'stand for values of the row, in texts at any depth' {
        $message = @{ role = 'user'; content = @(@{ type = 'text'; text = 'For {{Who.Name}}: {{Body}}' }, @{ type = 'text'; text = 'literal \{{x}}' }) }
        $request = [pscustomobject]@{ Who = @{ Name = 'A "nn"' }; Body = "two`nlines" } | New-ClaudeBatchRequest @common -Message $message
        $request.Params.messages[0].content.text | Should -Be @("For A `"nn`": two`nlines", 'literal {{x}}')
    }

    It 'are left alone in what a script block returns' {
        New-TestRow -Count 1 | New-ClaudeBatchRequest @common -Message { @{ role = 'user'; content = '{{Body}}' } } | Get-Prompt | Should -Be '{{Body}}'
    }

    It 'are an error without a row' {
        { New-ClaudeBatchRequest @common -Message @{ role = 'user'; content = '{{Body}}' } -ErrorAction Stop } | Should -Throw -ErrorId 'PlaceholderUnknown,*'
    }
}
