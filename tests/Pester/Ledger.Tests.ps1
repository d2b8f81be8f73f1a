BeforeAll {
    . "$PSScriptRoot/Support.ps1"

    # A ledger of an earlier version, unpacked; its emulator goes on as if it had been left a moment ago.
    function Expand-TestLedger {
        param([string] $Name)
        $folder = New-TestFolder
        Expand-Archive -LiteralPath "$PSScriptRoot/ledgers/$Name.zip" -DestinationPath $folder
        $clock = Join-Path -Path $folder -ChildPath 'emulator/service/clock'
        if (Test-Path -LiteralPath $clock) {
            $null, $stoodAt, $speed = (Get-Content -LiteralPath $clock -Raw) -split ' '
            Set-Content -LiteralPath $clock -Value "$([datetimeoffset]::UtcNow.ToString('o')) $stoodAt $speed" -NoNewline
        }
        $folder
    }

    # The rows that schema-6.ps1 made its jobs of.
    $rows = 1..40 | ForEach-Object {
        [pscustomobject]@{
            Number = $_; Text = "message $_"; Amount = [decimal] "$_.50"; Ratio = $_ / 7; Big = [long] 4000000000 + $_; Open = ($_ % 2 -eq 0)
            Note   = $(if ($_ % 3) { "n$_" }); Day = [datetime]::new(2026, 11, 1, 8, 30, $_); At = [datetime]::new(2026, 11, 1, 8, 30, $_, [DateTimeKind]::Utc)
        }
    }
}

Describe 'A ledger of schema 6' {
    BeforeAll {
        $ledger = Expand-TestLedger -Name 'schema-6'
        Connect-ClaudeBatch -Emulator -LedgerPath $ledger -EmulatorPlan @{ Speed = 6000; Latency = 3600 } -WarningAction SilentlyContinue
    }

    It 'shows job <name> as <state>, its rows where they were' -ForEach @(
        @{ name = 'finished'; state = 'Finished'; counts = '40 0 40 0 0' }
        @{ name = 'messages'; state = 'Finished'; counts = '30 0 21 4 5' }
        @{ name = 'words'; state = 'Finished'; counts = '3 0 1 1 1' }
        @{ name = 'refused'; state = 'Running'; counts = '2 2 0 0 0' }
        @{ name = 'paused'; state = 'Paused'; counts = '5 5 0 0 0' }
        @{ name = 'lost'; state = 'Running'; counts = '7 7 0 0 0' }
        @{ name = 'running'; state = 'Running'; counts = '40 40 0 0 0' }
        @{ name = 'cut'; state = 'InputCut'; counts = '0 0 0 0 0' }
    ) {
        $job = Get-ClaudeBatchJob -Name $name
        $job.State | Should -Be $state
        "$($job.Requests) $($job.Pending) $($job.Succeeded) $($job.Errored) $($job.Expired)" | Should -Be $counts
    }

    It 'balances, and gives its answers with their rows' {
        (Compare-ClaudeBatch -Job finished).IsReconciled | Should -BeTrue
        $results = @(Get-ClaudeBatchResult -Job finished)
        $results.Count | Should -Be 40
        $results[11].Source.Text | Should -Be 'message 12'
        $results[11].Text | Should -Be '12: message 12 12.5'
        ($results | Measure-Object -Property Attempt -Maximum).Maximum | Should -Be 3
    }

    It 'takes the same line for the same job: nothing is sent again' {
        $batches = @(Get-ClaudeBatch -Job finished -Local).Count
        $request = $rows | New-ClaudeBatchRequest -Model claude-haiku-4-5 -MaxTokens 100 -Prompt '{{Number}}: {{Text}} {{Amount}}'
        $request | Submit-ClaudeBatch -Job finished -WarningAction SilentlyContinue | Out-Null
        @(Get-ClaudeBatch -Job finished -Local).Count | Should -Be $batches
        (Get-ClaudeBatchJob -Name finished).Requests | Should -Be 40
    }

    It 'goes on with what was under way, and starts anew what was cut' {
        1..3 | ForEach-Object { [pscustomobject]@{ A = $_ } } | New-ClaudeBatchRequest -Model claude-haiku-4-5 -MaxTokens 9 -Prompt '{{A}}' |
            Submit-ClaudeBatch -Job cut -WarningAction SilentlyContinue | Out-Null
        Resume-ClaudeBatch -Job paused -WarningAction SilentlyContinue | Out-Null
        foreach ($job in 'refused', 'paused', 'lost', 'running', 'cut') {
            Get-ClaudeBatchJob -Name $job | Wait-ClaudeBatch -WarningAction SilentlyContinue | Get-ClaudeBatchResult | Out-Null
            $books = Compare-ClaudeBatch -Job $job
            "$job $($books.Pending) $($books.NotSubmitted) $($books.IsReconciled)" | Should -Be "$job 0 0 True"
        }
    }
}

