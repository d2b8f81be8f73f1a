BeforeAll {
    . $PSScriptRoot/Support.ps1
    $secret = ConvertTo-SecureString -String 'sk-ant-secret-value' -AsPlainText
}

Describe 'Connect-ClaudeBatch' {
    AfterEach {
        Disconnect-ClaudeBatch
    }

    It 'never shows the key' {
        $connection = Connect-ClaudeBatch -ApiKey $secret -LedgerPath (New-TestFolder) -PassThru
        $file = New-TestFolder
        $connection | Export-Clixml -LiteralPath $file
        $shown = ($connection | Format-List -Property * -Force | Out-String) + ($connection | Out-String) + "$connection" +
            ($connection | ConvertTo-Json) + (Get-Content -LiteralPath $file -Raw)
        $shown | Should -Not -Match 'secret-value'
        $connection.KeySource | Should -Be '-ApiKey'
    }

    It 'refuses plain http to another machine' {
        { Connect-ClaudeBatch -ApiKey $secret -BaseUri 'http://api.example.com' -LedgerPath (New-TestFolder) } |
            Should -Throw -ErrorId 'AddressNotSecure,*'
    }

    It 'takes plain http to this machine' {
        { Connect-ClaudeBatch -ApiKey $secret -BaseUri 'http://127.0.0.1:8080' -LedgerPath (New-TestFolder) } | Should -Not -Throw
    }

    It 'refuses a ledger folder that cannot be written' {
        $file = New-TestFolder
        'x' | Set-Content -LiteralPath $file
        { Connect-ClaudeBatch -Emulator -LedgerPath (Join-Path -Path $file -ChildPath 'below') } | Should -Throw -ErrorId 'LedgerNotWritable,*'
    }

    It 'names what the plan does not know' {
        { Connect-TestEmulator -Plan @{ Erorred = 1 } } | Should -Throw -ErrorId 'EmulatorPlanInvalid,*' -ExpectedMessage "*Erorred*Errored*"
    }

    It 'takes who may call as tables of the plan, and names what is wrong in them' {
        $key = @{ kty = 'RSA'; kid = 'key-1'; n = 'AQAB'; e = 'AQAB' }
        $issuer = @{ Issuer = 'https://issuer.example'; Keys = @{ keys = @($key) }; MaxLifetime = '00:30:00' }
        $rule = @{ Id = 'fdrl_01Test'; Issuer = 'https://issuer.example'; WorkspaceIds = 'wrkspc_01A' }
        { Connect-TestEmulator -Plan @{ Federation = @{ Issuers = $issuer; Rules = @($rule) } } } | Should -Not -Throw
        $rule.Id = 'rule-1'
        { Connect-TestEmulator -Plan @{ Federation = @{ Issuers = $issuer; Rules = @($rule) } } } |
            Should -Throw -ErrorId 'EmulatorPlanInvalid,*' -ExpectedMessage "*'rule-1'*fdrl_*"
        { Connect-TestEmulator -Plan @{ Aws = @{ Regoin = 'eu-west-1' } } } |
            Should -Throw -ErrorId 'EmulatorPlanInvalid,*' -ExpectedMessage "*Aws has no 'Regoin'*Region*"
    }

    It 'refuses a key file that others can read' -Skip:$IsWindows {
        $file = New-TestFolder
        'sk-ant-x' | Set-Content -LiteralPath $file
        chmod 644 $file
        { Connect-ClaudeBatch -ApiKeyPath $file -LedgerPath (New-TestFolder) } | Should -Throw -ErrorId 'ApiKeyFileOpen,*'
        chmod 600 $file
        (Connect-ClaudeBatch -ApiKeyPath $file -LedgerPath (New-TestFolder) -PassThru).KeySource | Should -Be $file
    }

    It 'makes folders and files for their owner alone' -Skip:$IsWindows {
        $folder = New-TestFolder
        Connect-TestEmulator -LedgerPath $folder
        New-TestRequest | Submit-ClaudeBatch -Job rights | Out-Null
        (Get-Item -LiteralPath "$folder/emulator").UnixMode | Should -Be 'drwx------'
        Get-ChildItem -LiteralPath "$folder/emulator" -File | ForEach-Object UnixMode | Select-Object -Unique | Should -Be '-rw-------'
        Get-ChildItem -LiteralPath "$folder/emulator/jobs" -File -Recurse | ForEach-Object UnixMode | Select-Object -Unique | Should -Be '-rw-------'
    }

    It 'shows where the ledger of the emulator is, and takes that path again' {
        $folder = New-TestFolder
        $shown = (Connect-ClaudeBatch -Emulator -LedgerPath $folder -PassThru).LedgerPath
        $shown | Should -Be (Join-Path -Path $folder -ChildPath emulator)
        Connect-TestEmulator -LedgerPath $shown
        New-TestRequest | Submit-ClaudeBatch -Job there | Out-Null
        "$shown/ledger.db" | Should -Exist
        Connect-TestEmulator -LedgerPath $folder
        (Get-ClaudeBatchJob).Name | Should -Be 'there'
        Connect-TestEmulator -LedgerPath (Get-ClaudeBatchConnection).LedgerPath
        (Get-ClaudeBatchJob).Name | Should -Be 'there'
        (Get-ClaudeBatchConnection).LedgerPath | Should -Be $shown
        { Connect-ClaudeBatch -ApiKey (ConvertTo-SecureString -String sk-ant-test -AsPlainText -Force) -LedgerPath $shown } | Should -Throw -ErrorId 'LedgerIsEmulators,*'
    }

    It 'keeps a rehearsal out of a ledger of the service that is called emulator' {
        $folder = Join-Path -Path (New-TestFolder) -ChildPath emulator
        Connect-ClaudeBatch -ApiKey (ConvertTo-SecureString -String sk-ant-test -AsPlainText -Force) -LedgerPath $folder -RetentionDays 3
        Connect-TestEmulator -LedgerPath $folder
        (Get-ClaudeBatchConnection).LedgerPath | Should -Be (Join-Path -Path $folder -ChildPath emulator)
    }

    It 'shows for how long answers are kept' {
        $folder = New-TestFolder
        (Connect-ClaudeBatch -Emulator -LedgerPath $folder -PassThru).RetentionDays | Should -Be 0
        Connect-ClaudeBatch -Emulator -LedgerPath $folder -RetentionDays 30
        (Get-ClaudeBatchConnection).RetentionDays | Should -Be 30
        Connect-ClaudeBatch -Emulator -LedgerPath $folder
        Get-ClaudeBatchConnection | Out-String | Should -Match 'RetentionDays : 30'
        Connect-ClaudeBatch -Emulator -LedgerPath $folder -RetentionDays 0
        (Get-ClaudeBatchConnection).RetentionDays | Should -Be 0
    }

    It 'reads the environment at each call' {
        $env:ANTHROPIC_API_KEY = 'sk-ant-env'
        $env:CLAUDEBATCH_HOME = New-TestFolder
        try {
            $connection = Get-ClaudeBatchConnection
            $connection.KeySource | Should -Be 'ANTHROPIC_API_KEY'
            $connection.LedgerPath | Should -Be $env:CLAUDEBATCH_HOME
            $connection.BaseUri | Should -Be 'https://api.anthropic.com/'
        }
        finally {
            $env:ANTHROPIC_API_KEY = $null
            $env:CLAUDEBATCH_HOME = $null
        }
        (Get-ClaudeBatchConnection).KeySource | Should -BeNullOrEmpty
    }
}

