BeforeAll {
    . $PSScriptRoot/Support.ps1
}

AfterAll {
    Disconnect-ClaudeBatch
}

Describe 'An object that outlives its ledger' {
    BeforeEach {
        # A long way to the end, so that the batches run while the test looks at them.
        $plan = @{ Latency = '10:00:00' }
        Connect-TestEmulator -Plan $plan
        $script:batch = New-TestRequest | Submit-ClaudeBatch -Job nightly
        $script:job = Get-ClaudeBatchJob -Job nightly
    }

    It 'is refused by <command> after another ledger was connected, and nothing is done' -ForEach @(
        @{ command = 'Stop-ClaudeBatch'; what = 'batch'; state = 'InProgress' }
        @{ command = 'Stop-ClaudeBatch'; what = 'job'; state = 'InProgress' }
        @{ command = 'Remove-ClaudeBatch'; what = 'batch'; state = 'InProgress' }
        @{ command = 'Remove-ClaudeBatchJob'; what = 'job'; state = 'InProgress' }
        @{ command = 'Get-ClaudeBatchResult'; what = 'batch'; state = 'InProgress' }
        @{ command = 'Wait-ClaudeBatch'; what = 'job'; state = 'InProgress' }
        @{ command = 'Resume-ClaudeBatch'; what = 'job'; state = 'InProgress' }
        @{ command = 'Compare-ClaudeBatch'; what = 'job'; state = 'InProgress' }
        @{ command = 'Invoke-ClaudeBatchRetry'; what = 'job'; state = 'InProgress' }
    ) {
        $old = if ($what -eq 'batch') { $batch } else { $job }
        Connect-TestEmulator -Plan $plan
        New-TestRequest | Submit-ClaudeBatch -Job nightly | Out-Null
        $old | & $command -ErrorVariable failures -ErrorAction SilentlyContinue | Should -BeNullOrEmpty
        $failures.Count | Should -Be 1
        $failures[0].FullyQualifiedErrorId | Should -BeLike 'ObjectOutdated,*'
        $failures[0].Exception.Message | Should -Match 'nightly'
        $failures[0].TargetObject | Should -Not -BeNullOrEmpty
        (Get-ClaudeBatch -Job nightly -Local).State | Should -Be $state
        (Get-ClaudeBatchJob -Job nightly).State | Should -Be Running
    }

    It 'is refused after its job was removed and made anew' {
        Remove-ClaudeBatchJob -Job nightly -All -Force -Confirm:$false
        New-TestRequest | Submit-ClaudeBatch -Job nightly | Out-Null
        $job | Remove-ClaudeBatchJob -All -Force -ErrorVariable failures -ErrorAction SilentlyContinue
        $failures[0].FullyQualifiedErrorId | Should -BeLike 'ObjectOutdated,*'
        (Get-ClaudeBatchJob -Job nightly).Requests | Should -Be 3
    }

    It 'is told apart also when it came from a file' {
        $batch, $job | ForEach-Object { $_ | Export-Clixml -Path "$TestDrive/$($_.GetType().Name).xml" }
        (Import-Clixml -Path "$TestDrive/Batch.xml" | Get-ClaudeBatchRequest).Count | Should -Be 3
        Connect-TestEmulator -Plan $plan
        New-TestRequest | Submit-ClaudeBatch -Job nightly | Out-Null
        foreach ($name in 'Batch', 'BatchJob') {
            Import-Clixml -Path "$TestDrive/$name.xml" | Stop-ClaudeBatch -ErrorVariable failures -ErrorAction SilentlyContinue
            $failures[0].FullyQualifiedErrorId | Should -BeLike 'ObjectOutdated,*'
        }
    }

    It 'is taken where it belongs, by object, by name and by id' {
        ($job | Get-ClaudeBatchJob).Name | Should -Be nightly
        ($batch | Get-ClaudeBatchRequest).Count | Should -Be 3
        @(Get-ClaudeBatchJob nightly, 'night*').Count | Should -Be 1
        ($batch.Id | Get-ClaudeBatchRequest).Count | Should -Be 3
        ($job | Stop-ClaudeBatch -PassThru).State | Should -Be Canceling
    }
}

Describe 'Repair-ClaudeBatch -Adopt' {
    It 'leaves no job behind when the service has no such batch' {
        Connect-TestEmulator
        New-TestRequest | Submit-ClaudeBatch -Job there | Out-Null
        Repair-ClaudeBatch -Job taken -Adopt msgbatch_nowhere -ErrorVariable failures -ErrorAction SilentlyContinue
        $failures.Count | Should -Be 1
        (Get-ClaudeBatchJob).Name | Should -Be there
    }
}
