BeforeDiscovery {
    $hasServer = [bool] (Get-ChildItem -Path "$PSScriptRoot/../../src/ClaudeBatch.Emulator.Server/bin" -Recurse -Filter ClaudeBatch.Emulator.Server.dll -ErrorAction Ignore)
}

BeforeAll {
    . $PSScriptRoot/Support.ps1
    $module = (Get-Module ClaudeBatch).Path -replace 'psm1$', 'psd1'
    $data = $IsWindows ? 'LOCALAPPDATA' : 'XDG_DATA_HOME'
    $saved = [Environment]::GetEnvironmentVariable($data)
    $organization = '00000000-0000-4000-8000-000000000001'

    function ConvertTo-Base64Url {
        param([byte[]] $Bytes)
        [Convert]::ToBase64String($Bytes).TrimEnd('=').Replace('+', '-').Replace('/', '_')
    }

    # The emulator's issuer is this key pair; what it signs is an identity token.
    $pair = [Security.Cryptography.ECDsa]::Create([Security.Cryptography.ECCurve]::CreateFromFriendlyName('nistP256'))
    $point = $pair.ExportParameters($false).Q
    $publicKey = @{ kid = 'k1'; alg = 'ES256'; use = 'sig'; kty = 'EC'; crv = 'P-256'; x = ConvertTo-Base64Url $point.X; y = ConvertTo-Base64Url $point.Y }

    function New-TestIdentityToken {
        param([string] $Subject = 'batch-job', [datetimeoffset] $At = [datetimeoffset]::UtcNow)
        $claims = @{
            iss = 'https://issuer.example'; sub = $Subject; aud = 'https://api.anthropic.com'; jti = [guid]::NewGuid().ToString()
            iat = $At.ToUnixTimeSeconds(); exp = $At.AddMinutes(30).ToUnixTimeSeconds()
        }
        $parts = foreach ($part in @{ alg = 'ES256'; typ = 'JWT'; kid = 'k1' }, $claims) {
            ConvertTo-Base64Url ([Text.Encoding]::UTF8.GetBytes((ConvertTo-Json -InputObject $part -Compress)))
        }
        $text = $parts -join '.'
        "$text.$(ConvertTo-Base64Url $pair.SignData([Text.Encoding]::ASCII.GetBytes($text), [Security.Cryptography.HashAlgorithmName]::SHA256))"
    }

    function Set-TestIdentityToken {
        param([string] $Path = (New-TestFolder), [string] $Token = (New-TestIdentityToken))
        Set-Content -LiteralPath $Path -Value $Token
        $Path
    }

    # How many exchanges the emulator has seen.
    function Get-ExchangeCount {
        $state = Get-ChildItem -LiteralPath "$TestDrive/service/tokens" -File -ErrorAction Ignore | Select-Object -First 1
        $state ? (Get-Content -LiteralPath $state.FullName -Raw | ConvertFrom-Json).History.Count : 0
    }

    function Get-Variable-ForFederation {
        @{
            ANTHROPIC_BASE_URL = $address; ANTHROPIC_FEDERATION_RULE_ID = 'fdrl_01Test'; ANTHROPIC_ORGANIZATION_ID = $organization
            ANTHROPIC_SERVICE_ACCOUNT_ID = 'svac_01Test'; ANTHROPIC_IDENTITY_TOKEN_FILE = Set-TestIdentityToken; CLAUDEBATCH_HOME = New-TestFolder
        }
    }

    # A shell of its own, with these variables.
    function Invoke-Shell {
        param([string] $Line, [hashtable] $Variable = @{})
        foreach ($name in $Variable.Keys) { [Environment]::SetEnvironmentVariable($name, $Variable[$name]) }
        try {
            & $shellPath -NoProfile -NonInteractive -Command "Import-Module '$module'; $Line"
        }
        finally {
            foreach ($name in $Variable.Keys) { [Environment]::SetEnvironmentVariable($name, $null) }
            $env:ANTHROPIC_CONFIG_DIR = Join-Path -Path ([IO.Path]::GetTempPath()) -ChildPath 'claudebatch-no-profiles'
        }
    }

    function Write-TestProfile {
        param([string] $Root, [hashtable] $Authentication, [hashtable] $Credentials, [string] $Name = 'default')
        $null = New-Item -ItemType Directory -Path "$Root/configs", "$Root/credentials" -Force
        @{ version = '1.0'; authentication = $Authentication; organization_id = $organization; base_url = $address } |
            ConvertTo-Json | Set-Content -LiteralPath "$Root/configs/$Name.json"
        if ($Credentials) {
            $Credentials | ConvertTo-Json | Set-Content -LiteralPath "$Root/credentials/$Name.json"
            if (-not $IsWindows) { chmod 600 "$Root/credentials/$Name.json" }
        }
    }
}

