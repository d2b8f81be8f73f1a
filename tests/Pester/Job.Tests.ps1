BeforeAll {
    . $PSScriptRoot/Support.ps1
}

Describe 'Wait-ClaudeBatch' {
    It 'gives each batch when it has ended' {
        Connect-TestEmulator
        $batches = New-TestRequest -Count 4 | Submit-ClaudeBatch -Job waited -MaxRequestsPerBatch 2 | Wait-ClaudeBatch
        $batches.State | Should -Be @('Ended', 'Ended')
        $batches.Succeeded | Should -Be @(2, 2)
    }

    It 'gives up after -Timeout with an error whose target can be waited for again' {
        Connect-TestEmulator -Plan @{ Latency = 3600 }
        $batch = New-TestRequest | Submit-ClaudeBatch -Job patient
        $batch | Wait-ClaudeBatch -Timeout 30 -ErrorAction SilentlyContinue -ErrorVariable problem | Should -BeNullOrEmpty
        $problem[0].FullyQualifiedErrorId | Should -BeLike 'WaitTimedOut,*'
        ($problem[0].TargetObject | Wait-ClaudeBatch -PollInterval 600).Id | Should -Be $batch.Id
    }

    It 'ends with the first batch that does with -Any' {
        Connect-TestEmulator
        $batches = New-TestRequest -Count 4 | Submit-ClaudeBatch -Job any -MaxRequestsPerBatch 1
        @($batches | Wait-ClaudeBatch -Any).Count | Should -Be 1
    }

    It 'takes the job, the id and objects' {
        Connect-TestEmulator
        $batch = New-TestRequest | Submit-ClaudeBatch -Job forms
        (Wait-ClaudeBatch -Job form*).Id | Should -Be $batch.Id
        (Wait-ClaudeBatch -Id $batch.Id).Key | Should -Be 'forms/1'
        (Get-ClaudeBatchJob -Name forms | Wait-ClaudeBatch).Id | Should -Be $batch.Id
        ('forms/1' | Wait-ClaudeBatch).Id | Should -Be $batch.Id
    }

    It 'says once which part it cannot send, and keeps waiting for it' {
        Connect-TestEmulator -Plan @{ QueueLimit = 3; Latency = 60; Speed = 600 }
        New-TestRequest -Count 5 | Submit-ClaudeBatch -Job queue -MaxRequestsPerBatch 3 -WarningAction SilentlyContinue -ErrorAction SilentlyContinue |
            Wait-ClaudeBatch -WarningVariable warnings -WarningAction SilentlyContinue | ForEach-Object State | Should -Be @('Ended', 'Ended')
        @($warnings | Where-Object Message -Match 'not sent yet') | Should -HaveCount 1
    }
}

Describe 'Invoke-ClaudeBatchRetry and Compare-ClaudeBatch' {
    It 'retry what failed until the books balance' {
        Connect-TestEmulator -Plan @{ Errored = 0.15; Expired = 0.1; Seed = 2 }
        New-TestRequest -Count 100 | Submit-ClaudeBatch -Job books | Wait-ClaudeBatch | Get-ClaudeBatchResult | Out-Null
        $first = Compare-ClaudeBatch -Job books
        $first.IsReconciled | Should -BeTrue
        $first.Errored | Should -BeGreaterThan 0

        $retry = Invoke-ClaudeBatchRetry -Job books
        $retry.RequestCount | Should -Be ($first.Errored + $first.Expired)
        $retry.Attempt | Should -Be 2
        $pending = Compare-ClaudeBatch -Job books
        $pending.IsReconciled | Should -BeFalse
        $pending.Problems.Kind | Should -Contain 'Pending'

        while ($retry) {
            $retry | Wait-ClaudeBatch | Get-ClaudeBatchResult | Out-Null
            $retry = Invoke-ClaudeBatchRetry -Job books -MaxAttempts 20
        }
        $last = Compare-ClaudeBatch -Job books
        $last.IsReconciled | Should -BeTrue
        $last.Succeeded | Should -Be 100
        $last.Requests | Should -Be ($last.NotSubmitted + $last.Pending + $last.Succeeded + $last.Errored + $last.Canceled + $last.Expired + $last.Unknown + $last.Missing)
        (Get-ClaudeBatchResult -Job books).CustomId | Should -Be (1..100 | ForEach-Object { "row-$_" })
        @(Get-ClaudeBatchResult -Job books -AllAttempts).Count | Should -BeGreaterThan 100
    }

    It 'retry only the results they are given' {
        Connect-TestEmulator -Plan @{ Errored = 0.5; Seed = 1 }
        $failed = New-TestRequest -Count 20 | Submit-ClaudeBatch -Job picked | Wait-ClaudeBatch | Get-ClaudeBatchResult -Status Errored
        ($failed | Select-Object -First 2 | Invoke-ClaudeBatchRetry).RequestCount | Should -Be 2
    }

    It 'send nothing with -WhatIf, and leave permanent failures alone' {
        Connect-TestEmulator -Plan @{ Invalid = 0.5; Seed = 1 }
        New-TestRequest -Count 20 | Submit-ClaudeBatch -Job permanent | Wait-ClaudeBatch | Get-ClaudeBatchResult | Out-Null
        Invoke-ClaudeBatchRetry -Job permanent | Should -BeNullOrEmpty
        Invoke-ClaudeBatchRetry -Job permanent -FailureClass Permanent -WhatIf | Should -BeNullOrEmpty
        @(Get-ClaudeBatch).Count | Should -Be 1
    }
}

