BeforeAll {
    . $PSScriptRoot/Support.ps1
    $module = (Get-Module ClaudeBatch).Path -replace 'psm1$', 'psd1'
    # What each format has to escape.
    $odd = "o d'd %h `$x & <""q"">"

    $savedPath = $env:PATH
    $programs = Add-TestPath

    function Set-Program {
        param([string] $Name, [string] $Text)
        Set-TestProgram -Path "$programs/$Name" -Text $Text
    }

    # What a command writes with -WhatIf: the shell writes it to the host.
    function Get-WhatIf {
        param([string] $Line, [string] $Ledger)
        $text = & $shellPath -NoProfile -NonInteractive -Command "Import-Module '$module'; Connect-ClaudeBatch -Emulator -LedgerPath '$($Ledger.Replace("'", "''"))'; $Line -WhatIf" | Out-String
        $text.Replace($shellPath, '{pwsh}').Replace($module, '{module}').Replace("`r", '').TrimEnd()
    }
}

AfterAll {
    $env:PATH = $savedPath
    $env:CRONTAB_FILE = $null
}

Describe 'What a schedule looks like' -Skip:$IsWindows {
    BeforeAll {
        $ledger = "$(New-TestFolder)/$odd"
        $plain = "$ledger/emulator".Replace("'", "''")
    }

    It 'is two units for systemd, in which % and $ are doubled and quotes and backslashes are escaped' {
        $text = Get-WhatIf 'Register-ClaudeBatchSchedule -Manager Systemd -Interval 10m' $ledger
        $quoted = $plain.Replace('\', '\\').Replace('"', '\"').Replace('%', '%%').Replace('$', '$$')
        $text | Should -BeExactly @"
What if: Register schedule 'ClaudeBatch' with Systemd:
# $HOME/.config/systemd/user/ClaudeBatch.service
# ClaudeBatch schedule ClaudeBatch; Unregister-ClaudeBatchSchedule removes it.
[Unit]
Description=Take batch jobs one step on (ClaudeBatch)

[Service]
Type=oneshot
ExecStart="{pwsh}" "-NoProfile" "-NonInteractive" "-Command" "Import-Module '{module}'; Connect-ClaudeBatch -Emulator -LedgerPath '$quoted'; Resume-ClaudeBatch -Exit"
# Still running is no failure.
SuccessExitStatus=2

# $HOME/.config/systemd/user/ClaudeBatch.timer
# ClaudeBatch schedule ClaudeBatch; Unregister-ClaudeBatchSchedule removes it.
[Unit]
Description=Take batch jobs one step on, again and again (ClaudeBatch)

[Timer]
OnActiveSec=30
OnUnitInactiveSec=600

[Install]
WantedBy=timers.target
"@.Replace("`r", '')
    }

    It 'is a line of a crontab, in which % has a backslash and quotes are the shell''s' {
        $text = Get-WhatIf 'Register-ClaudeBatchSchedule -Manager Cron -Name nightly.1' $ledger
        $command = "Import-Module '{module}'; Connect-ClaudeBatch -Emulator -LedgerPath '$plain'; Resume-ClaudeBatch -Exit".Replace("'", "'\''").Replace('%', '\%')
        $text | Should -BeExactly "What if: Register schedule 'nightly.1' with Cron:`n*/5 * * * * '{pwsh}' '-NoProfile' '-NonInteractive' '-Command' '$command' > /dev/null # ClaudeBatch schedule nightly.1"
    }

    It 'is a property list for launchd' {
        $text = Get-WhatIf 'Register-ClaudeBatchSchedule -Manager Launchd -Interval 90s' $ledger
        $list = [xml] ($text -replace '^.*\n')
        $list.plist.dict.string | Should -BeExactly 'ClaudeBatch'
        $list.plist.dict.integer | Should -BeExactly 90
        $list.plist.dict.array.string | Should -BeExactly '{pwsh}', '-NoProfile', '-NonInteractive', '-Command', "Import-Module '{module}'; Connect-ClaudeBatch -Emulator -LedgerPath '$plain'; Resume-ClaudeBatch -Exit"
        $text | Should -BeLike '*<!-- ClaudeBatch schedule ClaudeBatch; Unregister-ClaudeBatchSchedule removes it. -->*'
    }

    It 'is a task for Windows, whose argument is quoted as its programs read it' {
        $text = Get-WhatIf 'Register-ClaudeBatchSchedule -Manager TaskScheduler -Interval 2h' $ledger
        $task = ([xml] ($text -replace '^.*\n' -replace ' encoding="UTF-16"')).Task
        $task.Triggers.TimeTrigger.Repetition.Interval | Should -BeExactly 'PT2H'
        $task.Settings.MultipleInstancesPolicy | Should -BeExactly 'IgnoreNew'
        $task.Actions.Exec.Command | Should -BeExactly '{pwsh}'
        $command = "Import-Module '{module}'; Connect-ClaudeBatch -Emulator -LedgerPath '$($plain.Replace('"', '\"'))'; Resume-ClaudeBatch -Exit"
        $task.Actions.Exec.Arguments | Should -BeExactly "-NoProfile -NonInteractive -Command ""$command"""
    }

    It 'runs a script of one''s own, with variables from a file, on <Manager>' -ForEach @(
        @{ Manager = 'Systemd'; Expected = "EnvironmentFile={file%}`nExecStart=`"{pwsh}`" `"-NoProfile`" `"-NonInteractive`" `"-File`" `"{file%}`"" }
        @{ Manager = 'Cron'; Expected = "*/5 * * * * set -a; . '{file\}'; set +a; '{pwsh}' '-NoProfile' '-NonInteractive' '-File' '{file\}' # ClaudeBatch schedule ClaudeBatch" }
        @{ Manager = 'Launchd'; Expected = "<string>set -a; . '{file}'; set +a; exec '{pwsh}' '-NoProfile' '-NonInteractive' '-File' '{file}'</string>" }
    ) {
        $file = "$(New-TestFolder) 5%.txt"
        Set-Content -LiteralPath $file -Value 'ANTHROPIC_API_KEY=sk-ant-test'
        $text = Get-WhatIf "Set-Location '$(Split-Path $file)'; Register-ClaudeBatchSchedule -Manager $Manager -ScriptPath './$(Split-Path $file -Leaf)' -EnvironmentFile '$file'" $ledger
        $text | Should -BeLike "*$([wildcardpattern]::Escape($Expected.Replace('{file%}', $file.Replace('%', '%%')).Replace('{file\}', $file.Replace('%', '\%')).Replace('{file}', $file)))*"
        $text | Should -Not -Match 'sk-ant|Connect-ClaudeBatch'
    }

    It 'is one that systemd takes' -Skip:(-not (Get-Command systemd-analyze -ErrorAction Ignore)) {
        $folder = New-Item -ItemType Directory -Path (New-TestFolder)
        $env:XDG_CONFIG_HOME = $folder
        try {
            Set-Program systemctl 'exit 0'
            Set-Program loginctl 'echo yes'
            $variables = "$folder/100% of it.env"
            Set-Content -LiteralPath $variables -Value ''
            Connect-TestEmulator -LedgerPath $ledger
            $schedule = Register-ClaudeBatchSchedule -Manager Systemd -EnvironmentFile $variables
        }
        finally {
            $env:XDG_CONFIG_HOME = $null
        }
        $units = "$folder/systemd/user/ClaudeBatch.service", "$folder/systemd/user/ClaudeBatch.timer"
        $env:XDG_RUNTIME_DIR = $folder
        $said = systemd-analyze verify --user --man=no @units 2>&1
        $LASTEXITCODE | Should -Be 0
        "$said" | Should -Not -Match 'ClaudeBatch'
        $env:SYSTEMD_LOG_LEVEL = 'debug'
        $read = (systemd-analyze verify --user --man=no @units 2>&1) -join "`n"
        $env:SYSTEMD_LOG_LEVEL = $env:XDG_RUNTIME_DIR = $null
        # What it has read, in its own quotes; a variable would be looked for only as it is run.
        $read | Should -Match "EnvironmentFile: $([regex]::Escape($variables))\n"
        $read | Should -Match ([regex]::Escape("/o d''d %h \`$\`$x & <\""q\"">/emulator'; Resume-ClaudeBatch -Exit"))
        $schedule.Command | Should -Match 'Resume-ClaudeBatch -Exit"$'
    }
}

Describe 'A schedule in a crontab' -Skip:$IsWindows {
    BeforeAll {
        $foreign = [byte[]] ([Text.Encoding]::UTF8.GetBytes("# mine, ClaudeBatch schedule nightly`nMAILTO=`"`"`n`n*/7 * * * *`techo 50\% `u{e4} `n") + @(0xFF, 0x0A))
    }

    BeforeEach {
        Set-TestCrontab -Folder $programs
        Set-Program systemctl 'exit 1'
        $ledger = New-TestFolder
        Connect-TestEmulator -LedgerPath $ledger
    }

    It 'is registered where systemd does not run, found, and removed, and every other byte stays' {
        [IO.File]::WriteAllBytes($env:CRONTAB_FILE, $foreign)
        $schedule = Register-ClaudeBatchSchedule nightly -Interval 15m
        $schedule | Should -BeOfType ClaudeBatch.ClaudeBatchSchedule
        $schedule.Name | Should -Be 'nightly'
        "$($schedule.Manager)" | Should -Be 'Cron'
        $schedule.Interval | Should -Be '00:15:00'
        $schedule.Path | Should -Be 'crontab'
        $schedule.Command | Should -Match 'Resume-ClaudeBatch -Exit'
        [IO.File]::ReadAllBytes($env:CRONTAB_FILE)[0..($foreign.Length - 1)] | Should -Be $foreign
        (Get-ClaudeBatchSchedule night*).Command | Should -Be $schedule.Command
        Unregister-ClaudeBatchSchedule nightly
        [IO.File]::ReadAllBytes($env:CRONTAB_FILE) | Should -Be $foreign
        Get-ClaudeBatchSchedule | Should -BeNullOrEmpty
    }

    It 'replaces the one of its name, and stands beside others' {
        Register-ClaudeBatchSchedule -Interval 5m | Out-Null
        Register-ClaudeBatchSchedule other -Interval 6h | Out-Null
        Register-ClaudeBatchSchedule -Interval 1d | Out-Null
        $all = Get-ClaudeBatchSchedule | Sort-Object -Property Name
        $all.Name | Should -Be 'ClaudeBatch', 'other'
        $all.Interval | Should -Be '1.00:00:00', '06:00:00'
        Get-Content -LiteralPath $env:CRONTAB_FILE | Should -HaveCount 2
        $all | Unregister-ClaudeBatchSchedule
        $env:CRONTAB_FILE | Should -Not -Exist
    }

    It 'takes a step when cron''s shell runs its line, whatever is in the path' {
        $folder = "$(New-TestFolder)/$odd"
        Connect-TestEmulator -LedgerPath $folder -Plan @{ Faults = @(@{ Kind = 'Refuse'; Status = 529; RetryAfter = 6000; Times = 9 }) }
        New-TestRequest | Submit-ClaudeBatch -Job nightly -WarningAction SilentlyContinue | Out-Null
        (Get-ClaudeBatch -Job nightly -Local).State | Should -Be 'Spooled'
        Move-TestClock -By 03:00:00
        Register-ClaudeBatchSchedule | Out-Null
        # As cron does: the rest of the line after five fields, its percent signs without their backslash.
        $command = ((Get-Content -LiteralPath $env:CRONTAB_FILE -Raw).TrimEnd("`n") -split ' ', 6)[5].Replace('\%', '%')
        & /bin/sh -c $command | Should -BeNullOrEmpty
        $LASTEXITCODE | Should -BeIn 0, 2
        (Get-ClaudeBatch -Job nightly -Local).State | Should -Not -Be 'Spooled'
    }

    It 'is refused an interval that cron does not have: <_>' -ForEach '7m', '90s', '5h', '2d' {
        { Register-ClaudeBatchSchedule -Interval $_ } | Should -Throw -ErrorId 'ScheduleIntervalInvalid,*'
        $env:CRONTAB_FILE | Should -Not -Exist
    }

    It 'leaves a crontab alone that cannot be read, or is refused' {
        Set-Program crontab 'echo "you are not allowed to use this program (crontab)" >&2; exit 1'
        { Register-ClaudeBatchSchedule } | Should -Throw -ErrorId 'ScheduleFailed,*' -ExpectedMessage '*not allowed to use this program*'
        Set-Program crontab 'case "$1" in -l) echo "no crontab for x" >&2; exit 1;; esac; echo "bad minute" >&2; exit 1'
        { Register-ClaudeBatchSchedule } | Should -Throw -ErrorId 'ScheduleFailed,*' -ExpectedMessage '*bad minute*'
    }

    It 'does nothing with -WhatIf' {
        Register-ClaudeBatchSchedule -WhatIf
        $env:CRONTAB_FILE | Should -Not -Exist
        Register-ClaudeBatchSchedule | Out-Null
        Unregister-ClaudeBatchSchedule -WhatIf
        Get-ClaudeBatchSchedule | Should -HaveCount 1
    }

    It 'says which schedule is not there' {
        { Unregister-ClaudeBatchSchedule nobody -ErrorAction Stop } | Should -Throw -ErrorId 'ScheduleNotFound,*'
        { Get-ClaudeBatchSchedule nobody -ErrorAction Stop } | Should -Throw -ErrorId 'ScheduleNotFound,*'
        Get-ClaudeBatchSchedule nobod* | Should -BeNullOrEmpty
    }
}

Describe 'A schedule in the crontab of Debian' -Skip:($IsWindows -or -not (Test-Path -LiteralPath '/usr/bin/crontab') -or "$(/usr/bin/crontab -l 2>&1)" -notmatch '^no crontab for') {
    # It takes the crontab of who runs the tests, and only where there is none.
    It 'is registered, found and removed, and the lines of others stay as they are' {
        Remove-Item -LiteralPath "$programs/crontab" -ErrorAction Ignore
        Set-Program systemctl 'exit 1'
        $lines = "# mine`n17 3 * * * echo 50\% `u{e4}`n"
        try {
            $lines | & /usr/bin/crontab -
            $before = & /usr/bin/crontab -l
            Connect-TestEmulator
            $schedule = Register-ClaudeBatchSchedule
            (Get-ClaudeBatchSchedule).Command | Should -Be $schedule.Command
            & /usr/bin/crontab -l | Should -HaveCount ($before.Count + 1)
            Unregister-ClaudeBatchSchedule
            & /usr/bin/crontab -l | Should -Be $before
        }
        finally {
            & /usr/bin/crontab -r
        }
    }
}

Describe 'A schedule of systemd' -Skip:$IsWindows {
    BeforeEach {
        $calls = New-TestFolder
        Set-Program systemctl "echo `"`$@`" >> '$calls'; case `"`$*`" in *list-timers*) echo '[{`"next`":1800000000000000,`"unit`":`"x`"}]';; esac"
        Set-Program loginctl "echo `"loginctl `$@`" >> '$calls'; echo no"
        $env:XDG_CONFIG_HOME = New-TestFolder
        $units = "$env:XDG_CONFIG_HOME/systemd/user"
        Connect-TestEmulator
    }

    AfterEach {
        $env:XDG_CONFIG_HOME = $null
    }

    It 'is registered where the user''s systemd runs, found with its next time, replaced, and removed' {
        $schedule = Register-ClaudeBatchSchedule -WarningVariable said -WarningAction SilentlyContinue
        "$($schedule.Manager)" | Should -Be 'Systemd'
        $schedule.Path | Should -Be "$units/ClaudeBatch.timer"
        $schedule.Interval | Should -Be '00:05:00'
        $schedule.NextRun | Should -Be ([DateTimeOffset]::FromUnixTimeSeconds(1800000000).LocalDateTime)
        $schedule.NextRun.Kind | Should -Be 'Local'
        Get-Content -LiteralPath $calls | Should -Contain '--user enable ClaudeBatch.timer'
        Get-Content -LiteralPath $calls | Should -Contain '--user restart ClaudeBatch.timer'
        $said | Should -Match 'loginctl enable-linger'
        (Register-ClaudeBatchSchedule -Interval 1h -WarningAction SilentlyContinue).Interval | Should -Be '01:00:00'
        Unregister-ClaudeBatchSchedule
        Get-Content -LiteralPath $calls | Should -Contain '--user disable --now ClaudeBatch.timer'
        Get-ChildItem -LiteralPath $units | Should -BeNullOrEmpty
    }

    It 'is not half there where the user''s systemd does not run' {
        Set-Program systemctl 'exit 1'
        { Register-ClaudeBatchSchedule -Manager Systemd } | Should -Throw -ErrorId 'ScheduleManagerMissing,*'
        $units | Should -Not -Exist
    }

    It 'lingers with -Linger' {
        Register-ClaudeBatchSchedule -Linger -WarningVariable said | Out-Null
        $said | Should -BeNullOrEmpty
        Get-Content -LiteralPath $calls | Should -Contain 'loginctl enable-linger'
    }

    It 'leaves units alone that are somebody else''s' {
        New-Item -ItemType Directory -Path $units | Out-Null
        Set-Content -LiteralPath "$units/backup.timer" -Value '[Timer]'
        { Register-ClaudeBatchSchedule backup } | Should -Throw -ErrorId 'ScheduleNameTaken,*'
        Get-ClaudeBatchSchedule | Should -BeNullOrEmpty
        { Unregister-ClaudeBatchSchedule backup -ErrorAction Stop } | Should -Throw -ErrorId 'ScheduleNotFound,*'
        { [ClaudeBatch.ClaudeBatchSchedule] @{ Name = 'backup'; Manager = 'Systemd' } | Unregister-ClaudeBatchSchedule -ErrorAction Stop } | Should -Throw -ErrorId 'ScheduleNotFound,*'
        Get-Content -LiteralPath "$units/backup.timer" | Should -Be '[Timer]'
    }
}

Describe 'A schedule of launchd' -Skip:$IsWindows {
    It 'is registered, found, replaced and removed' {
        $calls = New-TestFolder
        $home0 = $env:HOME
        $env:HOME = New-TestFolder
        try {
            Set-Program launchctl "echo `"`$@`" >> '$calls'"
            $path = "$env:HOME/Library/LaunchAgents/ClaudeBatch.plist"
            Connect-TestEmulator
            $schedule = Register-ClaudeBatchSchedule -Manager Launchd
            $schedule.Path | Should -Be $path
            $schedule.Interval | Should -Be '00:05:00'
            $schedule.Command | Should -Match 'Resume-ClaudeBatch -Exit'
            (Register-ClaudeBatchSchedule -Manager Launchd -Interval 10m).Interval | Should -Be '00:10:00'
            (Get-Content -LiteralPath $calls) -replace 'gui/\d+', 'gui/N' | Should -Be "bootstrap gui/N $path", 'bootout gui/N/ClaudeBatch', "bootstrap gui/N $path"
            Unregister-ClaudeBatchSchedule -Manager Launchd
            $path | Should -Not -Exist
            (Get-Content -LiteralPath $calls)[-1] | Should -Match '^bootout gui/\d+/ClaudeBatch$'
        }
        finally {
            $env:HOME = $home0
        }
    }
}

Describe 'A schedule of Windows' -Skip:$IsWindows {
    It 'is registered, found and removed, in a folder of its own' {
        $store = New-Item -ItemType Directory -Path (New-TestFolder)
        $next = ([datetime] '2027-01-02 03:04:00').ToString()
        Set-Program schtasks.exe @"
case "`$1 `$4" in
'/Create /XML') cp "`$5" '$store/task.xml' ;;
'/Query /NH') printf '"\\Other\\x","N/A","Ready"\r\n'; [ ! -f '$store/task.xml' ] || printf '"\\ClaudeBatch\\ClaudeBatch","$next","Ready"\r\n' ;;
'/Query /XML') iconv -f UTF-16 -t UTF-8 '$store/task.xml' ;;
'/Delete /F') rm '$store/task.xml' ;;
esac
"@
        Connect-TestEmulator
        $schedule = Register-ClaudeBatchSchedule -Manager TaskScheduler -Interval 20m
        $schedule.Path | Should -Be '\ClaudeBatch\ClaudeBatch'
        $schedule.NextRun | Should -Be ([datetime] '2027-01-02 03:04:00')
        $schedule.Interval | Should -Be '00:20:00'
        $schedule.Command | Should -Match 'Resume-ClaudeBatch -Exit'
        Unregister-ClaudeBatchSchedule -Manager TaskScheduler
        Get-ClaudeBatchSchedule -Manager TaskScheduler | Should -BeNullOrEmpty
    }

    It 'reads no file of variables' {
        Connect-TestEmulator
        { Register-ClaudeBatchSchedule -Manager TaskScheduler -EnvironmentFile $PSCommandPath } | Should -Throw -ErrorId 'ParameterConflict,*'
    }
}

Describe 'Where a schedule gets its key' -Skip:$IsWindows {
    BeforeEach {
        Set-TestCrontab -Folder $programs
        Set-Program systemctl 'exit 1'
        $ledger = New-TestFolder
        $file = "$ledger.key"
        Set-Content -LiteralPath $file -Value 'sk-ant-api03-of-the-file' -NoNewline
        chmod 600 $file
    }

    AfterEach {
        Disconnect-ClaudeBatch
        $env:ANTHROPIC_API_KEY = $null
    }

    It 'is the file of the connection, by its full path, with the address and the ledger' {
        Push-Location -LiteralPath $TestDrive
        try {
            Connect-ClaudeBatch -ApiKeyPath "./$(Split-Path -Path $file -Leaf)" -LedgerPath $ledger -WorkspaceId wrkspc_1 -Beta one, two
        }
        finally {
            Pop-Location
        }
        $command = (Register-ClaudeBatchSchedule).Command.Replace("'\''", "'")
        $command | Should -BeLike "*Connect-ClaudeBatch -ApiKeyPath '$file' -LedgerPath '$ledger' -BaseUri 'https://api.anthropic.com/' -WorkspaceId 'wrkspc_1' -Beta 'one','two'; Resume-ClaudeBatch -Exit*"
        Get-Content -LiteralPath $env:CRONTAB_FILE -Raw | Should -Not -Match 'of-the-file'
    }

    It 'is another file, a secret of a vault, or a file of variables, where that is said' {
        $env:ANTHROPIC_API_KEY = 'sk-ant-api03-of-the-shell'
        Connect-ClaudeBatch -LedgerPath $ledger
        (Register-ClaudeBatchSchedule -ApiKeyPath $file).Command | Should -Match '-ApiKeyPath .*\.key'
        (Register-ClaudeBatchSchedule -SecretName claude -VaultName Work).Command | Should -Match "-SecretName '\\''claude'\\'' -VaultName '\\''Work'\\''"
        (Register-ClaudeBatchSchedule -EnvironmentFile $file).Command | Should -Match "^set -a; \. '.*\.key'; set \+a; "
        Get-Content -LiteralPath $env:CRONTAB_FILE -Raw | Should -Not -Match 'of-the-'
    }

    It 'is not in the memory of this shell: the error says what to do' {
        $env:ANTHROPIC_API_KEY = 'sk-ant-api03-of-the-shell'
        { Register-ClaudeBatchSchedule } | Should -Throw -ErrorId 'ScheduleKeyMissing,*' -ExpectedMessage '*ANTHROPIC_API_KEY*-ApiKeyPath*-SecretName*-EnvironmentFile*'
        Connect-ClaudeBatch -ApiKey (ConvertTo-SecureString -String 'sk-ant-api03-typed' -AsPlainText -Force) -LedgerPath $ledger
        { Register-ClaudeBatchSchedule } | Should -Throw -ErrorId 'ScheduleKeyMissing,*' -ExpectedMessage '*comes from -ApiKey,*'
        { Register-ClaudeBatchSchedule -ApiKeyPath /nowhere/key } | Should -Throw -ErrorId 'PathNotFound,*'
        { Register-ClaudeBatchSchedule -ScriptPath /nowhere/resume.ps1 } | Should -Throw -ErrorId 'PathNotFound,*'
        { Register-ClaudeBatchSchedule -ApiKeyPath $file -Interval 30s } | Should -Throw -ErrorId 'ScheduleIntervalInvalid,*'
        Connect-TestEmulator
        { Register-ClaudeBatchSchedule -ApiKeyPath $file } | Should -Throw -ErrorId 'ParameterConflict,*'
        $env:CRONTAB_FILE | Should -Not -Exist
    }
}
