BeforeAll {
    . $PSScriptRoot/Support.ps1
}

Describe 'What is named twice' {
    BeforeAll {
        Connect-TestEmulator -Plan @{ Invalid = 0.3; Seed = 2 }
        New-TestRequest -Count 10 | Submit-ClaudeBatch -Job j -MaxRequestsPerBatch 4 | Wait-ClaudeBatch 3>$null 6>$null | Get-ClaudeBatchResult | Out-Null
        $failed = @(Get-ClaudeBatchResult -Job j -Status Errored)
    }

    It 'is taken once: <name>' -ForEach @(
        @{ name = 'Get-ClaudeBatchResult'; count = 10; line = { Get-ClaudeBatchResult -Job j, j*, J } }
        @{ name = 'Get-ClaudeBatchResult, results'; count = 10; line = { Get-ClaudeBatchResult -Job j | Get-ClaudeBatchResult } }
        @{ name = 'Get-ClaudeBatchResult, batches and their job'; count = 10; line = { @(Get-ClaudeBatchJob -Name j) + @(Get-ClaudeBatch -Job j) | Get-ClaudeBatchResult } }
        @{ name = 'Get-ClaudeBatch'; count = 3; line = { Get-ClaudeBatch -Job j, j* } }
        @{ name = 'Get-ClaudeBatch -Id'; count = 1; line = { $id = (Get-ClaudeBatch -Job j)[0].Id; Get-ClaudeBatch -Id $id, 'j/1', $id } }
        @{ name = 'Get-ClaudeBatchJob'; count = 1; line = { Get-ClaudeBatchJob -Name j, j* } }
        @{ name = 'Get-ClaudeBatchRequest'; count = 10; line = { Get-ClaudeBatchRequest -Job j, j* } }
        @{ name = 'Compare-ClaudeBatch'; count = 1; line = { Compare-ClaudeBatch -Job j, j* } }
        @{ name = 'Wait-ClaudeBatch'; count = 3; line = { Wait-ClaudeBatch -Job j, j* } }
        @{ name = 'Resume-ClaudeBatch'; count = 1; line = { Resume-ClaudeBatch -Job j, j* } }
        @{ name = 'Stop-ClaudeBatch'; count = 3; line = { @(Get-ClaudeBatchJob -Name j) + @(Get-ClaudeBatchJob -Name j) | Stop-ClaudeBatch -PassThru } }
    ) {
        @(& $line) | Should -HaveCount $count
    }

    It 'is the same events once' {
        @(Get-ClaudeBatchEvent -Job j, j*) | Should -HaveCount @(Get-ClaudeBatchEvent -Job j).Count
    }

    It 'gives the rows of the results that are piped, and no others' {
        ($failed | Get-ClaudeBatchResult).CustomId | Should -Be $failed.CustomId
    }
}

Describe 'A result' {
    BeforeAll {
        Connect-TestEmulator -Plan @{ Invalid = 0.3; Seed = 2 }
        New-TestRequest -Count 10 | Submit-ClaudeBatch -Job j -MaxRequestsPerBatch 4 | Wait-ClaudeBatch 3>$null 6>$null | Get-ClaudeBatchResult | Out-Null
    }

    It 'is no name for what is done to whole batches: <_> says what to pipe, once, and does nothing' -ForEach 'Remove-ClaudeBatch', 'Stop-ClaudeBatch', 'Repair-ClaudeBatch -Abandon' {
        $results = Get-ClaudeBatchResult -Job j -Status Errored
        @($results).Count | Should -BeGreaterThan 1
        $command, $switch = $_ -split ' -'
        $switches = $switch ? @{ $switch = $true } : @{}
        foreach ($given in $results, ($results | ConvertTo-CliXml | ConvertFrom-CliXml)) {
            $given | & $command @switches -ErrorVariable problem -ErrorAction SilentlyContinue
            $problem | Should -HaveCount 1
            $problem[0].FullyQualifiedErrorId | Should -BeLike 'ResultIsNoBatch,*'
            "$problem" | Should -BeLike '*Get-ClaudeBatch, or name them with -Id*'
        }
        @(Get-ClaudeBatchResult -Job j) | Should -HaveCount 10
    }

    It 'and a batch are no jobs: <_>' -ForEach 'Remove-ClaudeBatchJob', 'Resume-ClaudeBatch' {
        foreach ($given in (Get-ClaudeBatchResult -Job j), (Get-ClaudeBatch -Job j)) {
            $given | & $_ -ErrorVariable problem -ErrorAction SilentlyContinue
            $problem | Should -HaveCount 1
            $problem[0].FullyQualifiedErrorId | Should -BeLike 'ObjectIsNoJob,*'
        }
        @(Get-ClaudeBatchResult -Job j) | Should -HaveCount 10
    }
}

