BeforeDiscovery {
    $pages = Get-ChildItem -Path "$PSScriptRoot/../../docs/en-US" -Filter *-*.md
    Import-Module -Name "$PSScriptRoot/../../out/ClaudeBatch/ClaudeBatch.psd1" -Force
    $cmdlets = (Get-Command -Module ClaudeBatch).Name
    $examples = foreach ($page in $pages) {
        $number = 0
        foreach ($match in [regex]::Matches((Get-Content -LiteralPath $page -Raw), '(?s)```powershell\r?\n(.*?)```')) {
            $number++
            @{ name = "$($page.BaseName) $number"; code = $match.Groups[1].Value }
        }
    }
    # The scripts of the recipes: what is indented and begins with a comment that names one.
    $identity = (Get-Content -LiteralPath "$PSScriptRoot/../../docs/en-US/about_ClaudeBatch_Identity.help.txt" -Raw) -replace '\r'
    $recipes = foreach ($match in [regex]::Matches($identity, '(?m)^ {8}# (?<name>\S*\.ps1)\b.*\n(?<code>(?: {8}.*\n)+)')) {
        $recipe = [regex]::Matches($identity.Substring(0, $match.Index), '(?m)^  (\S.*)$')[-1].Groups[1].Value
        @{ name = "$($match.Groups['name'].Value) ($recipe)"; code = $match.Groups['code'].Value }
    }
    # What is to be typed of the page of evaluation: the blocks that are indented as code.
    $evaluation = (Get-Content -LiteralPath "$PSScriptRoot/../../docs/en-US/about_ClaudeBatch_Evaluation.help.txt" -Raw) -replace '\r'
    $typed = [regex]::Matches($evaluation, '(?m)^ {8}\S.*\n(?: {8}.*\n)*').Value
}

BeforeAll {
    . $PSScriptRoot/Support.ps1
    $root = Resolve-Path -LiteralPath "$PSScriptRoot/../.."
}

