BeforeAll {
    . "$PSScriptRoot/Support.ps1"
}

Describe 'Resume-ClaudeBatch' {
    It 'takes a job from a lost reply to its answers, a step at a time, and pays once' {
        Connect-TestEmulator -Plan @{ Faults = 'LostReply'; Latency = 60; Speed = 1000 }
        New-TestRequest -Count 4 | Submit-ClaudeBatch -Job lost -MaxRequestsPerBatch 2 -WarningVariable warned -WarningAction SilentlyContinue |
            ForEach-Object State | Should -Be @('Unconfirmed', 'Spooled')
        $warned[0].Message | Should -BeLike '*the reply was lost*'

        $job = Complete-TestJob -Name lost

        $job.Succeeded | Should -Be 4
        (Compare-ClaudeBatch -Job lost).IsReconciled | Should -BeTrue
        (Get-ClaudeBatch -Job lost -Local).Adopted | Should -Be @('Confirmed', 'No')
        @(Get-ChildItem -Path (Join-Path (Get-ClaudeBatchConnection).LedgerPath 'service/batches') -Filter *.body) | Should -HaveCount 2
    }

    It 'retries within what the job allows, and no more' {
        Connect-TestEmulator -Plan @{ Errored = 1; Latency = 1 }
        New-TestRequest | Submit-ClaudeBatch -Job tries -MaxAttempts 2 | Out-Null
        1..20 | ForEach-Object { Resume-ClaudeBatch | Out-Null; Move-TestClock -By 01:00:00 }
        $job = Get-ClaudeBatchJob -Job tries
        $job.State, $job.Attempts, $job.Batches, $job.Errored | Should -Be @('Finished', 2, 2, 3)
    }

    It 'leaves a stopped job alone unless it is forced' {
        Connect-TestEmulator -Plan @{ QueueLimit = 3; Latency = 3600; Speed = 1 }
        New-TestRequest -Count 6 | Submit-ClaudeBatch -Job stopped -MaxRequestsPerBatch 3 -WarningAction SilentlyContinue | Out-Null
        Stop-ClaudeBatch -Job stopped
        Resume-ClaudeBatch | Should -BeNullOrEmpty
        (Get-ClaudeBatchJob stopped).State | Should -Be 'Stopped'
        (Get-ClaudeBatchJob stopped).Message | Should -BeLike '*Resume-ClaudeBatch -Job stopped -Force*'
        (Resume-ClaudeBatch -Job stopped -Force -WarningAction SilentlyContinue).State | Should -Be 'Running'
    }

    It 'tries a paused job again when it is named' {
        $ledger = New-TestFolder
        Connect-TestEmulator -LedgerPath $ledger -Plan @{ ApiKey = 'another' }
        New-TestRequest | Submit-ClaudeBatch -Job paused -ErrorAction SilentlyContinue | Out-Null
        (Get-ClaudeBatchJob paused).State | Should -Be 'Paused'
        Connect-TestEmulator -LedgerPath $ledger -Plan @{ Speed = 1 }
        Resume-ClaudeBatch | Should -BeNullOrEmpty
        (Resume-ClaudeBatch -Job paused).State | Should -Be 'Running'
    }

    It 'says of an input that broke off what to do, and sends nothing of it' {
        Connect-TestEmulator
        {
            New-TestRequest | ForEach-Object { if ($_.CustomId -eq 'row-3') { throw 'the source broke' }; $_ } | Submit-ClaudeBatch -Job cut
        } | Should -Throw 'the source broke'
        $job = Resume-ClaudeBatch -Job cut
        $job.State | Should -Be 'InputCut'
        $job.Message | Should -BeLike '*run the same line again*'
        New-TestRequest | Submit-ClaudeBatch -Job cut | ForEach-Object RequestCount | Should -Be 3
    }

    It 'sends nothing with -WhatIf' {
        Connect-TestEmulator -Plan @{ QueueLimit = 3; Latency = 3600; Speed = 1 }
        New-TestRequest -Count 6 | Submit-ClaudeBatch -Job whatif -MaxRequestsPerBatch 3 -WarningAction SilentlyContinue | Out-Null
        Resume-ClaudeBatch -WhatIf | Should -BeNullOrEmpty
    }
}