Describe 'A key' {
    It 'as plain text is refused with how it is given, and is not in the error' {
        { Connect-ClaudeBatch -ApiKey sk-ant-api03-plaintext } | Should -Throw -ExpectedMessage '*-ApiKey (Read-Host -AsSecureString)*history*'
        "$($Error[0] | Select-Object -Property * | Out-String)" | Should -Not -BeLike '*api03-plaintext" to*'
        $Error[0].Exception.Message | Should -Not -BeLike '*api03*'
    }

    It 'that is empty is refused: <how>' -ForEach @(
        @{ how = 'a SecureString'; line = { Connect-ClaudeBatch -ApiKey ([securestring]::new()) } }
        @{ how = 'blanks'; line = { Connect-ClaudeBatch -ApiKey (ConvertTo-SecureString -String ' ' -AsPlainText -Force) } }
    ) {
        $line | Should -Throw -ErrorId 'ApiKeyInvalid,*' -ExpectedMessage 'The API key is empty*'
    }

    It 'is read from a file that holds it alone, and the file is named: <text>' -ForEach @(
        @{ text = ''; words = '*is empty*' }
        @{ text = "`n"; words = '*is empty*' }
        @{ text = "sk-a`nsk-b"; words = '*line break*' }
    ) {
        $path = Join-Path -Path $TestDrive -ChildPath "key-$([guid]::NewGuid())"
        Set-Content -LiteralPath $path -Value $text -NoNewline
        if (-not $IsWindows) {
            chmod 600 $path
        }
        { Connect-ClaudeBatch -ApiKeyPath $path } | Should -Throw -ErrorId 'ApiKeyInvalid,*' -ExpectedMessage $words
        $Error[0].Exception.Message | Should -BeLike "*'$path'*"
        $Error[0].Exception.Message | Should -Not -BeLike '*sk-*'
    }

    It 'is one secret and not two' {
        function global:Get-Secret { param($Name) 'sk-first'; 'sk-second' }
        try {
            { Connect-ClaudeBatch -SecretName claude } | Should -Throw -ErrorId 'SecretNotFound,*' -ExpectedMessage '*It has 2 values*'
        }
        finally {
            Remove-Item -Path function:global:Get-Secret
        }
    }
}

