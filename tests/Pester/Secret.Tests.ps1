# Whole runs, and failures whose replies repeat all that was sent to them: no secret is in what is written or said.

BeforeDiscovery {
    $hasServer = [bool] (Get-ChildItem -Path "$PSScriptRoot/../../src/ClaudeBatch.Emulator.Server/bin" -Recurse -Filter ClaudeBatch.Emulator.Server.dll -ErrorAction Ignore)
    $identities = @(
        @{ identity = 'a federation rule'; connect = '-ProfileName night'; plan = 'federation' }
        @{ identity = 'a sign-in'; connect = '-ProfileName laptop'; plan = 'federation' }
        @{ identity = 'an AWS signature'; connect = '-Aws -Region eu-west-1 -WorkspaceId wrkspc_1'; plan = 'aws' }
        @{ identity = 'an AWS key'; connect = '-Aws -Region eu-west-1 -WorkspaceId wrkspc_1 -ApiKey (ConvertTo-SecureString -String $env:SECRET_KEY -AsPlainText -Force)'; plan = 'aws' }
        @{ identity = 'a token of Google'; connect = '-GoogleCloud -Project project-1 -WorkspaceId wrkspc_1 -AccessToken { $env:SECRET_GOOGLE }'; plan = 'google' }
    )
}

