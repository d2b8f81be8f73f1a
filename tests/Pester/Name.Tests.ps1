# The first position of a cmdlet for batches takes the name of a job, or the id or the key of a batch.
BeforeAll {
    . "$PSScriptRoot/Support.ps1"

    function Send-TestJob {
        param([string] $Name, [int] $Count = 3)
        New-TestRequest -Count $Count | Submit-ClaudeBatch -Job $Name -MaxRequestsPerBatch 2
    }
}

Describe 'At the first position' {
    BeforeAll {
        Connect-TestEmulator -Plan @{ Errored = 1 }
        $batches = Send-TestJob nightly | Wait-ClaudeBatch -WarningAction SilentlyContinue
        Send-TestJob nightly-2 | Wait-ClaudeBatch -WarningAction SilentlyContinue | Out-Null
        $null = Get-ClaudeBatchResult -Job *
    }

    It '<command> takes the name of a job, as -Job does' -ForEach @(
        @{ command = 'Get-ClaudeBatch'; property = 'Key' }
        @{ command = 'Get-ClaudeBatchResult'; property = 'CustomId' }
        @{ command = 'Get-ClaudeBatchRequest'; property = 'CustomId' }
        @{ command = 'Measure-ClaudeBatch'; property = 'Requests' }
        @{ command = 'Compare-ClaudeBatch'; property = 'Job' }
        @{ command = 'Wait-ClaudeBatch'; property = 'Key' }
    ) {
        $named = & $command -Job nightly -WarningAction SilentlyContinue
        foreach ($way in { & $command nightly -WarningAction SilentlyContinue }, { 'NIGHTLY' | & $command -WarningAction SilentlyContinue }) {
            (& $way).$property | Should -Be $named.$property -Because "$way"
        }
    }

    It 'the object of a job is that job, and a batch of it is not taken twice' {
        $rows = (Get-ClaudeBatchResult -Job nightly -WarningAction SilentlyContinue).CustomId
        (Get-ClaudeBatchJob nightly | Get-ClaudeBatchResult -WarningAction SilentlyContinue).CustomId | Should -Be $rows
        (Get-ClaudeBatchResult nightly, nightly/1, $batches[0].Id -WarningAction SilentlyContinue).CustomId | Should -Be $rows
    }

    It '<_> takes the id and the key of a batch' -ForEach 'Get-ClaudeBatch', 'Get-ClaudeBatchResult', 'Get-ClaudeBatchRequest', 'Measure-ClaudeBatch', 'Compare-ClaudeBatch', 'Wait-ClaudeBatch' {
        $object = $batches[1] | & $_ -WarningAction SilentlyContinue
        $object | Should -Not -BeNullOrEmpty
        foreach ($text in $batches[1].Id, 'nightly/2') {
            $found = & $_ $text -WarningAction SilentlyContinue
            $found | ConvertTo-Json -Depth 9 | Should -Be ($object | ConvertTo-Json -Depth 9) -Because $text
        }
    }

    It '<_> takes wildcards, as it changes nothing' -ForEach 'Get-ClaudeBatch', 'Get-ClaudeBatchResult', 'Get-ClaudeBatchRequest', 'Compare-ClaudeBatch' {
        @(& $_ 'nightly*').Count | Should -Be (@(& $_ nightly).Count + @(& $_ nightly-2).Count)
        & $_ 'none-*' | Should -BeNullOrEmpty
    }

    It '<_> refuses wildcards, and says what takes them' -ForEach 'Wait-ClaudeBatch', 'Stop-ClaudeBatch', 'Remove-ClaudeBatch', 'Repair-ClaudeBatch', 'Invoke-ClaudeBatchRetry' {
        $given = & $_ 'night*' -ErrorAction SilentlyContinue -ErrorVariable problem
        $given | Should -BeNullOrEmpty
        $problem | Should -HaveCount 1
        $problem[0].FullyQualifiedErrorId | Should -BeLike 'WildcardRefused,*'
        "$problem" | Should -BeLike "'night[*]' may be several jobs, and $_ changes or sends what it is given.*-Job 'night[*]'."
        (Get-ClaudeBatch nightly).State | Should -Be 'Collected', 'Collected'
    }

    It 'an unknown name is told as neither job nor batch' {
        foreach ($command in 'Get-ClaudeBatch', 'Measure-ClaudeBatch', 'Stop-ClaudeBatch', 'Get-ClaudeBatchRequest') {
            & $command nightli -ErrorAction SilentlyContinue -ErrorVariable problem
            $problem[0].FullyQualifiedErrorId | Should -BeLike 'JobNotFound,*'
            "$problem" | Should -BeLike "'nightli' is neither a job nor a batch in the ledger*msgbatch_*job/part*"
        }
        { Get-ClaudeBatch msgbatch_0 -ErrorAction Stop } | Should -Throw -ErrorId 'BatchNotFound,*'
        { Get-ClaudeBatch nightly/9 -ErrorAction Stop } | Should -Throw -ErrorId 'BatchNotFound,*'
    }

    It 'jobs and batches are completed' {
        foreach ($command in 'Get-ClaudeBatchResult ', 'Measure-ClaudeBatch ', 'Stop-ClaudeBatch ') {
            $found = (TabExpansion2 -inputScript $command -cursorColumn $command.Length).CompletionMatches.CompletionText
            $found[0, 1] | Should -Be 'nightly-2', 'nightly'
            $found | Should -Contain $batches[0].Id
        }
        (TabExpansion2 -inputScript 'Get-ClaudeBatch msg' -cursorColumn 19).CompletionMatches | Should -HaveCount 4
    }
}

