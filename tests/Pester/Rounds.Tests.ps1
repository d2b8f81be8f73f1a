BeforeAll {
    . $PSScriptRoot/Support.ps1
    $haiku = @{ Model = 'claude-haiku-4-5'; MaxTokens = 400 }
    $ran = [System.Collections.Generic.List[object]]::new()

    function Get-TestOrder {
        <#
        .SYNOPSIS
        Finds an order.
        .PARAMETER Number
        The order's number.
        #>
        param([Parameter(Mandatory)] [int] $Number)
        [pscustomobject]@{ Number = $Number; Total = 12.5 }
    }

    function Send-TestRefund {
        <#
        .SYNOPSIS
        Sends a refund.
        .PARAMETER Number
        The order's number.
        #>
        param([Parameter(Mandatory)] [int] $Number)
        $ran.Add($Number)
        "refunded $Number"
    }

    function Connect-TestTool {
        param([hashtable] $Plan = @{})
        Connect-TestEmulator -Plan (@{ ToolRounds = 2; ToolCalls = 2; Seed = 3; OddContent = $true; Verbatim = $true } + $Plan)
        $ran.Clear()
    }

    function New-TestCall {
        param([int] $Count = 3, [object[]] $Tool = @('Get-TestOrder', 'Send-TestRefund'), [hashtable] $With = $haiku)
        New-TestRow -Count $Count | New-ClaudeBatchRequest @With -CustomId 'row-{{Id}}' -Prompt '{{Body}}' -Tool $Tool
    }

    # The rehearsed model calls one tool with this input, and says what it was told.
    function Connect-TestCall {
        param([string] $Name = 'Send-TestRefund', [object] $CallInput = @{ Number = 7 })
        $call = @{ ToolUse = @{ Name = $Name; Input = $CallInput } }
        Connect-TestEmulator -Plan @{ Answers = { $_.Round -eq 1 ? $call : "told: $($_.ToolResults.Content)" }.GetNewClosure() }
        $ran.Clear()
    }
}

AfterAll {
    Disconnect-ClaudeBatch
}

