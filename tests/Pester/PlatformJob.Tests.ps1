BeforeDiscovery {
    $hasServer = [bool] (Get-ChildItem -Path "$PSScriptRoot/../../src/ClaudeBatch.Emulator.Server/bin" -Recurse -Filter ClaudeBatch.Emulator.Server.dll -ErrorAction Ignore)
}

BeforeAll {
    . $PSScriptRoot/Support.ps1
    $server = (Get-ChildItem -Path "$PSScriptRoot/../../src/ClaudeBatch.Emulator.Server/bin" -Recurse -Filter ClaudeBatch.Emulator.Server.dll | Select-Object -First 1).FullName
    $saved = @{}
    foreach ($name in 'AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN', 'AWS_REGION', 'ANTHROPIC_AWS_API_KEY', 'AWS_PROFILE', 'AWS_CONFIG_FILE') {
        $saved[$name] = [Environment]::GetEnvironmentVariable($name)
        [Environment]::SetEnvironmentVariable($name, $null)
    }

    function Start-TestService {
        param([hashtable] $Plan)
        $file = New-TestFolder
        $Plan + @{ Speed = 6000; Latency = 60 } | ConvertTo-Json -Depth 5 | Set-Content -LiteralPath $file
        $process = Start-TestProcess -FilePath dotnet -ArgumentList $server, '--state', (New-TestFolder), '--plan-file', $file -Until '^Listening on'
        $process | Add-Member -NotePropertyName Address -NotePropertyValue ([uri] $process.Line.Split(' ')[-1]) -PassThru
    }

    # A job of two batches from its rows to its answers, and what is asked about it besides.
    function Invoke-WholeJob {
        param([string] $Name)
        1..6 | ForEach-Object { "message $_" } | New-ClaudeBatchRequest -Model claude-haiku-4-5 -MaxTokens 100 |
            Submit-ClaudeBatch -Job $Name -MaxRequestsPerBatch 3 -WarningAction Ignore | Wait-ClaudeBatch -PollInterval 1 -InformationAction Ignore | Out-Null
        $results = Get-ClaudeBatchResult -Job $Name -Ordered
        "$($results.Text)" | Should -BeExactly 'message 1 message 2 message 3 message 4 message 5 message 6'
        'a' | New-ClaudeBatchRequest -Model claude-haiku-4-5 -MaxTokens 100 | Submit-ClaudeBatch -Job "$Name-stopped" -WarningAction Ignore | Stop-ClaudeBatch -Confirm:$false | Out-Null
        [IO.File]::WriteAllText("$TestDrive/manual.pdf", "%PDF-1.4`n" + ('x' * 2000000))
        'a', 'b' | New-ClaudeBatchRequest -Model claude-haiku-4-5 -MaxTokens 100 -Document "$TestDrive/manual.pdf" -Upload |
            Submit-ClaudeBatch -Job "$Name-manual" -WarningAction Ignore | Wait-ClaudeBatch -PollInterval 1 -InformationAction Ignore | Out-Null
        "$((Get-ClaudeBatchResult -Job "$Name-manual" -Ordered).Text)" | Should -BeExactly 'a b'
        Remove-ClaudeBatchJob -Job "$Name-manual" -Files
        (Get-ClaudeBatchEvent -Job "$Name-manual").Kind | Should -Contain 'FileGone'
        (Get-ClaudeBatch -Service).Count | Should -BeGreaterOrEqual 3
        ('a b c' | New-ClaudeBatchRequest -Model claude-haiku-4-5 -MaxTokens 100 | Measure-ClaudeBatch -CountTokens 1).Basis | Should -BeLike 'Counted by the service*'
        Get-ClaudeBatchModel -Refresh | Should -Not -BeNullOrEmpty
        (Compare-ClaudeBatch -Job $Name).Problem | Should -BeNullOrEmpty
        Remove-ClaudeBatch -Id (Get-ClaudeBatch -Job $Name).Id -Confirm:$false
    }

    # Nothing that was written below a folder holds a secret.
    function Test-Secret {
        param([string] $Folder, [string[]] $Secret)
        Get-ChildItem -LiteralPath $Folder -File -Recurse | ForEach-Object {
            $text = [Text.Encoding]::Latin1.GetString([IO.File]::ReadAllBytes($_.FullName))
            foreach ($one in $Secret) {
                $text.Contains($one) | Should -BeFalse -Because "$_ is read by others"
            }
        }
    }
}

