#!/bin/sh
# ClaudeBatch from any POSIX shell: ./build.sh build|test|demo|bench|package|help|simulate, as ./build.ps1 in PowerShell.
# Hands over to build.ps1 in PowerShell 7.4 or later: the one on the path, else the one that 'dotnet tool restore' brings.
set -eu
root="$(CDPATH= cd "$(dirname "$0")" && pwd)"

# Prints the file of the shell that the command starts, where that is recent enough. A .NET tool's 'pwsh' runs inside the program
# dotnet; its own file then needs to be told where dotnet lies, which the second line says.
shell_of() {
    "$@" -NoProfile -NonInteractive -Command '
        if ($PSVersionTable.PSVersion -ge [version] "7.4") {
            Join-Path -Path $PSHOME -ChildPath pwsh
            $program = [Environment]::ProcessPath
            if ((Split-Path -Path $program -LeafBase) -eq "dotnet") { Split-Path -Path $program }
        }' 2>/dev/null
}

found=''
if command -v pwsh >/dev/null 2>&1; then
    found="$(shell_of pwsh)" || found=''
fi
# A tool is found from the folder of its manifest; the build itself keeps the caller's location, for the paths among its arguments.
if [ -z "$found" ] && (cd "$root" && dotnet tool restore) >/dev/null 2>&1; then
    found="$(cd "$root" && shell_of dotnet tool run pwsh)" || found=''
fi
if [ -z "$found" ]; then
    echo "ClaudeBatch takes PowerShell 7.4 or later; there is none on the path, and 'dotnet tool restore' brought none: https://aka.ms/install-powershell" >&2
    exit 1
fi

shell="$(printf '%s\n' "$found" | sed -n 1p)"
dotnet_folder="$(printf '%s\n' "$found" | sed -n 2p)"
if [ -n "$dotnet_folder" ]; then
    export DOTNET_ROOT="${DOTNET_ROOT:-$dotnet_folder}"
fi
exec "$shell" -NoProfile -File "$root/build.ps1" "$@"
