BeforeAll {
    . $PSScriptRoot/Support.ps1

    function Invoke-TestJob {
        param([string] $Name, [int] $Count = 60, [int] $MaxTokens = 100, [string] $Prompt = '{{Body}}')
        New-TestRow -Count $Count |
            New-ClaudeBatchRequest -Model claude-haiku-4-5 -MaxTokens $MaxTokens -CustomId 'row-{{Id}}' -Prompt $Prompt -System 'old' |
            Submit-ClaudeBatch -Job $Name | Wait-ClaudeBatch | Get-ClaudeBatchResult
    }

    function Receive-Retry {
        param([string] $Job, [hashtable] $How = @{})
        Invoke-ClaudeBatchRetry -Job $Job @How | Wait-ClaudeBatch | Get-ClaudeBatchResult
    }
}

Describe 'Invoke-ClaudeBatchRetry' {
    It 'sends what is transient and expired again as it was, and nothing else' {
        Connect-TestEmulator -Plan @{ Errored = 0.2; Invalid = 0.1; Expired = 0.1; Canceled = 0.1; Seed = 4 }
        $first = Invoke-TestJob -Name plain -Count 100
        $wanted = $first | Where-Object FailureClass -EQ 'Transient'
        $batch = Invoke-ClaudeBatchRetry -Job plain
        $batch.Attempt | Should -Be 2
        ($batch | Get-ClaudeBatchRequest).CustomId | Should -Be $wanted.CustomId
        $before = @{}
        Get-ClaudeBatchRequest -Id (Get-ClaudeBatch -Job plain)[0].Id | ForEach-Object { $before[$_.CustomId] = $_.Raw }
        $batch | Get-ClaudeBatchRequest | ForEach-Object { $_.Raw | Should -BeExactly $before[$_.CustomId] }
    }

    It 'sends canceled ones only when asked' {
        Connect-TestEmulator -Plan @{ Canceled = 0.3; Seed = 4 }
        $canceled = Invoke-TestJob -Name canceled | Where-Object Status -EQ 'Canceled'
        Invoke-ClaudeBatchRetry -Job canceled | Should -BeNullOrEmpty
        (Invoke-ClaudeBatchRetry -Job canceled -Status Canceled).RequestCount | Should -Be $canceled.Count
    }

    It 'says under -WhatIf what would be sent and why' {
        Connect-TestEmulator -Plan @{ Errored = 0.2; Expired = 0.2; Seed = 4 }
        $results = Invoke-TestJob -Name whatif
        $errored = @($results | Where-Object Status -EQ 'Errored').Count
        $expired = @($results | Where-Object Status -EQ 'Expired').Count
        Start-Transcript -Path "$TestDrive/whatif.txt" | Out-Null
        Invoke-ClaudeBatchRetry -Job whatif -WhatIf
        Stop-Transcript | Out-Null
        Get-Content "$TestDrive/whatif.txt" -Raw | Should -Match "'whatif' \($errored Transient, $expired Expired\)|'whatif' \($expired Expired, $errored Transient\)"
        @(Get-ClaudeBatch -Job whatif).Count | Should -Be 1
    }

    It 'gives cut answers more room with -MaxTokensFactor, and leaves whole ones alone' {
        Connect-TestEmulator
        $results = 1..4 | ForEach-Object { [pscustomobject]@{ Id = $_; Body = 'x' * (30 * $_) } } |
            New-ClaudeBatchRequest -Model claude-haiku-4-5 -MaxTokens 16 -CustomId 'row-{{Id}}' -Prompt '{{Body}}' |
            Submit-ClaudeBatch -Job cut | Wait-ClaudeBatch | Get-ClaudeBatchResult
        $results.IsComplete | Should -Be $true, $true, $false, $false
        $again = Receive-Retry -Job cut -How @{ MaxTokensFactor = 2.5 }
        $again.CustomId | Should -Be 'row-3', 'row-4'
        $again.IsComplete | Should -Be $true, $true
        (Get-ClaudeBatchRequest -Job cut -CustomId row-4).MaxTokens | Should -Be 40
        (Get-ClaudeBatchResult -Job cut).IsComplete | Should -Be $true, $true, $true, $true
    }

    It 'sends to another model with -Model, every other byte as before' {
        Connect-TestEmulator -Plan @{ Expired = 1 }
        Invoke-TestJob -Name other -Count 3 | Out-Null
        $old = (Get-ClaudeBatchRequest -Job other).Raw
        Connect-TestEmulator -LedgerPath (Get-ClaudeBatchConnection).LedgerPath
        $again = Receive-Retry -Job other -How @{ Model = 'claude-sonnet-4-6' }
        $again.Model | Should -Be 'claude-sonnet-4-6', 'claude-sonnet-4-6', 'claude-sonnet-4-6'
        (Get-ClaudeBatchRequest -Job other).Raw | Should -BeExactly $old.Replace('claude-haiku-4-5', 'claude-sonnet-4-6')
    }

    It 'asks anew by -Template what the service found invalid' {
        Connect-TestEmulator -Plan @{ Invalid = 0.3; Seed = 4 }
        $bad = Invoke-TestJob -Name template | Where-Object FailureClass -EQ 'Permanent'
        Connect-TestEmulator -LedgerPath (Get-ClaudeBatchConnection).LedgerPath
        $template = New-ClaudeBatchTemplate -Model claude-haiku-4-5 -MaxTokens 50 -System 'new' -Prompt 'again: {{Body}}'
        $again = Receive-Retry -Job template -How @{ Template = $template }
        $again.CustomId | Should -Be $bad.CustomId
        $again[0].Text | Should -Be "again: $($bad[0].Source.Body)"
        $params = (Get-ClaudeBatchRequest -Job template -CustomId $bad[0].CustomId).Params
        $params.system, $params.max_tokens | Should -Be 'new', 50
        (Compare-ClaudeBatch -Job template).IsReconciled | Should -BeTrue
    }

    It 'keeps the messages under a template that asks nothing anew' {
        Connect-TestEmulator -Plan @{ Expired = 1 }
        Invoke-TestJob -Name kept -Count 2 | Out-Null
        Connect-TestEmulator -LedgerPath (Get-ClaudeBatchConnection).LedgerPath
        $again = Receive-Retry -Job kept -How @{ Template = (New-ClaudeBatchTemplate -Model claude-haiku-4-5 -MaxTokens 50 -System 'new') }
        $again.Text | Should -Be 'message 1', 'message 2'
        (Get-ClaudeBatchRequest -Job kept)[0].Params.system | Should -Be 'new'
    }

    It 'lets -Repair change each request by its result; one that throws or talks nonsense is told and the others go on' {
        Connect-TestEmulator -Plan @{ Invalid = 1 }
        Invoke-TestJob -Name repair -Count 6 | Out-Null
        Connect-TestEmulator -LedgerPath (Get-ClaudeBatchConnection).LedgerPath
        $how = @{
            ErrorAction   = 'SilentlyContinue'
            ErrorVariable = 'told'
            Repair        = {
                param($request, $result)
                switch ($request.CustomId) {
                    'row-1' { $request.Params.system = "mended: $($result.ErrorType)"; $request }
                    'row-2' { @{ model = 'claude-haiku-4-5'; max_tokens = 20; messages = @(@{ role = 'user'; content = 'from a table' }) } }
                    'row-3' { throw 'no idea' }
                    'row-4' { 42 }
                    'row-5' { }
                    'row-6' { $request.Params.max_tokens = 0; $request.Params }
                }
            }
        }
        $again = Invoke-ClaudeBatchRetry -Job repair @how | Wait-ClaudeBatch | Get-ClaudeBatchResult
        $again.CustomId | Should -Be 'row-1', 'row-2'
        $again.Text | Should -Be 'message 1', 'from a table'
        (Get-ClaudeBatchRequest -Job repair -CustomId row-1).Params.system | Should -Be 'mended: invalid_request_error'
        $told.FullyQualifiedErrorId | Where-Object { $_ -like '*InvokeClaudeBatchRetryCommand' } |
            Should -Be 'ScriptBlockFailed,ClaudeBatch.Commands.InvokeClaudeBatchRetryCommand', 'RepairInvalid,ClaudeBatch.Commands.InvokeClaudeBatchRetryCommand', 'MaxTokensRefused,ClaudeBatch.Commands.InvokeClaudeBatchRetryCommand'
        $told[0].TargetObject.CustomId | Should -Be 'row-3'
        (Get-ClaudeBatchJob repair).Errored | Should -Be 4
        Get-ChildItem -Recurse -LiteralPath (Get-ClaudeBatchConnection).LedgerPath -Filter rewritten* | Should -BeNullOrEmpty
    }

    It 'sends piped answers that do not fit their schema again, and those that do not' {
        $answers = "$(New-TestFolder).jsonl"
        Set-Content -LiteralPath $answers -Value '{"custom_id":"row-1","text":"{\"label\":\"a\"}"}', '{"custom_id":"row-2","text":"no"}'
        Connect-TestEmulator -Plan @{ Answers = $answers }
        $schema = @{ type = 'object'; properties = @{ label = @{ type = 'string' } }; required = @('label'); additionalProperties = $false }
        $results = New-TestRow -Count 2 | New-ClaudeBatchRequest -Model claude-haiku-4-5 -MaxTokens 50 -CustomId 'row-{{Id}}' -Prompt '{{Body}}' -OutputSchema $schema |
            Submit-ClaudeBatch -Job misfits | Wait-ClaudeBatch | Get-ClaudeBatchResult
        $results.IsComplete | Should -Be $true, $false
        Invoke-ClaudeBatchRetry -Job misfits | Should -BeNullOrEmpty
        (Get-ClaudeBatchResult -Job misfits | Where-Object { -not $_.IsComplete } | Invoke-ClaudeBatchRetry | Get-ClaudeBatchRequest).CustomId | Should -Be 'row-2'
        @(Get-ClaudeBatch -Job misfits)[-1] | Wait-ClaudeBatch | Get-ClaudeBatchResult | Out-Null
        (Invoke-ClaudeBatchRetry -Job misfits -Incomplete).RequestCount | Should -Be 1
    }

    It 'pauses the job for a cause at the account, with one message, and goes on once it is mended' {
        Connect-TestEmulator -Plan @{ Unpaid = 0.4; Seed = 4 }
        $results = Invoke-TestJob -Name broke
        $waiting = $results | Where-Object FailureClass -EQ 'OperatorFixable'
        $waiting.Count | Should -BeGreaterThan 5
        $job = Get-ClaudeBatchJob broke
        $job.State | Should -Be 'Paused'
        $job.Message | Should -Match "^$($waiting.Count) requests of part 1 failed for a cause at the account \(Your credit balance is too low"
        Invoke-ClaudeBatchRetry -Job broke -WarningVariable warned -WarningAction SilentlyContinue | Should -BeNullOrEmpty
        $warned.Message | Should -Match 'is paused: .*Mend it, then run: Invoke-ClaudeBatchRetry -Job broke -FailureClass OperatorFixable'
        Connect-TestEmulator -LedgerPath (Get-ClaudeBatchConnection).LedgerPath
        $again = Receive-Retry -Job broke -How @{ FailureClass = 'OperatorFixable' }
        $again.Count | Should -Be $waiting.Count
        (Get-ClaudeBatchJob broke).State | Should -Be 'Finished'
        (Compare-ClaudeBatch -Job broke).Succeeded | Should -Be 60
    }

    It 'is resumed within the job''s attempts by the scheduler''s step' {
        Connect-TestEmulator -Plan @{ Unpaid = 0.4; Seed = 4 }
        New-TestRequest -Count 20 | Submit-ClaudeBatch -Job nightly -MaxAttempts 2 | Wait-ClaudeBatch | Get-ClaudeBatchResult | Out-Null
        Connect-TestEmulator -LedgerPath (Get-ClaudeBatchConnection).LedgerPath
        $job = Complete-TestJob -Name nightly
        $job.State | Should -Be 'Finished'
        $job.Succeeded | Should -Be 20
    }

    It 'leaves a request alone that was tried -MaxAttempts times' {
        Connect-TestEmulator -Plan @{ Expired = 1 }
        Invoke-TestJob -Name tries -Count 2 | Out-Null
        Receive-Retry -Job tries -How @{ MaxAttempts = 2 } | Out-Null
        Invoke-ClaudeBatchRetry -Job tries -MaxAttempts 2 | Should -BeNullOrEmpty
        (Invoke-ClaudeBatchRetry -Job tries -MaxAttempts 3).Attempt | Should -Be 3
    }

    It 'counts what failed attempts cost in the finished row, and no more on reading again' {
        Connect-TestEmulator
        $first = New-ClaudeBatchRequest -Model claude-haiku-4-5 -MaxTokens 2 -CustomId a -Prompt ('long ' * 20) |
            Submit-ClaudeBatch -Job sum | Wait-ClaudeBatch | Get-ClaudeBatchResult
        $second = Receive-Retry -Job sum -How @{ MaxTokensFactor = 50 }
        $alone = (Get-ClaudeBatchResult -Job sum -AllAttempts).Cost
        $alone.Count | Should -Be 2
        $alone[0] | Should -Be $first.Cost
        $second.Cost | Should -Be ($alone[0] + $alone[1])
        (Get-ClaudeBatchResult -Job sum).Cost | Should -Be $second.Cost
        (Get-ClaudeBatchJob sum).Cost | Should -Be $second.Cost
        (Measure-ClaudeBatch -Job sum | Where-Object Model -EQ 'Total').Cost | Should -Be $second.Cost
    }
}
