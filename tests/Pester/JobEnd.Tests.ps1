BeforeAll {
    . $PSScriptRoot/Support.ps1

    # Rows whose answers repeat the prompt, so that those of more than ten words are cut.
    function New-LongRequest {
        param([int] $Count = 20, [int] $MaxTokens = 10)
        1..$Count | ForEach-Object { [pscustomobject]@{ Id = $_; Body = 'word ' * $_ } } |
            New-ClaudeBatchRequest -Model claude-haiku-4-5 -MaxTokens $MaxTokens -CustomId 'row-{{Id}}' -Prompt '{{Body}}'
    }

    function Get-SchemaRequest {
        1..3 | ForEach-Object { [pscustomobject]@{ Id = $_ } } |
            New-ClaudeBatchRequest -Model claude-haiku-4-5 -MaxTokens 50 -CustomId 'row-{{Id}}' -Prompt '{{Id}}' -OutputSchema @{
                type = 'object'; properties = @{ label = @{ type = 'string' } }; required = @('label'); additionalProperties = $false
            }
    }
}

Describe 'The line that closes a job' {
    It 'tells what was answered, cut and failed and why, what it cost, and what to do next: Invoke-ClaudeBatch' {
        Connect-TestEmulator -Plan @{ Invalid = 0.2; Seed = 1 }
        $results = New-LongRequest | Invoke-ClaudeBatch -Job j -InformationVariable lines -WarningVariable warnings 3>$null 6>$null
        $cut = @($results | Where-Object StopReason -EQ 'max_tokens').Count
        $failed = @($results | Where-Object Status -EQ 'Errored').Count
        $cost = ($results | Measure-Object -Property Cost -Sum).Sum.ToString('0.00####', [cultureinfo]::InvariantCulture)
        "$($lines[-1])" | Should -Be ("Job 'j' has ended: $(20 - $failed) of 20 answered ($cut cut at max_tokens), $failed failed (invalid_request_error); " +
            "`$$cost. Next: Get-ClaudeBatchResult -Job j | Where-Object IsComplete -eq `$false")
        "$warnings" | Should -BeLike "Of the 20 requests of job 'j' $failed failed and $cut have an answer that cannot be used as it is: *"
    }

    It 'is an error above -MaxFailureRatio, a warning above a tenth, and neither below' {
        Connect-TestEmulator -Plan @{ Invalid = 0.2; Seed = 1 }
        New-TestRequest -Count 50 | Invoke-ClaudeBatch -Job j -MaxFailureRatio 0.05 -ErrorVariable problem -ErrorAction SilentlyContinue 6>$null | Out-Null
        $problem[0].FullyQualifiedErrorId | Should -BeLike 'FailureRatioExceeded,*'
        New-TestRequest -Count 50 | Invoke-ClaudeBatch -Job j -WarningVariable warnings 3>$null 6>$null | Out-Null
        "$warnings" | Should -BeLike "*failed: *"
        New-TestRequest -Count 50 | Invoke-ClaudeBatch -Job j -MaxFailureRatio 1 -WarningVariable none -ErrorVariable none2 3>$null 6>$null | Out-Null
        @($none) + @($none2) | Should -BeNullOrEmpty
    }

    It 'comes from Wait-ClaudeBatch with what the service has counted, and the next command collects' {
        Connect-TestEmulator -Plan @{ Expired = 0.4; Seed = 2 }
        $batch = New-TestRequest -Count 10 | Submit-ClaudeBatch -Job j | Wait-ClaudeBatch -InformationVariable lines -WarningAction SilentlyContinue 6>$null
        "$($lines[-1])" | Should -Be ("Job 'j' has ended: $($batch.Succeeded) of 10 answered, $($batch.Expired) failed (expired). " +
            'Next: Get-ClaudeBatchResult -Job j')
    }

    It 'comes from Resume-ClaudeBatch in the round in which the job ends, and not again' {
        Connect-TestEmulator
        New-TestRequest | Submit-ClaudeBatch -Job j | Out-Null
        $said = foreach ($step in 1..6) {
            Resume-ClaudeBatch -Job j -InformationVariable lines 6>$null | Out-Null
            $lines | Where-Object { "$_" -like '*has ended*' }
            Move-TestClock -By 01:00:00
        }
        @($said) | Should -HaveCount 1
    }

    It 'sends the canceled requests of a stopped job again by the command that its message names' {
        Connect-TestEmulator -Plan @{ Speed = 600; Latency = 6000 }
        New-TestRequest | Submit-ClaudeBatch -Job j | Out-Null
        Stop-ClaudeBatch -Job j
        Wait-ClaudeBatch -Job j -WarningVariable warnings 3>$null 6>$null | Get-ClaudeBatchResult | Out-Null
        $warnings | Should -BeNullOrEmpty
        $message = (Get-ClaudeBatchJob -Name j).Message
        $message | Should -Be 'It was stopped. Invoke-ClaudeBatchRetry -Job j -Status Canceled sends the canceled requests again.'
        Invoke-ClaudeBatchRetry -Job j -Status Canceled 6>$null | Wait-ClaudeBatch 6>$null | Get-ClaudeBatchResult | ForEach-Object Status |
            Should -Be 'Succeeded', 'Succeeded', 'Succeeded'
        (Get-ClaudeBatchJob -Name j).State | Should -Be 'Finished'
    }
}