Describe 'Get-Help <_>' -ForEach $cmdlets {
    It 'has a synopsis, a description, three examples, and a text for each parameter' {
        $help = Get-Help -Name $_ -Full
        $help.Synopsis | Should -Not -BeLike "$_ *"
        $help.Synopsis.Length | Should -BeGreaterThan 20
        ($help.Description | Out-String).Trim().Length | Should -BeGreaterThan 15
        @($help.Examples.Example).Count | Should -BeGreaterOrEqual 3
        $common = [System.Management.Automation.PSCmdlet]::CommonParameters + 'WhatIf', 'Confirm'
        foreach ($parameter in (Get-Command -Name $_).Parameters.Values | Where-Object Name -NotIn $common) {
            ($help.parameters.parameter | Where-Object Name -EQ $parameter.Name).Description.Text | Should -Not -BeNullOrEmpty -Because "$_ -$($parameter.Name)"
        }
    }

    It 'says what its page says' {
        $page = Get-Content -LiteralPath "$root/docs/en-US/$_.md" -Raw
        $help = Get-Help -Name $_ -Full
        $squeeze = { ($args[0] -replace '\s+', ' ').Trim() }
        & $squeeze $page | Should -BeLike "*## SYNOPSIS $([wildcardpattern]::Escape((& $squeeze $help.Synopsis)))*" -Because './build.ps1 Help makes the help anew'
        foreach ($match in [regex]::Matches($page, '(?s)### Example \d+: (.*?)\n\n```powershell\n(.*?)```')) {
            & $squeeze ($help.Examples | Out-String -Width 4000) | Should -BeLike "*$([wildcardpattern]::Escape($match.Groups[1].Value))*"
        }
        foreach ($parameter in $help.parameters.parameter | Where-Object { $_.Description.Text }) {
            & $squeeze $page | Should -BeLike "*### -$($parameter.Name) $([wildcardpattern]::Escape((& $squeeze ($parameter.Description.Text -join ' '))))*"
        }
    }

    It 'has in each set of its syntax the parameters of that set' {
        $page = (Get-Content -LiteralPath "$root/docs/en-US/$_.md" -Raw) -replace '\r'
        $syntax = [regex]::Match($page, '(?s)## SYNTAX\n(.*?)\n## ').Groups[1].Value
        foreach ($set in (Get-Command -Name $_).ParameterSets) {
            $line = [regex]::Match($syntax, "(?s)### $($set.Name)\b[^\n]*\n\n``````\n\S+(.*?)``````").Groups[1].Value
            $written = [regex]::Matches($line, '(?<!\w)-([A-Z]\w*)') | ForEach-Object { $_.Groups[1].Value } | Sort-Object
            $there = $set.Parameters.Name | Where-Object { $_ -notin [System.Management.Automation.PSCmdlet]::CommonParameters } | Sort-Object
            $written | Should -Be $there -Because $set.Name
        }
    }

    It 'has the parameters of the cmdlet, and no other' {
        $page = Get-Content -LiteralPath "$root/docs/en-US/$_.md" -Raw
        $written = [regex]::Matches($page, '(?m)^### -(\w+)\r?$') | ForEach-Object { $_.Groups[1].Value } | Sort-Object
        $there = (Get-Command -Name $_).Parameters.Keys | Where-Object { $_ -notin [System.Management.Automation.PSCmdlet]::CommonParameters } | Sort-Object
        $written | Should -Be $there
    }

    It 'says of which type each parameter is, and what the pipeline may bring' {
        $page = Get-Content -LiteralPath "$root/docs/en-US/$_.md" -Raw
        $help = Get-Help -Name $_ -Full
        $common = [System.Management.Automation.PSCmdlet]::CommonParameters
        $parameters = (Get-Command -Name $_).Parameters.Values | Where-Object Name -NotIn $common
        foreach ($parameter in $parameters) {
            $type = $parameter.ParameterType.ToString()
            $written = [regex]::Match($page, "(?s)### -$($parameter.Name)\r?\n.*?\nType: (.*?)\r?\n").Groups[1].Value
            $written | Should -Be $type -Because "$_ -$($parameter.Name)"
            ($help.parameters.parameter | Where-Object Name -EQ $parameter.Name).type.name | Should -Be $type -Because "$_ -$($parameter.Name)"
        }
        $piped = ($parameters | Where-Object { $_.Attributes.ValueFromPipeline -contains $true }).ParameterType |
            ForEach-Object ToString | Sort-Object -Unique
        $inputs = [regex]::Match($page, '(?s)## INPUTS(.*?)## OUTPUTS').Groups[1].Value
        [regex]::Matches($inputs, '(?m)^### (.+?)\r?$') | ForEach-Object { $_.Groups[1].Value } | Sort-Object -Unique | Should -Be $piped
    }
}

Describe 'about_ClaudeBatch' {
    It 'is there: <_>' -ForEach 'about_ClaudeBatch', 'about_ClaudeBatch_Identity', 'about_ClaudeBatch_Errors', 'about_ClaudeBatch_Ledger', 'about_ClaudeBatch_Cost', 'about_ClaudeBatch_Tools', 'about_ClaudeBatch_Evaluation' {
        Test-Path -LiteralPath "$root/out/ClaudeBatch/en-US/$_.help.txt" | Should -BeTrue
    }

    It 'names every id an error or a finding can have' {
        $literal = 'FailureKind\.\w+\s*,\s*(?:isFull \? )?"([A-Z]\w+)"|(?:\bError|\bWarning|RequestFault|TooLarge)\(\s*"([A-Z]\w+)"'
        $sources = Get-ChildItem -Path "$root/src/ClaudeBatch", "$root/src/ClaudeBatch.Core" -Recurse -Filter *.cs |
            Where-Object FullName -NotMatch '[\\/](obj|bin)[\\/]'
        $literals = foreach ($source in $sources) {
            $text = Get-Content -LiteralPath $source.FullName -Raw
            [regex]::Matches($text, $literal) | ForEach-Object { $_.Groups[1].Value + $_.Groups[2].Value }
        }
        # The others are members: 'Other' has an id of its own, and answers that wait for an operator are no error.
        $members = 'FailureCause', 'PauseCause' | ForEach-Object {
            $text = Get-Content -LiteralPath "$root/src/ClaudeBatch.Core/$_.cs" -Raw
            [regex]::Matches($text, '(?m)^    (\w+),') | ForEach-Object { $_.Groups[1].Value }
        } | Where-Object { $_ -notin 'Other', 'OperatorFixable' }
        $members.Count | Should -BeGreaterThan 8
        $ids = $literals + $members | Sort-Object -Unique
        $ids.Count | Should -BeGreaterThan 100
        $page = Get-Content -LiteralPath "$root/docs/en-US/about_ClaudeBatch_Errors.help.txt"
        $ids | Where-Object { $page -notcontains "    $_" } | Should -BeNullOrEmpty
    }
}

