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
        $results.Reason | Should -Be $null, 'too small.', "Not accepted: -Accept gave the text 'yes'.", 'Not accepted: -Accept gave nothing.', 'Not accepted: -Accept gave True, False.'
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

    It 'is no verdict where the check itself fails: <Name>' -ForEach @(
        @{ Name = 'a name that is misspelt'; Check = { Test-NothingOfThisName $_ }; Says = '*Test-NothingOfThisName*' }
        @{ Name = 'a division by zero'; Check = { 1 / (+$_.Text - 1) }; Says = '*divide by zero*' }
        @{ Name = 'an error that stops'; Check = { Write-Error 'no such shop' -ErrorAction Stop }; Says = '*no such shop*' }
        @{ Name = 'break'; Check = { break }; Says = "*ended by 'break'*" }
        @{ Name = 'continue'; Check = { continue }; Says = "*ended by 'continue'*" }
        @{ Name = 'exit'; Check = { exit 3 }; Says = "*ended by 'exit'*" }
    ) {
        Connect-TestAnswer
        $null = New-TestRequest | Invoke-ClaudeBatch -Job a 6>$null
        $goesOn = $false
        foreach ($round in 1, 2) {
            { Get-ClaudeBatchResult -Job a -Accept $Check -ErrorAction Stop } | Should -Throw $Says -ErrorId 'ScriptBlockFailed,*'
            { Invoke-ClaudeBatchRetry -Job a -Incomplete -WithReason -Accept $Check -ErrorAction Stop } |
                Should -Throw "The script block of -Accept failed for 'row-*" -ErrorId 'ScriptBlockFailed,*'
            { New-TestRequest | Invoke-ClaudeBatch -Job a -Accept $Check -ErrorAction Stop } | Should -Throw -ErrorId 'ScriptBlockFailed,*'
            $goesOn = $round
        }
        $goesOn | Should -Be 2
        $job = Get-ClaudeBatchJob a
        $job.NotAccepted | Should -Be 0
        $job.Attempts | Should -Be 1
    }

    It 'says that a throw without a word gave no reason' {
        Connect-TestAnswer
        $null = New-TestRequest -Count 3 | Invoke-ClaudeBatch -Job a 6>$null
        (Get-ClaudeBatchResult -Job a -Accept { switch ($_.Text) { 1 { throw } 2 { throw '' } 3 { throw '  ' } } } 3>$null).Reason |
            Should -Be (@('Not accepted: -Accept threw nothing.') * 3)
    }

    It 'warns where nothing is accepted, which a misspelt property does' {
        Connect-TestAnswer
        $null = New-TestRequest | Invoke-ClaudeBatch -Job a 6>$null
        $null = Get-ClaudeBatchResult -Job a -Accept { $_.Txt -eq '1' } -WarningVariable said 3>$null
        "$said" | Should -BeLike "-Accept has accepted none of 3 answers. The first: 'row-1', Not accepted: -Accept gave False.*"
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

    It 'keeps what it has shown where the pipeline ends before it' {
        Connect-TestAnswer
        $shown = New-TestRequest -Count 5 | Invoke-ClaudeBatch -Job a -Accept { throw 'no' } 6>$null 3>$null | Select-Object -First 2
        $shown.IsComplete | Should -Be $false, $false
        (Get-ClaudeBatchJob a).NotAccepted | Should -BeGreaterOrEqual 2
        { New-TestRequest -Count 5 | Invoke-ClaudeBatch -Job b -Accept { throw 'no' } 6>$null 3>$null | ForEach-Object { throw 'full' } } |
            Should -Throw full
        (Get-ClaudeBatchJob b).NotAccepted | Should -BeGreaterOrEqual 1
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

    It 'writes nothing with -WhatIf, nor where the user says no' {
        Connect-TestAnswer
        $null = New-TestRequest | Invoke-ClaudeBatch -Job a 6>$null
        Invoke-ClaudeBatchRetry -Job a -Incomplete -Accept { throw 'no' } -WhatIf 3>$null
        Invoke-ClaudeBatchRetry -Job a -Accept { throw 'no' } -WhatIf 3>$null 6>$null
        (Get-ClaudeBatchJob a).NotAccepted | Should -Be 0
    }

    It 'takes what piped results say of their answers: <Name>' -ForEach @(
        @{ Name = 'as they are'; Through = { process { $_ } } }
        @{ Name = 'read back from a file'; Through = { end { $path = "$TestDrive/r.xml"; $input | Export-Clixml $path; Import-Clixml $path } } }
    ) {
        Connect-TestAnswer -Answer { $_.Params.messages.Count -gt 1 ? 'better' : ($_.Prompt -replace 'message ') }
        $null = New-TestRequest | Invoke-ClaudeBatch -Job a -Accept { $_.Text -ne '3' -or $(throw 'an old reason') } 6>$null
        $good = Get-ClaudeBatchResult -Job a -Accept { $true } | & $Through
        Get-ClaudeBatchResult -Job a -Accept { throw 'a new reason' } 3>$null | & $Through | Where-Object CustomId -NE row-1 |
            Invoke-ClaudeBatchRetry -WithReason | Should -HaveCount 1
        $null = Complete-TestJob a
        (Get-ClaudeBatchResult -Job a).Text | Should -Be 1, better, better
        $sent = Get-ClaudeBatchRequest -Job a | Where-Object CustomId -NE row-1
        $sent.ForEach({ $_.Params.messages[-1].content }) | Should -Be 'a new reason.', 'a new reason.'
        $good | Invoke-ClaudeBatchRetry -WithReason 6>$null | Should -BeNullOrEmpty # a mark of another answer
        $null = New-TestRequest -Count 3 | Invoke-ClaudeBatch -Job b -Accept { throw 'wrong' } 6>$null 3>$null
        Get-ClaudeBatchResult -Job b -Accept { $true } | & $Through | Invoke-ClaudeBatchRetry -WithReason 6>$null | Should -BeNullOrEmpty
        (Get-ClaudeBatchJob b).NotAccepted | Should -Be 0
    }

    It 'judges the piped results alone' {
        Connect-TestAnswer
        $null = New-TestRequest | Invoke-ClaudeBatch -Job a 6>$null
        $batch = Get-ClaudeBatchResult -Job a | Where-Object CustomId -EQ row-1 | Invoke-ClaudeBatchRetry -WithReason -Accept { throw 'no' }
        $batch.RequestCount | Should -Be 1
        (Get-ClaudeBatchJob a).NotAccepted | Should -Be 0 # row-1 is on its way, and nobody has asked about the others
    }

    It 'does not send our own words where the check has given no reason' {
        Connect-TestAnswer
        $null = New-TestRequest | Invoke-ClaudeBatch -Job a 6>$null
        $null = Invoke-ClaudeBatchRetry -Job a -Incomplete -WithReason -Accept { $_.Text -ne '2' }
        $sent = (Get-ClaudeBatchRequest -Job a | Where-Object CustomId -EQ row-2).Params.messages
        $sent[2].content | Should -Be 'This answer was not accepted. Answer again.'
    }

    It 'wants -Incomplete or results beside -WithReason, and no other change' {
        Connect-TestAnswer
        $null = New-TestRequest | Invoke-ClaudeBatch -Job a 6>$null
        { Invoke-ClaudeBatchRetry -Job a -WithReason } | Should -Throw -ErrorId 'ParameterConflict,*'
        { Invoke-ClaudeBatchRetry -Job a -Incomplete -WithReason -Repair { $_ } } | Should -Throw -ErrorId 'ParameterConflict,*'
    }
}
