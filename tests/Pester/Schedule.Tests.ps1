BeforeAll {
    . $PSScriptRoot/Support.ps1
    $module = (Get-Module ClaudeBatch).Path -replace 'psm1$', 'psd1'

    # The lines of a task of the scheduler, on the emulator.
    function Get-TaskLine {
        param([string] $Ledger, [hashtable] $Plan = @{}, [string] $More = '')
        $all = $Plan.ContainsKey('Speed') ? $Plan : @{ Speed = 6000 } + $Plan
        $pairs = $all.GetEnumerator() | ForEach-Object { "$($_.Key) = $($_.Value)" }
        "Import-Module '$module'; Connect-ClaudeBatch -Emulator -LedgerPath '$Ledger' -EmulatorPlan @{ $($pairs -join '; ') }; Resume-ClaudeBatch -Exit $More"
    }

    # A task of the scheduler: a shell of its own that takes one step and ends.
    function Invoke-Task {
        param([string] $Ledger, [hashtable] $Plan = @{}, [string] $More = '', [switch] $Raw)
        $output = & $shellPath -NoProfile -NonInteractive -Command (Get-TaskLine @PSBoundParameters) 2>&1
        if ($Raw) { $output } else { $LASTEXITCODE }
    }

    # A job that has ended, half of whose requests failed.
    function Complete-FailingJob {
        param([string] $Ledger, [string] $Name = 'failed')
        Connect-TestEmulator -LedgerPath $Ledger -Plan @{ Invalid = 0.5; Seed = 4 }
        New-TestRequest -Count 20 | Submit-ClaudeBatch -Job $Name | Wait-ClaudeBatch -WarningAction SilentlyContinue | Get-ClaudeBatchResult -WarningAction SilentlyContinue | Out-Null
    }

    function Suspend-JobWithoutCredit {
        param([string] $Ledger, [string] $Name = 'broke')
        Connect-TestEmulator -LedgerPath $Ledger -Plan @{ Unpaid = 1 }
        New-TestRequest | Submit-ClaudeBatch -Job $Name | Wait-ClaudeBatch -WarningAction SilentlyContinue | Get-ClaudeBatchResult -WarningAction SilentlyContinue | Out-Null
    }

    function Suspend-AmbiguousJob {
        param([string] $Ledger)
        Connect-TestEmulator -LedgerPath $Ledger -Plan @{ Faults = @(@{ Kind = 'ForeignBatch'; Count = 2 }, @{ Kind = 'Refuse'; Status = 500 }) }
        New-TestRequest | Submit-ClaudeBatch -Job twins -WarningAction SilentlyContinue | Out-Null
        Wait-ClaudeBatch -Job twins -Timeout 30000 -WarningAction SilentlyContinue -ErrorAction SilentlyContinue | Out-Null
        (Get-ClaudeBatchJob twins).State | Should -Be 'Ambiguous'
    }

    function Submit-DearJob {
        param([string] $Ledger)
        Connect-TestEmulator -LedgerPath $Ledger
        { New-TestRequest | Submit-ClaudeBatch -Job dear -MaxCost 0 } | Should -Throw
    }

    # Nobody listens at this port of the machine.
    function Get-FreeAddress {
        $listener = [Net.Sockets.TcpListener]::new([Net.IPAddress]::Loopback, 0)
        $listener.Start()
        "http://127.0.0.1:$($listener.LocalEndpoint.Port)/"
        $listener.Stop()
    }
}