Describe 'A cut answer whose retry fails' {
    BeforeEach {
        $ledger = New-TestFolder
        Connect-TestEmulator -LedgerPath $ledger
        1..5 | ForEach-Object { [pscustomobject]@{ Id = $_; Body = 'word ' * ($_ * 6) } } |
            New-ClaudeBatchRequest -Model claude-haiku-4-5 -MaxTokens 10 -CustomId 'row-{{Id}}' -Prompt '{{Body}}' |
            Invoke-ClaudeBatch -Job j 3>$null 6>$null | Out-Null
    }

    It 'is kept, and marked; all attempts are in their order, costs are sums, and each row counts once' {
        $first = Get-ClaudeBatchResult -Job j
        Connect-TestEmulator -LedgerPath $ledger -Plan @{ Invalid = 1.0 }
        Invoke-ClaudeBatchRetry -Job j -MaxTokensFactor 9 | Wait-ClaudeBatch 3>$null 6>$null | Get-ClaudeBatchResult | Should -BeNullOrEmpty
        $now = Get-ClaudeBatchResult -Job j
        $now.Text | Should -Be $first.Text
        $now.Cost | Should -Be $first.Cost
        $now[0].Reason | Should -BeNullOrEmpty
        $now[1..4].Reason | Select-Object -Unique | Should -Be 'Cut at max_tokens. A later attempt failed, and this answer is kept; -AllAttempts gives both.'
        $all = Get-ClaudeBatchResult -Job j -AllAttempts
        $all | ForEach-Object { "$($_.CustomId) $($_.Attempt) $($_.Status)" } |
            Should -Be 'row-1 1 Succeeded', 'row-2 1 Succeeded', 'row-2 2 Errored', 'row-3 1 Succeeded', 'row-3 2 Errored', 'row-4 1 Succeeded',
            'row-4 2 Errored', 'row-5 1 Succeeded', 'row-5 2 Errored'
        $job = Get-ClaudeBatchJob -Name j
        "$($job.Succeeded) $($job.Incomplete) $($job.Errored) $($job.Attempts)" | Should -Be '5 4 0 2'
        (Compare-ClaudeBatch -Job j).IsReconciled | Should -BeTrue
    }

    It 'gives way to a further retry, whose attempt has the next number, and the costs of all are summed' {
        Connect-TestEmulator -LedgerPath $ledger -Plan @{ Invalid = 1.0 }
        Invoke-ClaudeBatchRetry -Job j -MaxTokensFactor 9 | Wait-ClaudeBatch 3>$null 6>$null | Get-ClaudeBatchResult | Out-Null
        Connect-TestEmulator -LedgerPath $ledger
        $results = Invoke-ClaudeBatchRetry -Job j -MaxTokensFactor 9 | Wait-ClaudeBatch 6>$null | Get-ClaudeBatchResult
        $results.CustomId | Should -Be 'row-2', 'row-3', 'row-4', 'row-5'
        $results.Attempt | Select-Object -Unique | Should -Be 3
        $results.IsComplete | Select-Object -Unique | Should -BeTrue
        $all = Get-ClaudeBatchResult -Job j -AllAttempts | Where-Object CustomId -EQ 'row-5'
        $all.Attempt | Should -Be 1, 2, 3
        ($results | Where-Object CustomId -EQ 'row-5').Cost | Should -Be ($all | Measure-Object -Property Cost -Sum).Sum
        (Get-ClaudeBatchJob -Name j).Incomplete | Should -Be 0
    }

    It 'is tried again by itself where the retry failed for a passing cause' {
        Connect-TestEmulator -LedgerPath $ledger -Plan @{ Errored = 1.0 }
        Invoke-ClaudeBatchRetry -Job j -MaxTokensFactor 9 | Wait-ClaudeBatch 3>$null 6>$null | Get-ClaudeBatchResult | Out-Null
        Connect-TestEmulator -LedgerPath $ledger
        Complete-TestJob -Name j | Out-Null
        $results = Get-ClaudeBatchResult -Job j
        $results.IsComplete | Select-Object -Unique | Should -BeTrue
        $results.Attempt | Should -Be 1, 3, 3, 3, 3
    }

    It 'is what a further retry betters, and not what failed after it, however passing the cause was' {
        Connect-TestEmulator -LedgerPath $ledger -Plan @{ Errored = 1.0 }
        Invoke-ClaudeBatchRetry -Job j -MaxTokensFactor 2 | Wait-ClaudeBatch 3>$null 6>$null | Get-ClaudeBatchResult 3>$null 6>$null | Out-Null
        Connect-TestEmulator -LedgerPath $ledger
        $batch = Invoke-ClaudeBatchRetry -Job j -MaxTokensFactor 9
        ($batch | Get-ClaudeBatchRequest).MaxTokens | Select-Object -Unique | Should -Be 90
    }

    It 'is kept however many retries fail, also one of what a download had not brought whole' {
        Connect-TestEmulator -LedgerPath $ledger -Plan @{ Errored = 1.0; Faults = @(@{ Kind = 'DownloadShort'; Times = 1 }) }
        Invoke-ClaudeBatchRetry -Job j -MaxTokensFactor 2 | Wait-ClaudeBatch 3>$null 6>$null | Get-ClaudeBatchResult -ErrorAction SilentlyContinue 3>$null 6>$null | Out-Null
        Connect-TestEmulator -LedgerPath $ledger -Plan @{ Errored = 1.0 }
        foreach ($time in 1..2) {
            Invoke-ClaudeBatchRetry -Job j | Out-Null
            Wait-ClaudeBatch -Job j 3>$null 6>$null | Get-ClaudeBatchResult 3>$null 6>$null | Out-Null
        }
        $results = Get-ClaudeBatchResult -Job j 3>$null
        $results.Status | Select-Object -Unique | Should -Be 'Succeeded'
        $results | Should -HaveCount 5
        (Compare-ClaudeBatch -Job j).IsReconciled | Should -BeTrue
    }

    It 'can be bettered when what failed after it was removed' {
        Connect-TestEmulator -LedgerPath $ledger -Plan @{ Expired = 1.0 }
        Invoke-ClaudeBatchRetry -Job j -MaxTokensFactor 2 | Wait-ClaudeBatch 3>$null 6>$null | Get-ClaudeBatchResult 3>$null 6>$null | Out-Null
        Connect-TestEmulator -LedgerPath $ledger
        Remove-ClaudeBatch -Id j/2 -Confirm:$false
        (Invoke-ClaudeBatchRetry -Job j -Incomplete -MaxTokensFactor 9).RequestCount | Should -Be 4
    }

    It 'is kept where the service refuses the retry''s batch' {
        Connect-TestEmulator -LedgerPath $ledger -Plan @{ Faults = @(@{ Kind = 'Refuse'; Status = 400 }) }
        Invoke-ClaudeBatchRetry -Job j -MaxTokensFactor 9 -ErrorAction SilentlyContinue | Out-Null
        $results = Get-ClaudeBatchResult -Job j
        $results | Should -HaveCount 5
        ($results | Measure-Object -Property Cost -Sum).Sum | Should -BeGreaterThan 0
        $results.Cost | Should -Not -Contain $null
        $job = Get-ClaudeBatchJob -Name j
        "$($job.Succeeded) $($job.NotSubmitted)" | Should -Be '5 0'
    }
}

