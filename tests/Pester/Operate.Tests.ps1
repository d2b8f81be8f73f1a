BeforeDiscovery {
    # The server front is built with the solution; a module that was downloaded has none.
    $hasServer = [bool] (Get-ChildItem -Path "$PSScriptRoot/../../src/ClaudeBatch.Emulator.Server/bin" -Recurse -Filter ClaudeBatch.Emulator.Server.dll -ErrorAction Ignore)
}

BeforeAll {
    . $PSScriptRoot/Support.ps1
}

Describe 'Test-ClaudeBatchConnection' {
    It 'is one true where all is well, and a finding a check with -Detailed' {
        Connect-TestEmulator
        New-TestRequest | Submit-ClaudeBatch -Job well | Wait-ClaudeBatch | Get-ClaudeBatchResult | Out-Null
        Test-ClaudeBatchConnection | Should -BeTrue
        $findings = Test-ClaudeBatchConnection -Detailed
        $findings.Check | Should -Be 'Host', 'Key', 'Identity', 'Service', 'Clock', 'LedgerRights', 'LedgerIntegrity', 'Submissions', 'Jobs', 'Results', 'Account'
        $findings.Severity | Select-Object -Unique | Should -Be 'Ok'
    }

    It 'tells what waits for somebody, and what to do: <check>' -ForEach @(
        @{ check = 'Submissions'; plan = @{ Faults = @(@{ Kind = 'LostReply' }) }; message = "j/1"; advice = 'Resume-ClaudeBatch settles them' }
        @{ check = 'Account'; plan = @{ Faults = @(@{ Kind = 'ForeignBatch' }) }; message = '1 batches'; advice = 'Repair-ClaudeBatch' }
        @{ check = 'Jobs'; plan = @{ Faults = @(@{ Kind = 'Refuse'; Status = 403 }) }; message = 'j \(Paused\)'; advice = 'Get-ClaudeBatchJob' }
    ) {
        Connect-TestEmulator -Plan $plan
        New-TestRequest | Submit-ClaudeBatch -Job j -WarningAction SilentlyContinue -ErrorAction SilentlyContinue | Out-Null
        $finding = Test-ClaudeBatchConnection -Detailed | Where-Object Check -EQ $check
        $finding.Severity | Should -Be 'Warning'
        $finding.Message | Should -Match $message
        $finding.Advice | Should -Match $advice
        Test-ClaudeBatchConnection | Should -BeTrue
    }

    It 'is false for a key that is refused, a ledger that is damaged, and no key at all' {
        Connect-TestEmulator -Plan @{ ApiKey = 'another' }
        Test-ClaudeBatchConnection | Should -BeFalse
        (Test-ClaudeBatchConnection -Detailed | Where-Object Check -EQ 'Service').Severity | Should -Be 'Error'

        $ledger = New-TestFolder
        Connect-TestEmulator -LedgerPath $ledger
        New-TestRequest | Submit-ClaudeBatch -Job j | Out-Null
        [IO.File]::WriteAllText("$ledger/emulator/ledger.db", 'not a database')
        (Test-ClaudeBatchConnection -Detailed | Where-Object Check -EQ 'LedgerIntegrity').Severity | Should -Be 'Error'

        Disconnect-ClaudeBatch
        $env:CLAUDEBATCH_HOME = New-TestFolder
        try {
            $finding = Test-ClaudeBatchConnection -Detailed | Where-Object Check -EQ 'Key'
            $finding.Severity | Should -Be 'Error'
            $finding.Advice | Should -Match 'ANTHROPIC_API_KEY'
        }
        finally {
            $env:CLAUDEBATCH_HOME = $null
        }
    }

    It 'warns of a ledger that others can look into' -Skip:$IsWindows {
        $ledger = New-TestFolder
        Connect-TestEmulator -LedgerPath $ledger
        New-TestRequest | Submit-ClaudeBatch -Job j | Out-Null
        chmod 755 "$ledger/emulator"
        (Test-ClaudeBatchConnection -Detailed | Where-Object Check -EQ 'LedgerRights').Advice | Should -Match 'chmod 700'
    }
}

Describe 'Get-ClaudeBatch -Service' {
    It 'lists what the account has, ours and others'', the newest first' {
        Connect-TestEmulator -Plan @{ Faults = @(@{ Kind = 'ForeignBatch'; Count = 2 }) }
        New-TestRequest -Count 4 | Submit-ClaudeBatch -Job ours -WarningAction SilentlyContinue | Out-Null
        $listed = Get-ClaudeBatch -Service
        $listed.Count | Should -Be 3
        @($listed | Where-Object Job -EQ 'ours').Count | Should -Be 1
        @($listed | Where-Object { -not $_.Job }).RequestCount | Should -Be 4, 4
        @(Get-ClaudeBatch -Service -First 2).Id | Should -Be $listed[0..1].Id
    }
}