Describe 'Resume-ClaudeBatch -Exit' {
    BeforeEach {
        $ledger = New-TestFolder
    }

    It 'is 0 when all is done and reconciled, also where there is nothing to do' {
        Connect-TestEmulator -LedgerPath $ledger
        Invoke-Task $ledger | Should -Be 0
        New-TestRequest | Submit-ClaudeBatch -Job done | Wait-ClaudeBatch | Get-ClaudeBatchResult | Out-Null
        Invoke-Task $ledger | Should -Be 0
    }

    It 'is 2 while something runs, and while an overloaded service keeps it waiting' {
        Connect-TestEmulator -LedgerPath $ledger -Plan @{ Speed = 1; Latency = 10000 }
        New-TestRequest | Submit-ClaudeBatch -Job running | Out-Null
        Invoke-Task $ledger -Plan @{ Speed = 1 } | Should -Be 2
        $other = New-TestFolder
        Connect-TestEmulator -LedgerPath $other -Plan @{ Faults = @(@{ Kind = 'Refuse'; Status = 529; Times = 9 }) }
        New-TestRequest | Submit-ClaudeBatch -Job waiting -WarningAction SilentlyContinue | Out-Null
        Invoke-Task $other -Plan @{ Faults = "@(@{ Kind = 'Refuse'; Status = 529; RetryAfter = 6000; Times = 9 })" } | Should -Be 2
    }

    It 'is 3 when more failed than may, once an end: a retry that fails ends the job anew' {
        Complete-FailingJob $ledger
        Invoke-Task $ledger -More '-MaxFailureRatio 0.9' | Should -Be 0
        Complete-FailingJob $ledger -Name second
        Invoke-Task $ledger | Should -Be 3
        Invoke-Task $ledger | Should -Be 0
        Connect-TestEmulator -LedgerPath $ledger -Plan @{ Speed = 1; Latency = 10000; Invalid = 0.5; Seed = 4 }
        Invoke-ClaudeBatchRetry -Job second -FailureClass Permanent -WarningAction SilentlyContinue | Out-Null
        Invoke-Task $ledger -Plan @{ Speed = 1 } | Should -Be 2
        Move-TestClock -By 03:00:00
        Invoke-Task $ledger -Plan @{ Speed = 1 } | Should -Be 3
        Invoke-Task $ledger -Plan @{ Speed = 1 } | Should -Be 0
    }

    It 'emits a job whose end it tells, though another command has ended it' {
        Complete-FailingJob $ledger
        (Invoke-Task $ledger -Raw | Out-String) | Should -Match 'Finished .* failed'
        (Invoke-Task $ledger -Raw | Out-String) | Should -Not -Match 'Finished'
    }

    It 'tells what is graver today, and an end of yesterday that it has hidden when it is over' {
        Complete-FailingJob $ledger
        Suspend-JobWithoutCredit $ledger
        Invoke-Task $ledger | Should -Be 4
        Invoke-Task $ledger | Should -Be 4
        Stop-ClaudeBatch -Job broke
        Invoke-Task $ledger | Should -Be 3
        Invoke-Task $ledger | Should -Be 0
    }

    It 'tells an end again when its shell was killed before it ended' {
        Complete-FailingJob $ledger
        $line = "$(Get-TaskLine $ledger) | Out-Null; `"code `$LASTEXITCODE`"; Start-Sleep -Seconds 3600"
        $shell = Start-TestProcess -ArgumentList '-NoProfile', '-NonInteractive', '-Command', $line -Until '^code'
        $shell.Line | Should -Be 'code 3'
        # Two at once tell it once.
        Invoke-Task $ledger | Should -Be 0
        Stop-TestProcess $shell
        Invoke-Task $ledger | Should -Be 3
        Invoke-Task $ledger | Should -Be 0
    }

    It 'is told by nobody who types, and not by -WhatIf' {
        Complete-FailingJob $ledger
        & $shellPath -NoProfile -NoExit -Command "$(Get-TaskLine $ledger) | Out-Null; exit `$LASTEXITCODE" | Out-Null
        $LASTEXITCODE | Should -Be 3
        Invoke-Task $ledger -More '-WhatIf' | Should -Be 3
        Invoke-Task $ledger | Should -Be 3
        Invoke-Task $ledger | Should -Be 0
    }

    It 'tells of the jobs that it is asked about' {
        Complete-FailingJob $ledger
        Complete-FailingJob $ledger -Name other
        Invoke-Task $ledger -More '-Job other' | Should -Be 3
        Invoke-Task $ledger -More '-Job other' | Should -Be 0
        Invoke-Task $ledger | Should -Be 3
        Invoke-Task $ledger | Should -Be 0
    }

    It 'is 4 when somebody must act, and 6 when the budget was refused; the graver one wins, at each step' {
        Submit-DearJob $ledger
        Invoke-Task $ledger | Should -Be 6
        Suspend-JobWithoutCredit $ledger
        Invoke-Task $ledger | Should -Be 4
        Suspend-AmbiguousJob $ledger
        Invoke-Task $ledger | Should -Be 5
    }

    It 'counts the gravest, in the order 5, 4, 6, 7, 1, 3, 2, 0' {
        $codes = (Get-Command -Name Resume-ClaudeBatch).ImplementingType.Assembly.GetType('ClaudeBatch.Commands.ExitCode')
        $order = 5, 4, 6, 7, 1, 3, 2, 0
        foreach ($at in 1..7) {
            $codes::Worse($order[$at], $order[$at - 1]) | Should -Be $order[$at - 1]
            $codes::Worse($order[$at - 1], $order[$at]) | Should -Be $order[$at - 1]
        }
    }

    It 'is 4 for a key that is refused, and still says that another job is ambiguous' {
        Connect-TestEmulator -LedgerPath $ledger
        New-TestRequest | Submit-ClaudeBatch -Job key | Out-Null
        Invoke-Task $ledger -Plan @{ ApiKey = "'another'" } | Should -Be 4
        Suspend-AmbiguousJob $ledger
        Invoke-Task $ledger -Plan @{ ApiKey = "'another'" } | Should -Be 5
    }

    It 'is 4 where no connection could be made' {
        $line = "Import-Module '$module'; Connect-ClaudeBatch -ApiKeyPath /nowhere/key -LedgerPath '$ledger'; Resume-ClaudeBatch -Exit"
        Set-Content -LiteralPath "$TestDrive/unconnected.ps1" -Value $line.Replace('; ', "`n")
        & $shellPath -NoProfile -NonInteractive -File "$TestDrive/unconnected.ps1" 2>&1 | Out-Null
        $LASTEXITCODE | Should -Be 4
    }

    It 'is 7 when the service cannot be reached, which hides the end of a job until it can' {
        Complete-FailingJob $ledger
        Connect-TestEmulator -LedgerPath $ledger -Plan @{ Speed = 1; Latency = 10000 }
        New-TestRequest | Submit-ClaudeBatch -Job running | Out-Null
        Invoke-Task $ledger -Plan @{ Speed = 1; Faults = "@(@{ Kind = 'Outage'; Duration = 100000; Times = -1 })" } | Should -Be 7
        Invoke-Task $ledger -Plan @{ Speed = 1 } | Should -Be 3
        Invoke-Task $ledger -Plan @{ Speed = 1 } | Should -Be 2
    }

    It 'is 2 when one call of several is lost' {
        Connect-TestEmulator -LedgerPath $ledger -Plan @{ Speed = 1; Latency = 10000; Faults = @(@{ Kind = 'Refuse'; Status = 529; RetryAfter = 6000; Times = 9 }) }
        New-TestRequest | Submit-ClaudeBatch -Job lost -WarningAction SilentlyContinue | Out-Null
        Move-TestClock -By 02:00:00
        Invoke-Task $ledger -Plan @{ Speed = 1; Faults = "@('LostReply')" } | Should -Be 2
        Connect-TestEmulator -LedgerPath $ledger
        (Get-ClaudeBatch -Job lost -Local).State | Should -Be 'Unconfirmed'
    }

    It 'sets $LASTEXITCODE and leaves the shell of somebody who types open' {
        Connect-TestEmulator -LedgerPath $ledger -Plan @{ Speed = 1; Latency = 10000 }
        New-TestRequest | Submit-ClaudeBatch -Job typed | Out-Null
        $global:LASTEXITCODE = 99
        Resume-ClaudeBatch -Exit | Out-Null
        $global:LASTEXITCODE | Should -Be 2
    }
}

