BeforeAll {
    . $PSScriptRoot/Support.ps1
}

Describe 'Get-ClaudeBatchResult' {
    BeforeEach {
        $ledger = New-TestFolder
        Connect-TestEmulator -LedgerPath $ledger
    }

    It 'gives each answer with its row, in the order of the input' {
        $results = New-TestRequest -Count 50 | Submit-ClaudeBatch -Job order -MaxRequestsPerBatch 20 | Wait-ClaudeBatch | Get-ClaudeBatchResult
        $results.CustomId | Should -Be (1..50 | ForEach-Object { "row-$_" })
        $results | ForEach-Object { $_.Text | Should -Be $_.Source.Body }
        $results[0].IsComplete | Should -BeTrue
        $results[0].Usage.output_tokens | Should -BeGreaterThan 0
        $results[0].Message.content[0].type | Should -Be 'text'
        $results[0].Model | Should -Be 'claude-haiku-4-5-20251001'
        ($results[0].Raw | ConvertFrom-Json).custom_id | Should -Be 'row-1'
    }

    It 'parses an answer that is JSON' {
        Connect-TestEmulator -Plan @{ Answers = 'schema' }
        $schema = @{ type = 'object'; properties = @{ label = @{ enum = @('billing', 'bug') }; score = @{ type = 'integer' } }; required = @('label'); additionalProperties = $false }
        $result = New-TestRow -Count 1 |
            New-ClaudeBatchRequest -Model claude-haiku-4-5 -MaxTokens 100 -Prompt '{{Body}}' -AdditionalParameter @{
                output_config = @{ format = @{ type = 'json_schema'; schema = $schema } }
            } |
            Submit-ClaudeBatch -Job schema | Wait-ClaudeBatch | Get-ClaudeBatchResult
        $result.Output.label | Should -BeIn 'billing', 'bug'
        $result.Output.score | Should -BeOfType [long]
    }

    It 'tells each failure by status, class and the service''s words' {
        Connect-TestEmulator -Plan @{ Errored = 0.2; Invalid = 0.2; Expired = 0.2; Canceled = 0.1; Seed = 4 }
        $results = New-TestRequest -Count 100 | Submit-ClaudeBatch -Job failures | Wait-ClaudeBatch | Get-ClaudeBatchResult
        $results.Count | Should -Be 100
        $results.Status | Sort-Object -Unique | Should -Be @('Canceled', 'Errored', 'Expired', 'Succeeded')
        $invalid = $results | Where-Object ErrorType -EQ 'invalid_request_error'
        $invalid.FailureClass | Select-Object -Unique | Should -Be 'Permanent'
        $invalid[0].Reason | Should -Match 'invalid'
        $results | Where-Object ErrorType -In 'overloaded_error', 'api_error' | ForEach-Object FailureClass | Select-Object -Unique | Should -Be 'Transient'
        @($results | Where-Object IsComplete).Count | Should -Be @($results | Where-Object Status -EQ 'Succeeded').Count

        @(Get-ClaudeBatchResult -Job failures -Status Expired, Canceled).Status | Sort-Object -Unique | Should -Be @('Canceled', 'Expired')
        @(Get-ClaudeBatchResult -Job failures -FailureClass Permanent).Count | Should -Be $invalid.Count
    }

    It 'says that an answer was cut at max_tokens' {
        $result = New-ClaudeBatchRequest -Model claude-haiku-4-5 -MaxTokens 2 -Prompt ('long ' * 50) |
            Submit-ClaudeBatch -Job cut | Wait-ClaudeBatch | Get-ClaudeBatchResult
        $result.Status | Should -Be 'Succeeded'
        $result.IsComplete | Should -BeFalse
        $result.Reason | Should -Match 'max_tokens'
    }

    It 'says of a running batch how to wait for it' {
        Connect-TestEmulator -Plan @{ Latency = 100000; Speed = 1 }
        $batch = New-TestRequest | Submit-ClaudeBatch -Job running
        $batch | Get-ClaudeBatchResult -ErrorAction SilentlyContinue -ErrorVariable problem | Should -BeNullOrEmpty
        $problem[0].FullyQualifiedErrorId | Should -BeLike 'BatchNotEnded,*'
        $problem[0].Exception.Message | Should -Match 'InProgress.*Wait-ClaudeBatch'
        $problem[0].TargetObject.Id | Should -Be $batch.Id
    }

    It 'says which batch or job is not there, and is silent about a wildcard' {
        New-TestRequest | Submit-ClaudeBatch -Job some | Out-Null
        Get-ClaudeBatchResult -Id msgbatch_nope -ErrorAction SilentlyContinue -ErrorVariable problem
        $problem[0].FullyQualifiedErrorId | Should -BeLike 'BatchNotFound,*'
        $problem[0].TargetObject | Should -Be 'msgbatch_nope'
        Get-ClaudeBatchResult -Job nope -ErrorAction SilentlyContinue -ErrorVariable problem
        $problem[0].FullyQualifiedErrorId | Should -BeLike 'JobNotFound,*'
        Get-ClaudeBatchResult -Job 'nope*' -ErrorVariable problem
        $problem | Should -BeNullOrEmpty
    }

    It 'needs no network to read results again' {
        New-TestRequest | Submit-ClaudeBatch -Job offline | Wait-ClaudeBatch | Get-ClaudeBatchResult | Out-Null
        Remove-Item -LiteralPath "$ledger/emulator/service" -Recurse -Force
        (Get-ClaudeBatchResult -Job offline).Text | Should -Be @('message 1', 'message 2', 'message 3')
    }

    It 'ends cleanly when the pipeline has had enough' {
        New-TestRequest -Count 20 | Submit-ClaudeBatch -Job first | Wait-ClaudeBatch | Get-ClaudeBatchResult |
            Select-Object -First 2 | ForEach-Object CustomId | Should -Be @('row-1', 'row-2')
        @(Get-ClaudeBatchResult -Job first).Count | Should -Be 20
    }

    It 'collects in another process what this one submitted' {
        $batch = New-TestRequest | Submit-ClaudeBatch -Job handed
        $script = @"
Import-Module '$modulePath'
Connect-ClaudeBatch -Emulator -LedgerPath '$ledger' -EmulatorPlan @{ Speed = 6000 }
Wait-ClaudeBatch -Id '$($batch.Id)' -InformationAction Ignore | Get-ClaudeBatchResult | ForEach-Object Text
"@
        & $shellPath -NoProfile -Command $script | Should -Be @('message 1', 'message 2', 'message 3')
        (Get-ClaudeBatch -Job handed -Local).State | Should -Be 'Collected'
    }

    It 'gives the order of the input over all batches with -Ordered, whatever order they come in' {
        $batches = New-TestRequest -Count 30 | Submit-ClaudeBatch -Job shuffled -MaxRequestsPerBatch 7 | Wait-ClaudeBatch
        [array]::Reverse($batches)
        ($batches | Get-ClaudeBatchResult).CustomId | Should -Not -Be (1..30 | ForEach-Object { "row-$_" })
        ($batches | Get-ClaudeBatchResult -Ordered).CustomId | Should -Be (1..30 | ForEach-Object { "row-$_" })
    }

    It 'downloads once, and again only with -Refresh' {
        $batch = New-TestRequest -Count 4 | Submit-ClaudeBatch -Job again | Wait-ClaudeBatch
        $first = $batch | Get-ClaudeBatchResult
        $events = @(Get-ClaudeBatchEvent -Job again -Kind Downloaded).Count
        ($batch | Get-ClaudeBatchResult).Raw | Should -Be $first.Raw
        @(Get-ClaudeBatchEvent -Job again -Kind Downloaded).Count | Should -Be $events
        ($batch | Get-ClaudeBatchResult -Refresh).Text | Should -Be $first.Text
        @(Get-ClaudeBatchEvent -Job again -Kind Downloaded).Count | Should -Be ($events + 1)
        (Get-ClaudeBatchJob again).Cost | Should -Be (($first | Measure-Object -Property Cost -Sum).Sum)
    }

    It 'keeps what it has when there is nothing more to download' {
        $batch = New-TestRequest -Count 2 | Submit-ClaudeBatch -Job gone | Wait-ClaudeBatch
        $first = $batch | Get-ClaudeBatchResult
        Connect-TestEmulator -LedgerPath $ledger -Plan @{ Faults = @(@{ Kind = 'NotFound'; Times = 99 }) }
        $batch | Get-ClaudeBatchResult -Refresh -ErrorVariable problem -ErrorAction SilentlyContinue | Should -BeNullOrEmpty
        $problem[0].FullyQualifiedErrorId | Should -BeLike 'ResultsNotFound,*'
        ($batch | Get-ClaudeBatchResult).Raw | Should -Be $first.Raw
    }

    It 'warns when the books do not balance, and emits nothing of it under -Strict' {
        Connect-TestEmulator -LedgerPath $ledger -Plan @{ Faults = @(@{ Kind = 'MissingLines'; Times = 9 }) }
        $batch = New-TestRequest -Count 20 | Submit-ClaudeBatch -Job unbalanced | Wait-ClaudeBatch
        $part = $batch | Get-ClaudeBatchResult -ErrorVariable problem -ErrorAction SilentlyContinue -WarningAction SilentlyContinue
        $problem[0].FullyQualifiedErrorId | Should -BeLike 'ResultsIncomplete,*'
        $part | Should -HaveCount 19
        (Get-ClaudeBatchJob unbalanced).Pending | Should -Be 1
        while ((Get-ClaudeBatchJob unbalanced).State -eq 'Running') {
            Move-TestClock -By 00:00:40
            Resume-ClaudeBatch -WarningAction SilentlyContinue | Out-Null
        }
        $batch | Get-ClaudeBatchResult -Strict -ErrorVariable problem -ErrorAction SilentlyContinue | Should -BeNullOrEmpty
        $problem[0].FullyQualifiedErrorId | Should -BeLike 'BooksDoNotBalance,*'
        $results = $batch | Get-ClaudeBatchResult -WarningVariable warned -WarningAction SilentlyContinue
        $results.Count | Should -Be 20
        $results[-1].Status | Should -Be 'Missing'
        $warned[0].Message | Should -BeLike "The books of batch 'unbalanced/1' do not balance:*left out of the service's answer*"
        $problem = (Compare-ClaudeBatch -Job unbalanced).Problems | Where-Object Kind -EQ 'Missing'
        $problem.CustomId | Should -Be $results[-1].CustomId
        Get-ClaudeBatchResult -Job unbalanced -Strict -ErrorAction SilentlyContinue | Should -BeNullOrEmpty
    }

    It 'names the ids of stray lines (<kind>)' -ForEach @(
        @{ fault = 'ForeignLines'; kind = 'Foreign'; count = 1 }
        @{ fault = 'DuplicatedLines'; kind = 'Duplicated'; count = 1 }
        @{ fault = 'GarbledLines'; kind = 'Unreadable'; count = 0 }
    ) {
        Connect-TestEmulator -LedgerPath $ledger -Plan @{ Faults = @(@{ Kind = $fault; Times = 9 }) }
        New-TestRequest -Count 8 | Submit-ClaudeBatch -Job stray | Wait-ClaudeBatch |
            Get-ClaudeBatchResult -ErrorAction SilentlyContinue -WarningAction SilentlyContinue | Out-Null
        $problem = (Compare-ClaudeBatch -Job stray).Problems | Where-Object Kind -EQ $kind
        $problem.Count | Should -Be 1
        @($problem.CustomId).Count | Should -Be $count
        $problem.Message | Should -Match "batch 'stray/1'"
    }

    It 'knows no cost of a model without a price, and says so' {
        $result = New-ClaudeBatchRequest -Model claude-mythos-preview -MaxTokens 10 -Prompt x -CustomId a -WarningAction SilentlyContinue |
            Submit-ClaudeBatch -Job unpriced -WarningAction SilentlyContinue | Wait-ClaudeBatch |
            Get-ClaudeBatchResult -WarningVariable warned -WarningAction SilentlyContinue
        $result.Status | Should -Be 'Succeeded'
        $result.Cost | Should -BeNullOrEmpty
        $warned.Message | Should -Match "Model 'claude-mythos-preview' has no price here"
        (Get-ClaudeBatchJob unpriced).Cost | Should -BeNullOrEmpty
        (Measure-ClaudeBatch -Job unpriced -WarningAction SilentlyContinue)[0].Cost | Should -BeNullOrEmpty
    }

    It 'knows no cost of an answer that came without its usage, and says so' {
        Connect-TestEmulator -Plan @{ Faults = @(@{ Kind = 'UsageMissing'; Count = 2 }) }
        $results = New-TestRequest -Count 3 | Submit-ClaudeBatch -Job unmeasured | Wait-ClaudeBatch |
            Get-ClaudeBatchResult -WarningVariable warned -WarningAction SilentlyContinue
        ($results | Where-Object { $null -eq $_.Cost }).Count | Should -Be 2
        $results.IsComplete | Should -Not -Contain $false
        $warned.Message | Should -BeLike 'What 2 answers cost is not known: they, or an earlier attempt at the same request, came without usage*'
        (Get-ClaudeBatchJob unmeasured).Cost | Should -BeNullOrEmpty
        (Measure-ClaudeBatch -Job unmeasured -WarningVariable told -WarningAction SilentlyContinue)[0].Cost | Should -BeNullOrEmpty
        $told.Message | Should -BeLike 'What some answers of claude-haiku-4-5-20251001 cost is not known: they came without usage*'
    }

    It 'warns before the service gives results up, and says so when it has' {
        $batch = New-TestRequest | Submit-ClaudeBatch -Job old | Wait-ClaudeBatch -WarningVariable early
        $early | Should -BeNullOrEmpty
        Move-TestClock -By 23.00:00:00
        Get-ClaudeBatch -Job old -WarningVariable early | Out-Null
        $early | Should -BeNullOrEmpty
        Move-TestClock -By 2.00:00:00
        Get-ClaudeBatch -Job old -WarningVariable warned -WarningAction SilentlyContinue | Out-Null
        $until = (Get-ClaudeBatch old/1 -WarningAction Ignore).ResultsExpireAt.ToString('yyyy-MM-dd HH:mm zzz', [cultureinfo]::InvariantCulture)
        $warned[0].Message | Should -BeLike "The service keeps the results of batch 'old/1' until $until. Collect them: *"
        Move-TestClock -By 5.00:00:00
        $batch | Get-ClaudeBatchResult -ErrorVariable problem -ErrorAction SilentlyContinue | Should -BeNullOrEmpty
        $problem[0].FullyQualifiedErrorId | Should -BeLike 'ResultsExpired,*'
    }
}