Describe 'An address that ends in the version' {
    It 'is taken, with a hint: <address>' -ForEach @(
        @{ address = 'https://api.example.com/v1'; hint = "*'/v1/v1/messages/batches'*'/v1' in -BaseUri*" }
        @{ address = 'https://api.example.com/v1/messages'; hint = "*'/v1/messages/v1/messages/batches'*'/v1/messages' in -BaseUri*" }
        @{ address = 'https://gateway.example.com/anthropic'; hint = $null }
    ) {
        Connect-ClaudeBatch -ApiKey (ConvertTo-SecureString -String sk-test -AsPlainText -Force) -BaseUri $address -LedgerPath (New-TestFolder) -WarningVariable said -WarningAction SilentlyContinue
        if ($hint) {
            "$said" | Should -BeLike $hint
        }
        else {
            $said | Should -BeNullOrEmpty
        }
    }
}

Describe 'An address with a secret in it' {
    AfterEach {
        $env:ANTHROPIC_BASE_URL = $null
        Disconnect-ClaudeBatch
    }

    It 'is refused at Connect-ClaudeBatch, and not shown: <address>' -ForEach @(
        @{ address = 'https://user:hunter22@host.test' }
        @{ address = 'https://host.test/v1?token=hunter22' }
        @{ address = 'https://host.test/#hunter22' }
        @{ address = 'user:hunter22@host.test' }
    ) {
        $problem = { Connect-ClaudeBatch -ApiKey $secret -BaseUri $address -LedgerPath (New-TestFolder) } |
            Should -Throw -ErrorId 'AddressHoldsSecret,*' -PassThru
        "$($problem.Exception) $($problem.TargetObject) $($problem.ErrorDetails)" | Should -Not -Match 'hunter22'
    }

    It 'is refused in ANTHROPIC_BASE_URL, and not shown: <address>' -ForEach @(
        @{ address = 'https://user:hunter22@host.test'; id = 'AddressHoldsSecret,*' }
        @{ address = 'https://host.test/?token=hunter22'; id = 'AddressHoldsSecret,*' }
        @{ address = 'https://user:hunter 22@host.test:x'; id = 'AddressInvalid,*' }
    ) {
        $env:ANTHROPIC_BASE_URL = $address
        $problem = { Get-ClaudeBatchConnection } | Should -Throw -ErrorId $id -PassThru
        "$($problem.Exception) $($problem.TargetObject) $($problem.ErrorDetails)" | Should -Not -Match 'hunter'
    }
}