BeforeAll {
    . $PSScriptRoot/Support.ps1
    $module = (Get-Module ClaudeBatch).Path -replace 'psm1$', 'psd1'
    $data = $IsWindows ? 'LOCALAPPDATA' : 'XDG_DATA_HOME'
    $organization = '00000000-0000-4000-8000-000000000001'
    $google = '/v1/projects/project-1/locations/global/workspaces/wrkspc_1/invoke'
    $constant = @{
        SECRET_KEY = 'aws-key-of-the-console-0001'; SECRET_GOOGLE = 'ya29.token-of-google-0001'
        AWS_ACCESS_KEY_ID = 'AKIATEST'; AWS_SECRET_ACCESS_KEY = 'secret-access-key-0001'; AWS_SESSION_TOKEN = 'session-token-0001'
    }

    function ConvertTo-Base64Url {
        param([byte[]] $Bytes)
        [Convert]::ToBase64String($Bytes).TrimEnd('=').Replace('+', '-').Replace('/', '_')
    }

    $pair = [Security.Cryptography.ECDsa]::Create([Security.Cryptography.ECCurve]::CreateFromFriendlyName('nistP256'))
    $point = $pair.ExportParameters($false).Q
    $publicKey = @{ kid = 'k1'; alg = 'ES256'; use = 'sig'; kty = 'EC'; crv = 'P-256'; x = ConvertTo-Base64Url $point.X; y = ConvertTo-Base64Url $point.Y }
    $plans = @{
        federation = @{
            Federation = @{
                Issuers = @(@{ Issuer = 'https://issuer.example'; Keys = @($publicKey) })
                Rules = @(@{ Id = 'fdrl_01Test'; Issuer = 'https://issuer.example' })
            }
            OAuthClients = @(@{ ClientId = 'client-1'; RefreshToken = 'sk-ant-ort01-first-0001' })
        }
        aws = @{
            Aws = @{
                Region = 'eu-west-1'; WorkspaceIds = @('wrkspc_1'); ApiKeys = @($constant.SECRET_KEY)
                AccessKeys = @(@{ Id = 'AKIATEST'; Secret = $constant.AWS_SECRET_ACCESS_KEY; SessionToken = $constant.AWS_SESSION_TOKEN })
            }
        }
        google = @{ GoogleCloud = @{ Project = 'project-1'; AccessTokens = @($constant.SECRET_GOOGLE) } }
    }

    function New-TestIdentityToken {
        $now = [datetimeoffset]::UtcNow
        $claims = @{
            iss = 'https://issuer.example'; sub = 'batch-job'; aud = 'https://api.anthropic.com'; jti = [guid]::NewGuid().ToString()
            iat = $now.ToUnixTimeSeconds(); exp = $now.AddMinutes(30).ToUnixTimeSeconds()
        }
        $parts = foreach ($part in @{ alg = 'ES256'; typ = 'JWT'; kid = 'k1' }, $claims) {
            ConvertTo-Base64Url ([Text.Encoding]::UTF8.GetBytes((ConvertTo-Json -InputObject $part -Compress)))
        }
        $text = $parts -join '.'
        "$text.$(ConvertTo-Base64Url $pair.SignData([Text.Encoding]::ASCII.GetBytes($text), [Security.Cryptography.HashAlgorithmName]::SHA256))"
    }

    # The service, and before it something that passes every call on and keeps its secrets in a file. With a status, it answers in the service's
    # place, in a body and a header that repeat what came.
    function Start-TestService {
        param([string] $Plan)
        $root = New-TestFolder
        $null = New-Item -ItemType Directory -Path $root
        $plans[$Plan] + @{ Speed = 60; Latency = '00:00:01' } | ConvertTo-Json -Depth 9 | Set-Content -LiteralPath "$root/plan.json"
        $server = Get-ChildItem -Path "$PSScriptRoot/../../src/ClaudeBatch.Emulator.Server/bin" -Recurse -Filter ClaudeBatch.Emulator.Server.dll | Select-Object -First 1
        $service = Start-TestProcess -FilePath dotnet -ArgumentList $server.FullName, '--state', "$root/service", '--plan-file', "$root/plan.json" -Until '^Listening on'
        $listener = [Net.Sockets.TcpListener]::new([Net.IPAddress]::Loopback, 0)
        $listener.Start()
        $port = $listener.LocalEndpoint.Port
        $listener.Stop()
        $script = "$root/front.ps1"
        Set-Content -LiteralPath $script -Value {
            param($port, $target, $root)
            $client = [Net.Http.HttpClient]::new()
            $listener = [Net.HttpListener]::new()
            $listener.Prefixes.Add("http://127.0.0.1:$port/")
            $listener.Start()
            'Listening'
            while ($true) {
                $context = $listener.GetContext()
                $from = $context.Request
                $body = [IO.StreamReader]::new($from.InputStream).ReadToEnd()
                $said = (@(foreach ($name in $from.Headers.AllKeys) { "${name}: $($from.Headers[$name])" }) + $body) -join ' '
                if ($from.Headers['Authorization'] -match '(?<=Bearer |Signature=)\S+$') { Add-Content -LiteralPath "$root/secrets" -Value $Matches[0] }
                $isToken = $from.Url.AbsolutePath -eq '/v1/oauth/token'
                if ($isToken) { ($body | ConvertFrom-Json).PSObject.Properties.Where({ $_.Name -in 'assertion', 'refresh_token' }).Value | Add-Content -LiteralPath "$root/secrets" }
                # What to do is read anew each time: on whose calls, with which status.
                $mode = (Get-Content -LiteralPath "$root/mode" -ErrorAction Ignore) -split ' '
                if ($mode[0] -eq ($isToken ? 'token' : 'api')) {
                    $bytes = [Text.Encoding]::UTF8.GetBytes($mode[2] -eq 'page' ? "<html>$said</html>" : (@{ type = 'error'; request_id = $said; error = @{ type = $mode[2]; message = $said } } | ConvertTo-Json))
                    $context.Response.StatusCode = [int] $mode[1]
                    $context.Response.Headers['request-id'] = $from.Headers['Authorization'] ?? ($body -replace '[^ -~]')[0..2000] -join ''
                }
                else {
                    $request = [Net.Http.HttpRequestMessage]::new($from.HttpMethod, "$target$($from.RawUrl)")
                    if ($from.HasEntityBody) { $request.Content = [Net.Http.StringContent]::new($body) ; $null = $request.Content.Headers.Remove('Content-Type') }
                    foreach ($name in $from.Headers.AllKeys) {
                        if ($name -notin 'Content-Length', 'Accept-Encoding', 'Expect', 'Connection') {
                            $null = $request.Headers.TryAddWithoutValidation($name, $from.Headers[$name]) -or $request.Content.Headers.TryAddWithoutValidation($name, $from.Headers[$name])
                        }
                    }
                    $reply = $client.Send($request)
                    $bytes = $reply.Content.ReadAsByteArrayAsync().GetAwaiter().GetResult()
                    $context.Response.StatusCode = [int] $reply.StatusCode
                    foreach ($header in $reply.Headers) { if ($header.Key -notin 'Transfer-Encoding', 'Server') { $context.Response.Headers[$header.Key] = "$($header.Value)" } }
                    if ($isToken -and $reply.IsSuccessStatusCode) {
                        ([Text.Encoding]::UTF8.GetString($bytes) | ConvertFrom-Json).PSObject.Properties.Where({ $_.Name -in 'access_token', 'refresh_token' }).Value | Add-Content -LiteralPath "$root/secrets"
                    }
                }
                $context.Response.ContentType = 'application/json'
                try { $context.Response.OutputStream.Write($bytes); $context.Response.Close() } catch { $context.Response.Abort() }
            }
        }
        $front = Start-TestProcess -ArgumentList '-NoProfile', '-File', $script, $port, $service.Line.Split(' ')[-1].TrimEnd('/'), $root -Until '^Listening'
        [pscustomobject]@{ Root = $root; Address = "http://127.0.0.1:$port"; Processes = $service, $front }
    }

    # A shell that says all it can, and everything of each record.
    function Invoke-Telling {
        param([string] $Line, [hashtable] $Variable, [string] $Transcript)
        foreach ($name in $Variable.Keys) { [Environment]::SetEnvironmentVariable($name, $Variable[$name]) }
        try {
            & $shellPath -NoProfile -NonInteractive -Command "
                Import-Module '$module'
                `$null = Start-Transcript -LiteralPath '$Transcript' -Append
                `$VerbosePreference = 'Continue'; `$DebugPreference = 'Continue'; `$InformationPreference = 'Continue'
                & { $Line } *>&1 | ForEach-Object {
                    `$_ | Out-String -Width 500
                    `$_ | Format-List -Property * -Force | Out-String -Width 5000
                    if (`$_ -is [Management.Automation.ErrorRecord]) { Get-Error -InputObject `$_ | Out-String -Width 5000; `$_.Exception.ToString() }
                }
                `$null = Stop-Transcript" 2>&1
        }
        finally {
            foreach ($name in $Variable.Keys) { [Environment]::SetEnvironmentVariable($name, $null) }
            $env:ANTHROPIC_CONFIG_DIR = Join-Path -Path ([IO.Path]::GetTempPath()) -ChildPath 'claudebatch-no-profiles'
        }
    }
}

Describe 'Of <identity> no secret' -Skip:(-not $hasServer) -ForEach $identities {
    BeforeAll {
        $there = Start-TestService $plan
        $own = New-TestFolder
        $null = New-Item -ItemType Directory -Path "$own/profiles/configs", "$own/profiles/credentials", "$own/data", "$own/export"
        $base = $there.Address + ($plan -eq 'google' ? $google : '')
        @{ version = '1.0'; organization_id = $organization; authentication = @{ type = 'oidc_federation'; federation_rule_id = 'fdrl_01Test'; identity_token = @{ source = 'file'; path = "$($there.Root)/jwt" } } } |
            ConvertTo-Json | Set-Content -LiteralPath "$own/profiles/configs/night.json"
        @{ version = '1.0'; organization_id = $organization; authentication = @{ type = 'user_oauth'; client_id = 'client-1' } } |
            ConvertTo-Json | Set-Content -LiteralPath "$own/profiles/configs/laptop.json"
        @{ version = '1.0'; type = 'oauth_token'; access_token = 'sk-ant-oat01-old-0001'; expires_at = 1700000000; refresh_token = 'sk-ant-ort01-first-0001' } |
            ConvertTo-Json | Set-Content -LiteralPath "$own/profiles/credentials/laptop.json"
        if (-not $IsWindows) { chmod 600 "$own/profiles/credentials/laptop.json" }
        $variable = $constant + @{ ANTHROPIC_CONFIG_DIR = "$own/profiles"; $data = "$own/data"; CLAUDEBATCH_HOME = "$own/ledger"; AWS_EC2_METADATA_DISABLED = 'true' }
        if ($identity -eq 'an AWS key') { $variable.Remove('AWS_ACCESS_KEY_ID') }
        $start = "Connect-ClaudeBatch $connect -BaseUri '$base' -LedgerPath '$own/ledger' -PassThru; "

        # Runs a line, and gives what was said; what was written stays in the folder.
        function Invoke-Line {
            param([string] $Line, [string] $Mode)
            Set-Content -LiteralPath "$($there.Root)/mode" -Value $Mode
            Set-Content -LiteralPath "$($there.Root)/jwt" -Value (New-TestIdentityToken)
            $said = Invoke-Telling "$start$Line" $variable "$own/transcript.txt" | Out-String
            Add-Content -LiteralPath "$own/said.txt" -Value $said
            $said
        }

        # The files that hold a secret, with its beginning, of all that lies there.
        function Find-Secret {
            # What names no one is no secret: the id of an access key.
            $secrets = @(Get-Content -LiteralPath "$($there.Root)/secrets") + $constant.SECRET_KEY, $constant.SECRET_GOOGLE, $constant.AWS_SECRET_ACCESS_KEY, $constant.AWS_SESSION_TOKEN, 'sk-ant-ort01-first-0001', 'sk-ant-oat01-old-0001' | Sort-Object -Unique
            foreach ($file in Get-ChildItem -LiteralPath $own -Recurse -File -Force) {
                $text = [Text.Encoding]::Latin1.GetString([IO.File]::ReadAllBytes($file.FullName))
                foreach ($secret in $secrets) {
                    # Of a long one no part, either: it may have been cut.
                    $part = $secret.Length -gt 100 ? $secret.Substring(60, 30) : $secret
                    if ($text.Contains($part)) { "$([IO.Path]::GetRelativePath($own, $file.FullName)): $($secret.Substring(0, 12))" }
                }
            }
        }

        $rows = "1..3 | ForEach-Object { [pscustomobject]@{ Id = `$_; Body = `"message `$_`" } } | New-ClaudeBatchRequest -Model claude-haiku-4-5 -MaxTokens 100 -CustomId 'row-{{Id}}' -Prompt '{{Body}}'"
        # The file that a profile's tokens are kept in.
        $allowed = 'profiles?credentials?*'
    }

    AfterAll {
        $there.Processes | ForEach-Object { Stop-TestProcess $_ }
    }

    It 'is written or said in a whole run' {
        $said = Invoke-Line "$rows | Invoke-ClaudeBatch -Job whole; Get-ClaudeBatchEvent; Test-ClaudeBatchConnection -Detailed; Get-ClaudeBatch -Service; Compare-ClaudeBatch -Job whole; Export-ClaudeBatchResult -Job whole -Path '$own/export/results.csv'; Get-ClaudeBatchRequest -Job whole | Export-ClaudeBatchRequest -Path '$own/export/requests.jsonl'; Get-ClaudeBatch | Remove-ClaudeBatch -Confirm:`$false"
        $said | Should -Match 'message 3'
        "$own/export/results.csv" | Should -Exist
        @(Get-Content -LiteralPath "$($there.Root)/secrets").Count | Should -BeGreaterThan 5
        Find-Secret | Where-Object { $_ -notlike $allowed } | Should -BeNullOrEmpty
    }

    It 'is written or said where the service repeats all of a call: <mode>' -ForEach @(
        @{ mode = 'api 400 invalid_request_error' }, @{ mode = 'api 401 authentication_error' }, @{ mode = 'api 400 page' }
    ) {
        $said = Invoke-Line "$rows | Submit-ClaudeBatch -Job one; Resume-ClaudeBatch -Job one; Test-ClaudeBatchConnection -Detailed; Get-ClaudeBatch -Service; Get-ClaudeBatchModel -Refresh; Get-ClaudeBatchEvent" $mode
        $said | Should -Match 'ErrorRecord|FullyQualifiedErrorId'
        Find-Secret | Where-Object { $_ -notlike $allowed } | Should -BeNullOrEmpty
    }

    It 'is written or said where the exchange repeats it: <mode>' -Skip:($plan -ne 'federation') -ForEach @(
        @{ mode = 'token 401 authentication_error' }, @{ mode = 'token 500 api_error' }, @{ mode = 'token 200 page' }
    ) {
        Get-ChildItem -LiteralPath "$own/profiles/credentials" -Filter night.json* | Remove-Item
        if (Test-Path -LiteralPath "$own/profiles/credentials/laptop.json") {
            $kept = Get-Content -LiteralPath "$own/profiles/credentials/laptop.json" -Raw | ConvertFrom-Json
            $kept.expires_at = 1700000000
            $kept | ConvertTo-Json | Set-Content -LiteralPath "$own/profiles/credentials/laptop.json"
        }
        $said = Invoke-Line "$rows | Submit-ClaudeBatch -Job two; Test-ClaudeBatchConnection -Detailed; Get-ClaudeBatchEvent" $mode
        $said | Should -Match 'TokenExchange|TokenReply'
        Find-Secret | Where-Object { $_ -notlike $allowed } | Should -BeNullOrEmpty
    }
}