AfterAll {
    [Environment]::SetEnvironmentVariable($data, $saved)
}

Describe 'A job without a key' -Skip:(-not $hasServer) {
    BeforeAll {
        $plan = @{
            Speed = 1; Latency = '00:00:01'
            Federation = @{
                Issuers = @(@{ Issuer = 'https://issuer.example'; Keys = @($publicKey) })
                Rules = @(@{ Id = 'fdrl_01Test'; Issuer = 'https://issuer.example'; Subject = 'batch-job'; Audience = 'https://api.anthropic.com'; ServiceAccountId = 'svac_01Test' })
            }
            OAuthClients = @(@{ ClientId = 'client-1'; RefreshToken = 'sk-ant-ort01-first' })
        }
        $plan | ConvertTo-Json -Depth 9 | Set-Content -LiteralPath "$TestDrive/plan.json"
        $server = Get-ChildItem -Path "$PSScriptRoot/../../src/ClaudeBatch.Emulator.Server/bin" -Recurse -Filter ClaudeBatch.Emulator.Server.dll | Select-Object -First 1
        $process = Start-TestProcess -FilePath dotnet -ArgumentList $server.FullName, '--state', "$TestDrive/service", '--plan-file', "$TestDrive/plan.json" -Until '^Listening on'
        $address = $process.Line.Split(' ')[-1]
        $rule = @{ FederationRuleId = 'fdrl_01Test'; OrganizationId = $organization; ServiceAccountId = 'svac_01Test'; BaseUri = $address }
    }

    AfterAll {
        Stop-TestProcess $process
    }

    BeforeEach {
        [Environment]::SetEnvironmentVariable($data, (New-TestFolder))
        $before = Get-ExchangeCount
    }

    AfterEach {
        Disconnect-ClaudeBatch
    }

    It 'is sent, waited for and answered by a federation rule and the token in a file' {
        $connection = Connect-ClaudeBatch @rule -IdentityTokenPath (Set-TestIdentityToken) -LedgerPath (New-TestFolder) -PassThru
        $results = New-TestRequest | Invoke-ClaudeBatch -Job one -WarningAction SilentlyContinue -InformationAction Ignore

        $results.Text | Should -Be 'message 1', 'message 2', 'message 3'
        (Get-ExchangeCount) - $before | Should -Be 1
        $connection.KeySource | Should -BeLike "rule fdrl_01Test with the file '*'"
        $connection.IsEmulator | Should -BeFalse
    }

    It 'goes on in the next process, which takes the token that the first one has stored' {
        $variables = Get-Variable-ForFederation
        Invoke-Shell -Variable $variables -Line '''1'', ''2'', ''3'' | New-ClaudeBatchRequest -Model claude-haiku-4-5 -MaxTokens 10 -CustomId "row-{{_}}" | Submit-ClaudeBatch -Job night -WarningAction SilentlyContinue' | Out-Null
        $text = Invoke-Shell -Variable $variables -Line @'
foreach ($step in 1..500) {
    Resume-ClaudeBatch -InformationAction Ignore -WarningAction SilentlyContinue | Out-Null
    if ((Get-ClaudeBatchJob -Name night).State -eq 'Finished') { break }
    Start-Sleep -Milliseconds 100
}
Get-ClaudeBatchResult -Job night | ForEach-Object Text
'@

        $text | Should -Be '1', '2', '3'
        (Get-ExchangeCount) - $before | Should -Be 1
    }

    It 'says that a token was used, and sends it no second time' {
        $file = Set-TestIdentityToken
        $ledger = New-TestFolder
        Connect-ClaudeBatch @rule -IdentityTokenPath $file -LedgerPath $ledger
        $null = Get-ClaudeBatch -Service
        Get-ChildItem -Path ([Environment]::GetEnvironmentVariable($data)) -Recurse -Filter *.json | Remove-Item
        Connect-ClaudeBatch @rule -IdentityTokenPath $file -LedgerPath $ledger

        Get-ClaudeBatch -Service -ErrorVariable problem -ErrorAction SilentlyContinue
        $problem[0].FullyQualifiedErrorId | Should -BeLike 'IdentityTokenUsed,*'
        "$($problem[0])" | Should -BeLike "*was exchanged at *taken once*Have a fresh token written to '$file'*"
        (Get-ExchangeCount) - $before | Should -Be 1

        $null = Set-TestIdentityToken -Path $file
        { Get-ClaudeBatch -Service -ErrorAction Stop } | Should -Not -Throw
        (Get-ExchangeCount) - $before | Should -Be 2
    }

    It 'takes the token of a script block, which runs in this shell and in no other' {
        $script:ran = 0
        $connection = Connect-ClaudeBatch @rule -IdentityToken { $script:ran++; New-TestIdentityToken } -LedgerPath (New-TestFolder) -PassThru
        $null = Get-ClaudeBatch -Service
        $script:ran | Should -Be 1

        [Environment]::SetEnvironmentVariable($data, (New-TestFolder))
        $connection = Connect-ClaudeBatch @rule -IdentityToken { $script:ran++; New-TestIdentityToken } -LedgerPath (New-TestFolder) -PassThru
        $problem = 1 | ForEach-Object -Parallel {
            Import-Module $using:module
            try { Get-ClaudeBatch -Service -Connection $using:connection } catch { $_ }
        }
        $problem.FullyQualifiedErrorId | Should -BeLike 'TokenScriptElsewhere,*'
        "$problem" | Should -BeLike '*-IdentityTokenPath*'
        $script:ran | Should -Be 1
    }

    It 'is not begun where a script block <how>' -ForEach @(
        @{ how = 'fails'; block = { throw 'the vault is closed' }; words = '*the vault is closed*Nothing was sent.' }
        @{ how = 'gives nothing'; block = { }; words = '*It gave nothing.*' }
        @{ how = 'writes an error'; block = { Write-Error 'half'; 'token' }; words = '*half*' }
        @{ how = 'gives no token'; block = { 'hello' }; words = '*no identity token*' }
        @{ how = 'calls the service by itself'; block = { Get-ClaudeBatch -Service; 'token' }; words = '*calls the service by this connection itself*' }
    ) {
        Connect-ClaudeBatch @rule -IdentityToken $block -LedgerPath (New-TestFolder)
        $problem = { New-TestRequest | Submit-ClaudeBatch -Job one -ErrorAction Stop -WarningAction SilentlyContinue } | Should -Throw -PassThru
        "$problem" | Should -BeLike $words
        (Get-ExchangeCount) - $before | Should -Be 0
        (Get-ClaudeBatchJob -Name one).State | Should -Not -Be 'Paused'
    }

    It 'is found by a profile, and the token stays in its credentials file' {
        $root = New-TestFolder
        Write-TestProfile -Root $root -Authentication @{ type = 'oidc_federation'; federation_rule_id = 'fdrl_01Test'; service_account_id = 'svac_01Test'; identity_token = @{ source = 'file'; path = Set-TestIdentityToken } }
        $variables = @{ ANTHROPIC_CONFIG_DIR = $root; CLAUDEBATCH_HOME = New-TestFolder }
        $lines = Invoke-Shell -Variable $variables -Line 'Get-ClaudeBatch -Service | Out-Null; Test-ClaudeBatchConnection -Detailed | ForEach-Object { "$_" }'

        $lines -match '^Ok Identity: It is the active profile' | Should -HaveCount 1
        $lines -match '^Ok Token: .*workspace:developer.*runs out at' | Should -HaveCount 1
        Get-Content -LiteralPath "$root/credentials/default.json" -Raw | Should -BeLike '*"access_token": "sk-ant-oat01-*'
        (Get-ExchangeCount) - $before | Should -Be 1
    }

    It 'refreshes the tokens of a person who has signed in, and keeps what else is in the file' {
        $root = New-TestFolder
        Write-TestProfile -Root $root -Name me -Authentication @{ type = 'user_oauth'; client_id = 'client-1' } -Credentials ([ordered]@{
                version = '1.0'; type = 'oauth_token'; access_token = 'sk-ant-oat01-old'; expires_at = 1; refresh_token = 'sk-ant-ort01-first'; account_email = 'me@example.com'; mine = 7
            })
        $env:ANTHROPIC_CONFIG_DIR = $root
        try {
            Connect-ClaudeBatch -ProfileName me -LedgerPath (New-TestFolder)
            $null = Get-ClaudeBatch -Service -ErrorAction Stop
        }
        finally {
            $env:ANTHROPIC_CONFIG_DIR = Join-Path -Path ([IO.Path]::GetTempPath()) -ChildPath 'claudebatch-no-profiles'
        }
        $stored = Get-Content -LiteralPath "$root/credentials/me.json" -Raw | ConvertFrom-Json
        $stored.refresh_token | Should -Not -Be 'sk-ant-ort01-first'
        $stored.account_email, $stored.mine | Should -Be 'me@example.com', 7
    }

    It 'says once that a key hides the rest, and which is used' {
        $variables = (Get-Variable-ForFederation) + @{ ANTHROPIC_API_KEY = 'sk-ant-test' }
        $lines = Invoke-Shell -Variable $variables -Line 'Get-ClaudeBatch -Service 3>&1; Get-ClaudeBatch -Service 3>&1; (Test-ClaudeBatchConnection -Detailed | Where-Object Check -eq Identity).Message'
        $lines | Where-Object { "$_" -like '*ANTHROPIC_API_KEY says who calls*ANTHROPIC_FEDERATION_RULE_ID is set, too, and has no effect*' } | Should -HaveCount 1
        $lines | Should -Contain 'ANTHROPIC_API_KEY is set, which comes first. ANTHROPIC_FEDERATION_RULE_ID would come after it, and is not used.'
        (Get-ExchangeCount) - $before | Should -Be 0
    }

    It 'takes an empty variable for none' {
        $variables = (Get-Variable-ForFederation) + @{ ANTHROPIC_API_KEY = ' '; ANTHROPIC_PROFILE = ' ' }
        Invoke-Shell -Variable $variables -Line '(Get-ClaudeBatchConnection).KeySource' | Should -Be 'ANTHROPIC_FEDERATION_RULE_ID'
    }

    It 'says that the active profile is not there' {
        $root = New-TestFolder
        $null = New-Item -ItemType Directory -Path $root -Force
        Set-Content -LiteralPath "$root/active_config" -Value 'gone'
        $variables = @{ ANTHROPIC_CONFIG_DIR = $root; CLAUDEBATCH_HOME = New-TestFolder }
        $lines = Invoke-Shell -Variable $variables -Line 'try { Get-ClaudeBatch -Service -ErrorAction Stop } catch { $_.FullyQualifiedErrorId, "$_" }'
        $lines[0] | Should -Be 'ProfileNotFound,ClaudeBatch.Commands.GetClaudeBatchCommand'
        $lines[1] | Should -BeLike "*active_config' says that the active profile is 'gone'*"
    }

    It 'reads the ledger whatever is wrong with who calls' {
        $variables = @{ ANTHROPIC_PROFILE = 'none'; CLAUDEBATCH_HOME = New-TestFolder; ANTHROPIC_CONFIG_DIR = New-TestFolder }
        $lines = Invoke-Shell -Variable $variables -Line 'Get-ClaudeBatchJob; "read"; try { Get-ClaudeBatch -Service -ErrorAction Stop } catch { $_.FullyQualifiedErrorId }'
        $lines | Should -Be 'read', 'ProfileNotFound,ClaudeBatch.Commands.GetClaudeBatchCommand'
    }

    It 'is <id> where <what>' -ForEach @(
        @{ what = 'the rule is malformed'; change = @{ FederationRuleId = 'rule-1' }; id = 'TokenExchangeRefused' }
        @{ what = 'the rule is unknown'; change = @{ FederationRuleId = 'fdrl_01Other' }; id = 'TokenExchangeRefused' }
        @{ what = 'the token has expired'; token = { New-TestIdentityToken -At ([datetimeoffset]::UtcNow.AddHours(-2)) }; id = 'TokenExchangeRefused'; words = "*expired at*this machine's clock says*" }
        @{ what = 'the clock is behind by an hour'; token = { New-TestIdentityToken -At ([datetimeoffset]::UtcNow.AddHours(1)) }; id = 'TokenExchangeRefused'; words = '*from the future: set the clock.*' }
        @{ what = 'the subject is another'; token = { New-TestIdentityToken -Subject other }; id = 'TokenExchangeRefused'; words = "*subject 'other'*" }
        @{ what = 'the file is empty'; token = { ' ' }; id = 'IdentityTokenMissing' }
        @{ what = 'the file is no token'; token = { '{"a":1}' }; id = 'IdentityTokenInvalid' }
        @{ what = 'the address is plain http elsewhere'; change = @{ BaseUri = 'http://api.example.com' }; id = 'AddressNotSecure|TokenAddressNotSecure' }
        @{ what = 'nobody listens at the address'; change = @{ BaseUri = 'http://127.0.0.1:9' }; id = 'TokenExchangeUnreachable' }
    ) {
        $all = $rule.Clone()
        if ($change) { $change.GetEnumerator() | ForEach-Object { $all[$_.Key] = $_.Value } }
        $file = Set-TestIdentityToken -Token ($token ? (& $token) : (New-TestIdentityToken))
        $problem = {
            Connect-ClaudeBatch @all -IdentityTokenPath $file -LedgerPath (New-TestFolder)
            New-TestRequest | Submit-ClaudeBatch -Job one -ErrorAction Stop -WarningAction SilentlyContinue
        } | Should -Throw -PassThru
        $problem.FullyQualifiedErrorId | Should -Match "^($id),"
        if ($words) { "$problem" | Should -BeLike $words }
        "$problem" | Should -Not -BeLike "*$((Get-Content -LiteralPath $file -Raw).Trim().PadRight(5, '-'))*"
    }

    It 'ends a scheduled step with <code> where <what>' -ForEach @(
        @{ what = 'the rule is refused'; code = 4; name = 'ANTHROPIC_FEDERATION_RULE_ID'; value = 'fdrl_01Nobody' }
        @{ what = 'the file is gone'; code = 4; name = 'ANTHROPIC_IDENTITY_TOKEN_FILE'; value = (Join-Path ([IO.Path]::GetTempPath()) 'claudebatch-no-token') }
        @{ what = 'nobody listens at the endpoint'; code = 7; name = 'ANTHROPIC_BASE_URL'; value = 'http://127.0.0.1:9' }
    ) {
        $variables = Get-Variable-ForFederation
        $variables[$name] = $value
        $said = Invoke-Shell -Variable $variables -Line @'
            'a' | New-ClaudeBatchRequest -Model claude-haiku-4-5 -MaxTokens 10 | Submit-ClaudeBatch -Job night -WarningAction Ignore
            Resume-ClaudeBatch -Exit
'@ 2>&1
        $LASTEXITCODE | Should -Be $code -Because "$said"
    }

    It 'ends a step of a job that runs with 4 where its token file is not written any more, and says so' {
        $variables = Get-Variable-ForFederation
        $null = Invoke-Shell -Variable $variables -Line '''a'' | New-ClaudeBatchRequest -Model claude-haiku-4-5 -MaxTokens 10 | Submit-ClaudeBatch -Job night -WarningAction Ignore'
        Get-ChildItem -Path ([Environment]::GetEnvironmentVariable($data)) -Recurse -Filter *.json | Remove-Item
        $said = Invoke-Shell -Variable $variables -Line 'Resume-ClaudeBatch -Exit' 2>&1
        $LASTEXITCODE | Should -Be 4
        "$said" | Should -BeLike '*taken once*'
    }

    It 'begins with a fresh token where the file that kept the last one is broken' {
        $file = Set-TestIdentityToken
        $ledger = New-TestFolder
        Connect-ClaudeBatch @rule -IdentityTokenPath $file -LedgerPath $ledger
        $null = Get-ClaudeBatch -Service
        Get-ChildItem -Path ([Environment]::GetEnvironmentVariable($data)) -Recurse -Filter *.json | Set-Content -Value '{bro'
        $null = Set-TestIdentityToken -Path $file
        Connect-ClaudeBatch @rule -IdentityTokenPath $file -LedgerPath $ledger
        { Get-ClaudeBatch -Service -ErrorAction Stop -WarningVariable script:said -WarningAction SilentlyContinue } | Should -Not -Throw
        "$said" | Should -BeLike '*was not whole, and is made anew.'
    }

    It 'takes no token in the place of a script block, and repeats none' {
        $token = New-TestIdentityToken
        foreach ($line in { Connect-ClaudeBatch @rule -IdentityToken $token }, { Connect-ClaudeBatch -GoogleCloud -Project p -WorkspaceId wrkspc_1 -AccessToken $token }) {
            $problem = $line | Should -Throw -PassThru
            "$problem" | Should -BeLike '*takes a script block*history.'
            "$problem" | Should -Not -BeLike "*$($token.Substring(0, 40))*"
        }
    }

    It 'is checked before the night: the token that is kept, and the one that comes next' {
        $file = Set-TestIdentityToken
        Connect-ClaudeBatch @rule -IdentityTokenPath $file -LedgerPath (New-TestFolder)
        (Test-ClaudeBatchConnection -Detailed | Where-Object Check -EQ Token).Severity | Should -Be Ok
        Remove-Item -LiteralPath $file
        $finding = Test-ClaudeBatchConnection -Detailed | Where-Object Check -EQ Token
        $finding.Severity | Should -Be Warning
        $finding.Advice | Should -BeLike "*The next one is not to be had*'$file' does not exist*"
        { Register-ClaudeBatchSchedule -Name keyless -Manager Cron -WhatIf } | Should -Throw -ErrorId 'PathNotFound,*'
        { Connect-ClaudeBatch @rule -IdentityProvider AzureManagedIdentity -LedgerPath (New-TestFolder) } | Should -Throw -ErrorId 'IdentityAudienceMissing,*'
    }

    It 'is told at once that a rule is refused, however long it would wait' {
        $all = $rule.Clone()
        $all.FederationRuleId = 'fdrl_01Nobody'
        Connect-ClaudeBatch @all -IdentityTokenPath (Set-TestIdentityToken) -LedgerPath (New-TestFolder)
        $problem = { New-TestRequest | Invoke-ClaudeBatch -Job one -PollInterval 1 -WarningAction SilentlyContinue } | Should -Throw -PassThru
        $problem.FullyQualifiedErrorId | Should -BeLike 'TokenExchangeRefused,*'
        (Get-ClaudeBatchJob -Name one).State | Should -Be 'Running'
    }

    It 'is scheduled with all it takes to get a token, and none of it is a secret' {
        $file = Set-TestIdentityToken
        $ledger = New-TestFolder
        $lines = Invoke-Shell -Line "Connect-ClaudeBatch -FederationRuleId fdrl_01Test -OrganizationId $organization -ServiceAccountId svac_01Test -BaseUri $address -IdentityTokenPath '$file' -LedgerPath '$ledger' -WorkspaceId wrkspc_01Emulated0000000000000; Register-ClaudeBatchSchedule -Name keyless -Manager Cron -WhatIf"
        $step = ($lines -join "`n") -replace "'\\''", "'"
        $step | Should -BeLike "*Connect-ClaudeBatch -FederationRuleId 'fdrl_01Test' -OrganizationId '$organization' -ServiceAccountId 'svac_01Test' -IdentityTokenPath '$file' -LedgerPath '$ledger' -BaseUri '$address' -WorkspaceId 'wrkspc_01Emulated0000000000000'; Resume-ClaudeBatch -Exit*"
        $step | Should -Not -BeLike "*$((Get-Content -LiteralPath $file -Raw).Trim())*"
    }

    It 'cannot be scheduled with a script block, and the error says what can' {
        Connect-ClaudeBatch @rule -IdentityToken { New-TestIdentityToken } -LedgerPath (New-TestFolder)
        $problem = { Register-ClaudeBatchSchedule -Name keyless -WhatIf } | Should -Throw -PassThru
        $problem.FullyQualifiedErrorId | Should -BeLike 'ScheduleKeyMissing,*'
        "$problem" | Should -BeLike '*-IdentityTokenPath*'
    }
}