AfterAll {
    foreach ($name in $saved.Keys) {
        [Environment]::SetEnvironmentVariable($name, $saved[$name])
    }
}

Describe 'A whole job on Claude Platform on AWS' -Skip:(-not $hasServer) {
    BeforeAll {
        $secret = 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY'
        $service = Start-TestService @{ Aws = @{ Region = 'eu-west-1'; AccessKeys = @(@{ Id = 'AKIATEST'; Secret = $secret; SessionToken = 'session-token-of-a-role' }); ApiKeys = @('aws-key-of-the-console'); WorkspaceIds = @('wrkspc_01Platform') } }
    }

    BeforeEach {
        $connect = @{ Aws = $true; Region = 'eu-west-1'; WorkspaceId = 'wrkspc_01Platform'; BaseUri = $service.Address; LedgerPath = New-TestFolder; EmulatorPlan = @{ Speed = 6000 } }
    }

    AfterEach {
        $env:AWS_ACCESS_KEY_ID = $env:AWS_SECRET_ACCESS_KEY = $env:AWS_SESSION_TOKEN = $null
        Disconnect-ClaudeBatch
    }

    AfterAll {
        Stop-TestProcess $service
    }

    It 'goes by signatures, also of temporary credentials, and has both ids of its requests in its journal' {
        $env:AWS_ACCESS_KEY_ID, $env:AWS_SECRET_ACCESS_KEY, $env:AWS_SESSION_TOKEN = 'AKIATEST', $secret, 'session-token-of-a-role'
        Connect-ClaudeBatch @connect
        Invoke-WholeJob signed
        @(Get-ClaudeBatchEvent -Job signed | Where-Object RequestId -Match '^req_\S+ / amzn \S+$').Count | Should -BeGreaterThan 1
        Test-Secret $connect.LedgerPath $secret, 'session-token-of-a-role'
    }

    It 'goes by a key' {
        Connect-ClaudeBatch @connect -ApiKey (ConvertTo-SecureString -String 'aws-key-of-the-console' -AsPlainText -Force)
        Invoke-WholeJob keyed
        Test-Secret $connect.LedgerPath 'aws-key-of-the-console'
    }

    It 'is not sent with another secret, and goes on with the right one' {
        $env:AWS_ACCESS_KEY_ID, $env:AWS_SECRET_ACCESS_KEY, $env:AWS_SESSION_TOKEN = 'AKIATEST', 'another-secret', 'session-token-of-a-role'
        Connect-ClaudeBatch @connect
        { 'message 1' | New-ClaudeBatchRequest -Model claude-haiku-4-5 -MaxTokens 100 | Submit-ClaudeBatch -Job late -WarningAction Ignore -ErrorAction Stop } |
            Should -Throw -ErrorId 'PermissionDenied,*' -ExpectedMessage '*signature*'
        (Get-ClaudeBatch -Job late).State | Should -Be 'Spooled'
        $env:AWS_SECRET_ACCESS_KEY = $secret
        Resume-ClaudeBatch -Job late -InformationAction Ignore -WarningAction Ignore | Out-Null
        Get-ClaudeBatch -Job late | Wait-ClaudeBatch -PollInterval 1 -InformationAction Ignore | Out-Null
        (Get-ClaudeBatchResult -Job late).Text | Should -BeExactly 'message 1'
    }
}