Describe 'After a Connect-ClaudeBatch that failed' {
    BeforeEach {
        Connect-TestEmulator
        New-TestRequest | Submit-ClaudeBatch -Job before | Out-Null
    }

    AfterEach {
        Disconnect-ClaudeBatch
    }

    It 'nothing goes to the connection before it, or to the environment''s: <how>' -ForEach @(
        @{ how = 'an address'; connect = { Connect-ClaudeBatch -ApiKey $secret -BaseUri 'http://api.example.com' -LedgerPath $TestDrive } }
        @{ how = 'a plan'; connect = { Connect-ClaudeBatch -Emulator -EmulatorPlan @{ Erorred = 1 } -LedgerPath $TestDrive } }
        @{ how = 'a misspelt parameter'; connect = { Connect-ClaudeBatch -Emulater -LedgerPath $TestDrive } }
        @{ how = 'a value that does not fit'; connect = { Connect-ClaudeBatch -Emulator -RetentionDays -1 } }
        @{ how = 'parameters that exclude each other'; connect = { Connect-ClaudeBatch -Emulator -ApiKey $secret } }
    ) {
        $connect | Should -Throw
        foreach ($next in { Get-ClaudeBatchJob }, { New-TestRequest | Submit-ClaudeBatch -Job after }, { Get-ClaudeBatchConnection }, { Resume-ClaudeBatch }) {
            $next | Should -Throw -ErrorId 'ConnectFailed,*' -ExpectedMessage '*Disconnect-ClaudeBatch*'
        }
    }

    It 'another one that works, and Disconnect-ClaudeBatch, end it' {
        { Connect-ClaudeBatch -Emulater } | Should -Throw
        Connect-TestEmulator
        (Get-ClaudeBatchConnection).IsEmulator | Should -BeTrue
        { Connect-ClaudeBatch -Emulater } | Should -Throw
        Disconnect-ClaudeBatch
        (Get-ClaudeBatchConnection).IsEmulator | Should -BeFalse
    }

    It 'a connection that is given is used, and requests are made' {
        $connection = Get-ClaudeBatchConnection
        { Connect-ClaudeBatch -Emulater } | Should -Throw
        (Get-ClaudeBatchJob -Connection $connection).Name | Should -Be 'before'
        (New-TestRequest).Count | Should -Be 3
    }

    It 'is not what help, completion and metadata leave' {
        Connect-ClaudeBatch -? | Out-Null
        Get-Command Connect-ClaudeBatch -Syntax | Out-Null
        [Management.Automation.CommandCompletion]::CompleteInput('Connect-ClaudeBatch -Em', 23, $null).CompletionMatches.Count | Should -BeGreaterThan 0
        [Management.Automation.CommandCompletion]::CompleteInput('Connect-ClaudeBatch -Emulator -LedgerPath ', 42, $null) | Out-Null
        [GC]::Collect()
        (Get-ClaudeBatchConnection).IsEmulator | Should -BeTrue
    }
}

Describe 'Import-ClaudeBatchRequest' {
    It 'names the line that is not UTF-8, and takes files, not folders, of a wildcard' {
        $folder = New-TestFolder
        New-Item -ItemType Directory -Path "$folder/requests.d" -Force | Out-Null
        $good = [Text.Encoding]::UTF8.GetBytes('{"custom_id":"a","params":{"model":"m"}}' + "`n")
        $bad = [Text.Encoding]::Latin1.GetBytes('{"custom_id":"b","params":{"model":"é"}}')
        [IO.File]::WriteAllBytes("$folder/requests.jsonl", $good + $bad)
        $requests = Import-ClaudeBatchRequest -Path "$folder/requests*" -ErrorAction SilentlyContinue -ErrorVariable problem
        $requests.CustomId | Should -Be 'a'
        $problem.TargetObject | Should -BeLike '*requests.jsonl:2'
        $problem.Exception.Message | Should -BeLike '*is not UTF-8*'
    }

    It 'keeps each line byte for byte, and names a bad one by file and line' {
        $file = Join-Path -Path $TestDrive -ChildPath 'requests.jsonl'
        $good = '{ "params": {"messages":[{"role":"user","content":"ü"}], "max_tokens":5,"model":"claude-haiku-4-5"}, "custom_id":"a" }'
        [IO.File]::WriteAllText($file, "`u{FEFF}$good`r`n`r`nnonsense`n$($good.Replace('"a"', '"b"'))")
        $requests = Import-ClaudeBatchRequest -Path $file -ErrorAction SilentlyContinue -ErrorVariable problem
        $requests.CustomId | Should -Be @('a', 'b')
        $requests[0].Raw | Should -BeExactly $good
        $problem.Count | Should -Be 1
        $problem[0].FullyQualifiedErrorId | Should -BeLike 'InputLineInvalid,*'
        $problem[0].Exception.Message | Should -BeLike "$file`:3 *"
        (Get-Item -LiteralPath $file | Import-ClaudeBatchRequest -ErrorAction SilentlyContinue).Count | Should -Be 2
    }

    It 'says which file is not there' {
        Import-ClaudeBatchRequest -Path "$TestDrive/nope.jsonl" -ErrorAction SilentlyContinue -ErrorVariable problem
        $problem[0].FullyQualifiedErrorId | Should -BeLike 'PathNotFound,*'
    }

    It 'goes on into a job' {
        Connect-TestEmulator
        $file = Join-Path -Path $TestDrive -ChildPath 'go.jsonl'
        New-TestRequest | ForEach-Object Raw | Set-Content -LiteralPath $file
        Import-ClaudeBatchRequest -LiteralPath $file | Submit-ClaudeBatch -Job imported | Wait-ClaudeBatch | Get-ClaudeBatchResult | ForEach-Object Text |
            Should -Be @('message 1', 'message 2', 'message 3')
    }
}
