BeforeAll {
    . $PSScriptRoot/Support.ps1
    $module = (Get-Module ClaudeBatch).Path -replace 'psm1$', 'psd1'

    function Complete-Job {
        param([string] $Name)
        New-TestRequest | Submit-ClaudeBatch -Job $Name | Wait-ClaudeBatch | Get-ClaudeBatchResult | Out-Null
    }
}

Describe 'Resume-ClaudeBatch -OnFinished' {
    BeforeEach {
        $ledger = New-TestFolder
        Connect-TestEmulator -LedgerPath $ledger
        $ran = [System.Collections.Generic.List[object]]::new()
    }

    It 'runs once when a job has ended, with the job as $_ and as its argument' {
        New-TestRequest | Submit-ClaudeBatch -Job nightly | Out-Null
        Move-TestClock -By 01:00:00
        1..2 | ForEach-Object { Resume-ClaudeBatch -OnFinished { param($job) $ran.Add(@($_, $job)) } | Out-Null }
        $ran.Count | Should -Be 1
        $ran[0] | ForEach-Object {
            $_ | Should -BeOfType ClaudeBatch.BatchJob
            $_.Name | Should -Be 'nightly'
            $_.State | Should -Be 'Finished'
            $_.Succeeded | Should -Be 3
        }
    }

    It 'runs for what another command has ended since, and not for what had ended before it was first used' {
        Complete-Job old
        Resume-ClaudeBatch -OnFinished { $ran.Add($_.Name) }
        Complete-Job typed
        Resume-ClaudeBatch -OnFinished { $ran.Add($_.Name) }
        $ran | Should -Be 'typed'
    }

    It 'waits from the first use on, also where the ledger has no job yet' {
        Resume-ClaudeBatch -OnFinished { $ran.Add($_.Name) }
        Complete-Job first
        Resume-ClaudeBatch -OnFinished { $ran.Add($_.Name) }
        $ran | Should -Be 'first'
    }

    It 'runs again when a job that has got more requests ends anew' {
        Resume-ClaudeBatch -OnFinished { $ran.Add($_.Requests) }
        Complete-Job nightly
        Resume-ClaudeBatch -OnFinished { $ran.Add($_.Requests) }
        New-TestRequest -Count 5 | Submit-ClaudeBatch -Job nightly | Wait-ClaudeBatch | Out-Null
        Resume-ClaudeBatch -OnFinished { $ran.Add($_.Requests) } | Out-Null
        $ran | Should -Be 3, 5
    }

    It 'sees the variables of where it was written: a module, or a closure' {
        $work = New-Module -ScriptBlock {
            $ours = 'of the module'
            function Get-Closure { param($Ran) { $Ran.Add("$($_.Name) $($args[0].Name)") }.GetNewClosure() }
            $kept = @{}
            function Get-Work { { $kept.Ran = "$($_.Name) $ours" } }
        }
        Resume-ClaudeBatch -OnFinished { }
        Complete-Job nightly
        Resume-ClaudeBatch -OnFinished (& $work { Get-Work })
        & $work { $kept.Ran } | Should -Be 'nightly of the module'
        Complete-Job second
        Resume-ClaudeBatch -OnFinished (& $work { Get-Closure $args[0] } $ran)
        $ran | Should -Be 'second second'
    }

    It 'may use every command of the module' {
        Resume-ClaudeBatch -OnFinished { }
        Complete-Job nightly
        Resume-ClaudeBatch -OnFinished {
            Get-ClaudeBatchResult -Job $_.Name | Export-ClaudeBatchResult -Path "$ledger.csv"
            Remove-ClaudeBatchJob -Job $_.Name -Confirm:$false
            New-TestRequest | Submit-ClaudeBatch -Job 'next' | Out-Null
        }
        (Import-Csv -LiteralPath "$ledger.csv").Count | Should -Be 3
        (Get-ClaudeBatchJob next).State | Should -Be 'Running'
    }

    It 'shows what the script writes, and writes none of it among the jobs' {
        Resume-ClaudeBatch -OnFinished { }
        New-TestRequest | Submit-ClaudeBatch -Job nightly | Out-Null
        Move-TestClock -By 01:00:00
        $jobs = Resume-ClaudeBatch -OnFinished { "mail sent for $($_.Name)"; [pscustomobject]@{ Rows = 17 } } -InformationVariable shown 6>$null
        $jobs | Should -HaveCount 1
        $jobs | Should -BeOfType ClaudeBatch.BatchJob
        "$shown" | Should -Match 'mail sent for nightly'
        "$shown" | Should -Match '17'
    }

    It 'is an error that names the job when it throws, the others are seen to, and the next step runs it again' -ForEach @(
        @{ How = 'throw'; Block = { $ran.Add($_.Name); if ($_.Name -eq 'a') { throw 'the mail server is gone' } } }
        @{ How = 'a terminating error'; Block = { $ran.Add($_.Name); if ($_.Name -eq 'a') { Get-Item -LiteralPath '/nowhere/the mail server is gone' -ErrorAction Stop } } }
    ) {
        Resume-ClaudeBatch -OnFinished { }
        Complete-Job a
        Complete-Job b
        Resume-ClaudeBatch -OnFinished $Block -ErrorVariable failed -ErrorAction SilentlyContinue
        $ran | Should -Be 'a', 'b'
        $failure = $failed | Where-Object FullyQualifiedErrorId -Like 'OnFinishedFailed,*'
        $failure | Should -HaveCount 1
        $failure.TargetObject | Should -Be 'a'
        "$failure" | Should -Match "job 'a'.*the mail server is gone"
        (Get-ClaudeBatchEvent -Job a).Kind | Should -Contain 'EndNotHandled'
        Resume-ClaudeBatch -OnFinished { $ran.Add($_.Name) }
        $ran | Should -Be 'a', 'b', 'a'
    }

    It 'shows an error that does not end the script, and has run' {
        Resume-ClaudeBatch -OnFinished { }
        Complete-Job a
        $said = Resume-ClaudeBatch -OnFinished { $ran.Add($_.Name); Write-Error -Message 'a detail' -ErrorAction Continue } -ErrorAction Continue 2>&1
        "$said" | Should -Match 'a detail'
        Resume-ClaudeBatch -OnFinished { $ran.Add($_.Name) }
        $ran | Should -Be 'a'
    }

    It 'does nothing with -WhatIf, and leaves jobs alone that are not asked about' {
        Resume-ClaudeBatch -OnFinished { }
        Complete-Job a
        Resume-ClaudeBatch -OnFinished { $ran.Add($_.Name) } -WhatIf
        Resume-ClaudeBatch -Job b* -OnFinished { $ran.Add($_.Name) }
        $ran | Should -BeNullOrEmpty
        Resume-ClaudeBatch -Job a -OnFinished { $ran.Add($_.Name) } | Out-Null
        $ran | Should -Be 'a'
    }

    It 'makes the code of -Exit 1 at each step in which it fails' {
        Resume-ClaudeBatch -OnFinished { }
        Complete-Job a
        $line = "Import-Module '$module'; Connect-ClaudeBatch -Emulator -LedgerPath '$ledger' -EmulatorPlan @{ Speed = 6000 }; Resume-ClaudeBatch -Exit -OnFinished"
        foreach ($expected in 1, 1) {
            & $shellPath -NoProfile -NonInteractive -Command "$line { throw 'no' }" 2>&1 | Out-Null
            $LASTEXITCODE | Should -Be $expected
        }
        & $shellPath -NoProfile -NonInteractive -Command "$line { }" 2>&1 | Out-Null
        $LASTEXITCODE | Should -Be 0
    }

    It 'runs again when its process was killed while it ran' {
        Resume-ClaudeBatch -OnFinished { }
        Complete-Job a
        $line = "Import-Module '$module'; Connect-ClaudeBatch -Emulator -LedgerPath '$ledger' -EmulatorPlan @{ Speed = 6000 }; Resume-ClaudeBatch -OnFinished { [Console]::WriteLine('at work'); Start-Sleep -Seconds 3600 }"
        $shell = Start-TestProcess -ArgumentList '-NoProfile', '-NonInteractive', '-Command', $line -Until 'at work'
        # While it runs, nobody else runs it.
        Resume-ClaudeBatch -OnFinished { $ran.Add($_.Name) }
        $ran | Should -BeNullOrEmpty
        Stop-TestProcess $shell
        $said = Resume-ClaudeBatch -OnFinished { $ran.Add($_.Name) } -Verbose 4>&1
        "$said" | Should -Match "begun for job 'a' by process $($shell.Id) at .*Z, and did not succeed"
        $ran | Should -Be 'a'
    }
}

