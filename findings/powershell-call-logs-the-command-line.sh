#!/bin/sh
# On Linux and macOS each call of a command in PowerShell makes the text of two log records that are not written, with the whole
# command line of the shell in both: 18 KB a call, and 280 KB in a shell that was started with a command line of 20 KB.
#
# Tool:      PowerShell 7.6.9, as the .NET tool 'powershell', with its own settings and with LogLevel in powershell.config.json
# Input:     an advanced function without a body, called 1,000 times; GC.GetAllocatedBytesForCurrentThread before and after.
# Expected:  what a call costs does not follow from how the shell was started, and a record that nobody is to get is not made.
# Behaviour: the allocation grows by 13.5 bytes a call with each character of the command line. What listens at /dev/log gets three
#            records of the shell's start, and none of the calls. LogLevel 'Error' takes the records of the start away, and the
#            work at each call.
# For us:    docs/scheduled-tasks.md says what a settings file and -File save where tools are called ten thousand times; the
#            benchmarks start their shells with -File.
#
# Output seen:
#   PowerShell 7.6.9
#   a call allocates 17 KB
#   a call, started with 20,000 more characters: 280 KB
#   a call, LogLevel Error: 8 KB
#   a call, LogLevel Error, started with 20,000 more characters: 8 KB
set -eu
folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT
cd "$folder"
export DOTNET_CLI_TELEMETRY_OPTOUT=1 POWERSHELL_TELEMETRY_OPTOUT=1 POWERSHELL_UPDATECHECK=Off
dotnet tool install powershell --version 7.6.9 --tool-path tool >install.log || { cat install.log; exit 2; }
cat >calls.ps1 <<'CODE'
function Get-Nothing { [CmdletBinding()] param() }
1..200 | ForEach-Object { Get-Nothing }
$before = [GC]::GetAllocatedBytesForCurrentThread()
for ($i = 0; $i -lt 1000; $i++) { Get-Nothing }
[int] [Math]::Floor(([GC]::GetAllocatedBytesForCurrentThread() - $before) / 1000 / 1024)
CODE
echo '{ "LogLevel": "Error" }' >powershell.config.json
long="$(printf '%020000d' 0)"
usual="$(tool/pwsh -NoProfile -File calls.ps1)"
started_long="$(tool/pwsh -NoProfile -File calls.ps1 "$long")"
quiet="$(tool/pwsh -NoProfile -SettingsFile powershell.config.json -File calls.ps1)"
quiet_long="$(tool/pwsh -NoProfile -SettingsFile powershell.config.json -File calls.ps1 "$long")"
tool/pwsh -NoProfile -Command '"PowerShell $($PSVersionTable.PSVersion)"'
echo "a call allocates $usual KB"
echo "a call, started with 20,000 more characters: $started_long KB"
echo "a call, LogLevel Error: $quiet KB"
echo "a call, LogLevel Error, started with 20,000 more characters: $quiet_long KB"
if [ "$usual" -lt 12 ] || [ "$started_long" -lt 200 ] || [ "$quiet" -gt 10 ] || [ "$quiet_long" -gt 10 ]; then
    echo 'CHANGED: a call no longer pays for the command line.'
    exit 1
fi