Describe 'Rounds' {
    It 'runs what answers call, in a pipeline from rows to answers' {
        Connect-TestTool
        $results = New-TestCall | Invoke-ClaudeBatch -Job refunds -Tool Get-TestOrder, Send-TestRefund -MaxRounds 6 -MaxCost 20 6>$null
        $results.CustomId | Should -Be 'row-1', 'row-2', 'row-3'
        $results.Rounds | Should -Be 3, 3, 3
        $results.IsComplete | Should -Not -Contain $false
        $calls = $results.ToolCalls
        $calls.Count | Should -Be 12
        $calls.Round | Select-Object -Unique | Should -Be 1, 2
        $calls.Output | Should -Not -Contain $null
        @($calls | Where-Object Name -EQ Send-TestRefund).Count | Should -Be $ran.Count
        ($calls | Where-Object Name -EQ Send-TestRefund | Select-Object -First 1) | ForEach-Object {
            $_.Output | Should -Be "refunded $([int]$_.Input.Number)"
            $_.IsError | Should -BeFalse
            $_.Duration | Should -BeOfType timespan
        }
        (Compare-ClaudeBatch refunds).IsReconciled | Should -BeTrue
    }

    It 'sums up cost and usage over the rounds, as the job does' {
        Connect-TestTool
        $results = New-TestCall | Invoke-ClaudeBatch -Job refunds -Tool Get-TestOrder, Send-TestRefund 6>$null
        ($results.Cost | Measure-Object -Sum).Sum | Should -Be (Get-ClaudeBatchJob refunds).Cost
        $all = Get-ClaudeBatchResult -Job refunds -AllAttempts
        $sum = ($all | Where-Object CustomId -EQ row-1).Usage.input_tokens | Measure-Object -Sum
        $results[0].Usage.input_tokens | Should -Be $sum.Sum
    }

    It 'gives the whole conversation, also of results that were written to a file' {
        Connect-TestTool
        $result = New-TestCall -Count 1 | Invoke-ClaudeBatch -Job refunds -Tool Get-TestOrder, Send-TestRefund 6>$null
        $result.Transcript.role | Should -Be 'user', 'assistant', 'user', 'assistant', 'user', 'assistant'
        $result.Transcript[2].content.type | Select-Object -Unique | Should -Be 'tool_result'
        $path = New-TestFolder
        $result | Export-Clixml -Path $path
        $again = Import-Clixml -Path $path
        $again.Rounds | Should -Be 3
        $again.RawTranscript | Should -Be $result.RawTranscript
        $file = New-TestFolder
        $result | Export-ClaudeBatchResult -Path "$file.csv"
        (Import-Csv -Path "$file.csv").Rounds | Should -Be 3
        Export-ClaudeBatchResult -Job refunds -Path "$file.2.csv" -Property CustomId, Rounds, RawTranscript
        (Import-Csv -Path "$file.2.csv").RawTranscript | Should -Be $result.RawTranscript
    }

    It 'sends nothing and runs nothing when the same line comes again' {
        Connect-TestTool
        $line = { New-TestCall | Invoke-ClaudeBatch -Job refunds -Tool Get-TestOrder, Send-TestRefund 6>$null }
        $first = & $line
        $count = $ran.Count
        $second = & $line
        $second.Text | Should -Be $first.Text
        $ran.Count | Should -Be $count
        @(Get-ClaudeBatch -Job refunds).Count | Should -Be 3
    }

    It 'ends a conversation at -MaxRounds, and its last call is not complete' {
        Connect-TestTool
        $results = New-TestCall | Invoke-ClaudeBatch -Job refunds -Tool Get-TestOrder, Send-TestRefund -MaxRounds 2 6>$null 3>$null
        $results.Rounds | Should -Be 2, 2, 2
        $results.IsComplete | Should -Not -Contain $true
        $results[0].ToolCalls.Round | Should -Be 1, 1, 2, 2
        $results[0].ToolCalls[2].Output | Should -BeNullOrEmpty
    }

    It 'does not send a round that could pass -MaxCost, with the code 6' {
        Connect-TestTool
        $failure = $null
        New-TestCall | Invoke-ClaudeBatch -Job refunds -Tool Get-TestOrder, Send-TestRefund -MaxCost 0.005 -ErrorVariable failure -ErrorAction SilentlyContinue 6>$null
        $failure[0].FullyQualifiedErrorId | Should -Be 'BudgetExceeded,ClaudeBatch.Commands.InvokeClaudeBatchCommand'
        (Get-ClaudeBatchJob refunds).WaitingForTools | Should -Be 3
        $null = Resume-ClaudeBatch -Exit -Tool Get-TestOrder, Send-TestRefund -ErrorAction SilentlyContinue
        $LASTEXITCODE | Should -Be 6
        @(Invoke-ClaudeBatch -Job refunds -Tool Get-TestOrder, Send-TestRefund -MaxCost 1 6>$null).Rounds | Should -Be 3, 3, 3
    }
}