Describe 'Wait-ClaudeBatch' {
    It 'warns of a batch of which more than a tenth failed, and makes it an error where a limit is given' {
        Connect-TestEmulator -Plan @{ Invalid = 0.5; Seed = 4 }
        New-TestRequest -Count 20 | Submit-ClaudeBatch -Job failing | Wait-ClaudeBatch -WarningVariable warned -WarningAction SilentlyContinue | Out-Null
        $warned.Message | Should -Match '^Of the 20 requests of job ''failing'' \d+ failed: '
        New-TestRequest -Count 20 | Submit-ClaudeBatch -Job strict | Wait-ClaudeBatch -MaxFailureRatio 0.3 -ErrorVariable problem -ErrorAction SilentlyContinue | Should -HaveCount 1
        $problem[0].FullyQualifiedErrorId | Should -BeLike 'FailureRatioExceeded,*'
        New-TestRequest -Count 20 | Submit-ClaudeBatch -Job lax | Wait-ClaudeBatch -MaxFailureRatio 1 -WarningVariable quiet | Should -HaveCount 1
        $quiet | Should -BeNullOrEmpty
    }

    It 'ends with the first batch under -Any, and times out with an error that can be waited for again' {
        Connect-TestEmulator
        $batches = New-TestRequest -Count 6 | Submit-ClaudeBatch -Job any -MaxRequestsPerBatch 2
        @($batches | Wait-ClaudeBatch -Any).Count | Should -Be 1
        Connect-TestEmulator -Plan @{ Speed = 6000; Latency = 1000000 }
        $slow = New-TestRequest | Submit-ClaudeBatch -Job slow
        $slow | Wait-ClaudeBatch -Timeout 60 -ErrorVariable late -ErrorAction SilentlyContinue | Should -BeNullOrEmpty
        $late[0].FullyQualifiedErrorId | Should -BeLike 'WaitTimedOut,*'
        ($late[0].TargetObject | Get-ClaudeBatch).Id | Should -Be $slow.Id
    }

    It 'shows a bar a job with its batches beneath, and takes all of them away' {
        Connect-TestEmulator -Plan @{ Speed = 600; Latency = 300 }
        $shell = [powershell]::Create()
        $shell.AddScript({
                param($module, $ledger)
                $ProgressPreference = 'Continue'
                Import-Module $module
                Connect-ClaudeBatch -Emulator -LedgerPath $ledger -EmulatorPlan @{ Speed = 600; Latency = 300 }
                1..9 | ForEach-Object { "m $_" } | New-ClaudeBatchRequest -Model claude-haiku-4-5 -MaxTokens 10 | Submit-ClaudeBatch -Job bars -MaxRequestsPerBatch 3 | Wait-ClaudeBatch -PollInterval 20
            }).AddArgument(((Get-Module ClaudeBatch).Path -replace 'psm1$', 'psd1')).AddArgument((New-TestFolder)) | Out-Null
        $shell.Invoke().Count | Should -Be 3
        $bars = $shell.Streams.Progress
        $job = @($bars | Where-Object { $_.ParentActivityId -lt 0 -and $_.RecordType -eq 'Processing' })
        $job[0].Activity | Should -Be "Job 'bars'"
        $job[0].StatusDescription | Should -Match '^0 of 9 requests, elapsed \d+ .*, 0 of 3 batches ended$'
        @($bars | Where-Object ParentActivityId -EQ $job[0].ActivityId | Select-Object -ExpandProperty Activity -Unique) | Should -Contain 'Part 1'
        foreach ($id in $bars.ActivityId | Select-Object -Unique) {
            @($bars | Where-Object ActivityId -EQ $id)[-1].RecordType | Should -Be 'Completed'
        }
        $shell.Dispose()
    }
}

