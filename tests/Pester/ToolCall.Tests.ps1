BeforeAll {
    . $PSScriptRoot/Support.ps1
    $haiku = @{ Model = 'claude-haiku-4-5'; MaxTokens = 400 }

    # The rehearsed model calls the tool once for each row, with what the row says, and then says what it was told.
    function Invoke-TestCall {
        param([string] $Tool, [object[]] $CallInput, [hashtable] $With = @{})
        $name = [IO.Path]::GetFileNameWithoutExtension($Tool)
        Connect-TestEmulator -Plan @{
            Answers = {
                $_.Round -eq 1 ? @{ ToolUse = @{ Name = $name; Input = $CallInput[[int] $_.CustomId.Split('-')[1] - 1] } } : 'done'
            }.GetNewClosure()
        }
        (New-TestRow -Count $CallInput.Count | New-ClaudeBatchRequest @haiku -CustomId 'row-{{Id}}' -Prompt '{{Body}}' -Tool $Tool |
            Invoke-ClaudeBatch -Job calls -Tool $Tool @With 6>$null).ToolCalls
    }
}

AfterAll {
    Disconnect-ClaudeBatch
}

Describe 'A call' {
    It 'takes numbers of single precision wherever they stand, and none that has no room' {
        function Set-TestFloat { <# .SYNOPSIS Sets. #> param([single] $One, [single[]] $Many) "$One $Many $($One.GetType().Name)" }
        $calls = Invoke-TestCall -Tool Set-TestFloat -CallInput @{ One = 1.5; Many = 2.5, 3 }, @{ One = 1e300 }
        $calls[0].Output | Should -Be '1.5 2.5 3 Single'
        $calls[1].Output | Should -BeLike '*Nothing was run*'
        $calls.IsError | Should -Be $false, $true
    }

    It 'of a script is not told to have failed by the exit code of another' {
        $script = Join-Path -Path (New-Item -ItemType Directory -Path (New-TestFolder)) -ChildPath 'Do-TestScript.ps1'
        Set-Content -LiteralPath $script -Value @'
<#
.SYNOPSIS
Does.
#>
[CmdletBinding()] param([int] $Code)
$ErrorActionPreference = 'Continue'
'good'
if ($Code) { exit $Code }
$PSCmdlet.WriteError([Management.Automation.ErrorRecord]::new([Exception]::new('minor'), 'B', 'NotSpecified', $null))
'@
        $global:LASTEXITCODE = 7
        $calls = Invoke-TestCall -Tool $script -CallInput @{ Code = 3 }, @{ Code = 0 }
        $calls[0].Output | Should -BeLike '*exit code 3*'
        $calls[1].Output | Should -Not -BeLike '*exit code*'
        $calls.IsError | Should -Be $true, $false
    }

    It 'is not told of what a class hides, and cannot set it' {
        class TestHidden { [int] $Number; hidden [string] $Secret }
        function Set-TestHidden { <# .SYNOPSIS Sets. #> param([Parameter(Mandatory)] [TestHidden] $Value) "$($Value.Number) '$($Value.Secret)'" }
        (ConvertTo-ClaudeTool Set-TestHidden).Json | Should -Not -BeLike '*Secret*'
        $calls = Invoke-TestCall -Tool Set-TestHidden -CallInput @{ Value = @{ Number = 1 } }, @{ Value = @{ Number = 1; Secret = 'x' } }
        $calls[0].Output | Should -Be "1 ''"
        $calls[1].IsError | Should -BeTrue
    }

    It 'of whose answer a property cannot be read says so, and null is not told' {
        function Get-TestBroken { <# .SYNOPSIS Gets. #> param([int] $Number) [pscustomobject]@{ Number = $Number } | Add-Member ScriptProperty Total { throw 'db down' } -PassThru }
        (Invoke-TestCall -Tool Get-TestBroken -CallInput @{ Number = 1 }).Output | Should -Be '{"Number":1,"Total":"[cannot be read: db down]"}'
    }

    It 'that is stopped while its answer is read has no answer' {
        function Get-TestSlow { <# .SYNOPSIS Gets. #> param([int] $Number) [pscustomobject]@{ Number = $Number } | Add-Member ScriptProperty Total { Start-Sleep -Seconds 600; 42 } -PassThru }
        $call = Invoke-TestCall -Tool Get-TestSlow -CallInput @{ Number = 1 } -With @{ ToolTimeout = '2s' }
        $call.IsError | Should -BeTrue
        $call.Output | Should -BeLike '*was stopped*'
    }

    It 'may take any time that can be written' {
        function Get-TestQuick { <# .SYNOPSIS Gets. #> param([int] $Number) "n$Number" }
        (Invoke-TestCall -Tool Get-TestQuick -CallInput @{ Number = 1 } -With @{ ToolTimeout = '8w' }).Output | Should -Be n1
    }

    It 'whose outcome nobody knows keeps the other rows from nothing' {
        function Set-TestMany { <# .SYNOPSIS Sets. #> param([string] $Key) if ($Key -eq 'row-2 2') { Start-Sleep -Seconds 600 }; "set $Key" }
        Connect-TestEmulator -Plan @{ Answers = { $_.Round -le 3 ? @{ ToolUse = @{ Name = 'Set-TestMany'; Input = @{ Key = "$($_.CustomId) $($_.Round)" } } } : 'done' } }
        $results = New-TestRow -Count 4 | New-ClaudeBatchRequest @haiku -CustomId 'row-{{Id}}' -Prompt '{{Body}}' -Tool Set-TestMany |
            Invoke-ClaudeBatch -Job many -Tool Set-TestMany -MaxRounds 5 -ToolTimeout 5s -ErrorAction SilentlyContinue -ErrorVariable failure 6>$null
        $failure.FullyQualifiedErrorId | Select-Object -Unique | Should -Be 'ToolCallUnknown,ClaudeBatch.Commands.InvokeClaudeBatchCommand', 'JobNotFinished,ClaudeBatch.Commands.InvokeClaudeBatchCommand'
        $results | Should -BeNullOrEmpty
        $job = Get-ClaudeBatchJob many
        $job.State, $job.Succeeded | Should -Be 'Ambiguous', 3
        (Get-ClaudeBatchResult -Job many -WarningAction Ignore | Where-Object IsComplete).CustomId | Should -Be 'row-1', 'row-3', 'row-4'
    }

    It 'in the middle of which a process ended runs again where the line that runs says so, and only there: <First>, <Then>' -ForEach @(
        @{ First = '-RepeatableTool Set-TestOnce'; Then = @{}; State = 'Ambiguous'; Runs = 1 }
        @{ First = ''; Then = @{ RepeatableTool = 'Set-TestOnce' }; State = 'Finished'; Runs = 2 }
    ) {
        $log = New-TestFolder
        Connect-TestEmulator -Plan @{ Answers = { $_.Round -eq 1 ? @{ ToolUse = @{ Name = 'Set-TestOnce'; Input = @{ Number = 1 } } } : 'done' } }
        $ledger = (Get-ClaudeBatchConnection).LedgerPath
        function Set-TestOnce { <# .SYNOPSIS Sets. #> param([int] $Number) Add-Content -LiteralPath $log -Value "run $Number" }
        $null = New-TestRow -Count 1 | New-ClaudeBatchRequest @haiku -CustomId 'row-{{Id}}' -Prompt '{{Body}}' -Tool Set-TestOnce | Submit-ClaudeBatch -Job once
        Move-TestClock -By 01:00:00
        $line = "function Set-TestOnce { <# .SYNOPSIS Sets. #> param([int] `$Number) Add-Content -LiteralPath '$log' -Value ""run `$Number""; [Diagnostics.Process]::GetCurrentProcess().Kill() }; "
        $line += "Import-Module '$modulePath'; Connect-ClaudeBatch -Emulator -LedgerPath '$ledger' -EmulatorPlan @{ Speed = 6000 }; "
        & $shellPath -NoProfile -NonInteractive -Command ($line + "Resume-ClaudeBatch -Job once -Tool Set-TestOnce $First") *> $null
        Get-Content -LiteralPath $log | Should -Be 'run 1'

        foreach ($step in 1..5) {
            $job = Resume-ClaudeBatch -Job once -Tool Set-TestOnce @Then -ErrorAction SilentlyContinue -InformationAction Ignore
            Move-TestClock -By 01:00:00
        }
        $job.State | Should -Be $State
        @(Get-Content -LiteralPath $log) | Should -HaveCount $Runs
    }

    It 'is shown to who confirms it with every character that a terminal would hide' {
        function Set-TestShown { <# .SYNOPSIS Sets. #> param([string] $Key) $Key }
        Connect-TestEmulator -Plan @{ Answers = { @{ ToolUse = @{ Name = 'Set-TestShown'; Input = @{ Key = "a$([char] 0x202e)b" } } } } }
        $null = New-TestRow -Count 1 | New-ClaudeBatchRequest @haiku -CustomId 'row-{{Id}}' -Prompt '{{Body}}' -Tool Set-TestShown | Submit-ClaudeBatch -Job shown
        Move-TestClock -By 01:00:00
        $null = Resume-ClaudeBatch -Job shown -MaxRounds 4 -ErrorAction SilentlyContinue
        $path = New-TestFolder
        Start-Transcript -LiteralPath $path -UseMinimalHeader | Out-Null
        Resume-ClaudeBatch -Job shown -Tool Set-TestShown -WhatIf | Out-Null
        Stop-Transcript | Out-Null
        $said = Get-Content -LiteralPath $path -Raw
        $said | Should -BeLike '*a\u202eb*'
        $said | Should -Not -BeLike "*$([char] 0x202e)*"
    }
}