Describe 'A scheduler''s loop of steps, each a process of its own' {
    It 'carries three parts from spooled to reconciled, one of the processes killed' {
        $ledger = New-TestFolder
        # Nothing can be sent at first, so that all three parts are left to the scheduler.
        Connect-TestEmulator -LedgerPath $ledger -Plan @{ Errored = 0.2; Seed = 4; Faults = @(@{ Kind = 'Refuse'; Status = 529; RetryAfter = 6000; Times = 9 }) }
        New-TestRequest -Count 60 | Submit-ClaudeBatch -Job nightly -MaxRequestsPerBatch 25 -MaxAttempts 9 -WarningAction SilentlyContinue | Out-Null
        (Get-ClaudeBatch -Job nightly -Local).State | Should -Be 'Spooled', 'Spooled', 'Spooled'
        $line = "Import-Module '$module'; Connect-ClaudeBatch -Emulator -LedgerPath '$ledger' -EmulatorPlan @{ Speed = 6000; Errored = 0.2; Seed = 4 }; 'at work'; Resume-ClaudeBatch -Exit"
        $codes = foreach ($step in 1..40) {
            $shell = Start-TestProcess -ArgumentList '-NoProfile', '-NonInteractive', '-Command', $line -Until 'at work'
            if ($step -in 2, 4) {
                Stop-TestProcess $shell
                'killed'
                continue
            }
            $shell.WaitForExit()
            $shell.ExitCode
            if ($shell.ExitCode -ne 2) { break }
            Move-TestClock -By 00:10:00
        }
        $codes | Should -Contain 'killed'
        $codes[-1] | Should -Be 0
        Connect-TestEmulator -LedgerPath $ledger
        $books = Compare-ClaudeBatch -Job nightly
        $books.IsReconciled | Should -BeTrue
        $books.Succeeded | Should -Be 60
    }
}

