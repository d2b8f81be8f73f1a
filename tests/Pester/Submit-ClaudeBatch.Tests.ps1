BeforeAll {
    . $PSScriptRoot/Support.ps1
}

Describe 'Submit-ClaudeBatch' {
    BeforeEach {
        Connect-TestEmulator
    }

    AfterEach {
        Disconnect-ClaudeBatch
    }

    It 'says how the rest goes out where a command behind it has enough, and nothing where there is none' {
        $line = ". '$PSScriptRoot/Support.ps1'; Connect-ClaudeBatch -Emulator -LedgerPath '$(New-TestFolder)'; "
        foreach ($parts in 3, 1) {
            $line += "'parts $parts'; (New-TestRequest | Submit-ClaudeBatch -Job parts$parts -MaxRequestsPerBatch $(3 / $parts) | Select-Object -First 1).State; "
        }
        & $shellPath -NoProfile -NonInteractive -Command $line | Should -Be @(
            'parts 3'
            'Nothing was canceled: what of job ''parts3'' is with the service goes on without this shell. What is not yet sent goes out with: Resume-ClaudeBatch -Job parts3'
            'InProgress'
            'parts 1'
            'InProgress'
        )
    }

    It 'gives a batch for each part, accepted by the service' {
        $batches = New-TestRequest -Count 25 | Submit-ClaudeBatch -Job parts -MaxRequestsPerBatch 10
        $batches.RequestCount | Should -Be @(10, 10, 5)
        $batches.Part | Should -Be @(1, 2, 3)
        $batches.State | Select-Object -Unique | Should -Be 'InProgress'
        $batches.Id | Should -BeLike 'msgbatch_*'
    }

    It 'splits by the exact bytes of the body' {
        $requests = New-TestRequest -Count 20
        $limit = [long](15 + ($requests[0..6] | Measure-Object -Property SizeInBytes -Sum).Sum + 6)
        $batches = $requests | Submit-ClaudeBatch -Job bytes -MaxBytesPerBatch $limit
        $batches[0].RequestCount | Should -Be 7
        $batches[0].SizeInBytes | Should -Be $limit
        ($batches | Measure-Object -Property RequestCount -Sum).Sum | Should -Be 20
        (New-TestRequest -Count 20 | Submit-ClaudeBatch -Job fewer -MaxBytesPerBatch ($limit - 1))[0].RequestCount | Should -Be 6
    }

    It 'sends nothing again when the same line is run again' {
        $first = New-TestRequest | Submit-ClaudeBatch -Job again
        $second = New-TestRequest | Submit-ClaudeBatch -Job again -Verbose 4>&1
        $second | Where-Object { $_ -is [ClaudeBatch.Batch] } | ForEach-Object Id | Should -Be $first.Id
        "$second" | Should -Match '3 of these requests already'
        @(Get-ClaudeBatch).Count | Should -Be 1
    }

    It 'sends only what is new' {
        New-TestRequest -Count 2 | Submit-ClaudeBatch -Job more | Out-Null
        $batches = New-TestRequest -Count 3 | Submit-ClaudeBatch -Job more
        $batches[-1].RequestCount | Should -Be 1
        (Get-ClaudeBatchJob -Name more).Requests | Should -Be 3
    }

    It 'sends nothing when a row has changed, and says which' {
        New-TestRequest | Submit-ClaudeBatch -Job changed | Out-Null
        { New-TestRequest -Prompt 'other {{Body}}' | Submit-ClaudeBatch -Job changed } |
            Should -Throw -ErrorId 'CustomIdConflict,*' -ExpectedMessage '*row-1*'
        @(Get-ClaudeBatch).Count | Should -Be 1
    }

    It 'sends all again with -Force' {
        New-TestRequest | Submit-ClaudeBatch -Job forced | Out-Null
        $batch = New-TestRequest -Prompt 'other {{Body}}' | Submit-ClaudeBatch -Job forced -Force
        $batch.Attempt | Should -Be 2
        $batch | Wait-ClaudeBatch | Get-ClaudeBatchResult | ForEach-Object Text | Should -Be @('other message 1', 'other message 2', 'other message 3')
    }

    It 'leaves a double out with one error and sends the others' {
        $requests = @(New-TestRequest) + @(New-TestRequest)
        $batch = $requests | Submit-ClaudeBatch -Job doubles -ErrorAction SilentlyContinue -ErrorVariable problem
        $batch.RequestCount | Should -Be 3
        $problem.Count | Should -Be 1
        $problem[0].FullyQualifiedErrorId | Should -BeLike 'CustomIdDuplicated,*'
        $problem[0].TargetObject | Should -Be 'row-1'
        $problem[0].Exception.Message | Should -Match '2 more'
        (Get-ClaudeBatchJob -Name doubles).Refused | Should -Be 3
    }

    It 'refuses by name a request that alone is over the limit, and sends the others' {
        $large = New-ClaudeBatchRequest -Model claude-haiku-4-5 -MaxTokens 5 -CustomId large -Prompt ('x' * 1000)
        $batch = @(New-TestRequest) + $large | Submit-ClaudeBatch -Job large -MaxBytesPerBatch 900 -ErrorAction SilentlyContinue -ErrorVariable problem
        $batch.RequestCount | Should -Be 3
        $problem[0].FullyQualifiedErrorId | Should -BeLike 'RequestTooLarge,*'
        $problem[0].TargetObject | Should -Be 'large'
    }

    It 'reports what is not a request and sends the others' {
        $batch = @('nonsense') + @(New-TestRequest) | Submit-ClaudeBatch -Job mixed -ErrorAction SilentlyContinue -ErrorVariable problem
        $batch.RequestCount | Should -Be 3
        $problem[0].FullyQualifiedErrorId | Should -BeLike 'RequestInvalid,*'
        $problem[0].TargetObject | Should -Be 'nonsense'
    }

    It 'sends and writes nothing with -WhatIf' {
        New-TestRequest | Submit-ClaudeBatch -Job rehearsed -WhatIf
        Get-ClaudeBatchJob -Name 'rehearsed*' | Should -BeNullOrEmpty
    }

    It 'warns when nothing comes in' {
        $nothing = @() | Submit-ClaudeBatch -Job empty -WarningVariable warning -WarningAction SilentlyContinue
        $nothing | Should -BeNullOrEmpty
        $warning | Should -Match 'nothing was submitted'
    }

    It 'warns that a job without a name would be paid again' {
        $batch = New-TestRequest | Submit-ClaudeBatch -WarningVariable warning -WarningAction SilentlyContinue
        $warning | Should -Match 'pay again'
        $batch.Job | Should -BeLike 'job-*'
    }

    It 'refuses a bad job name' {
        { New-TestRequest | Submit-ClaudeBatch -Job 'a b' } | Should -Throw -ErrorId 'JobNameInvalid,*'
    }

    It 'pauses the job when the key is rejected, and goes on when it is good' {
        $folder = New-TestFolder
        Connect-TestEmulator -LedgerPath $folder -Plan @{ ApiKey = 'another' }
        $batch = New-TestRequest | Submit-ClaudeBatch -Job key -ErrorAction SilentlyContinue -ErrorVariable problem
        $problem[0].FullyQualifiedErrorId | Should -BeLike 'ApiKeyRejected,*'
        $batch.State | Should -Be 'Spooled'
        (Get-ClaudeBatchJob -Name key).State | Should -Be 'Paused'

        Connect-TestEmulator -LedgerPath $folder
        (New-TestRequest | Submit-ClaudeBatch -Job key).State | Should -Be 'InProgress'
        (Get-ClaudeBatchJob -Name key).State | Should -Be 'Running'
    }

    It 'says that a host cannot be reached and keeps the job' {
        $secret = ConvertTo-SecureString -String 'sk-ant-test' -AsPlainText
        Connect-ClaudeBatch -ApiKey $secret -BaseUri 'http://127.0.0.1:9/' -LedgerPath (New-TestFolder)
        $batch = New-TestRequest -Count 1 | Submit-ClaudeBatch -Job host -ErrorAction SilentlyContinue -ErrorVariable problem
        $problem[0].FullyQualifiedErrorId | Should -BeLike 'ConnectionFailed,*'
        $batch.State | Should -Be 'Spooled'
    }

    It 'makes no ledger when there is no key' {
        Disconnect-ClaudeBatch
        $env:CLAUDEBATCH_HOME = New-TestFolder
        try {
            { New-TestRequest | Submit-ClaudeBatch -Job nokey -ErrorAction Stop } |
                Should -Throw -ErrorId 'ApiKeyMissing,*' -ExpectedMessage '*ANTHROPIC_API_KEY*-Emulator*'
            Test-Path -LiteralPath $env:CLAUDEBATCH_HOME | Should -BeFalse
        }
        finally {
            $env:CLAUDEBATCH_HOME = $null
        }
    }

    It 'refuses a request whose properties no longer say what its bytes say, and sends the others' {
        $requests = New-TestRequest -Count 3
        $requests[1].CustomId = 'renamed'
        $requests[2].Params.max_tokens = 1
        $batch = $requests | Submit-ClaudeBatch -Job changed -ErrorVariable failures -ErrorAction SilentlyContinue
        $batch.RequestCount | Should -Be 1
        $failures.FullyQualifiedErrorId | Should -Be @('RequestChanged,ClaudeBatch.Commands.SubmitClaudeBatchCommand', 'RequestChanged,ClaudeBatch.Commands.SubmitClaudeBatchCommand')
        $failures[0].TargetObject.CustomId | Should -Be 'renamed'
    }

    It 'keeps a Source that was set' {
        $request = New-TestRequest -Count 1
        $request.Source = @{ Id = 99 }
        $request | Submit-ClaudeBatch -Job sourced | Wait-ClaudeBatch | Get-ClaudeBatchResult | ForEach-Object { $_.Source.Id } | Should -Be 99
    }

    It 'reads files itself with -Path; a bad line is named, and the others go on' {
        $path = "$(New-TestFolder).jsonl"
        $lines = @(New-TestRequest -Count 5).Raw
        Set-Content -LiteralPath $path -Value ($lines[0..2] + '{"custom_id":"x"}' + 'no JSON' + '{"custom_id":"y","params":{},"more":1}' + $lines[3..4])
        $batch = Submit-ClaudeBatch -Path $path -Job file -ErrorVariable problem -ErrorAction SilentlyContinue
        $batch.RequestCount | Should -Be 5
        @($problem | Where-Object FullyQualifiedErrorId -Like 'InputLineInvalid,*').Count | Should -Be 3
        $problem[0].Exception.Message | Should -BeLike "*${path}:4 has no 'params'*"
        $problem[0].TargetObject | Should -Be "${path}:4"
        (Get-ClaudeBatchRequest -Job file).Raw | Should -BeExactly $lines
        Import-ClaudeBatchRequest -Path $path -ErrorAction SilentlyContinue | Submit-ClaudeBatch -Job file | ForEach-Object Id | Should -Be $batch.Id
        (Submit-ClaudeBatch -LiteralPath $path -Job literal -ErrorAction SilentlyContinue).RequestCount | Should -Be 5
        { Submit-ClaudeBatch -Path "$(New-TestFolder).jsonl" -Job none -ErrorAction Stop } | Should -Throw -ErrorId 'PathNotFound,*'
    }
}