Describe 'What cannot be used' {
    It 'is counted in jobs and books, and is what -Status Incomplete gives' {
        Connect-TestEmulator -Plan @{ Invalid = 0.2; Seed = 1 }
        $results = New-LongRequest | Invoke-ClaudeBatch -Job j 3>$null 6>$null
        $incomplete = @($results | Where-Object { $_.Status -eq 'Succeeded' -and -not $_.IsComplete })
        $incomplete.Count | Should -BeGreaterThan 3
        $job = Get-ClaudeBatchJob -Name j
        $job.Incomplete | Should -Be $incomplete.Count
        $job.FailureRatio | Should -Be ($job.Errored / 20)
        (Compare-ClaudeBatch -Job j).Incomplete | Should -Be $incomplete.Count
        (Get-ClaudeBatchResult -Job j -Status Incomplete).CustomId | Should -Be $incomplete.CustomId
        (Get-ClaudeBatchResult -Job j -Status Incomplete, Errored).Count | Should -Be ($incomplete.Count + $job.Errored)
    }

    It 'is also an answer that does not fit its schema' {
        $answers = "$TestDrive/misfit.jsonl"
        1..3 | ForEach-Object { @{ custom_id = "row-$_"; text = $_ -eq 2 ? '{"label":1}' : '{"label":"a"}' } | ConvertTo-Json -Compress } |
            Set-Content -LiteralPath $answers
        Connect-TestEmulator -Plan @{ Answers = $answers }
        $results = Get-SchemaRequest | Invoke-ClaudeBatch -Job j 3>$null 6>$null
        $results.IsComplete | Should -Be $true, $false, $true
        (Get-ClaudeBatchJob -Name j).Incomplete | Should -Be 1
        $again = Get-ClaudeBatchResult -Job j -Status Incomplete
        $again.CustomId | Should -Be 'row-2'
        $again.Reason | Should -BeLike 'The answer does not fit the schema: $.label*'
    }
}

Describe 'Invoke-ClaudeBatch -Timeout' {
    It 'leaves the job to go on, and the same line takes it up' {
        $ledger = New-TestFolder
        Connect-TestEmulator -LedgerPath $ledger -Plan @{ Speed = 600; Latency = 6000 }
        $results = New-TestRequest | Invoke-ClaudeBatch -Job j -Timeout 20m -ErrorVariable problem -ErrorAction SilentlyContinue
        $results | Should -BeNullOrEmpty
        $problem[0].FullyQualifiedErrorId | Should -BeLike 'WaitTimedOut,*'
        "$problem" | Should -BeLike '*Resume-ClaudeBatch -Job j*'
        (Get-ClaudeBatchJob -Name j).State | Should -Be 'Running'
        New-TestRequest | Invoke-ClaudeBatch -Job j -Timeout 10h 6>$null | Should -HaveCount 3
        @(Get-ClaudeBatch -Job j -Local) | Should -HaveCount 1
    }
}