Describe 'A job that is named at the position' {
    It 'is stopped, retried and removed as with -Job' {
        Connect-TestEmulator -Plan @{ Errored = 1; Latency = 60 }
        $null = Send-TestJob acts
        Stop-ClaudeBatch acts
        (Get-ClaudeBatchJob acts).State | Should -Be 'Stopped'
        $null = Resume-ClaudeBatch acts -Force
        Wait-ClaudeBatch acts -WarningAction SilentlyContinue | Get-ClaudeBatchResult | Out-Null
        $again = Invoke-ClaudeBatchRetry acts -Status Errored, Canceled
        $again.Attempt | Select-Object -Unique | Should -Be 2
        Wait-ClaudeBatch acts -WarningAction SilentlyContinue | Get-ClaudeBatchResult | Out-Null
        Remove-ClaudeBatch acts -Confirm:$false
        Get-ClaudeBatch -Service | Should -BeNullOrEmpty
    }

    It 'gets a batch of another tool' {
        Connect-TestEmulator
        $made = Send-TestJob elsewhere -Count 2 | Wait-ClaudeBatch
        Remove-ClaudeBatchJob elsewhere -All -Force -Confirm:$false
        $taken = Repair-ClaudeBatch ours -Adopt $made.Id
        $taken.Job | Should -Be 'ours'
        $taken.Id | Should -Be $made.Id
    }
}

Describe 'The name of a job' {
    It 'does not begin as a batch''s id does' {
        Connect-TestEmulator
        foreach ($name in 'msgbatch_1', 'MsgBatch_one') {
            { Send-TestJob $name } | Should -Throw -ErrorId 'JobNameInvalid,*' -ExpectedMessage "'$name' begins as the ids of batches do*"
        }
        Get-ClaudeBatchJob | Should -BeNullOrEmpty
    }
}

Describe 'Jobs by state and time' {
    It 'are found by -State' {
        Connect-TestEmulator -Plan @{ Latency = 600 }
        $null = Send-TestJob done | Wait-ClaudeBatch | Get-ClaudeBatchResult
        $null = Send-TestJob going
        $null = Send-TestJob halted
        Stop-ClaudeBatch halted
        (Get-ClaudeBatchJob -State Finished).Name | Should -Be 'done'
        (Get-ClaudeBatchJob -State Stopped, Running).Name | Should -Be 'going', 'halted'
        (Get-ClaudeBatchJob 'g*', halted -State Stopped).Name | Should -Be 'halted'
        Get-ClaudeBatchJob -State Paused | Should -BeNullOrEmpty
        { Get-ClaudeBatchJob -State Ended } | Should -Throw -ExpectedMessage '*Finished*'
    }
}