Describe 'Repair-ClaudeBatch' {
    BeforeEach {
        Connect-TestEmulator -Plan @{ Faults = 'LostReply', 'ForeignBatch'; Latency = 3600; Speed = 1 }
        $lost = New-TestRequest -Count 2 | Submit-ClaudeBatch -Job lost -WarningAction SilentlyContinue
    }

    It 'shows the batches that could be ours, with counts and times' {
        $candidates = $lost | Repair-ClaudeBatch
        $candidates | Should -HaveCount 2
        $candidates.Key | Sort-Object -Unique | Should -Be 'lost/1'
        $candidates.RequestCount | Should -Be @(2, 2)
        $candidates.Id | Should -Match '^msgbatch_'
        $candidates[0].CreatedAt | Should -BeOfType [datetime]
    }

    It 'takes the one a person names, and shows its answers when their ids agree' {
        $ours = Get-ChildItem -Path (Join-Path (Get-ClaudeBatchConnection).LedgerPath 'service/batches') -Filter *.body |
            Where-Object { (Get-Content -Raw -LiteralPath $_.FullName) -match 'row-1' } | ForEach-Object BaseName
        $adopted = Repair-ClaudeBatch -Id 'lost/1' -Adopt $ours
        $adopted.Id, $adopted.State, $adopted.Adopted | Should -Be @($ours, 'InProgress', 'Tentative')
        { $adopted | Stop-ClaudeBatch -ErrorAction Stop } | Should -Throw -ErrorId 'BatchTentative,*'
        { $adopted | Remove-ClaudeBatch -ErrorAction Stop } | Should -Throw -ErrorId 'BatchTentative,*'
    }

    It 'gives the part up, and the same line sends it anew' {
        ($lost | Repair-ClaudeBatch -Abandon).State | Should -Be 'Abandoned'
        (Get-ClaudeBatchJob lost).NotSubmitted | Should -Be 2
        $again = New-TestRequest -Count 2 | Submit-ClaudeBatch -Job lost -WarningAction SilentlyContinue
        $again.State | Should -Be 'InProgress'
        (Get-ClaudeBatchJob lost).Pending | Should -Be 2
    }

    It 'refuses what is nothing to repair, and a batch that stands for another part' {
        $fine = New-TestRequest -Count 3 | Submit-ClaudeBatch -Job fine
        { $fine | Repair-ClaudeBatch -ErrorAction Stop } | Should -Throw -ErrorId 'NothingToRepair,*'
        { $lost | Repair-ClaudeBatch -Adopt $fine.Id -ErrorAction Stop } | Should -Throw -ErrorId 'BatchKnown,*'
        { $lost | Repair-ClaudeBatch -Adopt 'msgbatch_01Nowhere' -ErrorAction Stop } | Should -Throw -ErrorId 'BatchNotFound,*'
    }

    It 'takes over a batch another tool made, answers and all' {
        $ledger = New-TestFolder
        Connect-TestEmulator -LedgerPath $ledger -Plan @{ Latency = 60; Speed = 600 }
        $made = New-TestRequest -Count 3 | Submit-ClaudeBatch -Job here
        # Another ledger on the same service knows nothing of it.
        Move-Item -Path "$ledger/emulator/ledger.db" -Destination "$ledger/emulator/ledger.old"
        Remove-Item -Recurse -Path "$ledger/emulator/jobs"
        $theirs = Repair-ClaudeBatch -Job theirs -Adopt $made.Id
        $theirs.Job, $theirs.RequestCount | Should -Be @('theirs', 3)
        (Get-ClaudeBatchJob theirs).Pending | Should -Be 3
        $results = $theirs | Wait-ClaudeBatch | Get-ClaudeBatchResult
        $results.CustomId | Sort-Object | Should -Be @('row-1', 'row-2', 'row-3')
        $results.Text | Sort-Object | Should -Be @('message 1', 'message 2', 'message 3')
        (Compare-ClaudeBatch -Job theirs).IsReconciled | Should -BeTrue
        New-TestRequest -Count 3 | Submit-ClaudeBatch -Job theirs | ForEach-Object State | Should -Be 'Collected'
    }

    It 'takes no batch over into a job that has its ids, and none into jobs that a pattern names' {
        $ledger = New-TestFolder
        Connect-TestEmulator -LedgerPath $ledger -Plan @{ Latency = 60; Speed = 600 }
        $made = New-TestRequest -Count 3 | Submit-ClaudeBatch -Job here | Wait-ClaudeBatch
        Move-Item -Path "$ledger/emulator/ledger.db" -Destination "$ledger/emulator/ledger.old"
        Remove-Item -Recurse -Path "$ledger/emulator/jobs"
        New-TestRequest -Count 3 | Submit-ClaudeBatch -Job ours | Wait-ClaudeBatch | Get-ClaudeBatchResult | Out-Null

        { Repair-ClaudeBatch -Job ours -Adopt $made.Id -ErrorAction Stop } | Should -Throw -ErrorId 'CustomIdConflict,*'
        { Repair-ClaudeBatch -Job 'our*' -Adopt $made.Id -ErrorAction Stop } | Should -Throw -ErrorId 'JobNameInvalid,*'
        { Repair-ClaudeBatch -Job ours, others -Adopt $made.Id -ErrorAction Stop } | Should -Throw -ErrorId 'JobNameInvalid,*'

        (Get-ClaudeBatchJob ours).Requests | Should -Be 3
        (Compare-ClaudeBatch -Job ours).IsReconciled | Should -BeTrue
    }
}

