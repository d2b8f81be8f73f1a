BeforeAll {
    . $PSScriptRoot/Support.ps1

    function Invoke-Rehearsal([int] $Count = 3, [hashtable] $How = @{}) {
        New-TestRequest -Count $Count | Invoke-ClaudeBatch -Job rehearsal -InformationAction Ignore @How
    }

    function New-Forced([int] $Count = 20) {
        $label = @{
            name = 'label'
            input_schema = @{ type = 'object'; properties = @{ tone = @{ enum = 'good', 'bad' }; rank = @{ type = 'integer'; minimum = 1; maximum = 3 } }; required = 'tone', 'rank' }
        }
        New-TestRow -Count $Count | New-ClaudeBatchRequest -Model claude-haiku-4-5 -MaxTokens 100 -CustomId 'row-{{Id}}' -Prompt '{{Body}}' -Tool $label -ToolChoice label
    }
}

Describe 'Answers of a rehearsal by a script block' {
    It 'are what it returns for each request' {
        $seen = [Collections.Generic.List[object]]::new()
        Connect-TestEmulator -Plan @{
            Answers = {
                param($Request)
                $seen.Add([pscustomobject]@{ Same = [object]::ReferenceEquals($Request, $_); Thread = [Environment]::CurrentManagedThreadId; Of = $Request })
                switch ($Request.CustomId) {
                    'row-1' { "I heard: $($Request.Prompt)" }
                    'row-2' { [ordered] @{ z = 1; a = @{ model = $Request.Params.model } } }
                    'row-3' { [pscustomobject] @{ x = 2.50d } }
                    'row-4' { 1, 'two' }
                    'row-5' { 7 }
                }
            }
        }
        $results = Invoke-Rehearsal -Count 6
        $results.Text | Should -Be 'I heard: message 1', '{"z":1,"a":{"model":"claude-haiku-4-5"}}', '{"x":2.50}', '[1,"two"]', '7', 'message 6'
        $seen.Count | Should -Be 6
        $seen.Same | Should -Not -Contain $false
        $seen.Thread | Sort-Object -Unique | Should -Be ([Environment]::CurrentManagedThreadId)
        $seen[0].Of.Params.messages[0].content | Should -BeExactly 'message 1'
    }

    It 'are made by every cmdlet that sends, and once a part' {
        $asked = [Collections.Generic.List[string]]::new()
        Connect-TestEmulator -Plan @{ Answers = { $asked.Add($_.CustomId); "$($_.CustomId)!" }; Faults = @(@{ Kind = 'Refuse'; Status = 529; Times = 1 }) }
        New-TestRequest -Count 4 | Submit-ClaudeBatch -Job sent -MaxRequestsPerBatch 2 -WarningAction SilentlyContinue | Wait-ClaudeBatch | Get-ClaudeBatchResult |
            ForEach-Object Text | Should -Be 'row-1!', 'row-2!', 'row-3!', 'row-4!'
        $asked | Should -Be 'row-1', 'row-2', 'row-3', 'row-4'
    }

    It 'wait for a process that has no script block' {
        Connect-TestEmulator -LedgerPath ($ledger = New-TestFolder) -Plan @{ Answers = { "from the first shell: $($_.Prompt)" }; Faults = @(@{ Kind = 'Outage'; Duration = 1800 }) }
        New-TestRequest -Count 2 | Submit-ClaudeBatch -Job later -WarningAction SilentlyContinue -ErrorAction SilentlyContinue | ForEach-Object State | Should -Be 'Spooled'
        Connect-TestEmulator -LedgerPath $ledger
        $null = Complete-TestJob -Name later
        (Get-ClaudeBatchResult -Job later).Text | Should -Be 'from the first shell: message 1', 'from the first shell: message 2'
    }

    It 'that fail are one error with the id, and nothing of the part is sent' {
        Connect-TestEmulator -Plan @{ Answers = { if ($_.CustomId -eq 'row-3') { throw 'no idea' }; 'fine' } }
        $failed = $null
        try { New-TestRequest -Count 4 | Submit-ClaudeBatch -Job failing -MaxRequestsPerBatch 2 } catch { $failed = $_ }
        $failed.FullyQualifiedErrorId | Should -BeLike 'ScriptBlockFailed,*'
        "$failed" | Should -BeLike "*failed for 'row-3': no idea. Nothing of its part was sent."
        $failed.TargetObject | Should -BeExactly 'row-3'
        (Get-ClaudeBatch -Job failing -Local).State | Should -Be 'InProgress', 'Spooled'
        { Invoke-ClaudeBatch -Job failing -InformationAction Ignore } | Should -Throw -ErrorId 'ScriptBlockFailed,*'
        (Get-ClaudeBatch -Service).Count | Should -Be 1
    }

    It 'that write an error have failed: <_>' -ForEach 'Write-Error "no idea"; "fine"', '1 / 0; "fine"', 'Get-Item ./nothing; "fine"' {
        Connect-TestEmulator -Plan @{ Answers = [scriptblock]::Create($_) }
        { New-TestRequest -Count 1 | Submit-ClaudeBatch -Job failing } | Should -Throw -ErrorId 'ScriptBlockFailed,*'
        (Get-ClaudeBatch -Service).Count | Should -Be 0
    }

    It 'hold neither the lock of the part nor a transaction while they are made' {
        Connect-TestEmulator -Plan @{ Answers = { Get-ClaudeBatch -Local | Stop-ClaudeBatch -Confirm:$false -ErrorAction Stop; 'x' } }
        $batch = New-TestRequest -Count 1 | Submit-ClaudeBatch -Job stopped -WarningAction SilentlyContinue
        $batch.State | Should -Be 'Abandoned'
        (Get-ClaudeBatch -Service).Count | Should -Be 0
    }

    It 'are not asked for in another shell' {
        Connect-TestEmulator -Plan @{ Answers = { 'here' } }
        $connection = Get-ClaudeBatchConnection
        New-TestRequest -Count 1 | Export-ClaudeBatchRequest -Path ($path = "$(New-TestFolder).jsonl")
        $job = Start-ThreadJob { Import-Module $using:modulePath; Submit-ClaudeBatch -Path $using:path -Job there -Connection $using:connection }
        { $job | Receive-Job -Wait -AutoRemoveJob -ErrorAction Stop } | Should -Throw -ExpectedMessage '*another shell or thread*'
    }

    It 'are a table by custom id as well' {
        Connect-TestEmulator -Plan @{ answers = @{ 'row-1' = 'one'; 'row-3' = @{ three = 3 } } }
        (Invoke-Rehearsal).Text | Should -Be 'one', 'message 2', '{"three":3}'
    }

    It 'are what is passed to the tool that is forced' {
        Connect-TestEmulator -Plan @{ Answers = { if ($_.CustomId -eq 'row-1') { @{ tone = 'bad'; rank = 3 } } else { @{ tone = 'odd'; rank = 3 } } } }
        $results = New-Forced -Count 2 | Invoke-ClaudeBatch -Job forced -InformationAction Ignore
        $results.Output.tone | Should -Be 'bad', 'odd'
        $results.IsComplete | Should -Be $true, $false
        $results[1].Reason | Should -BeLike 'The answer does not fit the schema: $.tone*'
    }
}