Describe 'The recipe <name> of about_ClaudeBatch_Identity' -ForEach $recipes {
    It 'is PowerShell whose commands have the parameters it gives' {
        $faults = $null
        $script = [Management.Automation.Language.Parser]::ParseInput($code, [ref] $null, [ref] $faults)
        $faults | Should -BeNullOrEmpty
        foreach ($call in $script.FindAll({ $args[0] -is [Management.Automation.Language.CommandAst] }, $true)) {
            $command = $call.GetCommandName()
            if ($command -like '*-ClaudeBatch*') {
                $given = $call.CommandElements.Where({ $_ -is [Management.Automation.Language.CommandParameterAst] }).ParameterName
                $given | Where-Object { $_ -notin (Get-Command -Name $command).Parameters.Keys } | Should -BeNullOrEmpty -Because $command
            }
        }
    }

    It 'connects' -Skip:($code -notmatch 'Connect-ClaudeBatch') {
        $folder = New-TestFolder
        $profiles = $env:ANTHROPIC_CONFIG_DIR
        $env:ANTHROPIC_CONFIG_DIR = $folder
        try {
            New-Item -ItemType Directory -Path "$folder/configs" | Out-Null
            @{ version = '1.0'; authentication = @{ type = 'user_oauth'; client_id = 'client-1' } } | ConvertTo-Json | Set-Content -LiteralPath "$folder/configs/work.json"
            $here = ($code -replace 'Import-Module.*') -replace '\$folder = .*', "`$folder = '$folder'"
            & ([scriptblock]::Create("`$ErrorActionPreference = 'Stop'; $here"))
            (Get-ClaudeBatchConnection).LedgerPath | Should -Be (Join-Path -Path $folder -ChildPath ledger)
        }
        finally {
            $env:ANTHROPIC_CONFIG_DIR = $profiles
            Disconnect-ClaudeBatch
        }
    }
}

Describe 'The lines of about_ClaudeBatch_Evaluation' -ForEach @{ typed = $typed } {
    It 'run on the emulator as the page connects it, and find what it puts in' {
        $typed.Count | Should -BeGreaterThan 8
        $folder = New-TestFolder
        New-Item -ItemType Directory -Path $folder | Out-Null
        1001..1020 | ForEach-Object { [pscustomobject] @{ Id = $_; Body = "message $_"; Label = @('billing', 'bug', 'other')[$_ % 3] } } |
            Export-Csv -LiteralPath "$folder/tickets.csv"
        $isConnecting = { $_ -match 'Connect-ClaudeBatch' }
        $lines = @($typed.Where($isConnecting, 'First')) + @($typed | Where-Object { -not (& $isConnecting) }) -join "`n"
        $ledgers = $env:CLAUDEBATCH_HOME
        $env:CLAUDEBATCH_HOME = "$folder/ledger"
        Push-Location -LiteralPath $folder
        try {
            & ([scriptblock]::Create("`$ErrorActionPreference = 'Stop'; $lines")) 6>$null | Out-Null
            # The last of the lines sends and does not wait.
            Wait-ClaudeBatch -Job models 6>$null | Out-Null
            $figures = Measure-ClaudeBatchResult -Job models -Expected Label -GroupBy Variant
            $figures.Correct | Should -Be 18, 20
            $figures.Rows | Should -Be 20, 20
            (Import-Csv -LiteralPath differences.csv | Where-Object IsEqual -EQ False).Id | Should -Be 1007, 1017
            'models.html', 'failures.html' | Should -Exist
            $asked = Get-ClaudeBatchRequest -Job models | Where-Object { $_.Params.messages.Count -gt 1 }
            $asked.CustomId | Should -Be ticket-1007_haiku, ticket-1017_haiku
            $asked[0].Params.messages.role | Should -Be user, assistant, user, assistant, user
            $asked[0].Params.messages[-1].content | Should -Be 'Answer with one word: billing, bug or other.'
        }
        finally {
            Pop-Location
            $env:CLAUDEBATCH_HOME = $ledgers
            Disconnect-ClaudeBatch
        }
    }
}