Describe 'A step of a schedule on Claude Platform on AWS' -Skip:($IsWindows -or -not $hasServer) {
    BeforeAll {
        $secret = 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY'
        $service = Start-TestService @{ Aws = @{ Region = 'eu-west-1'; AccessKeys = @(@{ Id = 'AKIATEST'; Secret = $secret }); WorkspaceIds = @('wrkspc_01Platform') } }
        $env:AWS_CONFIG_FILE = New-TestFolder
        "[profile nightly]`naws_access_key_id = AKIATEST`naws_secret_access_key = $secret" | Set-Content -LiteralPath $env:AWS_CONFIG_FILE
    }

    AfterAll {
        Disconnect-ClaudeBatch
        Stop-TestProcess $service
    }

    It 'connects by itself, by the profile that the shell was connected with, and finishes the job' {
        $ledger = New-TestFolder
        # In a shell of its own: the library of AWS keeps the path of the file that it has first looked for.
        $line = & $shellPath -NoProfile -NonInteractive -Command "Import-Module '$modulePath'
            Connect-ClaudeBatch -Aws -Region eu-west-1 -WorkspaceId wrkspc_01Platform -AwsProfile nightly -BaseUri $($service.Address) -LedgerPath '$ledger'
            'message 1' | New-ClaudeBatchRequest -Model claude-haiku-4-5 -MaxTokens 100 | Submit-ClaudeBatch -Job nightly -WarningAction Ignore | Out-Null
            Register-ClaudeBatchSchedule -Manager Cron -WhatIf" | Out-String
        $line | Should -Not -Match 'wJalrX'
        $command = [regex]::Match($line, "'-Command' '(.*)' > /dev/null").Groups[1].Value.Replace("'\''", "'")
        do {
            & $shellPath -NoProfile -NonInteractive -Command $command | Out-Null
        } while ($LASTEXITCODE -eq 2)
        $LASTEXITCODE | Should -Be 0
        Connect-ClaudeBatch -ApiKey (ConvertTo-SecureString -String none -AsPlainText -Force) -BaseUri $service.Address -LedgerPath $ledger
        (Get-ClaudeBatchJob -Name nightly).State | Should -Be 'Finished'
    }
}

Describe 'A whole job on Claude on Google Cloud' -Skip:(-not $hasServer) {
    BeforeAll {
        $service = Start-TestService @{ GoogleCloud = @{ Project = 'project-1'; AccessTokens = @('google-token-one', 'google-token-two') } }
    }

    AfterEach {
        Disconnect-ClaudeBatch
    }

    AfterAll {
        Stop-TestProcess $service
    }

    BeforeEach {
        $prefix = "$($service.Address)v1/projects/project-1/locations/global/workspaces/wrkspc_01Platform/invoke"
        $connect = @{ GoogleCloud = $true; BaseUri = $prefix; WorkspaceId = 'wrkspc_01Platform'; LedgerPath = New-TestFolder; EmulatorPlan = @{ Speed = 6000 } }
    }

    It 'goes below the workspace''s path by a token, and fetches its results there' {
        Connect-ClaudeBatch @connect -AccessToken { 'google-token-one' }
        Invoke-WholeJob tokens
        Test-Secret $connect.LedgerPath 'google-token-one'
    }

    It 'belongs to its workspace' {
        Connect-ClaudeBatch @connect -AccessToken { 'google-token-one' }
        'message 1' | New-ClaudeBatchRequest -Model claude-haiku-4-5 -MaxTokens 100 | Submit-ClaudeBatch -Job bound -WarningAction Ignore | Out-Null
        $other = $connect + @{}
        $other.BaseUri = $prefix.Replace('wrkspc_01Platform', 'wrkspc_01Other')
        $other.WorkspaceId = 'wrkspc_01Other'
        Connect-ClaudeBatch @other -AccessToken { 'google-token-one' }
        { 'message 2' | New-ClaudeBatchRequest -Model claude-haiku-4-5 -MaxTokens 100 | Submit-ClaudeBatch -Job bound -ErrorAction Stop } | Should -Throw -ErrorId 'JobBoundElsewhere,*'
        { Wait-ClaudeBatch -Job bound -Timeout 0:01:00 -ErrorAction Stop } | Should -Throw -ErrorId 'JobBoundElsewhere,*'
    }

    It 'is not sent with a token that is not taken' {
        Connect-ClaudeBatch @connect -AccessToken { 'google-token-of-somebody' }
        { 'message 1' | New-ClaudeBatchRequest -Model claude-haiku-4-5 -MaxTokens 100 | Submit-ClaudeBatch -Job refused -WarningAction Ignore -ErrorAction Stop } |
            Should -Throw -ErrorId 'ApiKeyRejected,*' -ExpectedMessage '*The service does not take the access token*roles/claude.user*'
        (Get-ClaudeBatch -Job refused).State | Should -Be 'Spooled'
    }
}
