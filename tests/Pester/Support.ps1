# What every test file starts with: the built module, and small ways to a rehearsal.
$modulePath = Join-Path -Path $PSScriptRoot -ChildPath '../../out/ClaudeBatch/ClaudeBatch.psd1'
Import-Module -Name $modulePath -Force

# The shell that runs the tests, by its own file: 'pwsh' may be a .NET tool's, which starts dotnet, or another one altogether.
$shellPath = Join-Path -Path $PSHOME -ChildPath ($IsWindows ? 'pwsh.exe' : 'pwsh')

# What the user of this machine is to the service must not be what the tests find.
foreach ($name in 'ANTHROPIC_API_KEY', 'ANTHROPIC_AUTH_TOKEN', 'ANTHROPIC_BASE_URL', 'ANTHROPIC_PROFILE', 'ANTHROPIC_FEDERATION_RULE_ID', 'ANTHROPIC_ORGANIZATION_ID',
    'ANTHROPIC_SERVICE_ACCOUNT_ID', 'ANTHROPIC_WORKSPACE_ID', 'ANTHROPIC_IDENTITY_TOKEN', 'ANTHROPIC_IDENTITY_TOKEN_FILE', 'CLAUDEBATCH_HOME') {
    [Environment]::SetEnvironmentVariable($name, $null)
}
$env:ANTHROPIC_CONFIG_DIR = Join-Path -Path ([IO.Path]::GetTempPath()) -ChildPath 'claudebatch-no-profiles'

function New-TestFolder {
    Join-Path -Path $TestDrive -ChildPath ([guid]::NewGuid().ToString('N'))
}

function Connect-TestEmulator {
    param([hashtable] $Plan = @{}, [string] $LedgerPath = (New-TestFolder))
    if (-not $Plan.ContainsKey('Speed')) {
        $Plan.Speed = 6000
    }
    Connect-ClaudeBatch -Emulator -LedgerPath $LedgerPath -EmulatorPlan $Plan
}

function New-TestRow {
    param([int] $Count = 3)
    1..$Count | ForEach-Object { [pscustomobject]@{ Id = $_; Body = "message $_" } }
}

function New-TestRequest {
    param([int] $Count = 3, [string] $Prompt = '{{Body}}')
    New-TestRow -Count $Count |
        New-ClaudeBatchRequest -Model claude-haiku-4-5 -MaxTokens 100 -CustomId 'row-{{Id}}' -Prompt $Prompt
}

# Lets time pass at the emulator of the default connection.
function Move-TestClock {
    param([Parameter(Mandatory)] [timespan] $By)
    $path = Join-Path -Path (Get-ClaudeBatchConnection).LedgerPath -ChildPath 'service/time'
    # The file of ClockState: how far the emulator's time is ahead stands first, in ticks.
    $file = [IO.File]::Open($path, 'Open', 'ReadWrite', 'ReadWrite')
    try {
        $bytes = [byte[]]::new(8)
        $file.ReadExactly($bytes, 0, 8)
        $file.Position = 0
        $file.Write([BitConverter]::GetBytes([BitConverter]::ToInt64($bytes) + $By.Ticks))
    }
    finally {
        $file.Dispose()
    }
}

# Takes the scheduler's step, an hour after the other, until the job is over.
function Complete-TestJob {
    param([Parameter(Mandatory)] [string] $Name, [int] $Step = 30)
    foreach ($hour in 1..$Step) {
        $job = Resume-ClaudeBatch -Job $Name -InformationAction Ignore -WarningAction SilentlyContinue
        if ($job.State -eq 'Finished') { break }
        Move-TestClock -By 01:00:00
    }
    $job
}

# Starts a program and gives it back when it has written a line that matches.
function Start-TestProcess {
    param([string] $FilePath = $shellPath, [Parameter(Mandatory)] [string[]] $ArgumentList, [Parameter(Mandatory)] [string] $Until)
    $start = [Diagnostics.ProcessStartInfo]::new($FilePath, $ArgumentList)
    $start.RedirectStandardOutput = $true
    $process = [Diagnostics.Process]::Start($start)
    do {
        $line = $process.StandardOutput.ReadLine()
    } until ($null -eq $line -or $line -match $Until)
    if ($null -eq $line) {
        throw "$FilePath ended before it wrote '$Until'."
    }
    # What it goes on to write must not fill the pipe.
    $null = $process.StandardOutput.ReadToEndAsync()
    $process | Add-Member -NotePropertyName Line -NotePropertyValue $line -PassThru
}

function Stop-TestProcess {
    param([Parameter(Mandatory)] [Diagnostics.Process] $Process)
    $Process.Kill()
    $Process.WaitForExit()
}

# A folder of programs that are found before the machine's.
function Add-TestPath {
    $folder = (New-Item -ItemType Directory -Path (New-TestFolder)).FullName
    $env:PATH = $folder + [IO.Path]::PathSeparator + $env:PATH
    $folder
}

function Set-TestProgram {
    param([Parameter(Mandatory)] [string] $Path, [Parameter(Mandatory)] [string] $Text)
    Set-Content -LiteralPath $Path -Value "#!/bin/sh`n$Text"
    chmod +x $Path
}

# A crontab of the test's own, in the file CRONTAB_FILE: it does as cron's program does.
function Set-TestCrontab {
    param([Parameter(Mandatory)] [string] $Folder)
    Set-TestProgram -Path "$Folder/crontab" -Text @'
case "$1" in
-l) [ -f "$CRONTAB_FILE" ] || { echo "no crontab for somebody" >&2; exit 1; }; cat "$CRONTAB_FILE" ;;
-) cat > "$CRONTAB_FILE.new"
   [ ! -s "$CRONTAB_FILE.new" ] || [ -z "$(tail -c 1 "$CRONTAB_FILE.new")" ] || { echo "new crontab file is missing newline before EOF" >&2; exit 1; }
   mv "$CRONTAB_FILE.new" "$CRONTAB_FILE" ;;
-r) rm "$CRONTAB_FILE" ;;
esac
'@
    $env:CRONTAB_FILE = New-TestFolder
}
