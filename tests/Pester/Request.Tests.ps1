BeforeAll {
    . $PSScriptRoot/Support.ps1

    function Get-Line {
        param([string] $Id, [string] $Fields = '"model":"claude-haiku-4-5","max_tokens":10')
        "{""custom_id"":""$Id"",""params"":{$Fields,""messages"":[{""role"":""user"",""content"":""x""}]}}"
    }

    function Import-Line {
        param([string[]] $Line)
        $path = "$(New-TestFolder).jsonl"
        Set-Content -LiteralPath $path -Value $Line
        Import-ClaudeBatchRequest -Path $path
    }
}

Describe 'Test-ClaudeBatchRequest' {
    BeforeEach {
        Connect-TestEmulator
    }

    It 'is one true for requests without a fault' {
        $answer = New-TestRequest -Count 20 | Test-ClaudeBatchRequest
        $answer | Should -BeOfType [bool]
        $answer | Should -BeTrue
        New-TestRequest | Test-ClaudeBatchRequest -Detailed | Should -BeNullOrEmpty
    }

    It 'is one false as soon as one request would be refused' {
        Import-Line (Get-Line 'a'), (Get-Line 'b c'), (Get-Line 'd') | Test-ClaudeBatchRequest | Should -BeFalse
    }

    It 'names each distinct fault once, with its rows and ids' {
        $findings = Import-Line @(
            Get-Line 'a' '"model":"claude-haiku-4-5","max_tokens":64001'
            Get-Line 'b' '"model":"claude-haiku-4-5","max_tokens":64001'
            Get-Line 'b'
            Get-Line 'c d'
            Get-Line 'e' '"model":"claude-3-haiku-20240307","max_tokens":10'
            Get-Line 'f' '"model":"claude-haiku-4-6","max_tokens":10'
        ) | Test-ClaudeBatchRequest -Detailed
        $byId = @{}
        $findings | ForEach-Object { $byId[$_.Id] = $_ }
        $findings.Count | Should -Be 5
        $byId.MaxTokensRefused.Rows | Should -Be 1, 2
        $byId.MaxTokensRefused.CustomIds | Should -Be 'a', 'b'
        $byId.MaxTokensRefused.Count | Should -Be 2
        $byId.MaxTokensRefused.Message | Should -Match '64000'
        $byId.CustomIdDuplicated.Rows | Should -Be 3
        $byId.CustomIdInvalid.Rows | Should -Be 4
        $byId.ModelRetired.Message | Should -Match '2026-04-20'
        $byId.ModelRetired.Severity | Should -Be 'Error'
        $byId.ModelUnknown.Message | Should -Match "did you mean 'claude-haiku-4-5'"
        $byId.ModelUnknown.Severity | Should -Be 'Warning'
    }

    It 'tells what a warning is worth: true, and the finding' {
        $unknown = Import-Line (Get-Line 'f' '"model":"claude-haiku-4-6","max_tokens":10')
        $unknown | Test-ClaudeBatchRequest | Should -BeTrue
        ($unknown | Test-ClaudeBatchRequest -Detailed).Id | Should -Be 'ModelUnknown'
    }

    It 'goes by the version and the betas of the connection' {
        $warm = Import-Line (Get-Line 'a' '"model":"claude-haiku-4-5","max_tokens":10,"temperature":0')
        $warm | Test-ClaudeBatchRequest | Should -BeFalse
        $older = Connect-ClaudeBatch -Emulator -LedgerPath (New-TestFolder) -ApiVersion 2023-06-01 -PassThru
        $warm | Test-ClaudeBatchRequest -Connection $older | Should -BeTrue
    }

    It 'needs no key and makes no ledger to look at requests' {
        $home_ = New-TestFolder
        Disconnect-ClaudeBatch
        $env:CLAUDEBATCH_HOME = $home_
        try {
            New-TestRequest | Test-ClaudeBatchRequest | Should -BeTrue
            Test-Path -LiteralPath $home_ | Should -BeFalse
        }
        finally {
            $env:CLAUDEBATCH_HOME = $null
        }
    }

    It 'says of something that is no request what it is' {
        $finding = 'text' | Test-ClaudeBatchRequest -Detailed
        $finding.Id | Should -Be 'RequestInvalid'
        $finding.Message | Should -Match 'New-ClaudeBatchRequest'
    }

    It 'proves the shape on the Messages API, and says what that cost' {
        $answer = New-TestRequest -Count 5 | Test-ClaudeBatchRequest -Online -First 3 -InformationVariable said
        $answer | Should -BeTrue
        "$said" | Should -Match '^Sent 3 requests through the Messages API for \$0\.0\d+\.$'
    }

    It 'reports what only the service knows' {
        $finding = Import-Line (Get-Line 'a' '"model":"claude-not-there","max_tokens":10'), (Get-Line 'b') |
            Test-ClaudeBatchRequest -Online -First 2 -Detailed -InformationAction Ignore | Where-Object Id -EQ 'OnlineRefused'
        $finding.Message | Should -Match 'claude-not-there'
        $finding.CustomIds | Should -Be 'a'
        $finding.Severity | Should -Be 'Error'
    }

    It 'reports an answer that was cut' {
        (New-ClaudeBatchRequest -Model claude-haiku-4-5 -MaxTokens 2 -Prompt ('long ' * 50) |
            Test-ClaudeBatchRequest -Online -Detailed -InformationAction Ignore).Message | Should -Match 'Cut at max_tokens'
    }

    It 'sends nothing under -WhatIf' {
        New-TestRequest | Test-ClaudeBatchRequest -Online -WhatIf -InformationVariable said | Should -BeTrue
        "$said" | Should -Not -Match 'Sent'
    }
}

