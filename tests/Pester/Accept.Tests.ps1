BeforeAll {
    . $PSScriptRoot/Support.ps1

    # The rehearsed model answers with the number of its row.
    function Connect-TestAnswer {
        param([scriptblock] $Answer = { $_.Prompt -replace 'message ' })
        Connect-TestEmulator -Plan @{ Answers = $Answer }
    }
}

AfterAll {
    Disconnect-ClaudeBatch
}

Describe 'Get-ClaudeBatchResult -Accept' {
    It 'accepts exactly $true, refuses with what is thrown, and says of anything else what it was' {
        Connect-TestAnswer
        $null = New-TestRequest -Count 5 | Invoke-ClaudeBatch -Job a 6>$null
        $results = Get-ClaudeBatchResult -Job a -Accept { switch ($_.Text) { 1 { $true } 2 { throw 'too small' } 3 { 'yes' } 4 { } 5 { $true; $false } } }
        $results.IsComplete | Should -Be $true, $false, $false, $false, $false
        $results.Reason | Should -Be $null, 'too small.', 'Not accepted: -Accept gave yes.', 'Not accepted: -Accept gave nothing.', 'Not accepted: -Accept gave True, False.'
        (Get-ClaudeBatchResult -Job a -Status Incomplete -Accept { $_.Text -ne '2' }).CustomId | Should -Be row-2
    }

    It 'marks its own output, and the books stay as they are' {
        Connect-TestAnswer
        $null = New-TestRequest | Invoke-ClaudeBatch -Job a 6>$null
        (Get-ClaudeBatchResult -Job a -Accept { $false }).IsComplete | Should -Not -Contain $true
        (Get-ClaudeBatchResult -Job a).IsComplete | Should -Not -Contain $false
        (Get-ClaudeBatchJob a).NotAccepted | Should -Be 0
    }

    It 'gets what the answer is as its argument, too, and does not see a failure' {
        Connect-TestEmulator -Plan @{ Errored = 1 }
        $null = New-TestRequest -Count 1 | Invoke-ClaudeBatch -Job a -MaxAttempts 1 6>$null 3>$null
        $asked = [System.Collections.Generic.List[object]]::new()
        $null = Get-ClaudeBatchResult -Job a -Accept { param($r) $asked.Add($r); $true }
        $asked | Should -BeNullOrEmpty
    }
}

Describe 'Invoke-ClaudeBatch -Accept' {
    It 'writes the books, says so in its line, and tries nothing again by itself' {
        Connect-TestAnswer
        $said = New-TestRequest | Invoke-ClaudeBatch -Job a -Accept { $_.Text -ne '2' -or $(throw 'no twos') } -InformationVariable line 6>$null
        $said.IsComplete | Should -Be $true, $false, $true
        "$line" | Should -Match "^Job 'a' has ended: 3 of 3 answered \(1 not accepted\)"
        $job = Get-ClaudeBatchJob a
        $job.Incomplete | Should -Be 1
        $job.NotAccepted | Should -Be 1
        $check = Compare-ClaudeBatch a
        $check.NotAccepted | Should -Be 1
        $check.IsReconciled | Should -BeTrue
        (Get-ClaudeBatchResult -Job a).Reason | Should -Be $null, 'no twos.', $null
        @(Get-ClaudeBatch -Job a).Count | Should -Be 1
        $null = Resume-ClaudeBatch
        @(Get-ClaudeBatch -Job a).Count | Should -Be 1
    }

    It 'judges anew when the line comes again with another check' {
        Connect-TestAnswer
        $null = New-TestRequest | Invoke-ClaudeBatch -Job a -Accept { $_.Text -ne '2' } 6>$null
        $again = New-TestRequest | Invoke-ClaudeBatch -Job a -Accept { $true } 6>$null
        $again.IsComplete | Should -Not -Contain $false
        (Get-ClaudeBatchJob a).NotAccepted | Should -Be 0
    }
}

Describe 'Invoke-ClaudeBatchRetry -Accept' {
    It 'takes what is not accepted, and asks again with the reason as a turn of the user' {
        Connect-TestAnswer -Answer { $_.Params.messages.Count -gt 1 ? 'better' : ($_.Prompt -replace 'message ') }
        $null = New-TestRequest | Invoke-ClaudeBatch -Job a 6>$null
        $batch = Invoke-ClaudeBatchRetry -Job a -Accept { $_.Text -ne '2' -or $(throw 'Two is no answer') } -Incomplete -WithReason
        $batch.RequestCount | Should -Be 1
        (Get-ClaudeBatchJob a).NotAccepted | Should -Be 0 # its last word is on its way
        $null = Complete-TestJob a
        (Get-ClaudeBatchResult -Job a).Text | Should -Be 1, better, 3
        $sent = (Get-ClaudeBatchRequest -Job a | Where-Object CustomId -EQ row-2).Params.messages
        $sent.role | Should -Be user, assistant, user
        $sent[1].content.text | Should -Be 2
        $sent[2].content | Should -Be 'Two is no answer.'
    }

    It 'sends what has failed beside as it was' {
        Connect-TestEmulator -Plan @{ Errored = 0.5; Seed = 3; Answers = { 'no' } }
        $null = New-TestRequest -Count 10 | Invoke-ClaudeBatch -Job a -MaxAttempts 1 6>$null 3>$null
        $failed = (Get-ClaudeBatchJob a).Errored
        $failed | Should -BeIn (1..9)
        $batch = Invoke-ClaudeBatchRetry -Job a -Incomplete -WithReason -Accept { $false }
        $batch.RequestCount | Should -Be 10
        $sent = Get-ClaudeBatchRequest -Job a
        @($sent | Where-Object { $_.Params.messages.Count -eq 1 }).Count | Should -Be $failed
    }

    It 'has nothing to retry without -Incomplete, and the verdict is kept' {
        Connect-TestAnswer
        $null = New-TestRequest | Invoke-ClaudeBatch -Job a 6>$null
        Invoke-ClaudeBatchRetry -Job a -Accept { $false } 6>$null | Should -BeNullOrEmpty
        (Get-ClaudeBatchJob a).NotAccepted | Should -Be 3
    }

    It 'wants -Incomplete or results beside -WithReason, and no other change' {
        Connect-TestAnswer
        $null = New-TestRequest | Invoke-ClaudeBatch -Job a 6>$null
        { Invoke-ClaudeBatchRetry -Job a -WithReason } | Should -Throw -ErrorId 'ParameterConflict,*'
        { Invoke-ClaudeBatchRetry -Job a -Incomplete -WithReason -Repair { $_ } } | Should -Throw -ErrorId 'ParameterConflict,*'
    }
}
