BeforeAll {
    . $PSScriptRoot/Support.ps1
    $module = (Get-Module ClaudeBatch).Path -replace 'psm1$', 'psd1'
    $key = ConvertTo-SecureString -String 'aws-key-of-the-console' -AsPlainText -Force
    $names = 'AWS_REGION', 'AWS_DEFAULT_REGION', 'AWS_PROFILE', 'AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN',
    'AWS_WEB_IDENTITY_TOKEN_FILE', 'AWS_ROLE_ARN', 'AWS_ENDPOINT_URL_STS', 'AWS_ENDPOINT_URL_SSO', 'AWS_CONFIG_FILE',
    'AWS_SHARED_CREDENTIALS_FILE', 'AWS_EC2_METADATA_DISABLED', 'AWS_CONTAINER_CREDENTIALS_RELATIVE_URI', 'AWS_CONTAINER_CREDENTIALS_FULL_URI',
    'ANTHROPIC_AWS_WORKSPACE_ID', 'ANTHROPIC_AWS_API_KEY', 'ANTHROPIC_AWS_BASE_URL', 'ANTHROPIC_GOOGLE_CLOUD_PROJECT', 'GOOGLE_CLOUD_PROJECT',
    'ANTHROPIC_GOOGLE_CLOUD_LOCATION', 'ANTHROPIC_GOOGLE_CLOUD_WORKSPACE_ID', 'ANTHROPIC_GOOGLE_CLOUD_BASE_URL', 'GOOGLE_APPLICATION_CREDENTIALS'
    $saved = @{}
    foreach ($name in $names) {
        $saved[$name] = [Environment]::GetEnvironmentVariable($name)
    }

    # These variables of the platforms, and none of the others.
    function Set-TestVariable {
        param([hashtable] $Value = @{})
        foreach ($name in $names) {
            [Environment]::SetEnvironmentVariable($name, $Value[$name])
        }
    }

    # A shell of its own: the libraries keep what they have found for as long as a process lives.
    function Invoke-Shell {
        param([string] $Line, [hashtable] $Variable = @{})
        $all = @{ AWS_EC2_METADATA_DISABLED = 'true'; AWS_CONFIG_FILE = "$TestDrive/none"; AWS_SHARED_CREDENTIALS_FILE = "$TestDrive/none" }
        foreach ($name in $Variable.Keys) {
            $all[$name] = $Variable[$name]
        }
        Set-TestVariable $all
        try {
            & $shellPath -NoProfile -NonInteractive -Command "Import-Module '$module'; $Line"
        }
        finally {
            Set-TestVariable
        }
    }

    # Something that answers every request alike, and writes each with its headers into a file.
    function Start-Listener {
        $port = 0
        $listener = [Net.Sockets.TcpListener]::new([Net.IPAddress]::Loopback, 0)
        $listener.Start()
        $port = $listener.LocalEndpoint.Port
        $listener.Stop()
        $script = "$TestDrive/listen.ps1"
        Set-Content -LiteralPath $script -Value {
            param($port, $log)
            $listener = [Net.HttpListener]::new()
            $listener.Prefixes.Add("http://127.0.0.1:$port/")
            $listener.Start()
            'Listening'
            while ($true) {
                $context = $listener.GetContext()
                $request = $context.Request
                $body = [IO.StreamReader]::new($request.InputStream).ReadToEnd()
                $headers = foreach ($name in $request.Headers.AllKeys) { "${name}: $($request.Headers[$name])" }
                Add-Content -LiteralPath $log -Value "$($request.HttpMethod) $($request.RawUrl) | $($headers -join ' | ') | $($body.Length -gt 500 ? $body.Length : $body)"
                $answer = switch -Wildcard ("$($request.RawUrl) $body") {
                    '/token*' { '{"access_token":"google-token-of-an-hour","expires_in":3600,"token_type":"Bearer"}' }
                    '*AssumeRoleWithWebIdentity*' {
                        '<AssumeRoleWithWebIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleWithWebIdentityResult><Credentials>' +
                        '<SessionToken>session-token-of-a-role</SessionToken><SecretAccessKey>secret-of-a-role</SecretAccessKey><Expiration>2100-01-01T00:00:00Z</Expiration>' +
                        '<AccessKeyId>ASIAROLE</AccessKeyId></Credentials></AssumeRoleWithWebIdentityResult></AssumeRoleWithWebIdentityResponse>'
                    }
                    '/federation/credentials*' { '{"roleCredentials":{"accessKeyId":"ASIASSO","secretAccessKey":"secret-of-sso","sessionToken":"session-of-sso","expiration":4102444800000}}' }
                    default { '{"data":[],"has_more":false}' }
                }
                $bytes = [Text.Encoding]::UTF8.GetBytes($answer)
                $context.Response.ContentType = $answer[0] -eq '<' ? 'text/xml' : 'application/json'
                $context.Response.Headers['request-id'] = 'req_1'
                $context.Response.OutputStream.Write($bytes)
                $context.Response.Close()
            }
        }
        $log = New-TestFolder
        $process = Start-TestProcess -ArgumentList '-NoProfile', '-File', $script, $port, $log -Until '^Listening'
        $process | Add-Member -NotePropertyMembers @{ Address = "http://127.0.0.1:$port"; Log = $log } -PassThru
    }

    Set-TestVariable
}