Describe 'Export-ClaudeBatchRequest' {
    It 'writes what Import- read, byte for byte' {
        $lines = @(
            '{"custom_id":"a","params":{"max_tokens":10,  "model":"claude-haiku-4-5","messages":[{"role":"user","content":"é ü"}]}}'
            '{ "params": {"model":"claude-haiku-4-5","max_tokens":1.0e1,"messages":[]}, "custom_id": "b" }'
        )
        $in = "$(New-TestFolder).jsonl"
        $out = "$(New-TestFolder).jsonl"
        [IO.File]::WriteAllText($in, ($lines -join "`n") + "`n")
        Import-ClaudeBatchRequest -Path $in | Export-ClaudeBatchRequest -Path $out
        (Get-FileHash -LiteralPath $out).Hash | Should -Be (Get-FileHash -LiteralPath $in).Hash
    }

    It 'leaves a file that is there alone without -Force' {
        $path = "$(New-TestFolder).jsonl"
        Set-Content -LiteralPath $path -Value 'precious'
        { New-TestRequest | Export-ClaudeBatchRequest -Path $path } | Should -Throw -ErrorId 'FileExists,*'
        Get-Content -LiteralPath $path | Should -Be 'precious'
        New-TestRequest | Export-ClaudeBatchRequest -Path $path -Force
        @(Import-ClaudeBatchRequest -Path $path).CustomId | Should -Be 'row-1', 'row-2', 'row-3'
    }

    It 'is there whole or not at all' {
        $folder = New-TestFolder
        New-Item -ItemType Directory -Path $folder | Out-Null
        { & { New-TestRequest; throw 'cut' } | Export-ClaudeBatchRequest -Path "$folder/a.jsonl" } | Should -Throw 'cut'
        { @(New-TestRequest) + 'not a request' | Export-ClaudeBatchRequest -Path "$folder/a.jsonl" } | Should -Throw -ErrorId 'RequestInvalid,*'
        New-TestRequest | Export-ClaudeBatchRequest -Path "$folder/a.jsonl" -WhatIf
        Get-ChildItem -LiteralPath $folder | Should -BeNullOrEmpty
    }

    It 'keeps a request on one line' {
        $request = New-TestRequest -Count 1
        $request.Raw = $request.Raw.Replace(',"params"', ",`r`n""params""")
        $path = "$(New-TestFolder).jsonl"
        $request | Export-ClaudeBatchRequest -Path $path
        @(Get-Content -LiteralPath $path).Count | Should -Be 1
        (Import-ClaudeBatchRequest -Path $path).CustomId | Should -Be 'row-1'
    }

    It 'says which file cannot be written' {
        { New-TestRequest | Export-ClaudeBatchRequest -Path (Join-Path (New-TestFolder) 'not/there.jsonl') } |
            Should -Throw '*there.jsonl*no folder*not''. Make it first.' -ErrorId 'FileNotWritable,*'
    }
}