Describe 'A tool that a line does not name' {
    It 'leaves rows waiting, is said, and Resume-ClaudeBatch goes on with it' {
        Connect-TestCall
        $null = New-TestCall | Submit-ClaudeBatch -Job refunds
        $null = Resume-ClaudeBatch -Job refunds -MaxRounds 4 -ErrorAction SilentlyContinue # on a slow machine it has ended by now
        Move-TestClock -By 01:00:00
        $job = Resume-ClaudeBatch -Job refunds -ErrorVariable failure -ErrorAction SilentlyContinue
        $job.State | Should -Be Paused
        $job.WaitingForTools | Should -Be 3
        $job.Succeeded | Should -Be 0
        "$failure" | Should -Be "3 requests of job 'refunds' wait for Send-TestRefund. Name them: Resume-ClaudeBatch -Job refunds -Tool Send-TestRefund"
        $null = Resume-ClaudeBatch -Exit -ErrorAction SilentlyContinue 6>$null
        $LASTEXITCODE | Should -Be 4
        $check = Compare-ClaudeBatch refunds
        $check.Problems.Kind | Should -Be WaitingForTools
        ($check.Problems | Select-Object -ExpandProperty CustomId) | Should -Be 'row-1', 'row-2', 'row-3'

        $null = Resume-ClaudeBatch -Tool Send-TestRefund # a schedule's step, which names no job
        $ran | Should -Be 7, 7, 7
        (Complete-TestJob refunds).State | Should -Be Finished
        (Get-ClaudeBatchResult -Job refunds).Text | Should -Be (@('told: refunded 7') * 3)
    }

    It 'is not run, and what waits is listed, with -WhatIf' {
        Connect-TestCall
        $null = New-TestCall -Count 2 | Submit-ClaudeBatch -Job refunds
        $null = Resume-ClaudeBatch -Job refunds -MaxRounds 4 -ErrorAction SilentlyContinue # on a slow machine it has ended by now
        Move-TestClock -By 01:00:00
        $null = Resume-ClaudeBatch -Job refunds -ErrorAction SilentlyContinue
        $said = Invoke-OnHost { Resume-ClaudeBatch -Job refunds -Tool Send-TestRefund -WhatIf }
        $said | Should -Match "Send-TestRefund {""Number"":7} for 'row-1' of job 'refunds'"
        $said | Should -Match "for 'row-2'"
        $ran | Should -BeNullOrEmpty
    }

    BeforeAll {
        function Invoke-OnHost([scriptblock] $Script) {
            $path = New-TestFolder
            $null = Start-Transcript -Path $path -UseMinimalHeader
            try { $null = & $Script } finally { $null = Stop-Transcript }
            Get-Content -Path $path -Raw
        }
    }

    It 'lists what waits, with -WhatIf, also where the job has run no tools yet' {
        Connect-TestCall
        $null = New-TestCall -Count 1 | Submit-ClaudeBatch -Job refunds
        $null = Complete-TestJob refunds
        $said = Invoke-OnHost { Resume-ClaudeBatch -Job refunds -Tool Send-TestRefund -WhatIf }
        $said | Should -Match "Send-TestRefund {""Number"":7} for 'row-1' of job 'refunds'"
        $ran | Should -BeNullOrEmpty
        $null = Resume-ClaudeBatch -Job refunds -Tool Send-TestRefund
        $ran | Should -Be 7
    }

    It 'is an error with a name that no command has, before anything is sent' {
        Connect-TestCall
        { New-TestCall | Invoke-ClaudeBatch -Job refunds -Tool Send-TestRefnd } | Should -Throw -ErrorId 'ToolNotFound,ClaudeBatch.Commands.InvokeClaudeBatchCommand'
        Get-ClaudeBatchJob | Should -BeNullOrEmpty
    }

    It 'is told to a scheduler by its code, and so is a job that is not there' {
        Connect-TestCall
        $null = New-TestCall -Count 1 | Submit-ClaudeBatch -Job refunds
        $global:LASTEXITCODE = 0
        $null = Resume-ClaudeBatch -Tool Send-TestRefnd -Exit -ErrorAction SilentlyContinue -ErrorVariable failure
        $LASTEXITCODE | Should -Be 1
        $failure.FullyQualifiedErrorId | Should -Be 'ToolNotFound,ClaudeBatch.Commands.ResumeClaudeBatchCommand'
        $null = Resume-ClaudeBatch -Job refnds -Exit -ErrorAction SilentlyContinue
        $LASTEXITCODE | Should -Be 1
    }

    It 'is an error in -RepeatableTool, and so is what is about calls without tools' {
        Connect-TestCall
        { Resume-ClaudeBatch -Tool Send-TestRefund -RepeatableTool Get-TestOrder } | Should -Throw -ErrorId 'ToolNotNamed,*'
        { Resume-ClaudeBatch -Depth 3 } | Should -Throw -ErrorId 'ParameterConflict,*'
        { Resume-ClaudeBatch -Tool @{ name = 'x'; description = 'y'; input_schema = @{ type = 'object' } } } | Should -Throw -ErrorId 'ToolHasNoCommand,*'
    }
}