Describe 'Get-ClaudeBatchEvent' {
    It 'tells the story of a job in its order, with the ids of the calls and no prompt' {
        Connect-TestEmulator
        New-TestRequest | Submit-ClaudeBatch -Job told | Wait-ClaudeBatch | Get-ClaudeBatchResult | Out-Null
        $events = Get-ClaudeBatchEvent -Job told
        $events.Kind | Should -Be @('Sealed', 'Uploading', 'Unconfirmed', 'InProgress', 'Ended', 'Downloaded', 'Collected')
        ($events | Where-Object Kind -EQ 'InProgress').RequestId | Should -Match '^req_'
        ($events.Message -join ' ') | Should -Not -Match 'message 1|sk-ant'
        $events[0].At.Kind | Should -Be 'Local'
    }

    It 'filters by kind and time' {
        Connect-TestEmulator
        New-TestRequest | Submit-ClaudeBatch -Job one | Out-Null
        (Get-ClaudeBatchEvent -Kind Seal*).Kind | Should -Be 'Sealed'
        $last = (Get-ClaudeBatchEvent)[-1].At
        Get-ClaudeBatchEvent -After $last | Should -BeNullOrEmpty
    }
}

Describe 'Remove-ClaudeBatchJob' {
    BeforeEach {
        Connect-TestEmulator
        New-TestRequest | Submit-ClaudeBatch -Job done | Wait-ClaudeBatch | Get-ClaudeBatchResult | Out-Null
        New-TestRequest | Submit-ClaudeBatch -Job open | Out-Null
    }

    It 'removes the payloads and keeps the counts, so that the same line still pays nothing' {
        Remove-ClaudeBatchJob -Job done
        (Get-ClaudeBatchJob done).Succeeded | Should -Be 3
        New-TestRequest | Submit-ClaudeBatch -Job done | ForEach-Object State | Should -Be 'Collected'
        Get-ClaudeBatchResult -Job done -ErrorAction SilentlyContinue -ErrorVariable gone | Should -BeNullOrEmpty
        $gone[0].FullyQualifiedErrorId | Should -BeLike 'PayloadRemoved,*'
    }

    It 'forgets a job with -All' {
        (Remove-ClaudeBatchJob -Job done -All -PassThru).Name | Should -Be 'done'
        (Get-ClaudeBatchJob).Name | Should -Be 'open'
    }

    It 'refuses a job that is not finished, and goes on with the others' {
        Get-ClaudeBatchJob | Remove-ClaudeBatchJob -All -ErrorAction SilentlyContinue -ErrorVariable refused
        $refused.FullyQualifiedErrorId | Should -BeLike 'JobNotFinished,*'
        (Get-ClaudeBatchJob).Name | Should -Be 'open'
    }

    It 'takes only old ones with -OlderThan, and none unasked' {
        Remove-ClaudeBatchJob -OlderThan (New-TimeSpan -Days 30) -All
        (Get-ClaudeBatchJob).Name | Should -Be @('done', 'open')
        { Remove-ClaudeBatchJob } | Should -Throw -ErrorId 'JobMissing,*'
    }
}

Describe 'The ledger''s settings' {
    It 'keep payloads as long as was chosen, and are kept in the ledger' {
        $ledger = New-TestFolder
        Connect-ClaudeBatch -Emulator -LedgerPath $ledger -EmulatorPlan @{ Speed = 6000 } -RetentionDays 1 -SettleTimeout 600
        New-TestRequest | Submit-ClaudeBatch -Job old | Wait-ClaudeBatch | Get-ClaudeBatchResult | Out-Null
        Resume-ClaudeBatch
        (Get-ClaudeBatchResult -Job old).Count | Should -Be 3
        Move-TestClock -By 1.01:00:00
        Resume-ClaudeBatch
        Get-ClaudeBatchResult -Job old -ErrorAction SilentlyContinue -ErrorVariable gone | Should -BeNullOrEmpty
        $gone[0].FullyQualifiedErrorId | Should -BeLike 'PayloadRemoved,*'
        (Get-ClaudeBatchJob old).Succeeded | Should -Be 3
    }
}
