BeforeAll {
    . $PSScriptRoot/Support.ps1
    $common = @{ Model = 'claude-haiku-4-5'; MaxTokens = 50 }
    function Get-Prompt {
        process { $_.Params.messages[0].content }
    }
}

Describe 'New-ClaudeBatchRequest' {
    It 'fills a template from the row' {
        $request = [pscustomobject]@{ Id = 7; Body = 'Hi'; Who = @{ Name = 'Ann' } } |
            New-ClaudeBatchRequest @common -CustomId 'ticket-{{Id}}' -Prompt '{{Who.Name}}: {{ Body }} \{{x}}'
        $request.CustomId | Should -Be 'ticket-7'
        $request | Get-Prompt | Should -Be 'Ann: Hi {{x}}'
        $request.Model | Should -Be 'claude-haiku-4-5'
        $request.MaxTokens | Should -Be 50
        $request.SizeInBytes | Should -Be ([Text.Encoding]::UTF8.GetByteCount($request.Raw))
    }

    It 'takes a text row as the prompt' {
        'one', 'two' | New-ClaudeBatchRequest @common | Get-Prompt | Should -Be @('one', 'two')
    }

    It 'makes one request from -Prompt alone' {
        New-ClaudeBatchRequest @common -Prompt 'alone' | Get-Prompt | Should -Be 'alone'
    }

    It 'runs a script block for each row, joins its lines and leaves its braces alone' {
        New-TestRow -Count 2 | New-ClaudeBatchRequest @common -Prompt { "first $($_.Id)"; '{{Body}}' } | Get-Prompt |
            Should -Be @("first 1`n{{Body}}", "first 2`n{{Body}}")
    }

    It 'lets a script block use variables of its caller' {
        $greeting = 'Hello'
        New-TestRow -Count 1 | New-ClaudeBatchRequest @common -Prompt { "$greeting $($_.Id)" } | Get-Prompt | Should -Be 'Hello 1'
    }

    It 'reports a row whose script block throws, and goes on' {
        $rows = New-TestRow
        $requests = $rows | New-ClaudeBatchRequest @common -Prompt { if ($_.Id -eq 2) { throw 'boom' }; $_.Body } -ErrorAction SilentlyContinue -ErrorVariable problem
        $requests.Count | Should -Be 2
        $problem.Count | Should -Be 1
        $problem[0].FullyQualifiedErrorId | Should -Be 'ScriptBlockFailed,ClaudeBatch.Commands.NewClaudeBatchRequestCommand'
        $problem[0].TargetObject | Should -Be $rows[1]
        $problem[0].Exception.Message | Should -Match '^Row 2: .*: boom\.$'
    }

    It 'takes break and exit of a script block for a failure of its row, which end no loop and no script of the user' {
        foreach ($block in { if ($_.Id -eq 2) { break }; $_.Body }, { if ($_.Id -eq 2) { exit 1 }; $_.Body }) {
            New-TestRow | New-ClaudeBatchRequest @common -Prompt $block -ErrorAction SilentlyContinue -ErrorVariable problem | Should -HaveCount 2
            $problem.Exception.Message | Should -Match "^Row 2: .*: It was ended by '(break|exit)'"
        }
    }

    It 'refuses an empty prompt: <name>' -ForEach @(
        @{ name = 'a block that gives nothing'; prompt = { } }
        @{ name = 'a block that gives null'; prompt = { $null } }
        @{ name = 'an empty cell'; prompt = '{{Empty}}' }
    ) {
        $made = [pscustomobject]@{ Id = 1; Empty = '' } | New-ClaudeBatchRequest @common -Prompt $prompt -ErrorAction SilentlyContinue -ErrorVariable problem
        $made | Should -BeNullOrEmpty
        $problem[0].FullyQualifiedErrorId | Should -BeLike 'PromptEmpty,*'
    }

    It 'names the row and the property of an unknown placeholder, and goes on' {
        $rows = [pscustomobject]@{ Id = 1 }, [pscustomobject]@{ Id = 2; Body = 'x' }
        $made = $rows | New-ClaudeBatchRequest @common -Prompt '{{Body}}' -ErrorAction SilentlyContinue -ErrorVariable problem
        @($made).Count | Should -Be 1
        $problem[0].FullyQualifiedErrorId | Should -BeLike 'PlaceholderUnknown,*'
        $problem[0].Exception.Message | Should -Be "Row 1: There is no column 'Body'; there are 'Id'."
        $problem[0].TargetObject | Should -Be $rows[0]
    }

    It 'refuses a bad custom id: <id>' -ForEach @(@{ id = 'a b' }, @{ id = 'a|b' }, @{ id = 'x' * 65 }) {
        $made = [pscustomobject]@{ Id = $id } | New-ClaudeBatchRequest @common -CustomId '{{Id}}' -Prompt 'x' -ErrorAction SilentlyContinue -ErrorVariable problem
        $made | Should -BeNullOrEmpty
        $problem[0].FullyQualifiedErrorId | Should -BeLike 'CustomIdInvalid,*'
    }

    It 'gives equal rows numbered ids that the next run gives again, whatever the system prompt' {
        $rows = 'same', 'other', 'same'
        $first = $rows | New-ClaudeBatchRequest @common -WarningVariable warning -WarningAction SilentlyContinue
        $again = $rows | New-ClaudeBatchRequest @common -System 'Be brief.' -WarningAction SilentlyContinue
        $first[2].CustomId | Should -Be "$($first[0].CustomId)-2"
        $again.CustomId | Should -Be $first.CustomId
        $warning | Should -Match '1 rows were equal'
    }

    It 'keeps the chosen properties of the row as its source' {
        $row = [pscustomobject]@{ Id = 1; Name = 'n'; Size = 2.5; When = [datetime]'2026-01-02'; List = @(1, 2) }
        (($row | New-ClaudeBatchRequest @common -Prompt 'x').Source.PSObject.Properties.Name) | Should -Be @('Id', 'Name', 'Size', 'When', 'List')
        (($row | New-ClaudeBatchRequest @common -Prompt 'x' -SourceProperty I*, Size).Source.PSObject.Properties.Name) | Should -Be @('Id', 'Size')
        ($row | New-ClaudeBatchRequest @common -Prompt 'x' -SourceProperty @()).Source | Should -BeNullOrEmpty
        $source = ($row | New-ClaudeBatchRequest @common -Prompt 'x').Source
        $source.Id | Should -BeOfType [long]
        $source.Size | Should -Be 2.5
        $source.When | Should -BeOfType [string]
    }

    It 'takes hashtables and data rows' {
        @{ Id = 1; Body = 'h' } | New-ClaudeBatchRequest @common -Prompt '{{Body}}' | Get-Prompt | Should -Be 'h'
        $table = [Data.DataTable]::new()
        $table.Columns.Add('Body') | Out-Null
        $table.Rows.Add('d') | Out-Null
        $table.Rows | New-ClaudeBatchRequest @common -Prompt '{{Body}}' | Get-Prompt | Should -Be 'd'
    }

    It 'takes of other objects only what the templates name' {
        $request = Get-Item -LiteralPath $modulePath | New-ClaudeBatchRequest @common -Prompt '{{Name}} has {{Length}} bytes'
        $request.Source.PSObject.Properties.Name | Should -Be @('Name', 'Length')
    }

    It 'gives requests whose params are the same bytes up to the prompt' {
        $raw = New-TestRow | New-ClaudeBatchRequest @common -System 'S' -AdditionalParameter @{ service_tier = 'auto'; container = @{ y = 1; b = 2 } } -Prompt '{{Body}}' | ForEach-Object Raw
        $frozen = $raw | ForEach-Object { ($_ -split '"params":')[1] -replace 'message \d', '' } | Select-Object -Unique
        $frozen | Should -Be '{"model":"claude-haiku-4-5","max_tokens":50,"system":"S","container":{"b":2,"y":1},"service_tier":"auto","messages":[{"role":"user","content":""}]}}'
    }

    It 'writes numbers and dates the same in <_>' -ForEach 'tr-TR', 'de-DE' {
        $culture = [cultureinfo]::CurrentCulture
        try {
            [cultureinfo]::CurrentCulture = $_
            $row = [pscustomobject]@{ ID = 1.5; When = [datetime]'2026-01-02T03:04:05' }
            $request = $row | New-ClaudeBatchRequest @common -Prompt '{{id}} {{When}}'
            $request | Get-Prompt | Should -Be '1.5 2026-01-02T03:04:05.0000000'
        }
        finally {
            [cultureinfo]::CurrentCulture = $culture
        }
    }

    It 'passes whole messages through' {
        $messages = @{ role = 'user'; content = 'a' }, @{ role = 'assistant'; content = 'b' }, @{ role = 'user'; content = 'c' }
        (New-ClaudeBatchRequest @common -Message $messages).Params.messages.content | Should -Be @('a', 'b', 'c')
    }

    It 'names a row by all of it, whatever is kept of it or asked about it: <name>' -ForEach @(
        @{ name = 'one property kept'; how = @{ SourceProperty = 'Kind' } }
        @{ name = 'none kept'; how = @{ SourceProperty = @() } }
        @{ name = 'whole messages'; how = @{ Message = @{ role = 'user'; content = 'the same for all' } } }
    ) {
        $rows = 1..3 | ForEach-Object { [pscustomobject]@{ Kind = 'x'; Body = "message $_" } }
        $prompt = if ($how.Message) { @{} } else { @{ Prompt = 'Say something.' } }
        $requests = $rows | New-ClaudeBatchRequest @common @how @prompt -WarningVariable warnings 3>$null
        $requests.CustomId | Sort-Object -Unique | Should -HaveCount 3
        $requests.CustomId | Should -Not -Match '-2$'
        $warnings | Should -Not -Match 'equal'
    }

    It 'names files by their place, not by what a script block reads of them' {
        $folder = New-TestFolder
        'a', 'b' | ForEach-Object { New-Item -ItemType File -Path "$folder/$_/same.txt" -Value 'same' -Force | Out-Null }
        $requests = Get-ChildItem -Path $folder -Recurse -File | New-ClaudeBatchRequest @common -Prompt { Get-Content -LiteralPath $_.FullName -Raw }
        $requests.CustomId | Sort-Object -Unique | Should -HaveCount 2
    }

    It 'refuses a number that JSON has no word for' {
        { New-ClaudeBatchRequest @common -Prompt 'x' -Metadata @{ share = [double]::NaN } } |
            Should -Throw -ErrorId 'ValueNotJson,*'
    }
}

