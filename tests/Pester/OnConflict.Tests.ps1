BeforeAll {
    . $PSScriptRoot/Support.ps1
    $common = @{ Model = 'claude-haiku-4-5'; MaxTokens = 50; CustomId = 'row-{{Id}}'; Prompt = '{{Body}}' }

    # The lines for the person at the shell.
    function Get-Told {
        param([object[]] $Record)
        # The line that closes a job is another test's.
        @($Record | Where-Object { 'PSHOST' -in $_.Tags } | ForEach-Object { "$($_.MessageData)" } | Where-Object { $_ -notlike '*has ended: *' })
    }
}

AfterAll {
    Disconnect-ClaudeBatch
}

Describe 'The same job with other rows' {
    BeforeEach {
        Connect-TestEmulator
        $rows = New-TestRow -Count 20
        $rows | New-ClaudeBatchRequest @common | Invoke-ClaudeBatch -Job nightly | Out-Null
        $cost = (Get-ClaudeBatchJob -Job nightly).Cost
        $rows[4].Body = 'edited'
    }

    It 'is refused as a whole by default, and nothing is sent' {
        { $rows | New-ClaudeBatchRequest @common | Submit-ClaudeBatch -Job nightly } |
            Should -Throw -ErrorId 'CustomIdConflict,*' -ExpectedMessage '*1 (row-5)*-OnConflict Replace*-OnConflict Keep*-Force*'
        @(Get-ClaudeBatch -Job nightly -Local) | Should -HaveCount 1
    }

    It 'goes on with what was sent under Keep' {
        $results = $rows | New-ClaudeBatchRequest @common | Invoke-ClaudeBatch -Job nightly -OnConflict Keep -InformationVariable told
        $results | Should -HaveCount 20
        $results[4].Text | Should -Be 'message 5'
        $results[4].Source.Body | Should -Be 'message 5'
        Get-Told $told | Should -BeLike "*1 of these requests in another form*"
        @(Get-ClaudeBatch -Job nightly -Local) | Should -HaveCount 1
    }

    It 'sends only what has changed under Replace, says what it costs, and keeps the old cost' {
        $results = $rows | New-ClaudeBatchRequest @common | Invoke-ClaudeBatch -Job nightly -OnConflict Replace -MaxAttempts 1 -InformationVariable told
        $results | Should -HaveCount 20
        $results[4].Text, $results[4].Source.Body, $results[4].Attempt | Should -Be @('edited', 'edited', 2)
        $batches = @(Get-ClaudeBatch -Job nightly -Local)
        $batches | Should -HaveCount 2
        $batches[1].RequestCount | Should -Be 1
        Get-Told $told | Should -BeLike 'Changed in job *, and sent once more: 1 request. What this line sends, 1 request, costs $* to $*'
        (Get-ClaudeBatchJob -Job nightly).Cost | Should -BeGreaterThan $cost
        (Compare-ClaudeBatch -Job nightly).IsReconciled | Should -BeTrue
        $rows | New-ClaudeBatchRequest @common | Invoke-ClaudeBatch -Job nightly | Should -HaveCount 20
        @(Get-ClaudeBatch -Job nightly -Local) | Should -HaveCount 2
    }

    It 'is held by -MaxCost under Replace' {
        { $rows | New-ClaudeBatchRequest @common | Submit-ClaudeBatch -Job nightly -OnConflict Replace -MaxCost 0 } | Should -Throw -ErrorId 'BudgetExceeded,*'
        @(Get-ClaudeBatch -Job nightly -Local) | Should -HaveCount 1
    }

    It 'is told under -WhatIf as it would be, and nothing is written: <rule>' -ForEach @(
        @{ rule = 'Keep'; said = '0 requests, *20 are there already*' }
        @{ rule = 'Replace'; said = '1 request, *19 are there already*' }
        @{ rule = 'Refuse'; said = '0 requests, *19 are there already*'; id = 'CustomIdConflict,*' }
        @{ rule = 'Replace'; said = '1 request, *'; id = 'BudgetExceeded,*'; more = @{ MaxCost = 0 } }
    ) {
        $more ??= @{}
        $path = Join-Path -Path $TestDrive -ChildPath 'whatif.txt'
        Start-Transcript -LiteralPath $path -UseMinimalHeader | Out-Null
        $rows | New-ClaudeBatchRequest @common |
            Submit-ClaudeBatch -Job nightly -OnConflict $rule -WhatIf @more -ErrorVariable problem -ErrorAction SilentlyContinue
        Stop-Transcript | Out-Null
        (Get-Content -LiteralPath $path | Where-Object { $_ -like 'What if:*' }) -replace '^.*on target "' | Should -BeLike $said
        "$($problem | ForEach-Object FullyQualifiedErrorId)" | Should -BeLike "$id"
        @(Get-ClaudeBatch -Job nightly -Local) | Should -HaveCount 1
    }

    It 'does not replace what is in flight' {
        Connect-TestEmulator -Plan @{ Latency = '10:00:00' }
        New-TestRequest | Submit-ClaudeBatch -Job busy | Out-Null
        { New-TestRequest -Prompt 'other {{Body}}' | Submit-ClaudeBatch -Job busy -OnConflict Replace } |
            Should -Throw -ErrorId 'RequestInFlight,*' -ExpectedMessage '*3 (row-1, row-2, row-3)*Invoke-ClaudeBatch -Job busy*'
        @(Get-ClaudeBatch -Job busy -Local) | Should -HaveCount 1
    }

    It 'says what brings an ended part to its end, after which it is replaced' {
        New-TestRequest | Submit-ClaudeBatch -Job ended | Wait-ClaudeBatch | Out-Null
        $line = { New-TestRequest -Prompt 'other {{Body}}' | Submit-ClaudeBatch -Job ended -OnConflict Replace }
        $line | Should -Throw -ErrorId 'RequestInFlight,*' -ExpectedMessage '*Invoke-ClaudeBatch -Job ended*'
        Invoke-ClaudeBatch -Job ended | Out-Null
        (& $line).RequestCount | Should -Be 3
    }

    It 'projects a canary on what the line sends, and tells a budget that is exceeded once' {
        $rows[5].Body = 'edited too'
        $rows | New-ClaudeBatchRequest @common |
            Invoke-ClaudeBatch -Job nightly -OnConflict Replace -Canary 1 -MaxCost 0.001 -InformationVariable told | Should -HaveCount 20
        Get-Told $told | Should -Contain (Get-Told $told | Where-Object { $_ -like 'Canary*for all 2.*' })
    }

    It 'takes -OnConflict or -Force, and neither without requests' {
        { $rows | New-ClaudeBatchRequest @common | Submit-ClaudeBatch -Job nightly -OnConflict Keep -Force } | Should -Throw -ErrorId 'ParameterConflict,*'
        { Invoke-ClaudeBatch -Job nightly -OnConflict Keep } | Should -Throw -ErrorId 'ParameterConflict,*'
    }

    It 'gives the results of the rows that were piped, says how many others the job has, and gives all without a pipeline' {
        $second = 21..22 | ForEach-Object { [pscustomobject]@{ Id = $_; Body = "message $_" } }
        $results = $rows[0], $second[0], $second[1] | New-ClaudeBatchRequest @common | Invoke-ClaudeBatch -Job nightly -InformationVariable told
        $results.CustomId | Should -Be @('row-1', 'row-21', 'row-22')
        Get-Told $told | Should -BeLike '*19 requests that are not in this input*'
        Invoke-ClaudeBatch -Job nightly | Should -HaveCount 22
    }

    It 'says nothing where the input is the job' {
        $rows[4].Body = 'message 5'
        $rows | New-ClaudeBatchRequest @common | Invoke-ClaudeBatch -Job nightly -InformationVariable told -WarningVariable warnings | Should -HaveCount 20
        Get-Told $told | Should -BeNullOrEmpty
        $warnings | Should -BeNullOrEmpty
    }
}
