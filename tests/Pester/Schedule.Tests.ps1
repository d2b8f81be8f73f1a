BeforeAll {
    . $PSScriptRoot/Support.ps1
    $module = (Get-Module ClaudeBatch).Path -replace 'psm1$', 'psd1'

    # A task of the scheduler: a shell of its own that takes one step and ends.
    function Invoke-Task {
        param([string] $Ledger, [hashtable] $Plan = @{ Speed = 6000 }, [string] $More = '', [switch] $Raw)
        $pairs = $Plan.GetEnumerator() | ForEach-Object { "$($_.Key) = $($_.Value)" }
        $line = "Import-Module '$module'; Connect-ClaudeBatch -Emulator -LedgerPath '$Ledger' -EmulatorPlan @{ $($pairs -join '; ') }; Resume-ClaudeBatch -Exit $More"
        $output = & $shellPath -NoProfile -NonInteractive -Command $line 2>&1
        if ($Raw) { $output } else { $LASTEXITCODE }
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

    It 'is 2 while something runs' {
        Connect-TestEmulator -LedgerPath $ledger -Plan @{ Speed = 1; Latency = 10000 }
        New-TestRequest | Submit-ClaudeBatch -Job running | Out-Null
        Invoke-Task $ledger -Plan @{ Speed = 1 } | Should -Be 2
    }

    It 'is 3 when more failed than may' {
        Connect-TestEmulator -LedgerPath $ledger -Plan @{ Invalid = 0.5; Seed = 4 }
        New-TestRequest -Count 20 | Submit-ClaudeBatch -Job failed | Wait-ClaudeBatch -WarningAction SilentlyContinue | Get-ClaudeBatchResult | Out-Null
        Invoke-Task $ledger | Should -Be 3
        Invoke-Task $ledger -More '-MaxFailureRatio 0.9' | Should -Be 0
    }

    It 'is 4 when somebody must act, and 6 when the budget was refused; the graver one wins' {
        Connect-TestEmulator -LedgerPath $ledger -Plan @{ Unpaid = 1 }
        { New-TestRequest | Submit-ClaudeBatch -Job dear -MaxCost 0 } | Should -Throw
        Invoke-Task $ledger | Should -Be 6
        New-TestRequest | Submit-ClaudeBatch -Job broke | Wait-ClaudeBatch -WarningAction SilentlyContinue | Get-ClaudeBatchResult -WarningAction SilentlyContinue | Out-Null
        Invoke-Task $ledger | Should -Be 4
    }

    It 'is 5 when a submission is ambiguous' {
        Connect-TestEmulator -LedgerPath $ledger -Plan @{ Faults = @(@{ Kind = 'ForeignBatch'; Count = 2 }, @{ Kind = 'Refuse'; Status = 500 }) }
        New-TestRequest | Submit-ClaudeBatch -Job twins -WarningAction SilentlyContinue | Out-Null
        Wait-ClaudeBatch -Job twins -Timeout 30000 -WarningAction SilentlyContinue -ErrorAction SilentlyContinue | Out-Null
        (Get-ClaudeBatchJob twins).State | Should -Be 'Ambiguous'
        Invoke-Task $ledger | Should -Be 5
    }

    It 'is 4 for a key that is refused' {
        $env:CLAUDEBATCH_HOME = $ledger
        try {
            Connect-TestEmulator -LedgerPath $ledger
            New-TestRequest | Submit-ClaudeBatch -Job key | Out-Null
            Connect-TestEmulator -LedgerPath $ledger -Plan @{ ApiKey = 'another' }
            Resume-ClaudeBatch -Exit -ErrorAction SilentlyContinue | Out-Null
            $global:LASTEXITCODE | Should -Be 4
        }
        finally {
            $env:CLAUDEBATCH_HOME = $null
        }
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
    It 'logs a line a job, alerts of what waits for somebody, and ends with the code' {
        $ledger = New-TestFolder
        Connect-TestEmulator -LedgerPath $ledger -Plan @{ Unpaid = 1 }
        New-TestRequest | Submit-ClaudeBatch -Job broke | Wait-ClaudeBatch -WarningAction SilentlyContinue | Out-Null
        $page = Get-Content -LiteralPath "$PSScriptRoot/../../docs/scheduled-tasks.md" -Raw
        $script = [regex]::Match($page, '(?s)```powershell\n(# resume\.ps1.*?)```').Groups[1].Value
        $script = $script.Replace('Import-Module ClaudeBatch', "Import-Module '$module'").
            Replace('Connect-ClaudeBatch -ApiKeyPath /etc/claudebatch/key -LedgerPath /var/lib/claudebatch', "Connect-ClaudeBatch -Emulator -LedgerPath '$ledger' -EmulatorPlan @{ Speed = 6000 }").
            Replace("`$Text | mail -s 'ClaudeBatch needs you' ops@example.com", "Set-Content -LiteralPath '$TestDrive/alert.txt' -Value `$Text")
        Set-Content -LiteralPath "$TestDrive/resume.ps1" -Value $script
        $log = & $shellPath -NoProfile -NonInteractive -File "$TestDrive/resume.ps1"
        $LASTEXITCODE | Should -Be 4
        $log | Should -Match '^\d{4}-.* broke: Paused, 0 of 3 succeeded\. 3 requests of part 1 failed for a cause at the account'
        Get-Content -LiteralPath "$TestDrive/alert.txt" | Should -Match '^broke: Paused'
    }
}