Describe 'Requests on their way to a job' {
    BeforeAll {
        $rows = New-TestRow -Count 250
        $how = @{ Prompt = '{{Body}}' } + $common

        function New-RequestOfFunction { $input | New-ClaudeBatchRequest @how }
    }

    It 'are one by one for whoever else takes them: <name>' -ForEach @(
        @{ name = 'a variable'; line = { $rows | New-ClaudeBatchRequest @how } }
        @{ name = 'another command'; line = { $rows | New-ClaudeBatchRequest @how | Where-Object { $_.CustomId } } }
        @{ name = 'a function'; line = { $rows | New-RequestOfFunction } }
        @{ name = '-OutVariable'; line = { $null = $rows | New-ClaudeBatchRequest @how -OutVariable made | Submit-ClaudeBatch -Job out; $made } }
        @{ name = '-PipelineVariable'; line = { $null = $rows | New-ClaudeBatchRequest @how -PipelineVariable one | ForEach-Object { $one } -OutVariable made | Submit-ClaudeBatch -Job pipe; $made } }
        @{ name = 'a function before the job'; line = { $null = $rows | New-RequestOfFunction -OutVariable made | Submit-ClaudeBatch -Job function; Get-ClaudeBatchRequest -Job function } }
    ) {
        Connect-TestEmulator
        $made = & $line
        $made | Should -HaveCount 250
        $made | ForEach-Object { $_.GetType().FullName } | Sort-Object -Unique | Should -Be 'ClaudeBatch.BatchRequest'
        $made.CustomId | Sort-Object -Unique | Should -HaveCount 250
    }

    It 'come to the job in their order, each once' {
        Connect-TestEmulator
        (New-ClaudeBatchRequest -InputObject $rows @how | Submit-ClaudeBatch -Job order -MaxRequestsPerBatch 120).RequestCount | Should -Be 120, 120, 10
        (Get-ClaudeBatchRequest -Job order).Source.Id | Should -Be (1..250)
        ($rows | New-ClaudeBatchRequest @how | Invoke-ClaudeBatch -Job order -InformationAction Ignore).Count | Should -Be 250
        (Get-ClaudeBatch -Job order).Count | Should -Be 3
    }

    It 'are named by their own ids where one of them is refused' {
        Connect-TestEmulator
        $made = $rows[0..149] + $rows[0] | New-ClaudeBatchRequest @common -CustomId 'r-{{Id}}' -Prompt '{{Body}}' |
            Submit-ClaudeBatch -Job twice -ErrorVariable failed -ErrorAction SilentlyContinue
        $made.RequestCount | Should -Be 150
        $failed.FullyQualifiedErrorId | Should -Be 'CustomIdDuplicated,ClaudeBatch.Commands.SubmitClaudeBatchCommand'
        $failed.TargetObject | Should -Be 'r-1'
    }
}