Describe 'Invoke-ClaudeBatch -AsCompleted' {
    It 'gives each row once, as soon as no further attempt follows; without it rows come in the order of the input' {
        Connect-TestEmulator -Plan @{ Errored = 0.5; Seed = 3 }
        $results = New-TestRequest -Count 20 | Invoke-ClaudeBatch -Job j -AsCompleted 3>$null 6>$null
        $results.CustomId | Sort-Object -Unique | Should -HaveCount 20
        $results | Should -HaveCount 20
        # What was decided at the first attempt comes before what was tried again.
        $results.Attempt | Should -Be ($results.Attempt | Sort-Object)
        $results[-1].Attempt | Should -BeGreaterThan 1
        $inOrder = New-TestRequest -Count 20 | Invoke-ClaudeBatch -Job j 3>$null 6>$null
        $inOrder.CustomId | Should -Be (1..20 | ForEach-Object { "row-$_" })
    }
}

Describe 'A retry that takes nothing' {
    BeforeAll {
        function Get-Word {
            param([string] $Job, [hashtable] $How = @{})
            Invoke-ClaudeBatchRetry -Job $Job @How -InformationVariable lines 6>$null | Should -BeNullOrEmpty
            "$lines"
        }
    }

    It 'says that all is answered' {
        Connect-TestEmulator
        New-TestRequest | Invoke-ClaudeBatch -Job j 6>$null | Out-Null
        Get-Word -Job j | Should -Be "Job 'j' has nothing to retry: each of its requests has a complete answer."
    }

    It 'names permanent, canceled and cut ones with the switch that takes them, and each switch does' {
        Connect-TestEmulator -Plan @{ Invalid = 0.2; Canceled = 0.2; Seed = 4 }
        $results = New-LongRequest | Submit-ClaudeBatch -Job j | Wait-ClaudeBatch 3>$null 6>$null | Get-ClaudeBatchResult
        $count = @{
            Permanent = @($results | Where-Object FailureClass -EQ 'Permanent').Count
            Canceled  = @($results | Where-Object Status -EQ 'Canceled').Count
            Cut       = @($results | Where-Object StopReason -EQ 'max_tokens').Count
        }
        $word = Get-Word -Job j
        $word | Should -Match "$($count.Permanent) failed for good as they are \(-Repair or -Template .*-FailureClass Permanent"
        $word | Should -Match "$($count.Canceled) were canceled \(-Status Canceled\)"
        $word | Should -Match "$($count.Cut) have an answer that was cut at max_tokens \(-MaxTokensFactor 2\)"
        (Invoke-ClaudeBatchRetry -Job j -FailureClass Permanent).RequestCount | Should -Be $count.Permanent
        (Invoke-ClaudeBatchRetry -Job j -Status Canceled).RequestCount | Should -Be $count.Canceled
        (Invoke-ClaudeBatchRetry -Job j -MaxTokensFactor 2).RequestCount | Should -Be $count.Cut
    }

    It 'names what waits, and what was never sent' {
        Connect-TestEmulator
        New-TestRequest | Submit-ClaudeBatch -Job waits | Out-Null
        Get-Word -Job waits | Should -BeLike '*3 are not answered yet (Wait-ClaudeBatch -Job waits)*'
        Wait-ClaudeBatch -Job waits 6>$null | Out-Null
        Get-Word -Job waits | Should -BeLike '*3 have results that are not collected yet (Get-ClaudeBatchResult -Job waits)*'
        Connect-TestEmulator -Plan @{ Faults = @(@{ Kind = 'Refuse'; Status = 400 }) }
        New-TestRequest | Submit-ClaudeBatch -Job unsent -ErrorAction SilentlyContinue | Out-Null
        Get-Word -Job unsent | Should -BeLike '*3 were never accepted (the line that submits them, run again)*'
    }
}

Describe 'An export of nothing' {
    It 'warns, and yesterday''s file is not read for today''s: <_>' -ForEach 'csv', 'json', 'jsonl', 'xlsx' {
        $path = "$TestDrive/nothing.$_"
        'yesterday' | Set-Content -LiteralPath $path
        @() | Export-ClaudeBatchResult -Path $path -Force -WarningVariable warnings 3>$null
        "$warnings" | Should -BeLike "Nothing came in to be exported, and '*nothing.$_' has no rows."
        Get-Content -LiteralPath $path -Raw | Should -Not -BeLike '*yesterday*'
    }
}