Describe 'Calls of tools in a rehearsal' {
    BeforeAll {
        $orders = @{ name = 'Get-Order'; input_schema = @{ type = 'object'; properties = @{ Number = @{ type = 'integer' } }; required = , 'Number' } }

        function New-ToolRequest([int] $Count = 2) {
            New-TestRow -Count $Count | New-ClaudeBatchRequest -Model claude-haiku-4-5 -MaxTokens 400 -CustomId 'row-{{Id}}' -Prompt '{{Body}}' -Tool $orders
        }

        function Invoke-ToolRehearsal([hashtable] $Plan, [int] $Count = 2) {
            Connect-TestEmulator -Plan $Plan
            New-ToolRequest -Count $Count | Invoke-ClaudeBatch -Job calls -InformationAction Ignore
        }
    }

    It 'are made in the rounds of the plan, as many as it says' {
        $results = Invoke-ToolRehearsal -Plan @{ ToolRounds = 1; ToolCalls = 2; OddContent = $true }
        $results.StopReason | Should -Be 'tool_use', 'tool_use'
        $results.ToolCalls.Name | Should -Be (@('Get-Order') * 4)
        $results.ToolCalls.Id | Sort-Object -Unique | Should -HaveCount 4
        $results[0].ToolCalls[0].Input.Number | Should -BeGreaterThan 0
        (Invoke-ToolRehearsal -Plan @{}).StopReason | Should -Be 'end_turn', 'end_turn'
    }

    It 'are refused by name where the plan is wrong: <_>' -ForEach @{ ToolRounds = -1 }, @{ ToolCalls = 0 }, @{ Pauses = -1 } {
        { Connect-TestEmulator -Plan $_ } | Should -Throw -ErrorId 'EmulatorPlanInvalid,*' -ExpectedMessage "*$($_.Keys)*"
    }

    It 'are given by a script block or a table' {
        $answers = {
            switch ($_.CustomId) {
                'row-1' { @{ ToolUse = @{ Name = 'Get-Order'; Input = @{ Number = 3.7 } } } }
                'row-2' { [pscustomobject] @{ tooluse = @{ name = 'Get-Order'; input = @{ Number = 1 } }, @{ Name = 'Other' }; Text = 'I look.' } }
                'row-3' { @{ ToolUse = 'x'; Other = 1 } }
            }
        }
        $table = @{
            'row-1' = @{ ToolUse = @{ Name = 'Get-Order'; Input = @{ Number = 3.7 } } }
            'row-2' = @{ Text = 'I look.'; ToolUse = @{ Name = 'Get-Order'; Input = @{ Number = 1 } }, @{ Name = 'Other' } }
            'row-3' = @{ ToolUse = 'x'; Other = 1 }
        }
        foreach ($how in $answers, $table) {
            $results = Invoke-ToolRehearsal -Plan @{ Answers = $how } -Count 3
            $results.StopReason | Should -Be 'tool_use', 'tool_use', 'end_turn'
            $results[0].ToolCalls.Input.Number | Should -Be 3.7
            $results[1].ToolCalls.Name | Should -Be 'Get-Order', 'Other'
            $results[1].Text | Should -BeExactly 'I look.'
            $results[2].Text | ConvertFrom-Json | ForEach-Object ToolUse | Should -BeExactly 'x'
        }
    }

    It 'or any content are given in the shape of the API' {
        $results = Invoke-ToolRehearsal -Count 3 -Plan @{
            Answers = {
                switch ($_.CustomId) {
                    'row-1' { @{ Content = @{ type = 'text'; text = 'I look.' }, @{ type = 'tool_use'; name = 'Get-Order'; input = @{ Number = 1 } } } }
                    'row-2' { @{ Content = @(); StopReason = 'refusal' } }
                    'row-3' { @{ Content = @() } }
                }
            }
        }
        $results.StopReason | Should -Be 'tool_use', 'refusal', 'end_turn'
        $results[0].ToolCalls.Id | Should -BeLike 'toolu_01*'
    }

    It 'that are none are an error' {
        { Invoke-ToolRehearsal -Plan @{ Answers = { @{ ToolUse = @{ Input = 1 } } } } } | Should -Throw -ErrorId 'ScriptBlockFailed,*' -ExpectedMessage '*A ToolUse is @{ Name*'
        { Connect-TestEmulator -Plan @{ Answers = @{ 'row-1' = @{ ToolUse = 'Get-Order' } } } } | Should -Throw -ErrorId 'EmulatorPlanInvalid,*'
    }

    It 'are told to the script block in the next round, with what came of them' {
        $call = '{"role":"assistant","content":[{"type":"tool_use","id":"toolu_1","name":"Get-Order","input":{}}]}'
        $result = '{"role":"user","content":[{"type":"tool_result","tool_use_id":"toolu_1","is_error":true,"content":"no order"}]}'
        $file = "$(New-TestFolder).jsonl"
        '{"custom_id":"a","params":{"model":"claude-haiku-4-5","max_tokens":50,"messages":[{"role":"user","content":"Where?"},' + "$call,$result]}}" |
            Set-Content -LiteralPath $file
        Connect-TestEmulator -Plan @{ Answers = { "$($_.Round) $($_.Prompt) $($_.ToolResults.Id) $($_.ToolResults.Content) $($_.ToolResults.IsError)" } }
        (Import-ClaudeBatchRequest -Path $file | Invoke-ClaudeBatch -Job second -InformationAction Ignore).Text | Should -BeExactly '2 Where? toolu_1 no order True'
    }
}