Describe 'The key' -Skip:(-not $hasServer) {
    BeforeAll {
        $server = Get-ChildItem -Path "$PSScriptRoot/../../src/ClaudeBatch.Emulator.Server/bin" -Recurse -Filter ClaudeBatch.Emulator.Server.dll | Select-Object -First 1
        $process = Start-TestProcess -FilePath dotnet -ArgumentList $server.FullName, '--state', "$TestDrive/service", '--plan', '{"Speed":6000}' -Until '^Listening on'
        $port = ([uri] $process.Line.Split(' ')[-1]).Port
    }

    AfterAll {
        Stop-TestProcess $process
    }

    It 'is in no stream, no transcript, no file and no object, whatever is asked for' {
        $key = 'sk-ant-api03-' + [guid]::NewGuid().ToString('N')
        $ledger = New-TestFolder
        Set-Content -LiteralPath "$TestDrive/secret.ps1" -Value {
            param($module, $port, $ledger, $folder)
            Start-Transcript -Path "$folder/transcript.txt"
            $VerbosePreference = $DebugPreference = $InformationPreference = 'Continue'
            Import-Module $module
            $key = ConvertTo-SecureString -String $env:TEST_KEY -AsPlainText -Force
            Connect-ClaudeBatch -ApiKey $key -BaseUri "http://127.0.0.1:$port" -LedgerPath $ledger -EmulatorPlan @{ Speed = 6000 } -PassThru | Format-List -Property * -Force
            Get-ClaudeBatchConnection | Format-List -Property * -Force
            Get-ClaudeBatchConnection | Export-Clixml -Path "$folder/connection.xml"
            Test-ClaudeBatchConnection -Detailed | Format-List
            $requests = 1..3 | ForEach-Object { "message $_" } | New-ClaudeBatchRequest -Model claude-haiku-4-5 -MaxTokens 10
            $requests | Test-ClaudeBatchRequest -Online
            $requests | Invoke-ClaudeBatch -Job secret | Format-List -Property * -Force
            Get-ClaudeBatch -Service | Format-List
            Get-ClaudeBatchEvent | Format-List
            Measure-ClaudeBatch -Job secret
            Compare-ClaudeBatch -Job secret
            Stop-ClaudeBatch -Job secret
            Get-ClaudeBatchResult -Id msgbatch_none
            $bad = ConvertTo-SecureString -String "sk-ant-invalid-$env:TEST_KEY" -AsPlainText -Force
            Connect-ClaudeBatch -ApiKey $bad -BaseUri "http://127.0.0.1:$port" -LedgerPath $ledger
            $requests | Submit-ClaudeBatch -Job refused
            Get-Error -Newest 9
            Stop-Transcript
        }
        $env:TEST_KEY = $key
        try {
            & $shellPath -NoProfile -File "$TestDrive/secret.ps1" ((Get-Module ClaudeBatch).Path -replace 'psm1$', 'psd1') $port $ledger $TestDrive *> "$TestDrive/streams.txt"
        }
        finally {
            $env:TEST_KEY = $null
        }
        Get-Content -LiteralPath "$TestDrive/streams.txt" -Raw | Should -Match 'Sent 1 request through the Messages API'
        Get-Content -LiteralPath "$TestDrive/streams.txt" -Raw | Should -Match 'ApiKeyRejected'
        (Get-Item "$TestDrive/transcript.txt").Length | Should -BeGreaterThan 5000
        foreach ($file in @(Get-ChildItem -Recurse -File -LiteralPath $ledger, "$TestDrive/service") + @(Get-Item "$TestDrive/transcript.txt", "$TestDrive/streams.txt", "$TestDrive/connection.xml")) {
            [Text.Encoding]::Latin1.GetString([IO.File]::ReadAllBytes($file.FullName)).Contains($key) | Should -BeFalse -Because "$file must not hold the key"
        }
    }
}

Describe 'The culture <_>' -ForEach 'tr-TR', 'de-DE', 'ar-SA' {
    It 'changes nothing of what is sent, kept and exported' {
        $before = [cultureinfo]::CurrentCulture
        try {
            $seen = foreach ($name in '', $_) {
                [cultureinfo]::CurrentCulture = $name
                Connect-TestEmulator -Plan @{ Errored = 0.1; Seed = 2 }
                $rows = 1..20 | ForEach-Object { [pscustomobject]@{ Id = $_; Weight = $_ / 4; Day = [datetime]'2026-11-21'; INDIGO = 'Iı' } }
                $results = $rows | New-ClaudeBatchRequest -Model claude-haiku-4-5 -MaxTokens 50 -CustomId 'row-{{id}}' -Prompt '{{Weight}} {{Day}} {{indigo}}' |
                    Invoke-ClaudeBatch -Job INDIGO -MaxAttempts 9 -MaxCost 5.5
                $path = "$(New-TestFolder).csv"
                $results | Select-Object * -ExcludeProperty BatchId, RequestId, Message, Raw | ForEach-Object { "$($_.CustomId) $($_.Text) $($_.Status) $($_.Source | ConvertTo-Json -Compress)" }
                $results | Export-ClaudeBatchResult -Path $path
                (Get-Content -LiteralPath $path | Select-Object -Skip 1 | ForEach-Object { ($_ -split '"msgbatch')[0] })
                (Get-ClaudeBatchJob indigo).Cost.ToString([cultureinfo]::InvariantCulture)
            }
            $half = $seen.Count / 2
            ($seen[0..($half - 1)] -join "`n") | Should -BeExactly ($seen[$half..($seen.Count - 1)] -join "`n")
        }
        finally {
            [cultureinfo]::CurrentCulture = $before
        }
    }
}