Describe 'Get-ClaudeBatchRequest' {
    BeforeEach {
        Connect-TestEmulator -Plan @{ Errored = 0.3; Seed = 4 }
        $requests = New-TestRequest -Count 30
        $results = $requests | Submit-ClaudeBatch -Job sent -MaxRequestsPerBatch 12 | Wait-ClaudeBatch | Get-ClaudeBatchResult
    }

    It 'gives a job''s requests back as they were sent, with their rows' {
        $back = Get-ClaudeBatchRequest -Job sent
        $back.Raw | Should -Be $requests.Raw
        $back[6].Source.Body | Should -Be 'message 7'
        $back[6].Model | Should -Be 'claude-haiku-4-5'
    }

    It 'gives the prompt behind a result' {
        $failed = $results | Where-Object Status -EQ 'Errored'
        $failed.Count | Should -BeGreaterThan 3
        ($failed | Get-ClaudeBatchRequest).CustomId | Should -Be $failed.CustomId
        ($results[16] | Get-ClaudeBatchRequest).Params.messages.content | Should -Be 'message 17'
    }

    It 'finds by custom id, with wildcards, and by status' {
        (Get-ClaudeBatchRequest -Job sent -CustomId 'row-7', 'row-2?').CustomId |
            Should -Be (@('row-7') + (20..29 | ForEach-Object { "row-$_" }))
        (Get-ClaudeBatchRequest -Job sent -Status Errored).CustomId | Should -Be ($results | Where-Object Status -EQ 'Errored').CustomId
    }

    It 'takes batches, jobs and ids' {
        $batch = Get-ClaudeBatch -Job sent | Select-Object -First 1
        @($batch | Get-ClaudeBatchRequest).Count | Should -Be 12
        @(Get-ClaudeBatchRequest -Id $batch.Id).Count | Should -Be 12
        @(Get-ClaudeBatchJob sent | Get-ClaudeBatchRequest).Count | Should -Be 30
        { Get-ClaudeBatchRequest -Id msgbatch_none -ErrorAction Stop } | Should -Throw -ErrorId 'BatchNotFound,*'
    }

    It 'makes dead letters that can be sent as another job' {
        $path = "$(New-TestFolder).jsonl"
        Get-ClaudeBatchRequest -Job sent -Status Errored | Export-ClaudeBatchRequest -Path $path
        $again = Import-ClaudeBatchRequest -Path $path | Submit-ClaudeBatch -Job letters
        $again.RequestCount | Should -Be @($results | Where-Object Status -EQ 'Errored').Count
    }

    It 'shows the rows a job refused, with the reason' {
        $bad = Import-Line (Get-Line 'ok'), (Get-Line 'b c')
        $bad | Submit-ClaudeBatch -Job refusing -ErrorAction SilentlyContinue | Out-Null
        $refused = Get-ClaudeBatchRequest -Job refusing -Status Refused
        $refused.CustomId | Should -Be 'b c'
        $refused.Refusal | Should -Match '^CustomIdInvalid'
        { $refused | Export-ClaudeBatchRequest -Path "$(New-TestFolder).jsonl" } | Should -Throw -ErrorId 'RequestInvalid,*'
    }

    It 'says that payloads were removed' {
        Remove-ClaudeBatchJob sent
        { Get-ClaudeBatchRequest -Job sent -ErrorAction Stop } | Should -Throw -ErrorId 'PayloadRemoved,*'
    }
}

Describe 'Get-ClaudeBatchModel' {
    It 'lists models that take requests, with prices and their date' {
        $models = Get-ClaudeBatchModel
        $models.Lifecycle | Should -Not -Contain 'retired'
        $haiku = $models | Where-Object Alias -EQ 'claude-haiku-4-5'
        $haiku.BatchInput | Should -Be 0.5
        $haiku.BatchInput | Should -BeOfType [decimal]
        $haiku.BatchOutput | Should -Be 2.5
        $haiku.StandardOutput | Should -Be 5
        $haiku.PricesAsOf | Should -BeOfType [datetime]
        $haiku.MaxOutput | Should -Be 64000
    }

    It 'knows no price as no price' {
        (Get-ClaudeBatchModel claude-mythos-preview).BatchInput | Should -BeNullOrEmpty
    }

    It 'finds by id, alias and wildcard, retired ones too' {
        (Get-ClaudeBatchModel claude-haiku-4-5-20251001).Alias | Should -Be 'claude-haiku-4-5'
        (Get-ClaudeBatchModel '*haiku*').Id | Should -Contain 'claude-3-haiku-20240307'
        'claude-opus-5', 'claude-sonnet-5' | Get-ClaudeBatchModel | ForEach-Object Id | Should -Be 'claude-opus-5', 'claude-sonnet-5'
        { Get-ClaudeBatchModel claude-haiku-9 -ErrorAction Stop } | Should -Throw '*Did you mean*' -ErrorId 'ModelNotFound,*'
        Get-ClaudeBatchModel nothing-* | Should -BeNullOrEmpty
    }

    It 'merges what the service says, for the whole process' {
        Connect-TestEmulator
        Get-ClaudeBatchModel claude-haiku-4-5 | ForEach-Object DisplayName | Should -BeNullOrEmpty
        Get-ClaudeBatchModel claude-haiku-4-5 -Refresh | ForEach-Object DisplayName | Should -Match 'Haiku 4.5'
        (Get-ClaudeBatchModel claude-haiku-4-5).BatchInput | Should -Be 0.5
    }

    It 'needs a key to ask the service' {
        Disconnect-ClaudeBatch
        { Get-ClaudeBatchModel -Refresh } | Should -Throw -ErrorId 'ApiKeyMissing,*'
    }

    It 'completes -Model with the price beside it' {
        $found = (TabExpansion2 'New-ClaudeBatchTemplate -Model claude-haiku-4').CompletionMatches
        $found.CompletionText | Should -Be 'claude-haiku-4-5'
        $found.ToolTip | Should -Match '^\$0\.5 in, \$2\.5 out a million tokens in a batch'
        (TabExpansion2 'New-ClaudeBatchRequest -Model claude-3').CompletionMatches.CompletionText | Should -Not -Contain 'claude-3-haiku-20240307'
    }
}