Describe 'Invoke-ClaudeBatch -OnFinished' {
    BeforeEach {
        Connect-TestEmulator
        $ran = [System.Collections.Generic.List[object]]::new()
    }

    It 'runs once, after the answers are written, and adds nothing to them' {
        $results = New-TestRequest | Invoke-ClaudeBatch -Job nightly -OnFinished { $ran.Add($_.Name); 'done' } 6>$null
        $results | Should -HaveCount 3
        $ran | Should -Be 'nightly'
        New-TestRequest | Invoke-ClaudeBatch -Job nightly -OnFinished { $ran.Add($_.Name) } | Out-Null
        Resume-ClaudeBatch -OnFinished { $ran.Add($_.Name) }
        $ran | Should -Be 'nightly'
    }

    It 'leaves what has failed to the same line, or to the next Resume-ClaudeBatch -OnFinished' {
        New-TestRequest | Invoke-ClaudeBatch -Job nightly -OnFinished { throw 'no' } -ErrorVariable failed -ErrorAction SilentlyContinue | Out-Null
        "$failed" | Should -Match "-OnFinished failed for job 'nightly': no"
        Resume-ClaudeBatch -OnFinished { $ran.Add($_.Name) }
        Invoke-ClaudeBatch -Job nightly -OnFinished { $ran.Add($_.Name) } | Out-Null
        $ran | Should -Be 'nightly'
    }

    It 'does not run for a job that waits for somebody' {
        Connect-TestEmulator -Plan @{ Unpaid = 1 }
        New-TestRequest | Invoke-ClaudeBatch -Job broke -OnFinished { $ran.Add($_.Name) } -WarningAction SilentlyContinue -ErrorAction SilentlyContinue | Out-Null
        $ran | Should -BeNullOrEmpty
    }
}