Describe 'Stop-ClaudeBatch' {
    It 'cancels the batches of a job and marks it stopped' {
        Connect-TestEmulator -Plan @{ Latency = 3600 }
        New-TestRequest -Count 10 | Submit-ClaudeBatch -Job stopped | Out-Null
        $batch = Stop-ClaudeBatch -Job stopped -PassThru
        $batch.State | Should -Be 'Canceling'
        $batch.CancelInitiatedAt | Should -BeOfType [datetime]
        (Get-ClaudeBatchJob -Name stopped).State | Should -Be 'Stopped'
        $results = Wait-ClaudeBatch -Job stopped -PollInterval 10 | Get-ClaudeBatchResult
        $results.Count | Should -Be 10
        $results.Status | Should -Contain 'Canceled'
    }

    It 'cancels nothing with -WhatIf' {
        Connect-TestEmulator -Plan @{ Latency = 3600 }
        $batch = New-TestRequest | Submit-ClaudeBatch -Job kept
        $batch | Stop-ClaudeBatch -WhatIf
        Stop-ClaudeBatch -Job kept -WhatIf
        (Get-ClaudeBatch -Job kept).State | Should -Be 'InProgress'
        (Get-ClaudeBatchJob -Name kept).State | Should -Be 'Running'
    }

    It 'is content with a batch that has ended' {
        Connect-TestEmulator
        $batch = New-TestRequest | Submit-ClaudeBatch -Job over | Wait-ClaudeBatch
        ($batch | Stop-ClaudeBatch -PassThru).State | Should -Be 'Ended'
    }
}

Describe 'Remove-ClaudeBatch' {
    It 'deletes a collected batch at the service and its payloads, and keeps the counts' {
        Connect-TestEmulator
        $batch = New-TestRequest | Submit-ClaudeBatch -Job removed | Wait-ClaudeBatch
        $batch | Get-ClaudeBatchResult | Out-Null
        $batch | Remove-ClaudeBatch
        (Get-ClaudeBatchJob -Name removed).Succeeded | Should -Be 3
        Get-ClaudeBatchResult -Job removed -ErrorAction SilentlyContinue -ErrorVariable problem | Should -BeNullOrEmpty
        $problem[0].FullyQualifiedErrorId | Should -BeLike 'PayloadRemoved,*'
    }

    It 'does not delete answers nobody has collected, unless it is forced' {
        Connect-TestEmulator
        $batch = New-TestRequest | Submit-ClaudeBatch -Job precious | Wait-ClaudeBatch
        $batch | Remove-ClaudeBatch -ErrorAction SilentlyContinue -ErrorVariable problem
        $problem[0].FullyQualifiedErrorId | Should -BeLike 'BatchNotCollected,*'
        ($batch | Remove-ClaudeBatch -Force -PassThru).State | Should -Be 'Deleted'
        (Get-ClaudeBatchJob -Name precious).Unknown | Should -Be 3
    }
}

Describe 'Get-ClaudeBatch and Get-ClaudeBatchJob' {
    It 'refresh from the service, filter by state, and read the ledger alone with -Local' {
        Connect-TestEmulator -Plan @{ Latency = 100 }
        New-TestRequest | Submit-ClaudeBatch -Job listed | Out-Null
        (Get-ClaudeBatch -Local).State | Should -Be 'InProgress'
        Wait-ClaudeBatch -Job listed | Out-Null
        (Get-ClaudeBatch -State Ended).Job | Should -Be 'listed'
        Get-ClaudeBatch -State InProgress | Should -BeNullOrEmpty
    }

    It 'count every request of a job once' {
        Connect-TestEmulator -Plan @{ Expired = 0.3 }
        New-TestRequest -Count 30 | Submit-ClaudeBatch -Job counted | Wait-ClaudeBatch | Get-ClaudeBatchResult | Out-Null
        $job = Get-ClaudeBatchJob -Name COUNTED
        $job.State | Should -Be 'Finished'
        $job.Succeeded + $job.Expired | Should -Be 30
        Get-ClaudeBatchJob -Name nope -ErrorAction SilentlyContinue -ErrorVariable problem
        $problem[0].FullyQualifiedErrorId | Should -BeLike 'JobNotFound,*'
    }
}

Describe 'The whole line' {
    It 'takes a CSV to a CSV and loses no row' {
        Connect-TestEmulator -Plan @{ Errored = 0.1 }
        $source = Join-Path -Path $TestDrive -ChildPath 'in.csv'
        $target = Join-Path -Path $TestDrive -ChildPath 'out.csv'
        New-TestRow -Count 40 | Export-Csv -LiteralPath $source
        Import-Csv -LiteralPath $source |
            New-ClaudeBatchRequest -Model claude-haiku-4-5 -MaxTokens 12 -System 'One label.' -CustomId 'ticket-{{Id}}' -Prompt '{{Body}}' |
            Submit-ClaudeBatch -Job line |
            Wait-ClaudeBatch |
            Get-ClaudeBatchResult |
            Select-Object @{ n = 'Id'; e = { $_.Source.Id } }, Text, Status |
            Export-Csv -LiteralPath $target
        $rows = Import-Csv -LiteralPath $target
        $rows.Id | Should -Be (1..40)
        ($rows | Where-Object Status -EQ 'Succeeded')[0].Text | Should -BeLike 'message *'
    }
}