Describe 'The example <name>' -ForEach $examples {
    It 'runs on the emulator without an error' {
        $isOfSchedules = $name -like '*ClaudeBatchSchedule *'
        if ($isOfSchedules -and $IsWindows) {
            Set-ItResult -Skipped -Because 'it would register tasks of this machine'
            return
        }
        $folder = New-TestFolder
        New-Item -ItemType Directory -Path $folder, "$folder/photos" | Out-Null
        Import-Csv -LiteralPath "$root/docs/examples/messages.csv" | Select-Object -First 12 | Export-Csv -LiteralPath "$folder/tickets.csv"
        Import-Csv -LiteralPath "$folder/tickets.csv" | New-ClaudeBatchRequest -Model claude-haiku-4-5 -MaxTokens 12 -CustomId 'ticket-{{Id}}' -Prompt '{{Body}}' |
            Export-ClaudeBatchRequest -Path "$folder/requests.jsonl"
        [IO.File]::WriteAllBytes("$folder/photos/a.png", [Convert]::FromBase64String('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGP4z8AAAAMBAQDJ/pLvAAAAAElFTkSuQmCC'))
        Set-Content -LiteralPath "$folder/manual.pdf" -Value '%PDF-1.4'
        Set-Content -LiteralPath "$folder/key.txt" -Value 'sk-ant-test'
        if (-not $IsWindows) {
            chmod 600 "$folder/key.txt"
        }
        # The profile and the vault of the examples.
        $profiles = $env:ANTHROPIC_CONFIG_DIR
        $env:ANTHROPIC_CONFIG_DIR = "$(Resolve-Path -LiteralPath $folder)/anthropic"
        New-Item -ItemType Directory -Path "$env:ANTHROPIC_CONFIG_DIR/configs" | Out-Null
        @{ version = '1.0'; authentication = @{ type = 'user_oauth'; client_id = 'client-1' } } | ConvertTo-Json | Set-Content -LiteralPath "$env:ANTHROPIC_CONFIG_DIR/configs/work.json"
        function global:Get-Secret { param($Name, $Vault, $ErrorAction) 'sk-ant-test' }
        Connect-TestEmulator -LedgerPath "$folder/ledger" -Plan @{ Errored = 0.2; Seed = 3; Answers = "$root/docs/examples/labels.jsonl"; Faults = @(@{ Kind = 'ForeignBatch' }) }
        Import-ClaudeBatchRequest -Path "$folder/requests.jsonl" | Submit-ClaudeBatch -Job tickets -WarningAction SilentlyContinue | Wait-ClaudeBatch -WarningAction SilentlyContinue | Get-ClaudeBatchResult | Out-Null
        $env:CLAUDEBATCH_HOME = "$folder/ledger"
        $path = $env:PATH
        if ($isOfSchedules) {
            $programs = Add-TestPath
            Set-TestCrontab -Folder $programs
            Set-TestProgram -Path "$programs/systemctl" -Text 'exit 1'
            Register-ClaudeBatchSchedule | Out-Null
        }
        Push-Location -LiteralPath $folder
        try {
            # What installs and imports is tried elsewhere.
            $code = ($code -split "`n" | Where-Object { $_ -notmatch '^\s*Import-Module ' }) -join "`n"
            & ([scriptblock]::Create("`$ErrorActionPreference = 'Stop'; `$WarningPreference = `$InformationPreference = 'SilentlyContinue'; $code")) 6>$null | Out-Null
        }
        finally {
            Pop-Location
            $env:CLAUDEBATCH_HOME = $env:CRONTAB_FILE = $null
            $env:PATH = $path
            $env:ANTHROPIC_CONFIG_DIR = $profiles
            Remove-Item -Path function:global:Get-Secret
        }
    }
}