Describe 'A ledger of schema 7' {
    BeforeAll {
        $haiku = @{ Model = 'claude-haiku-4-5'; MaxTokens = 100 }
        $ledger = Expand-TestLedger -Name 'schema-7'
        Connect-ClaudeBatch -Emulator -LedgerPath $ledger -EmulatorPlan @{ Speed = 6000; Latency = 60 } -WarningAction SilentlyContinue

        # The rows that schema-7.ps1 made its jobs of.
        $scalars = 1..5 | ForEach-Object {
            [pscustomobject]@{
                Text = "message $_"; Number = $_; Price = 1.50d * $_; Ratio = $_ / 7; Zero = -0.0; Whole = 2.0; Open = $true; None = $null
                Day  = [datetime]::new(2026, 11, 1, 8, 30, $_); At = [datetime]::new(2026, 11, 1, 8, 30, $_, [DateTimeKind]::Utc); Id = [guid]::Empty
            }
        }
        $cells = [pscustomobject]@{ Name = 'Ann'; Tags = 'a', 'b'; Age = [timespan] '1:30' },
        [pscustomobject]@{ Name = 'Bob'; Tags = @{ x = 1 }; Age = [dateonly] '2026-11-27' }
    }

    It 'takes the same line of single values: nothing is sent again, equal rows keep their numbers' {
        $results = $scalars + $scalars[0] |
            New-ClaudeBatchRequest @haiku -Prompt '{{Number}}: {{Text}} {{Price}} {{Whole}} {{Day}} {{At}}' -WarningAction Ignore |
            Invoke-ClaudeBatch -Job scalars -WarningVariable warnings 3>$null
        $results | Should -HaveCount 6
        @(Get-ClaudeBatch -Job scalars -Local) | Should -HaveCount 1
        $results[5].CustomId | Should -Be "$($results[0].CustomId)-2"
        $warnings | Should -BeNullOrEmpty
    }

    It 'takes rows whose cells are written otherwise today, where no prompt has them' {
        [pscustomobject]@{ Name = 'Ann'; Tags = 'a', 'b' }, [pscustomobject]@{ Name = 'Bob'; Tags = @{ x = 1 } } |
            New-ClaudeBatchRequest @haiku -Prompt '{{Name}}' | Submit-ClaudeBatch -Job beside | Out-Null
        @(Get-ClaudeBatch -Job beside -Local) | Should -HaveCount 1
    }

    It 'refuses rows whose prompts have such cells, and says why' {
        $line = { $cells | New-ClaudeBatchRequest @haiku -Prompt '{{Name}} {{Tags}} {{Age}}' }
        $message = try { & $line | Submit-ClaudeBatch -Job cells } catch { $_.Exception.Message }
        $message | Should -BeLike '*earlier version*-OnConflict Keep*'
        @(Get-ClaudeBatch -Job cells -Local) | Should -HaveCount 1
    }

    It 'gives further rows of such a job ids by its rule, and new jobs ids by today''s' {
        $row = [pscustomobject]@{ Name = 'Cid'; Tags = 'x'; Age = 1 }
        $request = $row | New-ClaudeBatchRequest @haiku -Prompt '{{Name}}'
        ($request | Invoke-ClaudeBatch -Job beside)[-1].CustomId | Should -Be $request.EarlierId
        ($request | Invoke-ClaudeBatch -Job today).CustomId | Should -Be $request.CustomId
    }
}

Describe 'A ledger of schema 8' {
    BeforeAll {
        $ledger = Expand-TestLedger -Name 'schema-8'
        Connect-ClaudeBatch -Emulator -LedgerPath $ledger -EmulatorPlan @{ Speed = 6000; Latency = 60 } -WarningAction SilentlyContinue
    }

    It 'counts what was cut, which its stop reasons tell' {
        $job = Get-ClaudeBatchJob -Name mixed
        "$($job.Succeeded) $($job.Incomplete) $($job.Errored) $($job.FailureRatio)" | Should -Be '15 8 5 0.25'
        @(Get-ClaudeBatchResult -Job mixed -Status Incomplete) | Should -HaveCount 8
    }

    It 'judges when they are read the answers that were collected without a verdict' {
        (Get-ClaudeBatchResult -Job misfit -Status Incomplete).CustomId | Should -Be 'label-2'
    }

    It 'gives the cut answers back that a failed retry had hidden' {
        $results = Get-ClaudeBatchResult -Job cut
        $results.Status | Should -Be 'Succeeded', 'Succeeded'
        $results.Attempt | Should -Be 1, 1
        @(Get-ClaudeBatchResult -Job cut -AllAttempts) | Should -HaveCount 4
        (Compare-ClaudeBatch -Job cut).IsReconciled | Should -BeTrue
    }
}