AfterAll {
    Set-TestVariable $saved
}

Describe 'A connection to Claude Platform on AWS' {
    AfterEach {
        Set-TestVariable
        Disconnect-ClaudeBatch
    }

    It 'leads to the region and names the workspace' {
        $connection = Connect-ClaudeBatch -Aws -Region eu-west-1 -WorkspaceId wrkspc_1 -ApiKey $key -LedgerPath (New-TestFolder) -PassThru
        "$($connection.BaseUri) $($connection.Platform) $($connection.WorkspaceId) $($connection.KeySource)" |
            Should -BeExactly 'https://aws-external-anthropic.eu-west-1.api.aws/ Aws wrkspc_1 -ApiKey'
        $connection | Out-String | Should -Match 'Platform +: Aws'
        ($connection | ConvertTo-Json) | Should -Not -Match 'aws-key-of'
    }

    It 'takes what is not given from the variables of the official clients' {
        Set-TestVariable @{ AWS_REGION = ' '; AWS_DEFAULT_REGION = 'us-east-2'; ANTHROPIC_AWS_WORKSPACE_ID = 'wrkspc_2'; ANTHROPIC_AWS_API_KEY = 'aws-key-of-the-console' }
        $connection = Connect-ClaudeBatch -Aws -LedgerPath (New-TestFolder) -PassThru
        "$($connection.BaseUri) $($connection.WorkspaceId) $($connection.KeySource)" |
            Should -BeExactly 'https://aws-external-anthropic.us-east-2.api.aws/ wrkspc_2 ANTHROPIC_AWS_API_KEY'
        Set-TestVariable @{ ANTHROPIC_AWS_BASE_URL = 'https://gateway.example.com/aws'; ANTHROPIC_AWS_WORKSPACE_ID = 'wrkspc_2'; AWS_ACCESS_KEY_ID = 'AKID'; ANTHROPIC_AWS_API_KEY = '' }
        $connection = Connect-ClaudeBatch -Aws -Region us-west-2 -LedgerPath (New-TestFolder) -PassThru
        "$($connection.BaseUri) $($connection.KeySource)" | Should -BeExactly 'https://gateway.example.com/aws/ AWS_ACCESS_KEY_ID'
    }

    It 'never takes a key of the Claude API' {
        $env:ANTHROPIC_API_KEY = 'sk-ant-test'
        try {
            (Connect-ClaudeBatch -Aws -Region eu-west-1 -WorkspaceId wrkspc_1 -LedgerPath (New-TestFolder) -PassThru).KeySource | Should -BeExactly "AWS's default credentials"
        }
        finally {
            $env:ANTHROPIC_API_KEY = $null
        }
    }

    It 'says what lacks: <id>' -ForEach @(
        @{ id = 'PlatformValueMissing'; line = { Connect-ClaudeBatch -Aws -WorkspaceId wrkspc_1 }; words = '-Region is needed: give it, or set AWS_REGION.' }
        @{ id = 'PlatformValueMissing'; line = { Connect-ClaudeBatch -Aws -Region eu-west-1 }; words = '-WorkspaceId is needed: give it, or set ANTHROPIC_AWS_WORKSPACE_ID.' }
        @{ id = 'PlatformValueInvalid'; line = { Connect-ClaudeBatch -Aws -Region 'eu-west-1.example.com/' -WorkspaceId wrkspc_1 }; words = '*is not the name of an AWS region.' }
        @{ id = 'ParameterConflict'; line = { Connect-ClaudeBatch -Aws -Region eu-west-1 -WorkspaceId wrkspc_1 -AwsProfile work -ApiKey ([securestring]::new()) }; words = '*-ApiKey, -AwsProfile*' }
        @{ id = 'AmbiguousParameterSet'; line = { Connect-ClaudeBatch -Region eu-west-1 -AccessToken { 'x' } }; words = '*' }
    ) {
        $line | Should -Throw -ErrorId "$id,*" -ExpectedMessage $words
    }

    It 'says that there are no credentials, once, and has sent nothing' {
        $ledger = New-TestFolder
        $told = Invoke-Shell "Connect-ClaudeBatch -Aws -Region eu-west-1 -WorkspaceId wrkspc_1 -LedgerPath '$ledger'
            try { 'a' | New-ClaudeBatchRequest -Model claude-haiku-4-5 -MaxTokens 9 | Submit-ClaudeBatch -Job j -ErrorAction Stop } catch { `$_.FullyQualifiedErrorId; `$_.Exception.Message }
            (Get-ClaudeBatch -Job j).State"
        $told | Should -Contain 'AwsCredentialsMissing,ClaudeBatch.Commands.SubmitClaudeBatchCommand'
        "$told" | Should -BeLike '*No AWS credentials could be had: *Nothing was sent.*aws sso login*-AwsProfile*'
        "$told" | Should -Not -Match 'WARNING'
        $told | Should -Contain 'Spooled'
    }

    It 'says that a profile is not there' {
        Invoke-Shell "Connect-ClaudeBatch -Aws -Region eu-west-1 -WorkspaceId wrkspc_1 -AwsProfile nobody -LedgerPath '$(New-TestFolder)'
            try { Get-ClaudeBatch -Service } catch { `$_.Exception.Message }" | Should -BeLike "*there is no AWS profile 'nobody' with credentials. Nothing was sent.*"
    }
}

Describe 'Credentials of AWS' {
    BeforeAll {
        $there = Start-Listener
        $line = "Connect-ClaudeBatch -Aws -Region eu-west-1 -WorkspaceId wrkspc_1 -BaseUri '$($there.Address)' -LedgerPath '$TestDrive/aws'{0}; Get-ClaudeBatch -Service; Get-ClaudeBatch -Service"
        $config = "$TestDrive/config"
        Set-Content -LiteralPath $config -Value @"
[profile work]
aws_access_key_id = AKIDOFFILE
aws_secret_access_key = secret-of-a-file
[profile single]
sso_start_url = https://example.awsapps.com/start
sso_region = eu-west-1
sso_account_id = 111122223333
sso_role_name = batch
region = eu-west-1
"@
    }

    AfterAll {
        Stop-TestProcess $there
    }

    BeforeEach {
        Clear-Content -LiteralPath $there.Log -ErrorAction Ignore
    }

    It 'sign by the variables of a process' {
        Invoke-Shell ($line -f '') @{ AWS_ACCESS_KEY_ID = 'AKIDOFVARIABLE'; AWS_SECRET_ACCESS_KEY = 'secret-of-a-variable' } | Should -BeNullOrEmpty
        $sent = Get-Content -LiteralPath $there.Log
        $sent.Count | Should -Be 2
        $sent | Should -BeLike '*Authorization: AWS4-HMAC-SHA256 Credential=AKIDOFVARIABLE/*/eu-west-1/aws-external-anthropic/aws4_request, SignedHeaders=anthropic-version;anthropic-workspace-id;host;x-amz-content-sha256;x-amz-date, *'
        $sent | Should -BeLike '*anthropic-workspace-id: wrkspc_1*'
        "$sent" | Should -Not -Match 'secret-of|x-api-key'
    }

    It 'sign by a profile' {
        Invoke-Shell ($line -f ' -AwsProfile work') @{ AWS_CONFIG_FILE = $config } | Should -BeNullOrEmpty
        (Get-Content -LiteralPath $there.Log)[0] | Should -BeLike '*Credential=AKIDOFFILE/*'
    }

    It 'sign by a web identity, which is exchanged once' {
        Set-Content -LiteralPath "$TestDrive/jwt" -Value 'ey.ey.ey'
        Invoke-Shell ($line -f '') @{ AWS_WEB_IDENTITY_TOKEN_FILE = "$TestDrive/jwt"; AWS_ROLE_ARN = 'arn:aws:iam::111122223333:role/batch'; AWS_ENDPOINT_URL_STS = $there.Address } |
            Should -BeNullOrEmpty
        $sent = Get-Content -LiteralPath $there.Log
        $sent.Count | Should -Be 3
        $sent[0] | Should -BeLike 'POST / *Action=AssumeRoleWithWebIdentity*'
        $sent[1, 2] | Should -BeLike '*Credential=ASIAROLE/*x-amz-security-token: session-token-of-a-role*'
    }

    It 'sign by single sign-on, with the token that the AWS tools keep' {
        $hidden = New-Item -ItemType Directory -Path "$TestDrive/home/.aws/sso/cache"
        $digest = [Convert]::ToHexString([Security.Cryptography.SHA1]::HashData([Text.Encoding]::UTF8.GetBytes('https://example.awsapps.com/start'))).ToLowerInvariant()
        Set-Content -LiteralPath "$hidden/$digest.json" -Value '{"startUrl":"https://example.awsapps.com/start","region":"eu-west-1","accessToken":"sso-token","expiresAt":"2100-01-01T00:00:00Z"}'
        $savedHome = $env:HOME
        $env:HOME = $env:USERPROFILE = "$TestDrive/home"
        try {
            Invoke-Shell ($line -f ' -AwsProfile single') @{ AWS_CONFIG_FILE = $config; AWS_ENDPOINT_URL_SSO = $there.Address } | Should -BeNullOrEmpty
        }
        finally {
            $env:HOME = $savedHome
        }
        $sent = Get-Content -LiteralPath $there.Log
        $sent[0] | Should -BeLike 'GET /federation/credentials*'
        $sent[1, 2] | Should -BeLike '*Credential=ASIASSO/*'
    }
}

Describe 'A connection to Claude on Google Cloud' {
    AfterEach {
        Set-TestVariable
        Disconnect-ClaudeBatch
    }

    It 'leads to the workspace of the project, and says nothing of the path' {
        $warnings = @()
        $connection = Connect-ClaudeBatch -GoogleCloud -Project my-project -Location eu -WorkspaceId wrkspc_1 -LedgerPath (New-TestFolder) -PassThru -WarningVariable warnings
        "$($connection.BaseUri) $($connection.Platform) $($connection.WorkspaceId) $($connection.KeySource)" |
            Should -BeExactly "https://claude.googleapis.com/v1/projects/my-project/locations/eu/workspaces/wrkspc_1/invoke/ GoogleCloud wrkspc_1 Google's default credentials"
        $warnings | Should -BeNullOrEmpty
    }

    It 'takes what is not given from the variables of the official clients' {
        Set-TestVariable @{ GOOGLE_CLOUD_PROJECT = 'theirs'; ANTHROPIC_GOOGLE_CLOUD_WORKSPACE_ID = 'wrkspc_2'; GOOGLE_APPLICATION_CREDENTIALS = "$TestDrive/adc.json" }
        $connection = Connect-ClaudeBatch -GoogleCloud -LedgerPath (New-TestFolder) -PassThru
        "$($connection.BaseUri) $($connection.KeySource)" |
            Should -BeExactly 'https://claude.googleapis.com/v1/projects/theirs/locations/global/workspaces/wrkspc_2/invoke/ GOOGLE_APPLICATION_CREDENTIALS'
        Set-TestVariable @{ ANTHROPIC_GOOGLE_CLOUD_BASE_URL = 'https://gateway.example.com/v1/x/invoke'; GOOGLE_CLOUD_PROJECT = '' }
        (Connect-ClaudeBatch -GoogleCloud -LedgerPath (New-TestFolder) -PassThru).BaseUri | Should -BeExactly 'https://gateway.example.com/v1/x/invoke/'
    }

    It 'says what lacks: <id>' -ForEach @(
        @{ id = 'PlatformValueMissing'; line = { Connect-ClaudeBatch -GoogleCloud -WorkspaceId w }; words = '-Project is needed: give it, or set ANTHROPIC_GOOGLE_CLOUD_PROJECT.' }
        @{ id = 'PlatformValueMissing'; line = { Connect-ClaudeBatch -GoogleCloud -Project p }; words = '-WorkspaceId is needed*' }
        @{ id = 'PlatformValueInvalid'; line = { Connect-ClaudeBatch -GoogleCloud -Project p -WorkspaceId '../x' }; words = "'../x' is not the name of a workspace." }
        @{ id = 'AmbiguousParameterSet'; line = { Connect-ClaudeBatch -GoogleCloud -Project p -WorkspaceId w -ApiKey ([securestring]::new()) }; words = '*' }
    ) {
        $line | Should -Throw -ErrorId "$id,*" -ExpectedMessage $words
    }
}

Describe 'A token of Google' {
    BeforeAll {
        $there = Start-Listener
        $prefix = '/v1/projects/p/locations/global/workspaces/w/invoke'
        $google = @{ GoogleCloud = $true; BaseUri = "$($there.Address)$prefix"; LedgerPath = New-TestFolder }
    }

    AfterAll {
        Stop-TestProcess $there
    }

    BeforeEach {
        Clear-Content -LiteralPath $there.Log -ErrorAction Ignore
    }

    It 'comes from a script block, which is not run for each request' {
        $script:asked = 0
        Connect-ClaudeBatch @google -AccessToken { $script:asked++; "token-of-a-script`n" }
        Get-ClaudeBatch -Service
        Get-ClaudeBatch -Service
        $sent = Get-Content -LiteralPath $there.Log
        $sent.Count | Should -Be 2
        $sent | Should -BeLike "GET $prefix/v1/messages/batches?limit=1000 *Authorization: Bearer token-of-a-script |*"
        $asked | Should -Be 1
    }

    It 'that a script block does not give is one error, and nothing is sent: <words>' -ForEach @(
        @{ block = { throw 'not signed in' }; id = 'TokenScriptFailed'; words = '*gave no token. not signed in. Nothing was sent.' }
        @{ block = { Get-Item -Path nowhere:/ ; 'token' }; id = 'TokenScriptFailed'; words = '*nowhere*' }
        @{ block = { }; id = 'TokenScriptFailed'; words = '*It gave nothing.*' }
        @{ block = { 1 }; id = 'TokenScriptFailed'; words = '*as text*' }
        @{ block = { 'a b' }; id = 'AccessTokenInvalid'; words = '*a space*' }
    ) {
        Connect-ClaudeBatch @google -AccessToken $block
        { Get-ClaudeBatch -Service -ErrorAction Stop } | Should -Throw -ErrorId "$id,*" -ExpectedMessage $words
        Get-Content -LiteralPath $there.Log | Should -BeNullOrEmpty
    }

    It 'of a script block is not asked for in another runspace' {
        Connect-ClaudeBatch @google -AccessToken { 'token-of-a-script' }
        $told = 1 | ForEach-Object -Parallel {
            Import-Module $using:module
            try {
                Get-ClaudeBatch -Service
            }
            catch {
                $_.Exception.Message
            }
        }
        $told | Should -BeLike '*was given in another shell or thread, and runs only there*'
        Get-Content -LiteralPath $there.Log | Should -BeNullOrEmpty
    }

    It 'comes from the default credentials, and is asked for once' {
        $rsa = [Security.Cryptography.RSA]::Create(2048)
        $account = @{
            type = 'service_account'; project_id = 'p'; private_key_id = '1'; private_key = $rsa.ExportPkcs8PrivateKeyPem()
            client_email = 'batch@p.iam.gserviceaccount.com'; client_id = '1'; token_uri = "$($there.Address)/token"
        }
        $account | ConvertTo-Json | Set-Content -LiteralPath "$TestDrive/adc.json"
        Invoke-Shell "Connect-ClaudeBatch -GoogleCloud -BaseUri '$($google.BaseUri)' -LedgerPath '$($google.LedgerPath)'; Get-ClaudeBatch -Service; Get-ClaudeBatch -Service" `
            -Variable @{ GOOGLE_APPLICATION_CREDENTIALS = "$TestDrive/adc.json" } | Should -BeNullOrEmpty
        $sent = Get-Content -LiteralPath $there.Log
        $sent.Count | Should -Be 3
        $sent[0] | Should -BeLike 'POST /token *'
        $sent[1, 2] | Should -BeLike "GET $prefix/v1/messages/batches*Authorization: Bearer google-token-of-an-hour |*"
        "$($sent[1, 2])" | Should -Not -Match 'anthropic-workspace-id|x-api-key'
    }

    It 'that the default credentials do not give is one error' {
        $told = Invoke-Shell "Connect-ClaudeBatch -GoogleCloud -BaseUri '$($google.BaseUri)' -LedgerPath '$($google.LedgerPath)'
            try { Get-ClaudeBatch -Service } catch { `$_.FullyQualifiedErrorId; `$_.Exception.Message }" -Variable @{ GOOGLE_APPLICATION_CREDENTIALS = "$TestDrive/absent.json" }
        $told[0] | Should -BeLike 'GoogleCredentialsMissing,*'
        $told[1] | Should -BeLike "*absent.json'*Nothing was sent.*gcloud auth application-default login*"
        Get-Content -LiteralPath $there.Log | Should -BeNullOrEmpty
    }
}

Describe 'The libraries of the platforms' {
    It 'are not loaded by an import, nor by a command with a key' {
        Invoke-Shell "`$before = [AppDomain]::CurrentDomain.GetAssemblies().GetName().Name
            Connect-ClaudeBatch -Aws -Region eu-west-1 -WorkspaceId w -ApiKey (ConvertTo-SecureString -String aws-key-1 -AsPlainText -Force) -BaseUri http://127.0.0.1:9 -LedgerPath '$(New-TestFolder)'
            try { Get-ClaudeBatch -Service } catch { }
            Connect-ClaudeBatch -Emulator -LedgerPath '$(New-TestFolder)' -EmulatorPlan @{ Speed = 6000 }
            'a' | New-ClaudeBatchRequest -Model claude-haiku-4-5 -MaxTokens 9 | Invoke-ClaudeBatch -Job j -InformationAction Ignore | Out-Null
            [AppDomain]::CurrentDomain.GetAssemblies().GetName().Name -match 'AWSSDK|Google|ClaudeBatch.Aws'; `$before -match 'AWSSDK|Google|ClaudeBatch.Aws'" |
            Should -BeNullOrEmpty
    }

    It 'are loaded from folders of their own into the context of the module, and nothing of it lies there twice' {
        $loaded = Invoke-Shell "Connect-ClaudeBatch -Aws -Region eu-west-1 -WorkspaceId w -LedgerPath '$(New-TestFolder)'; try { Get-ClaudeBatch -Service } catch { }
            Connect-ClaudeBatch -GoogleCloud -Project p -WorkspaceId w -LedgerPath '$(New-TestFolder)'; try { Get-ClaudeBatch -Service } catch { }
            ([System.Runtime.Loader.AssemblyLoadContext]::All | Where-Object Name -EQ ClaudeBatch).Assemblies.Location" -Variable @{ GOOGLE_APPLICATION_CREDENTIALS = "$TestDrive/absent.json" }
        $bin = Join-Path -Path (Split-Path -Path $module) -ChildPath bin
        $loaded | Should -Contain (Join-Path -Path $bin -ChildPath 'aws/AWSSDK.Core.dll')
        $loaded | Should -Contain (Join-Path -Path $bin -ChildPath 'google/Google.Apis.Auth.dll')
        $own = (Get-ChildItem -LiteralPath $bin -Filter *.dll).Name
        (Get-ChildItem -LiteralPath "$bin/aws", "$bin/google" -Filter *.dll -Recurse).Name | Where-Object { $_ -in $own } | Should -BeNullOrEmpty
        Get-ChildItem -Path "$bin/*/AWSSDK*", "$bin/*/Google*" | Split-Path | Split-Path -Leaf | Select-Object -Unique | Should -Be 'aws', 'google'
    }
}

Describe 'A schedule of a platform' -Skip:$IsWindows {
    BeforeAll {
        function Get-Step {
            param([string] $Connect, [string] $Register = '', [hashtable] $Variable = @{})
            Invoke-Shell "$Connect -LedgerPath '$TestDrive/ledger'; try { Register-ClaudeBatchSchedule -Manager Cron $Register -WhatIf } catch { `$_.FullyQualifiedErrorId; `$_.Exception.Message }" $Variable | Out-String
        }
    }

    It 'connects as the shell has: <connect>' -ForEach @(
        @{ connect = 'Connect-ClaudeBatch -Aws -Region eu-west-1 -WorkspaceId w -AwsProfile work'; variable = @{}
            step = "Connect-ClaudeBatch -Aws -Region 'eu-west-1' -AwsProfile 'work' -LedgerPath '*' -BaseUri 'https://aws-external-anthropic.eu-west-1.api.aws/' -WorkspaceId 'w'; Resume-" }
        @{ connect = 'Connect-ClaudeBatch -Aws'; variable = @{ AWS_REGION = 'eu-west-1'; ANTHROPIC_AWS_WORKSPACE_ID = 'w'; AWS_PROFILE = 'work' }
            step = "Connect-ClaudeBatch -Aws -Region 'eu-west-1' -AwsProfile 'work' -LedgerPath '*' -WorkspaceId 'w'; Resume-" }
        @{ connect = 'Connect-ClaudeBatch -Aws -Region eu-west-1 -WorkspaceId w'; variable = @{}
            step = "Connect-ClaudeBatch -Aws -Region 'eu-west-1' -LedgerPath '*' -WorkspaceId 'w'; Resume-" }
        @{ connect = 'Connect-ClaudeBatch -GoogleCloud -Project p -WorkspaceId w'; variable = @{}
            step = "Connect-ClaudeBatch -GoogleCloud -LedgerPath '*' -BaseUri 'https://claude.googleapis.com/v1/projects/p/locations/global/workspaces/w/invoke/' -WorkspaceId 'w'; Resume-" }
    ) {
        (Get-Step $connect -Variable $variable).Replace("'\''", "'") | Should -BeLike "*; $step*"
    }

    It 'takes a key from a file or a file of variables' {
        $file = "$TestDrive/key"
        Set-Content -LiteralPath $file -Value 'aws-key-of-the-console'
        chmod 600 $file
        $connect = "Connect-ClaudeBatch -Aws -Region eu-west-1 -WorkspaceId w"
        (Get-Step "$connect -ApiKeyPath '$file'").Replace("'\''", "'") | Should -BeLike "*; Connect-ClaudeBatch -Aws -Region 'eu-west-1' -ApiKeyPath '$file' *"
        Get-Step $connect -Register "-EnvironmentFile '$file'" -Variable @{ AWS_ACCESS_KEY_ID = 'AKID'; AWS_SECRET_ACCESS_KEY = 'x' } | Should -BeLike "*set -a; . '$file'; *-Aws -Region*"
    }

    It 'cannot have what only this shell has: <connect>' -ForEach @(
        @{ connect = 'Connect-ClaudeBatch -Aws -Region eu-west-1 -WorkspaceId w'; variable = @{ AWS_ACCESS_KEY_ID = 'AKID'; AWS_SECRET_ACCESS_KEY = 'x' }
            words = '*comes from AWS_ACCESS_KEY_ID, where a schedule cannot get it.*-AwsProfile.*' }
        @{ connect = "Connect-ClaudeBatch -GoogleCloud -Project p -WorkspaceId w -AccessToken { 'x' }"; variable = @{}
            words = '*comes from -AccessToken, where a schedule cannot get it. A schedule runs no script block*-ScriptPath*' }
        @{ connect = 'Connect-ClaudeBatch -GoogleCloud -Project p -WorkspaceId w'; variable = @{ GOOGLE_APPLICATION_CREDENTIALS = '/x.json' }
            words = '*comes from GOOGLE_APPLICATION_CREDENTIALS, *-EnvironmentFile*' }
    ) {
        $told = Get-Step $connect -Variable $variable
        $told | Should -BeLike 'ScheduleKeyMissing,*'
        $told | Should -BeLike $words
    }
}