Describe 'The script of docs/scheduled-tasks.md' {
    BeforeAll {
        $page = Get-Content -LiteralPath "$PSScriptRoot/../../docs/scheduled-tasks.md" -Raw
        $script = [regex]::Match($page, '(?s)```powershell\n(# resume\.ps1.*?)```').Groups[1].Value

        # Runs the script of the page as a scheduler does: its code, its log, and what it mails, if anything.
        function Invoke-PageScript {
            param([string] $Ledger, [string] $Plan = 'Speed = 6000', [string] $Connection = "-Emulator -EmulatorPlan @{ $Plan }")
            $text = $script.Replace('Import-Module ClaudeBatch', "Import-Module '$module'").
                Replace('-ApiKeyPath /etc/claudebatch/key -LedgerPath /var/lib/claudebatch', "$Connection -LedgerPath '$Ledger'").
                Replace('/var/lib/claudebatch/alerted', "$Ledger.alerted").
                Replace("`$Text | mail -s 'ClaudeBatch needs you' ops@example.com", "Set-Content -LiteralPath '$Ledger.mail' -Value `$Text")
            $text | Should -Not -Match '/var/lib|/etc/|@example'
            Set-Content -LiteralPath "$Ledger.ps1" -Value $text
            $log = & $shellPath -NoProfile -NonInteractive -File "$Ledger.ps1" 2>&1
            $code = $LASTEXITCODE
            $mail = Get-Content -LiteralPath "$Ledger.mail" -Raw -ErrorAction Ignore
            Remove-Item -LiteralPath "$Ledger.mail" -ErrorAction Ignore
            [pscustomobject]@{ Code = $code; Log = $log; Mail = $mail }
        }
    }

    BeforeEach {
        $ledger = New-TestFolder
        Connect-TestEmulator -LedgerPath $ledger
    }

    It 'logs a line a job and mails nothing while all is well: 2, then 0' {
        Connect-TestEmulator -LedgerPath $ledger -Plan @{ Speed = 1; Latency = 10000 }
        New-TestRequest | Submit-ClaudeBatch -Job nightly | Out-Null
        $step = Invoke-PageScript $ledger -Plan 'Speed = 1'
        $step.Code | Should -Be 2
        $step.Log | Should -Match '^\d{4}-.* nightly: Running, 0 of 3 succeeded'
        $step.Mail | Should -BeNullOrEmpty
        Move-TestClock -By 03:00:00
        $step = Invoke-PageScript $ledger -Plan 'Speed = 1'
        $step.Code | Should -Be 0
        "$($step.Log)" | Should -Match '\d{4}-.* nightly: Finished, 3 of 3 succeeded'
        $step.Mail | Should -BeNullOrEmpty
    }

    It 'alerts of an input that broke off: 1' {
        { & { New-TestRequest; throw 'the source is gone' } | Submit-ClaudeBatch -Job cut } | Should -Throw
        $step = Invoke-PageScript $ledger
        $step.Code | Should -Be 1
        $step.Mail | Should -Match 'cut: InputCut'
    }

    It 'alerts of 30 % that failed, once: 3' {
        Connect-TestEmulator -LedgerPath $ledger -Plan @{ Invalid = 0.3; Seed = 2 }
        New-TestRequest -Count 100 | Submit-ClaudeBatch -Job nightly | Out-Null
        Move-TestClock -By 01:00:00
        $step = Invoke-PageScript $ledger
        $step.Code | Should -Be 3
        $step.Mail | Should -Match 'Code 3: more than a tenth of a job failed'
        $step.Mail | Should -Match 'nightly: Finished, \d\d of 100 succeeded'
        $step = Invoke-PageScript $ledger
        $step.Code | Should -Be 0
        $step.Mail | Should -BeNullOrEmpty
    }

    It 'alerts of an account without credit, and again only when an hour is over: 4' {
        Suspend-JobWithoutCredit $ledger
        $step = Invoke-PageScript $ledger -Plan 'Speed = 1'
        $step.Code | Should -Be 4
        $step.Mail | Should -Match 'broke: Paused\. 3 requests of part 1 failed for a cause at the account'
        $step = Invoke-PageScript $ledger -Plan 'Speed = 1'
        $step.Code | Should -Be 4
        $step.Mail | Should -BeNullOrEmpty
        (Get-Item -LiteralPath "$ledger.alerted").LastWriteTime = (Get-Date).AddMinutes(-61)
        (Invoke-PageScript $ledger -Plan 'Speed = 1').Mail | Should -Match 'broke: Paused'
    }

    It 'alerts of a submission that is ambiguous: 5' {
        Suspend-AmbiguousJob $ledger
        $step = Invoke-PageScript $ledger
        $step.Code | Should -Be 5
        $step.Mail | Should -Match 'twins: Ambiguous'
    }

    It 'alerts of a budget that was refused: 6' {
        Submit-DearJob $ledger
        $step = Invoke-PageScript $ledger
        $step.Code | Should -Be 6
        $step.Mail | Should -Match 'Code 6: a budget was refused'
    }

    It 'alerts of a service that is down, with its address: 7' {
        $address = Get-FreeAddress
        $env:ANTHROPIC_API_KEY = 'sk-ant-test'
        try {
            Connect-ClaudeBatch -BaseUri $address -LedgerPath $ledger
            New-TestRequest | Submit-ClaudeBatch -Job nightly -ErrorVariable said -ErrorAction SilentlyContinue -WarningAction SilentlyContinue | Out-Null
            $said | Should -Match 'could not be reached'
            $step = Invoke-PageScript $ledger -Connection "-BaseUri $address"
        }
        finally {
            $env:ANTHROPIC_API_KEY = $null
        }
        $step.Code | Should -Be 7
        $step.Mail | Should -Match 'Code 7: the service cannot be reached'
        $step.Mail | Should -Match "The service at '$address' could not be reached: Connection refused"
    }

    It 'alerts of a key that cannot be read, with the reason: 4' {
        $step = Invoke-PageScript $ledger -Connection '-ApiKeyPath /nowhere/key'
        $step.Code | Should -Be 4
        $step.Mail | Should -Match "There is no file '/nowhere/key'"
    }
}

Describe 'The units of docs/scheduled-tasks.md' {
    It 'are ones that systemd takes' -Skip:(-not (Get-Command systemd-analyze -ErrorAction Ignore)) {
        $page = Get-Content -LiteralPath "$PSScriptRoot/../../docs/scheduled-tasks.md" -Raw
        $folder = New-Item -ItemType Directory -Path (New-TestFolder)
        $units = foreach ($match in [regex]::Matches($page, '(?s)```ini\n# /etc/systemd/system/(\S+)\n(.*?)```')) {
            $path = Join-Path -Path $folder -ChildPath $match.Groups[1].Value
            # The programs that the page names are not on every machine.
            Set-Content -LiteralPath $path -Value ($match.Groups[2].Value -replace '(?<=ExecStart=)/\S+', '/bin/sh')
            $path
        }
        $units.Count | Should -Be 3
        # The alert is to come for every code but 0 and 2.
        Get-Content -LiteralPath $units[0] | Should -Contain 'SuccessExitStatus=2'
        Get-Content -LiteralPath $units[0] | Should -Contain 'OnFailure=claudebatch-alert.service'
        systemd-analyze verify --man=no @units 2>&1 | Should -BeNullOrEmpty
        $LASTEXITCODE | Should -Be 0
    }
}
