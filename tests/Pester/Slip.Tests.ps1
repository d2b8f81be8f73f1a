BeforeAll {
    . $PSScriptRoot/Support.ps1
    $haiku = @{ Model = 'claude-haiku-4-5'; MaxTokens = 100 }
}

AfterAll {
    Disconnect-ClaudeBatch
}

Describe 'A slip' {
    It 'of a plan without -Emulator does not make a rehearsal a connection that is paid' {
        { Connect-ClaudeBatch -ApiKey (ConvertTo-SecureString -AsPlainText 'sk-ant-x') -EmulatorPlan @{ Speed = 600 } -LedgerPath (New-TestFolder) } |
            Should -Throw '*-EmulatorPlan is of a rehearsal*api.anthropic.com*' -ErrorId 'ParameterConflict,*'
    }

    It 'in the name of a job leaves the file that -Force would replace, and so does a job without a result' {
        Connect-TestEmulator -Plan @{ Speed = 1; Latency = 100000 }
        $null = New-TestRequest | Submit-ClaudeBatch -Job runs
        $path = New-Item -ItemType File -Path "$(New-TestFolder).csv" -Force -Value 'good old rows'
        foreach ($job in 'nosuch', 'runs') {
            Export-ClaudeBatchResult -Job $job -Path $path -Force -ErrorAction SilentlyContinue -ErrorVariable failure -WarningAction Ignore
            $failure | Should -HaveCount 1
            Get-Content -LiteralPath $path -Raw | Should -Be 'good old rows'
        }
    }

    It 'that pipes parts of results is refused, and makes nothing up' {
        Connect-TestEmulator
        $null = New-TestRequest | Invoke-ClaudeBatch -Job j 6>$null
        $path = "$(New-TestFolder).csv"
        { Get-ClaudeBatchResult -Job j | Select-Object CustomId, Text | Export-ClaudeBatchResult -Path $path } |
            Should -Throw "*'row-1' is a part of a result: its Status is not there*" -ErrorId 'ResultInvalid,*'
        $path | Should -Not -Exist
        Get-ClaudeBatchResult -Job j | Select-Object * | Export-ClaudeBatchResult -Path $path
        (Import-Csv $path).IsComplete | Should -Be 'true', 'true', 'true'
    }

    It 'of an encoding is an error where the file is read, and a warning where others have read it' {
        $path = "$(New-TestFolder).csv"
        [IO.File]::WriteAllBytes($path, [Text.Encoding]::Latin1.GetBytes("Id,Body`n1,Zürich`n"))
        { New-ClaudeBatchRequest @haiku -Path $path -Prompt '{{Body}}' } | Should -Throw '*is not UTF-8*Import-Csv -Encoding*' -ErrorId 'FileUnreadable,*'
        $null = Import-Csv $path | New-ClaudeBatchRequest @haiku -Prompt '{{Body}}' -WarningVariable warned -WarningAction SilentlyContinue
        "$warned" | Should -BeLike 'Row 1: the text has U+FFFD in it*'
        (Import-Csv $path -Encoding latin1 | New-ClaudeBatchRequest @haiku -Prompt '{{Body}}' -WarningVariable warned).Params.messages[0].content | Should -Be 'Zürich'
        $warned | Should -BeNullOrEmpty
    }

    It 'for which every request is left out is said, and not only each request' {
        Connect-TestEmulator
        New-TestRow | New-ClaudeBatchRequest -Model claude-opus-4-6 -MaxTokens 200000 -Prompt '{{Body}}' |
            Submit-ClaudeBatch -Job none -ErrorAction SilentlyContinue -ErrorVariable failure -WarningVariable warned -WarningAction SilentlyContinue | Should -BeNullOrEmpty
        "$failure" | Should -BeLike "*above 128000, the most that 'claude-opus-4-6' takes without the beta output-300k-*"
        "$warned" | Should -BeLike "*Nothing of job 'none' is sent: what came in, 3 requests, was left out.*"
    }

    It 'in -SourceProperty is said' {
        $null = New-TestRow | New-ClaudeBatchRequest @haiku -Prompt '{{Body}}' -SourceProperty Idd, Id, B* -WarningVariable warned -WarningAction SilentlyContinue
        "$warned" | Should -BeLike "No row has 'Idd', which -SourceProperty names*"
    }

    It 'of the kind of an event is an error with those that there are' {
        Connect-TestEmulator
        { Get-ClaudeBatchEvent -Kind Downladed } | Should -Throw '*Downladed*Downloaded*'
        { Get-ClaudeBatchEvent -Kind 'down*', Sealed } | Should -Not -Throw
        [System.Management.Automation.CommandCompletion]::CompleteInput('Get-ClaudeBatchEvent -Kind Downl', 32, $null).CompletionMatches.CompletionText |
            Should -Be 'DownloadFailed', 'Downloaded'
    }

    It 'of a value that is null is no raw exception' {
        ConvertTo-ClaudeCustomId $null -ErrorAction SilentlyContinue -ErrorVariable failure | Should -BeNullOrEmpty
        ConvertTo-ClaudeCustomId '' -ErrorAction SilentlyContinue -ErrorVariable other | Should -BeNullOrEmpty
        $failure.FullyQualifiedErrorId | Should -Be $other.FullyQualifiedErrorId
        { Import-Csv (Join-Path $PSScriptRoot '../../docs/examples/messages.csv') | Measure-ClaudeBatch -ErrorAction Stop } | Should -Throw '*New-ClaudeBatchRequest*'
    }

    It 'is no fault of the books: a job that runs is not finished' {
        Connect-TestEmulator -Plan @{ Speed = 1; Latency = 100000 }
        $null = New-TestRequest | Submit-ClaudeBatch -Job runs
        $null = Get-ClaudeBatchResult -Job runs -ErrorAction SilentlyContinue -WarningVariable warned -WarningAction SilentlyContinue
        $warned | Should -Be "Job 'runs' is not finished: 3 of its 3 requests have no answer yet."
    }

    It 'that cuts an input short is told at each step' {
        Connect-TestEmulator
        try { New-TestRequest | ForEach-Object { $_; throw 'out' } | Submit-ClaudeBatch -Job cut } catch { "$_" | Should -Be 'out' }
        foreach ($step in 1, 2) {
            $told = Resume-ClaudeBatch -Exit
            $told.Name, $told.State | Should -Be 'cut', 'InputCut'
            $LASTEXITCODE | Should -Be 1
        }
    }

    It 'of a -SettleTimeout that is short is warned of, but not in a rehearsal' {
        $key = ConvertTo-SecureString -AsPlainText 'sk-ant-x'
        Connect-ClaudeBatch -ApiKey $key -LedgerPath (New-TestFolder) -SettleTimeout 5s -WarningVariable warned -WarningAction SilentlyContinue
        "$warned" | Should -BeLike '*a batch may be paid twice*'
        Connect-ClaudeBatch -ApiKey $key -LedgerPath (New-TestFolder) -SettleTimeout 5m -WarningVariable warned
        $warned | Should -BeNullOrEmpty
        Connect-ClaudeBatch -Emulator -LedgerPath (New-TestFolder) -SettleTimeout 5s -WarningVariable warned
        $warned | Should -BeNullOrEmpty
    }

    It 'of the same text twice is said as what it is' {
        $null = 'x', 'x' | New-ClaudeBatchRequest @haiku -WarningVariable warned -WarningAction SilentlyContinue
        $warned[0] | Should -Be "All 2 requests ask the same, 'x'."
    }

    It 'of letters in the names of a row is said, and so is a row of which nothing is kept' {
        $null = '{"a":1,"A":2}' | ConvertFrom-Json -AsHashtable | New-ClaudeBatchRequest @haiku -Prompt '{{a}}' -WarningVariable warned -WarningAction SilentlyContinue
        "$warned" | Should -BeLike "*twice, in letters of another case*"
        $null = Get-Process -Id $PID | New-ClaudeBatchRequest @haiku -Prompt { 'x' } -WarningVariable warned -WarningAction SilentlyContinue
        "$warned" | Should -BeLike '*Nothing of some rows is kept beside their requests*-SourceProperty*'
        $null = Get-Process -Id $PID | New-ClaudeBatchRequest @haiku -Prompt { 'x' } -SourceProperty Id -WarningVariable warned
        $null = 'one', 'two' | New-ClaudeBatchRequest @haiku -WarningVariable +warned
        $null = 1..3 | New-ClaudeBatchRequest @haiku -Prompt 'x {{_}}' -WarningVariable +warned
        $warned | Should -BeNullOrEmpty
    }

    It 'of a column that is written as the results have it is none, and one that was added is said' {
        Connect-TestEmulator
        $results = New-TestRequest | Invoke-ClaudeBatch -Job j 6>$null
        $results | Export-ClaudeBatchResult -Path ($path = "$(New-TestFolder).csv") -Property Source.Id, Text
        (Import-Csv $path).'Source.Id' | Should -Be 1, 2, 3
        Export-ClaudeBatchResult -Job j -Path ($direct = "$(New-TestFolder).csv") -Property Source.Id, Text
        Get-Content $direct -Raw | Should -Be (Get-Content $path -Raw)
        $results | Select-Object *, @{ n = 'Extra'; e = { 1 } } | Export-ClaudeBatchResult -Path $path -Force -WarningVariable warned -WarningAction SilentlyContinue
        "$warned" | Should -BeLike "*added 'Extra' to results; it is not in the file*"
    }
}
