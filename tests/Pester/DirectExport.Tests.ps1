BeforeAll {
    . $PSScriptRoot/Support.ps1

    # What a command has said, without the names of the ledger and of the file.
    function Get-Said([object[]] $Said, [string[]] $Name) {
        foreach ($one in $Said) {
            $kind = switch ($one.GetType().Name) {
                'ErrorRecord' { "$($one.FullyQualifiedErrorId -replace ',.*') $($one.CategoryInfo.Category) $($one.TargetObject):" }
                default { "$($_):" }
            }
            $Name | ForEach-Object -Begin { $text = "$kind $one" } -Process { $text = $text.Replace($_, '…') } -End { $text }
        }
    }

    # Exports jobs by the pipeline, and those of a twin of the ledger directly, for the first time and again. The files must be the same to
    # the byte and the words the same. Gives what was said, and the path of the last file.
    function Compare-Way {
        param([hashtable] $Get = @{ Job = '*' }, [hashtable] $Export = @{}, [string] $Extension = 'csv', [hashtable] $Plan = @{})
        $ErrorActionPreference = 'Continue'
        $ledger = Split-Path -Path (Get-ClaudeBatchConnection).LedgerPath
        Copy-Item -LiteralPath $ledger -Destination ($twin = New-TestFolder) -Recurse
        foreach ($time in 'first', 'again') {
            $path = "$(New-TestFolder).$Extension"
            Connect-TestEmulator -LedgerPath $ledger -Plan $Plan
            $piped = Get-Said -Name $path, $ledger -Said @(& { Get-ClaudeBatchResult @Get | Export-ClaudeBatchResult -Path $path @Export } *>&1)
            $given = Get-FileHash -LiteralPath $path
            $path = "$(New-TestFolder).$Extension"
            Connect-TestEmulator -LedgerPath $twin -Plan $Plan
            $direct = Get-Said -Name $path, $twin -Said @(Export-ClaudeBatchResult @Get -Path $path @Export *>&1)
            $direct | Should -Be $piped -Because "the direct way says what the pipeline says ($time, $Extension)"
            (Get-FileHash -LiteralPath $path).Hash | Should -Be $given.Hash -Because "the files are the same ($time, $Extension)"
            [pscustomobject]@{ Said = $direct; Path = $path }
        }
        Connect-TestEmulator -LedgerPath $ledger -Plan $Plan
    }

    # Rows of different shapes: names of ours, names that differ in their letters only, without a name, nested, long numbers, odd text.
    function New-OddRequest {
        $rows = @(
            @{ Id = 1; Status = 'open'; Body = "a `"b`";`n" }, @{ Id = 2; status = 'x'; Body = 'é'; Extra = 1.5 }, @{ Id = 3; Body = '' }
            @{ Id = 4; Body = '{"a":[1,2.50],"A":1e400}'; Many = @(1, @{ x = [decimal] '79228162514264337593543950335' }) }
            @{ Id = 5; Body = 'word ' * 200 }, @{ Id = 6; Body = '=1+1'; '' = 'nameless'; Text = 'theirs' }, @{ Id = 7; Body = 'b'; text = 'theirs too' }
        )
        1..5 | ForEach-Object { $round = $_; $rows | ForEach-Object { $row = $_.Clone(); $row.Id = "$round-$($_.Id)"; $row } } |
            New-ClaudeBatchRequest -Model claude-haiku-4-5 -MaxTokens 100 -CustomId '{{Id}}' -Prompt '{{Id}} {{Body}}' -WarningAction Ignore
    }
}

Describe 'Export-ClaudeBatchResult -Job' {
    It 'writes the file of the pipeline, and says the same: rows of many shapes, failed, canceled, expired and cut, to <extension>' -ForEach @(
        @{ extension = 'csv'; export = @{} }
        @{ extension = 'csv'; export = @{ Delimiter = ';'; Encoding = 'utf8BOM'; ExpandOutput = $true } }
        @{ extension = 'jsonl'; export = @{} }
        @{ extension = 'json'; export = @{} }
        @{ extension = 'json'; export = @{ Property = 'Id', 'Text', 'Nothing' } }
    ) {
        $plan = @{ Errored = 0.2; Invalid = 0.1; Expired = 0.1; Canceled = 0.1; Seed = 7 }
        Connect-TestEmulator -Plan $plan
        New-OddRequest | Submit-ClaudeBatch -Job odd -MaxRequestsPerBatch 11 -WarningAction Ignore | Wait-ClaudeBatch -WarningAction Ignore -InformationAction Ignore | Out-Null
        $first, $again = Compare-Way -Get @{ Job = 'odd' } -Export $export -Extension $extension -Plan $plan
        ($first.Said -join "`n") | Should -BeLike "InformationRecord: Job 'odd' has ended:*WarningRecord: Of the 35 requests of job 'odd'*"
        $again.Said -join "`n" | Should -Not -BeLike '*has ended*'
    }

    It 'gives all attempts of retried rows, and those of one status or class, in the order that is asked for' {
        $plan = @{ Errored = 0.4; Seed = 3 }
        Connect-TestEmulator -Plan $plan
        New-TestRequest -Count 20 | Invoke-ClaudeBatch -Job twice -WarningAction Ignore -InformationAction Ignore | Out-Null
        Invoke-ClaudeBatchRetry -Job twice -WarningAction Ignore | Wait-ClaudeBatch -WarningAction Ignore -InformationAction Ignore | Out-Null
        $all = @(Compare-Way -Get @{ Job = 'twice'; AllAttempts = $true; Ordered = $true } -Plan $plan)[1]
        @(Import-Csv -LiteralPath $all.Path).Count | Should -BeGreaterThan 20
        $failed = @(Compare-Way -Get @{ Job = 'twice'; Status = 'Errored'; FailureClass = 'Transient'; AllAttempts = $true } -Plan $plan)[1]
        (Import-Csv -LiteralPath $failed.Path).Status | Select-Object -Unique | Should -Be 'Errored'
        @(Compare-Way -Get @{ Job = 'twice' } -Plan $plan)[1].Path | Should -Exist
    }

    It 'warns of books that do not balance, and writes what is missing last, or with -Ordered in its place' {
        $plan = @{ Faults = @(@{ Kind = 'MissingLines'; Count = 3; Times = 99 }) }
        Connect-TestEmulator -Plan $plan
        New-TestRequest -Count 20 | Submit-ClaudeBatch -Job unbalanced | Wait-ClaudeBatch -WarningAction Ignore -InformationAction Ignore | Out-Null
        @(Compare-Way -Plan $plan)[0].Said[0] | Should -BeLike 'ResultsIncomplete*'
        while ((Get-ClaudeBatchJob unbalanced).State -eq 'Running') {
            Move-TestClock -By 00:00:40
            Resume-ClaudeBatch -WarningAction SilentlyContinue -InformationAction Ignore | Out-Null
        }
        $last = @(Compare-Way -Plan $plan)[1]
        $last.Said | Should -BeLike 'WarningRecord: The books of job*do not balance*'
        $written = (Import-Csv -LiteralPath $last.Path).Status
        $written.Count | Should -Be 20
        $written[-3..-1] | Should -Be 'Missing', 'Missing', 'Missing'
        (Import-Csv -LiteralPath @(Compare-Way -Get @{ Job = '*'; Ordered = $true } -Plan $plan)[1].Path).CustomId |
            Should -Be (1..20 | ForEach-Object { "row-$_" })
    }

    It 'takes several jobs, by their names and by wildcards: one that runs, one that is paused, one without rows, one that is not there' {
        Connect-TestEmulator
        $ErrorActionPreference = 'Continue'
        $ledger = Split-Path -Path (Get-ClaudeBatchConnection).LedgerPath
        New-TestRequest -Count 5 | Submit-ClaudeBatch -Job b-ended | Wait-ClaudeBatch -InformationAction Ignore | Out-Null
        New-ClaudeBatchRequest -Model claude-mythos-preview -MaxTokens 10 -Prompt x -CustomId a -WarningAction Ignore |
            Submit-ClaudeBatch -Job a-unpriced -WarningAction Ignore | Wait-ClaudeBatch -InformationAction Ignore | Out-Null
        $plan = @{ Speed = 1; Latency = 100000; Faults = @(@{ Kind = 'Refuse'; Status = 403; Skip = 1 }) }
        Connect-TestEmulator -LedgerPath $ledger -Plan $plan
        New-TestRequest | Submit-ClaudeBatch -Job c-runs | Out-Null
        New-TestRequest | Submit-ClaudeBatch -Job d-paused -ErrorAction Ignore -WarningAction Ignore | Out-Null
        $first, $again = Compare-Way -Get @{ Job = 'b-*', 'none', 'a-*', 'c-*', 'd-*', 'b-ended', 'nothing*' } -Plan $plan
        $said = $first.Said -join "`n"
        $said | Should -BeLike '*JobNotFound ObjectNotFound none*'
        $said | Should -BeLike '*BatchNotEnded*'
        $said | Should -BeLike "*Model 'claude-mythos-preview' has no price here*"
        $said | Should -BeLike "*Job 'd-paused' is paused*"
        @(Import-Csv -LiteralPath $again.Path).CustomId | Should -Be 'row-1', 'row-2', 'row-3', 'row-4', 'row-5', 'a'
    }

    It 'writes an empty table where there is nothing, and says so: <extension>' -ForEach @{ extension = 'csv' }, @{ extension = 'json' } {
        Connect-TestEmulator
        New-TestRequest | Submit-ClaudeBatch -Job j | Wait-ClaudeBatch -InformationAction Ignore | Out-Null
        @(Compare-Way -Get @{ Job = 'nothing*' } -Extension $extension)[1].Said | Should -BeLike 'WarningRecord: Nothing came in to be exported*'
        @(Compare-Way -Get @{ Job = 'j'; Status = 'Expired' } -Extension $extension)[1].Said | Should -BeLike 'WarningRecord: Nothing came in*'
    }

    It 'keeps the input of a forced tool' {
        Connect-TestEmulator
        1..3 | ForEach-Object { @{ Id = $_ } } | New-ClaudeBatchRequest -Model claude-haiku-4-5 -MaxTokens 200 -CustomId '{{Id}}' -Prompt '{{Id}}' -Tool @{
            name = 'file'; input_schema = @{ type = 'object'; properties = @{ label = @{ type = 'string' } }; required = @('label') }
        } -ToolChoice @{ type = 'tool'; name = 'file' } | Submit-ClaudeBatch -Job forced -WarningAction Ignore |
            Wait-ClaudeBatch -InformationAction Ignore -WarningAction Ignore | Out-Null
        Get-Content -LiteralPath @(Compare-Way -Extension 'jsonl')[1].Path | Should -BeLike '*"ToolCalls":[[]{*'
    }
}

Describe 'Export-ClaudeBatchResult -Job, when it fails or is not meant' {
    BeforeAll {
        Connect-TestEmulator
        New-TestRequest -Count 20 | Submit-ClaudeBatch -Job j | Wait-ClaudeBatch -InformationAction Ignore | Out-Null
        $folder = (New-Item -ItemType Directory -Path (New-TestFolder)).FullName
    }

    BeforeEach {
        Set-Content -LiteralPath ($path = Join-Path $folder 'out.csv') -Value 'precious'
    }

    AfterEach {
        Get-Content -LiteralPath $path | Should -Be 'precious'
        @(Get-ChildItem -LiteralPath $folder).Count | Should -Be 1
    }

    It 'does not replace a file without -Force, and asks for nothing then' {
        { Export-ClaudeBatchResult -Job j $path } | Should -Throw -ErrorId 'FileExists,*'
        (Get-ClaudeBatch -Job j -Local).State | Should -Be 'Ended'
    }

    It 'collects and writes nothing under -WhatIf, and still knows the jobs' {
        Export-ClaudeBatchResult -Job j, none $path -Force -WhatIf -ErrorVariable problem -ErrorAction SilentlyContinue
        $problem[0].FullyQualifiedErrorId | Should -BeLike 'JobNotFound,*'
        (Get-ClaudeBatch -Job j -Local).State | Should -Be 'Ended'
    }

    It 'leaves nothing where an answer on disk was changed' {
        Get-ClaudeBatchResult -Job j -InformationAction Ignore | Out-Null
        $results = Get-ChildItem -Path (Get-ClaudeBatchConnection).LedgerPath -Recurse -Filter '*results-*.jsonl'
        $lines = Get-Content -LiteralPath $results.FullName
        try {
            Set-Content -LiteralPath $results.FullName -Value ($lines -replace 'message 17', 'message 71')
            { Export-ClaudeBatchResult -Job j $path -Force } | Should -Throw -ErrorId 'ResultsChanged,*'
        }
        finally {
            [IO.File]::WriteAllText($results.FullName, ($lines -join "`n") + "`n")
        }
    }

    It 'leaves nothing when it is stopped' {
        Connect-TestEmulator -LedgerPath (New-TestFolder) -Plan @{ Faults = @(@{ Kind = 'DownloadStall'; Times = 99 }) }
        New-TestRequest | Submit-ClaudeBatch -Job stalled | Wait-ClaudeBatch -InformationAction Ignore | Out-Null
        $shell = [powershell]::Create([Management.Automation.RunspaceMode]::NewRunspace)
        $null = $shell.AddScript("Import-Module '$modulePath'; Export-ClaudeBatchResult -Job stalled '$path' -Force -Connection `$args[0]").
            AddArgument((Get-ClaudeBatchConnection))
        $running = $shell.BeginInvoke()
        while (@(Get-ChildItem -LiteralPath $folder).Count -lt 2) { [Threading.Thread]::Yield() | Out-Null }
        $shell.Stop()
        $running.IsCompleted | Should -BeTrue
        $shell.Dispose()
    }

    It 'wants either results or jobs' {
        { 1 | Export-ClaudeBatchResult $path -Job j } | Should -Throw
        & $shellPath -NoProfile -NonInteractive -Command "Import-Module '$modulePath'; try { Export-ClaudeBatchResult '$path' -Force } catch { `$_.FullyQualifiedErrorId }" |
            Should -BeLike '*Missing*'
    }
}
