# What every test file starts with: the built module, and small ways to a rehearsal.
$modulePath = Join-Path -Path $PSScriptRoot -ChildPath '../../out/ClaudeBatch/ClaudeBatch.psd1'
Import-Module -Name $modulePath -Force

# The shell that runs the tests, by its own file: 'pwsh' may be a .NET tool's, which starts dotnet, or another one altogether.
$shellPath = Join-Path -Path $PSHOME -ChildPath ($IsWindows ? 'pwsh.exe' : 'pwsh')

foreach ($name in 'ANTHROPIC_API_KEY', 'ANTHROPIC_AUTH_TOKEN', 'ANTHROPIC_BASE_URL', 'CLAUDEBATCH_HOME') {
    [Environment]::SetEnvironmentVariable($name, $null)
}

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
