BeforeAll {
    . $PSScriptRoot/Support.ps1
    $shared = 'What all of them share. ' * 1000
}

Describe 'Invoke-ClaudeBatch' {
    It 'does not wait for a part that nobody knows of, nor for those behind it: <Parts> parts' -ForEach @{ Parts = 1 }, @{ Parts = 3 } {
        Connect-TestEmulator -Plan @{ Faults = @(@{ Kind = 'ForeignBatch'; Count = 2 }, @{ Kind = 'Refuse'; Status = 500 }) }
        New-TestRequest | Invoke-ClaudeBatch -Job twins -MaxRequestsPerBatch (3 / $Parts) -ErrorAction SilentlyContinue -ErrorVariable failure -WarningAction SilentlyContinue 6>$null |
            Should -BeNullOrEmpty
        $failure.FullyQualifiedErrorId | Should -Be 'BatchAmbiguous,ClaudeBatch.Commands.InvokeClaudeBatchCommand', 'JobNotFinished,ClaudeBatch.Commands.InvokeClaudeBatchCommand'
        @(Get-ClaudeBatch -Job twins -Local).State | Should -Be (@('Unconfirmed') + @('Spooled') * ($Parts - 1))
    }

    It 'submits, waits, retries and gives the results in the order of the input' {
        Connect-TestEmulator -Plan @{ Errored = 0.2; Expired = 0.1; Seed = 4 }
        $results = New-TestRequest -Count 60 | Invoke-ClaudeBatch -Job all -MaxAttempts 9
        $results.CustomId | Should -Be (1..60 | ForEach-Object { "row-$_" })
        $results.Status | Select-Object -Unique | Should -Be 'Succeeded'
        (Get-ClaudeBatchJob all).State | Should -Be 'Finished'
        (Get-ClaudeBatchJob all).Attempts | Should -BeGreaterThan 1
    }

    It 'tries no oftener than -MaxAttempts, three times where nothing is said' {
        Connect-TestEmulator -Plan @{ Expired = 1 }
        $results = New-TestRequest -Count 2 | Invoke-ClaudeBatch -Job thrice
        $results.Status | Should -Be 'Expired', 'Expired'
        $results.Attempt | Should -Be 3, 3
    }

    It 'goes on where it was when the same line is run again, and sends nothing twice' {
        Connect-TestEmulator -Plan @{ Errored = 0.2; Seed = 4 }
        $first = New-TestRequest -Count 20 | Invoke-ClaudeBatch -Job again
        $batches = @(Get-ClaudeBatch -Job again -Local).Count
        $second = New-TestRequest -Count 20 | Invoke-ClaudeBatch -Job again
        $second.Raw | Should -Be $first.Raw
        @(Get-ClaudeBatch -Job again -Local).Count | Should -Be $batches
        $more = New-TestRequest -Count 25 | Invoke-ClaudeBatch -Job again
        $more.Count | Should -Be 25
        (@(Get-ClaudeBatch -Job again -Local) | Where-Object Attempt -EQ 1 | Measure-Object -Property RequestCount -Sum).Sum | Should -Be 25
    }

    It 'takes up what another command has submitted' {
        Connect-TestEmulator
        New-TestRequest -Count 5 | Submit-ClaudeBatch -Job begun | Out-Null
        (New-TestRequest -Count 5 | Invoke-ClaudeBatch -Job begun).Count | Should -Be 5
        @(Get-ClaudeBatch -Job begun -Local).Count | Should -Be 1
    }

    It 'warns when nothing comes, and only tells under -WhatIf' {
        Connect-TestEmulator
        @() | Invoke-ClaudeBatch -Job nothing -WarningVariable warned -WarningAction SilentlyContinue | Should -BeNullOrEmpty
        $warned.Message | Should -Match 'No requests came in'
        New-TestRequest | Invoke-ClaudeBatch -Job nothing -WhatIf | Should -BeNullOrEmpty
        Get-ClaudeBatchJob | Should -BeNullOrEmpty
    }

    It 'says what keeps a job from going on, and how' {
        Connect-TestEmulator -Plan @{ Unpaid = 1 }
        New-TestRequest -Count 3 | Invoke-ClaudeBatch -Job broke -ErrorVariable problem -ErrorAction SilentlyContinue | Should -BeNullOrEmpty
        $problem[0].FullyQualifiedErrorId | Should -BeLike 'JobNotFinished,*'
        $problem[0].Exception.Message | Should -Match "is Paused: 3 requests .* failed for a cause at the account"
    }

    It 'sends a canary first and goes on when it sings' {
        Connect-TestEmulator
        $results = New-TestRequest -Count 50 | Invoke-ClaudeBatch -Job sings -Canary 5 -InformationVariable said
        $results.Count | Should -Be 50
        (Get-ClaudeBatch -Job sings -Local).RequestCount | Should -Be 5, 45
        "$said" | Should -Match "Canary of job 'sings': 5 sent, 5 complete, 0 failed, 0 not complete; \`$0\.0\d+ each, about \`$0\.0\d+ for all 50"
    }

    It 'stops with the reason when the canary does not, and sends the rest only when told to' {
        $answers = "$(New-TestFolder).jsonl"
        Set-Content -LiteralPath $answers -Value '{"custom_id":"row-1","text":"{\"label\":\"a\"}"}'
        Connect-TestEmulator -Plan @{ Answers = $answers }
        $schema = @{ type = 'object'; properties = @{ label = @{ type = 'string' } }; required = @('label'); additionalProperties = $false }
        $requests = New-TestRow -Count 20 | New-ClaudeBatchRequest -Model claude-haiku-4-5 -MaxTokens 50 -CustomId 'row-{{Id}}' -Prompt '{{Body}}' -OutputSchema $schema
        $requests | Invoke-ClaudeBatch -Job dies -Canary 4 -ErrorVariable problem -ErrorAction SilentlyContinue | Should -BeNullOrEmpty
        $problem[0].Exception.Message | Should -Match "4 sent, 1 complete, 0 failed, 3 not complete.*First, 'row-2': The answer is not valid JSON\. Nothing more is sent"
        (Get-ClaudeBatch -Job dies -Local).State | Should -Be 'Collected', 'Spooled'
        (Get-ClaudeBatchJob dies).State | Should -Be 'Paused'
        Resume-ClaudeBatch -Job dies -ErrorAction SilentlyContinue | Out-Null
        (Get-ClaudeBatch -Job dies -Local)[1].State | Should -Be 'Spooled'
        Resume-ClaudeBatch -Job dies -Force -InformationAction Ignore | Out-Null
        ($requests | Invoke-ClaudeBatch -Job dies).Count | Should -Be 20
    }

    It 'bears what -MaxFailureRatio allows, and holds the canary''s cost against -MaxCost' {
        Connect-TestEmulator -Plan @{ Invalid = 0.5; Seed = 4 }
        (New-TestRequest -Count 30 | Invoke-ClaudeBatch -Job bears -Canary 10 -MaxFailureRatio 1 -InformationAction Ignore).Count | Should -Be 30
    }

    It 'leaves the release of held parts to the scheduler''s step after a crash' {
        Connect-TestEmulator
        $ledger = (Get-ClaudeBatchConnection).LedgerPath
        # The shell dies while it waits for the canary.
        $script = {
            param($module, $ledger)
            Import-Module $module
            Connect-ClaudeBatch -Emulator -LedgerPath $ledger -EmulatorPlan @{ Speed = 1; Latency = 1000 }
            1..20 | ForEach-Object { [pscustomobject]@{ Id = $_; Body = "message $_" } } |
                New-ClaudeBatchRequest -Model claude-haiku-4-5 -MaxTokens 100 -CustomId 'row-{{Id}}' -Prompt '{{Body}}' | Invoke-ClaudeBatch -Job crashed -Canary 3
        }
        $module = (Get-Module ClaudeBatch).Path -replace 'psm1$', 'psd1'
        Set-Content -LiteralPath "$TestDrive/crash.ps1" -Value $script
        $shell = Start-Process -FilePath $shellPath -ArgumentList '-NoProfile', '-File', "$TestDrive/crash.ps1", $module, $ledger -PassThru -RedirectStandardOutput "$TestDrive/out.txt"
        do {
            $isSent = @(Get-ClaudeBatch -Job crashed -Local -ErrorAction Ignore).State -contains 'InProgress'
        } until ($isSent -or $shell.WaitForExit(50))
        Stop-TestProcess $shell
        (Get-ClaudeBatch -Job crashed -Local).State | Should -Be 'InProgress', 'Spooled'
        Connect-TestEmulator -LedgerPath $ledger
        $job = Complete-TestJob -Name crashed
        $job.Succeeded | Should -Be 20
        (Get-ClaudeBatch -Job crashed -Local).RequestCount | Should -Be 3, 17
    }

    It 'warms the cache with one request and reads it with the others' {
        Connect-TestEmulator -Plan @{ Seed = 1 } # with which the cache is found often
        $requests = New-TestRow -Count 20 | New-ClaudeBatchRequest -Model claude-haiku-4-5 -MaxTokens 10 -System $shared -CacheSystem -CustomId 'row-{{Id}}' -Prompt '{{Body}}'
        $results = $requests | Invoke-ClaudeBatch -Job warm -WarmCache -InformationVariable said
        $results.Count | Should -Be 20
        (Get-ClaudeBatch -Job warm -Local).RequestCount | Should -Be 1, 19
        $results[0].Usage.cache_creation_input_tokens | Should -BeGreaterThan 4000
        ($results[1..19] | Where-Object { $_.Usage.cache_read_input_tokens -gt 4000 }).Count | Should -BeGreaterThan 15
        "$said" | Should -Match "Cache of job 'warm': [\d,]+ tokens written, [\d,]+ read; it saved \`$0\.0\d+"
        $report = (Measure-ClaudeBatch -Job warm)[-1]
        $report.SavedByCache | Should -BeGreaterThan 0
        $report.CacheReadRatio | Should -BeGreaterThan 0.8
    }

    It 'says what a cache cost that was seldom found' {
        Connect-TestEmulator -Plan @{ Seed = 11 }
        New-TestRow -Count 20 | New-ClaudeBatchRequest -Model claude-haiku-4-5 -MaxTokens 10 -System $shared -CacheSystem -CustomId 'row-{{Id}}' -Prompt '{{Body}}' |
            Invoke-ClaudeBatch -Job seldom -WarmCache -InformationVariable said | Out-Null
        "$said" | Should -Match "Cache of job 'seldom': .* read; it cost \`$0\.0\d+ more than it saved\."
    }

    It 'shows that a cold cache costs more than none' {
        Connect-TestEmulator
        New-TestRow -Count 5 | New-ClaudeBatchRequest -Model claude-haiku-4-5 -MaxTokens 10 -System $shared -CacheSystem -CustomId 'row-{{Id}}' -Prompt '{{Body}}' |
            Invoke-ClaudeBatch -Job cold | Out-Null
        $report = Measure-ClaudeBatch -Job cold -WarningVariable warned -WarningAction SilentlyContinue
        $report[-1].SavedByCache | Should -BeLessThan 0
        $warned[0].Message | Should -Match 'the cache cost \$0\.0\d+ more than it saved'
    }

    It 'warns when there is nothing to warm' {
        Connect-TestEmulator
        New-TestRequest | Invoke-ClaudeBatch -Job plain -WarmCache -WarningVariable warned -WarningAction SilentlyContinue -InformationAction Ignore | Out-Null
        $warned[0].Message | Should -Match 'No request is marked for the cache'
    }

    It 'completes names of jobs and ids of batches, with their state' {
        Connect-TestEmulator
        New-TestRequest | Invoke-ClaudeBatch -Job completing | Out-Null
        $job = (TabExpansion2 'Get-ClaudeBatchResult -Job comp').CompletionMatches
        $job.CompletionText | Should -Be 'completing'
        $job.ToolTip | Should -Be 'Finished, 3 of 3 succeeded'
        (TabExpansion2 'Get-ClaudeBatch -Id msgb').CompletionMatches[0].ToolTip | Should -Be 'completing, part 1: Collected, 3 requests'
    }
}
