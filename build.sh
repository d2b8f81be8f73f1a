#!/bin/sh
# ClaudeBatch from any POSIX shell: demo | test | bench | package.
# Hands over to build.ps1 where PowerShell 7.4+ is on the path or 'dotnet tool restore' brings it;
# else runs what the .NET SDK alone can, and says what was not run.
set -eu
cd "$(dirname "$0")"
task="${1:-test}"

find_pwsh() {
    if command -v pwsh >/dev/null 2>&1; then
        echo pwsh
    elif dotnet tool restore >/dev/null 2>&1 && dotnet tool run pwsh -NoProfile -Command exit >/dev/null 2>&1; then
        echo 'dotnet tool run pwsh'
    fi
}

build() {
    log="$(mktemp)"
    if ! dotnet build ClaudeBatch.sln --nologo -v quiet >"$log" 2>&1; then
        cat "$log"
        rm -f "$log"
        exit 1
    fi
    rm -f "$log"
}

# Sums the counts of 'dotnet test', whose last line a project is: Passed!  - Failed: 0, Passed: 37, Skipped: 0, ...
sum_tests() {
    awk '/Failed: *[0-9]+, Passed: *[0-9]+/ {
             gsub(",", "")
             for (i = 1; i < NF; i++) {
                 if ($i == "Failed:") failed += $(i + 1)
                 if ($i == "Passed:") passed += $(i + 1)
                 if ($i == "Skipped:") skipped += $(i + 1)
             }
         }
         END { printf "%d passed, %d failed, %d skipped\n", passed, failed, skipped }' "$1"
}

test_with_sdk() {
    log="$(mktemp)"
    code=0
    dotnet test ClaudeBatch.sln --no-build --nologo >"$log" 2>&1 || code=$?
    cat "$log"
    echo 'Not run: the Pester tests; there is no PowerShell on the path and none to restore.'
    sum_tests "$log"
    rm -f "$log"
    exit "$code"
}

pwsh="$(find_pwsh)"
case "$task" in
    demo | test | bench | package)
        if [ -n "$pwsh" ]; then
            [ $# -eq 0 ] || shift
            exec $pwsh -NoProfile -File ./build.ps1 "$task" "$@"
        fi
        ;;
    *)
        echo "Usage: ./build.sh demo|test|bench|package" >&2
        exit 2
        ;;
esac

build
case "$task" in
    demo)
        echo 'There is no PowerShell here; this is the same job on the engine, from docs/examples/EngineDemo.'
        exec dotnet run --project docs/examples/EngineDemo --no-restore -- docs/examples
        ;;
    test) test_with_sdk ;;
    bench)
        echo 'There is no PowerShell here; the engine alone is measured.'
        [ $# -eq 0 ] || shift
        exec dotnet run --project tests/Benchmarks --configuration Release -- run "$@"
        ;;
    *)
        echo "'$task' takes PowerShell 7.4 or later: https://aka.ms/install-powershell" >&2
        exit 1
        ;;
esac