Describe 'The journal' {
    It 'still knows whose its events were when a job was removed with all its records, and gives them by its name' {
        Connect-TestEmulator
        New-TestRequest | Submit-ClaudeBatch -Job gone | Wait-ClaudeBatch 6>$null | Get-ClaudeBatchResult | Out-Null
        $before = Get-ClaudeBatchEvent -Job gone
        Remove-ClaudeBatchJob -Job gone -All -Confirm:$false
        New-TestRequest | Submit-ClaudeBatch -Job other | Out-Null
        $after = Get-ClaudeBatchEvent -Job gone
        $after.Kind | Should -Be (@($before.Kind) + 'PayloadRemoved', 'JobForgotten')
        $after.Job | Select-Object -Unique | Should -Be 'gone'
        $after.Part | Should -Be (@($before.Part) + $null, $null)
        { Get-ClaudeBatchEvent -Job never -ErrorAction Stop } | Should -Throw -ErrorId 'JobNotFound,*'
    }
}

Describe 'Measure-ClaudeBatch of several jobs' {
    It 'is a report a job and a total' {
        Connect-TestEmulator
        New-TestRequest | Invoke-ClaudeBatch -Job bank-1 6>$null | Out-Null
        New-TestRequest -Count 5 | Invoke-ClaudeBatch -Job bank-2 6>$null | Out-Null
        New-TestRequest | Invoke-ClaudeBatch -Job other 6>$null | Out-Null
        foreach ($reports in (Measure-ClaudeBatch -Job bank-*), (Get-ClaudeBatchJob -Name bank-* | Measure-ClaudeBatch)) {
            $reports.Job | Should -Be 'bank-1', 'bank-2', 'Total'
            $reports.Requests | Should -Be 3, 5, 8
            $reports[2].Cost | Should -Be ($reports[0].Cost + $reports[1].Cost)
        }
        (Measure-ClaudeBatch -Job bank-1).Model | Should -Be 'claude-haiku-4-5-20251001', 'Total'
    }
}
