BeforeDiscovery {
    # A section of the README as its blocks: what to type, and what is printed then.
    function Get-ReadmeBlock {
        param([string] $Section)
        $text = (Get-Content -LiteralPath "$PSScriptRoot/../../README.md" -Raw) -replace '\r'
        $body = [regex]::Match($text, "(?ms)^## $Section\n(.*?)(?=^## |\z)").Groups[1].Value
        foreach ($match in [regex]::Matches($body, '(?s)```powershell\n(?<code>.*?)```(?:\s*```text\n(?<shown>.*?)```)?')) {
            @{ code = $match.Groups['code'].Value; shown = $match.Groups['shown'].Value }
        }
    }

    $install = Get-ReadmeBlock -Section Install
    $minutes = Get-ReadmeBlock -Section 'The first ten minutes'
    $right = Get-ReadmeBlock -Section 'How right the answers are'
    $top = [regex]::Match((Get-Content -LiteralPath "$PSScriptRoot/../../README.md" -Raw), '(?s)```powershell\r?\n(.*?)```').Groups[1].Value
}

BeforeAll {
    . $PSScriptRoot/Support.ps1
    $root = Resolve-Path -LiteralPath "$PSScriptRoot/../.."

    # As at a prompt of 80 columns: each statement has an output of its own, and what it warns of or fails with is seen.
    function ConvertTo-PromptScript {
        param([hashtable[]] $Block)
        foreach ($one in $Block) {
            $parsed = [System.Management.Automation.Language.Parser]::ParseInput($one.code, [ref] $null, [ref] $null)
            foreach ($statement in $parsed.EndBlock.Statements) {
                ". { $($statement.Extent.Text) } *>&1 | Out-String -Width 80"
            }
            "'<end of block>'"
        }
    }

    # Ids and times differ from run to run; empty lines do not count.
    function Get-Printed {
        param([string] $Text)
        ($Text -split '\r?\n' | ForEach-Object { $_.TrimEnd() -replace '\bmsgbatch_\w+', 'msgbatch_' -replace '\d{4}-\d\d-\d\d \d\d:\d\d:\d\d', 'time' } | Where-Object { $_ }) -join "`n"
    }
}