Describe 'A rehearsal with tools and schemas' {
    It 'calls the tool that is forced, whose input is the answer, in objects, tables and files' {
        Connect-TestEmulator
        $results = New-Forced | Invoke-ClaudeBatch -Job forced -InformationAction Ignore
        $results.IsComplete | Should -Not -Contain $false
        $results.StopReason | Sort-Object -Unique | Should -Be 'tool_use'
        $results.Output.tone | Sort-Object -Unique | Should -Be 'bad', 'good'
        $results[0].ToolCalls.Name | Should -Be 'label'
        $results | Format-Table | Out-String | Should -BeLike '*label {*'
        $results | Export-ClaudeBatchResult -Path ($path = "$(New-TestFolder).csv") -ExpandOutput
        (Import-Csv -LiteralPath $path).'Output.tone' | Should -Be $results.Output.tone

        $results | Export-Clixml -LiteralPath ($xml = "$(New-TestFolder).xml") -Depth 1
        Import-Clixml -LiteralPath $xml | Export-ClaudeBatchResult -Path ($again = "$(New-TestFolder).csv") -ExpandOutput
        Get-Content -LiteralPath $again -Raw | Should -BeExactly (Get-Content -LiteralPath $path -Raw)
    }

    It 'varies what fits a schema, and all of it fits' {
        Connect-TestEmulator -Plan @{ Answers = 'schema' }
        $schema = @{
            type = 'object'; required = 'label', 'list'; additionalProperties = $false
            properties = [ordered] @{
                label = @{ enum = 'bug', 'praise', 'other' }; list = @{ type = 'array'; items = @{ type = 'number' } }
                some = @{ anyOf = @{ type = 'string'; format = 'date' }, @{ type = 'null' } }; mark = @{ type = 'integer'; minimum = 1; maximum = 5 }
                kind = @{ const = 'x' }; yes = @{ type = 'boolean' }
            }
        }
        $results = New-TestRow -Count 60 | New-ClaudeBatchRequest -Model claude-haiku-4-5 -MaxTokens 300 -CustomId 'row-{{Id}}' -Prompt '{{Body}}' -OutputSchema $schema |
            Invoke-ClaudeBatch -Job varied -InformationAction Ignore
        $results.Reason | Where-Object { $_ } | Should -BeNullOrEmpty
        $results.Output.label | Sort-Object -Unique | Should -Be 'bug', 'other', 'praise'
        $results.Output.mark | Sort-Object -Unique | Should -HaveCount 5
    }
}