Describe 'A call' {
    It 'that does not fit is told to the model, and not run: <Given>' -ForEach @(
        @{ Given = @{ Number = '7' } }, @{ Given = @{ Number = 3.7 } }, @{ Given = @{ number = 7 } }, @{ Given = @{ Number = 7; OutVariable = 'x' } }
    ) {
        Connect-TestCall -CallInput $Given
        $result = New-TestCall -Count 1 | Invoke-ClaudeBatch -Job refunds -Tool Send-TestRefund 6>$null
        $result.Text | Should -Match '^told: The input does not fit the tool Send-TestRefund: .* Nothing was run\.$'
        $result.ToolCalls.IsError | Should -BeTrue
        $ran | Should -BeNullOrEmpty
    }

    It 'of a name that was never declared is told to the model' {
        Connect-TestCall -Name Remove-Everything
        $result = New-TestCall -Count 1 | Invoke-ClaudeBatch -Job refunds -Tool Send-TestRefund 6>$null
        $result.Text | Should -Be "told: There is no tool 'Remove-Everything'."
    }

    It 'that throws, breaks or exits ends alone' {
        function Send-TestRefund { <# .SYNOPSIS Fails. #> param([Parameter(Mandatory)] [int] $Number) $Number; & $how }
        foreach ($how in { throw 'no money' }, { break }, { exit 3 }) {
            Connect-TestCall
            $result = New-TestCall -Count 1 | Invoke-ClaudeBatch -Job refunds -Tool Send-TestRefund -InformationVariable said 6>$null
            "$said" | Should -Match "^Job 'refunds' has ended: 1 of 1 answered; 1 call of a tool was told as an error;"
            $result.ToolCalls.IsError | Should -BeTrue
            $result.ToolCalls.Output | Should -Match '^7\n\nError: '
        }
    }

    It 'in the middle of which its process is killed is not run again: a person says what became of it' {
        Connect-TestCall
        $ledger = (Get-ClaudeBatchConnection).LedgerPath
        $null = New-TestCall -Count 2 | Submit-ClaudeBatch -Job refunds
        $null = Resume-ClaudeBatch -Job refunds -MaxRounds 4 -ErrorAction SilentlyContinue # on a slow machine it has ended by now
        Move-TestClock -By 01:00:00
        $line = "function Send-TestRefund { <# .SYNOPSIS Sends. #> param([Parameter(Mandatory)][int] `$Number) [Console]::WriteLine('at work'); Start-Sleep -Seconds 3600 }; "
        $line += "Import-Module '$modulePath'; Connect-ClaudeBatch -Emulator -LedgerPath '$ledger' -EmulatorPlan @{ Speed = 6000 }; Resume-ClaudeBatch -Job refunds -Tool Send-TestRefund"
        $shell = Start-TestProcess -ArgumentList '-NoProfile', '-NonInteractive', '-Command', $line -Until 'at work'
        # While it runs, another step names the process and leaves the tools to it.
        $busy = Resume-ClaudeBatch -Job refunds -Tool Send-TestRefund 3>&1
        "$busy" | Should -Match "The tools of job 'refunds' are being run by process $($shell.Id); they were left to it"
        Stop-TestProcess $shell

        $job = Resume-ClaudeBatch -Job refunds -Tool Send-TestRefund -ErrorVariable failure -ErrorAction SilentlyContinue
        $job.State | Should -Be Ambiguous
        $failure.FullyQualifiedErrorId | Should -Contain 'ToolCallUnknown,ClaudeBatch.Commands.ResumeClaudeBatchCommand'
        $ran | Should -Be 7 # of the other row
        $null = Resume-ClaudeBatch -Exit -Tool Send-TestRefund -ErrorAction SilentlyContinue
        $LASTEXITCODE | Should -Be 5

        $call = Repair-ClaudeBatch -Job refunds
        $call.Name | Should -Be Send-TestRefund
        $call.Input.Number | Should -Be 7
        $call.CustomId | Should -Be row-1
        { Repair-ClaudeBatch -Job refunds -CallId $call.Id } | Should -Throw -ErrorId 'ParameterConflict,*'
        Repair-ClaudeBatch -Job refunds -CallId toolu_else -NotRun -ErrorVariable none -ErrorAction SilentlyContinue
        $none.FullyQualifiedErrorId | Should -Be 'ToolCallNotFound,ClaudeBatch.Commands.RepairClaudeBatchCommand'
        Repair-ClaudeBatch -Job refunds -CallId $call.Id -Output 'refunded by hand'
        Repair-ClaudeBatch -Job refunds | Should -BeNullOrEmpty

        (Complete-TestJob refunds).State | Should -Be Finished
        (Get-ClaudeBatchResult -Job refunds).Text | Should -Be 'told: refunded by hand', 'told: refunded 7'
    }

    It 'is cut at -MaxToolOutput, with words' {
        Connect-TestCall
        function Send-TestRefund { <# .SYNOPSIS Says much. #> param([Parameter(Mandatory)] [int] $Number) "$Number" * 1000 }
        $result = New-TestCall -Count 1 | Invoke-ClaudeBatch -Job refunds -Tool Send-TestRefund -MaxToolOutput 50 6>$null
        $result.ToolCalls.Output | Should -Match '^7{50}\n\[Cut: these are the first 50 of 1,000 characters\.\]$'
    }
}

Describe 'A retry in the middle of conversations' {
    It 'takes up the round that failed, and a template does not begin it anew' {
        Connect-TestEmulator -Plan @{ Answers = { $_.Round -eq 1 ? @{ ToolUse = @{ Name = 'Send-TestRefund'; Input = @{ Number = 7 } } } : ('long ' * 400) } }
        $ran.Clear()
        $null = New-TestCall -Count 1 -With @{ Model = 'claude-haiku-4-5'; MaxTokens = 20 } | Invoke-ClaudeBatch -Job refunds -Tool Send-TestRefund 6>$null 3>$null
        (Get-ClaudeBatchResult -Job refunds).Reason | Should -Be 'Cut at max_tokens.'
        $template = New-ClaudeBatchTemplate -Model claude-haiku-4-5 -MaxTokens 4000 -Prompt '{{Body}}' -Tool Send-TestRefund
        $null = Invoke-ClaudeBatchRetry -Job refunds -Incomplete -Template $template -ErrorVariable failure -ErrorAction SilentlyContinue 6>$null
        $failure[0].FullyQualifiedErrorId | Should -Be 'ConversationBegun,ClaudeBatch.Commands.InvokeClaudeBatchRetryCommand'
        $null = Invoke-ClaudeBatchRetry -Job refunds -MaxTokensFactor 100
        $null = Complete-TestJob refunds
        $result = Get-ClaudeBatchResult -Job refunds
        $result.IsComplete | Should -BeTrue
        $result.Rounds | Should -Be 2
        $ran | Should -Be 7
    }
}

Describe 'Thinking that is bound' {
    It 'goes on in the next round, and the batches ask for an error where it does not fit' {
        Connect-TestTool -Plan @{ ThinkingBlocks = $true }
        $requests = New-TestCall -Count 2 -With @{ Model = 'claude-opus-5-5'; MaxTokens = 2000 }
        $requests[0].Params.thinking.block_binding.prefix_mismatch_behavior | Should -Be error
        ($requests | Test-ClaudeBatchRequest -Online -Detailed 6>$null).Id | Should -Not -Contain OnlineRefused # a single one is sent with the beta, too
        $results = $requests | Invoke-ClaudeBatch -Job refunds -Tool Get-TestOrder, Send-TestRefund 6>$null
        $results.Rounds | Should -Be 3, 3
        $results.IsComplete | Should -Not -Contain $false
        $results[0].Raw | Should -Match '"input_transformations":\s*\[\s*\]'
    }
}