Describe 'An odd request' {
    BeforeAll {
        $model = @{ Model = 'claude-haiku-4-5'; MaxTokens = 10 }
        $file = "$TestDrive/odd.jsonl"
        '{"custom_id":"half","params":{"model":"claude-haiku-4-5","max_tokens":5,"messages":[{"role":"user","content":"\ud800"}]}}',
        '{"custom_id":"number","params":{"model":"claude-haiku-4-5","max_tokens":5,"messages":[{"role":"user","content":7}]}}',
        '{"custom_id":"blank","params":{"model":"claude-haiku-4-5","max_tokens":5,"messages":[{"role":"user","content":" \n"}]}}',
        '{"custom_id":"good","params":{"model":"claude-haiku-4-5","max_tokens":5,"messages":[{"role":"user","content":"x"}]}}' |
            Set-Content -LiteralPath $file
    }

    BeforeEach {
        Connect-TestEmulator
    }

    It 'is named by Test-ClaudeBatchRequest' {
        $findings = Import-ClaudeBatchRequest -LiteralPath $file | Test-ClaudeBatchRequest -Detailed
        $findings.Id | Sort-Object | Should -Be 'ContentEmpty', 'ContentInvalid', 'TextInvalid'
        $findings.CustomIds | Should -Not -Contain 'good'
    }

    It 'is left out by Submit-ClaudeBatch, and the others are answered: <how>' -ForEach @(
        @{ how = 'from the pipeline'; submit = { Import-ClaudeBatchRequest -LiteralPath $file | Submit-ClaudeBatch -Job odd -ErrorAction SilentlyContinue } }
        @{ how = 'from a file'; submit = { Submit-ClaudeBatch -Path $file -Job odd -ErrorAction SilentlyContinue } }
    ) {
        $results = & $submit | Wait-ClaudeBatch | Get-ClaudeBatchResult
        $results.CustomId | Should -Be 'good'
        $results.Text | Should -Be 'x'
        (New-TestRequest | Submit-ClaudeBatch -Job next | Wait-ClaudeBatch | Get-ClaudeBatchResult).Text | Should -Be 'message 1', 'message 2', 'message 3'
    }

    It 'is not made: an example whose content is empty' {
        { New-ClaudeBatchTemplate @model -Prompt '{{_}}' -Example @{ User = ''; Assistant = 'x' } } | Should -Throw -ErrorId 'ContentEmpty,*'
    }

    It 'is not made: a prompt of nothing but white space' {
        { " `n$([char] 0x2003)" | New-ClaudeBatchRequest @model -ErrorAction Stop } | Should -Throw -ErrorId 'PromptEmpty,*'
    }

    It 'is not made: what the model does not take: <field>' -ForEach @(
        @{ field = 'Thinking'; more = @{ Thinking = 'adaptive' }; id = 'ThinkingRefused,*' }
        @{ field = 'Effort'; more = @{ Effort = 'low' }; id = 'EffortRefused,*' }
        @{ field = 'AdditionalParameter'; more = @{ AdditionalParameter = @{ thinking = @{ type = 'deep' } } }; id = 'ThinkingRefused,*' }
    ) {
        { 'x' | New-ClaudeBatchRequest @model @more } | Should -Throw -ErrorId $id
    }
}