Describe 'The README' {
    It 'starts with an example that runs' -ForEach @{ top = $top } {
        $folder = New-TestFolder
        New-Item -ItemType Directory -Path $folder | Out-Null
        Import-Csv -LiteralPath "$root/docs/examples/messages.csv" | Select-Object -First 12 | Export-Csv -LiteralPath "$folder/tickets.csv"
        Connect-TestEmulator
        Push-Location -LiteralPath $folder
        try {
            & ([scriptblock]::Create("`$ErrorActionPreference = 'Stop'; $top"))
            (Import-Csv -LiteralPath labels.csv).Status | Should -Be (@('Succeeded') * 12)
        }
        finally {
            Pop-Location
        }
    }

    It 'measures two variants in lines that run' -ForEach @{ right = $right } {
        $folder = New-TestFolder
        New-Item -ItemType Directory -Path $folder | Out-Null
        1..12 | ForEach-Object { [pscustomobject] @{ Id = $_; Body = "message $_"; Label = @('bug', 'other')[$_ % 2] } } | Export-Csv -LiteralPath "$folder/tickets.csv"
        Connect-TestEmulator -Plan @{ Answers = { $_.CustomId -like '*_opus' ? @('bug', 'other')[($_.Prompt -replace '\D') % 2] : 'bug' } }
        Push-Location -LiteralPath $folder
        try {
            $figures = & ([scriptblock]::Create("`$ErrorActionPreference = 'Stop'; $($right.code)")) 6>$null
            $figures.Group | Should -Be haiku, opus
            $figures.Correct | Should -Be 6, 12
            'models.html' | Should -Exist
        }
        finally {
            Pop-Location
        }
    }

    It 'says what its first ten minutes print, in a fresh shell with an empty home' -ForEach @{ install = $install; minutes = $minutes } {
        $minutes.Count | Should -BeGreaterThan 3
        $checkout = New-TestFolder
        New-Item -ItemType Directory -Path "$checkout/home", "$checkout/out/package" | Out-Null
        Copy-Item -LiteralPath "$root/docs" -Destination $checkout -Recurse

        # Somebody who answers where a key is asked for, and a service that is quicker than Claude's.
        $server = Get-ChildItem -Path "$root/src/ClaudeBatch.Emulator.Server/bin" -Recurse -Filter ClaudeBatch.Emulator.Server.dll | Select-Object -First 1
        $service = Start-TestProcess -FilePath dotnet -ArgumentList $server.FullName, '--state', "$checkout/service", '--plan', (@{ Speed = 6000; Answers = "$root/docs/examples/labels.jsonl" } | ConvertTo-Json -Compress) -Until '^Listening on'
        $address = $service.Line.Split(' ')[-1]
        try {
            $script = @(
                '$ErrorActionPreference = ''Stop''; $PSStyle.OutputRendering = ''PlainText''; $ProgressPreference = ''SilentlyContinue'''
                'function Read-Host { param($Prompt, [switch] $MaskInput) ''sk-ant-test'' }'
                "function Disconnect-ClaudeBatch { ClaudeBatch\Connect-ClaudeBatch -BaseUri '$address' -EmulatorPlan @{ Speed = 6000 } }"
                if ($IsWindows) {
                    # Windows has one folder a user for modules, whatever the home is called: nothing is installed there.
                    "Import-Module -Name '$modulePath'"
                }
                else {
                    # What the package holds is tried where it is made; here its way into the shell is.
                    "Register-PSResourceRepository -Name Made -Uri '$checkout/made'"
                    "Publish-PSResource -Path '$(Split-Path -Path $modulePath)' -Repository Made"
                    "Move-Item -Path '$checkout/made/*' -Destination '$checkout/out/package'"
                    ConvertTo-PromptScript -Block $install
                }
                '''<install over>'''
                ConvertTo-PromptScript -Block $minutes
                '(Get-Module -Name ClaudeBatch).Path'
            ) -join "`n"
            New-Item -ItemType Directory -Path "$checkout/made" | Out-Null
            Set-Content -LiteralPath "$checkout/typed.ps1" -Value $script
            $start = [Diagnostics.ProcessStartInfo]::new($shellPath, [string[]] ('-NoProfile', '-NonInteractive', '-File', "$checkout/typed.ps1"))
            $start.WorkingDirectory = $checkout
            $start.RedirectStandardOutput = $start.RedirectStandardError = $true
            foreach ($name in @($start.Environment.Keys) -match '^(XDG_|PSModulePath$|CLAUDEBATCH_)') {
                $null = $start.Environment.Remove($name)
            }
            $start.Environment['HOME'] = $start.Environment['USERPROFILE'] = "$checkout/home"
            $start.Environment['CLAUDEBATCH_HOME'] = $IsWindows ? "$checkout/home/ledger" : ''
            $shell = [Diagnostics.Process]::Start($start)
            $failures = $shell.StandardError.ReadToEndAsync()
            $output = $shell.StandardOutput.ReadToEnd()
            $shell.WaitForExit()
        }
        finally {
            Stop-TestProcess $service
        }

        $failures.Result | Should -BeNullOrEmpty
        $printed = ($output -split '<install over>')[1] -split '<end of block>'
        for ($i = 0; $i -lt $minutes.Count; $i++) {
            # That the address is not Claude's is said once.
            $said = ($printed[$i] -split '\r?\n' | Where-Object { $_ -notmatch "goes to '$address" }) -join "`n"
            Get-Printed $said | Should -BeExactly (Get-Printed $minutes[$i].shown) -Because $minutes[$i].code
        }
        (Import-Csv -LiteralPath "$checkout/labels.csv").Count | Should -Be 190
        if (-not $IsWindows) {
            $printed[-1].Trim() | Should -BeLike "$checkout/home/*"
        }
    }
}
