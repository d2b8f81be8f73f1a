# Times are local in the shell and UTC in files, and what is computed of them is computed in UTC.
BeforeDiscovery {
    # Windows takes its zone from the machine alone.
    $zones = $IsWindows ? @() : @('Asia/Tokyo', 'America/New_York', 'UTC')
}

BeforeAll {
    . "$PSScriptRoot/Support.ps1"

    # A parameter like -Since, which returns what the cmdlet would get.
    function Get-Moment {
        param([ClaudeBatch.TimeTransformationAttribute()] $T)
        "$T"
    }

    # Runs lines in a shell of another time zone, and gives back what they emit, as objects.
    function Invoke-InZone {
        param([string] $Zone, [string] $Ledger, [scriptblock] $Script, [object[]] $Argument = @())
        $all = {
            param($module, $ledger, $text, $arguments)
            $ErrorActionPreference = 'Stop'
            Import-Module -Name $module
            # A clock that stands where it is put, but for the real time: the file of ClockState.
            function Set-Clock([datetime] $to) {
                $null = New-Item -ItemType Directory -Force -Path "$ledger/emulator/service"
                $now = [datetime]::UtcNow
                $bytes = ($to.ToUniversalTime() - $now).Ticks, $now.Ticks, [BitConverter]::DoubleToInt64Bits(1) | ForEach-Object { [BitConverter]::GetBytes($_) }
                [IO.File]::WriteAllBytes("$ledger/emulator/service/time", $bytes)
            }
            function Connect([int] $latency) {
                Connect-ClaudeBatch -Emulator -LedgerPath $ledger -EmulatorPlan @{ Speed = 1; Latency = $latency }
            }
            function Send([string] $job) {
                'message' | New-ClaudeBatchRequest -Model claude-haiku-4-5 -MaxTokens 9 | Submit-ClaudeBatch -Job $job
            }
            & ([scriptblock]::Create($text)) @arguments
        }
        $before = $env:TZ
        try {
            $env:TZ = $Zone
            & $shellPath -NoProfile -NonInteractive -Command $all -args $modulePath, $Ledger, "$Script", $Argument
        }
        finally {
            $env:TZ = $before
        }
    }
}

Describe 'A time that is asked for' {
    It 'is <moment> where it is typed as <typed>' -ForEach @(
        @{ typed = '2h'; moment = '02:00:00' }
        @{ typed = '2d'; moment = '2.00:00:00' }
        @{ typed = "'90m'"; moment = '01:30:00' }
        @{ typed = '(New-TimeSpan -Days 1)'; moment = '1.00:00:00' }
        @{ typed = "'1.12:00:00'"; moment = '1.12:00:00' }
        @{ typed = "'2026-11-28T14:05Z'"; moment = '2026-11-28T14:05:00.0000000Z' }
        @{ typed = "'2026-11-28 14:05 +09:00'"; moment = '2026-11-28T05:05:00.0000000Z' }
        @{ typed = "([datetime]::new(2026, 11, 28, 14, 5, 0, [DateTimeKind]::Utc))"; moment = '2026-11-28T14:05:00.0000000Z' }
        @{ typed = "([datetimeoffset] '2026-11-28T14:05+02:00')"; moment = '2026-11-28T12:05:00.0000000Z' }
        @{ typed = "([datetime]::new(2026, 11, 28, 14, 5, 0, [DateTimeKind]::Utc).ToLocalTime())"; moment = '2026-11-28T14:05:00.0000000Z' }
    ) {
        & ([scriptblock]::Create("Get-Moment -T $typed")) | Should -BeExactly $moment
    }

    It 'is local where it does not say its zone' {
        Get-Moment -T '2026-11-28 14:05' | Should -BeExactly ([datetime] '2026-11-28 14:05').ToUniversalTime().ToString('o')
        Get-Moment -T ([datetime]::new(2026, 11, 28)) | Should -BeExactly ([datetime] '2026-11-28').ToUniversalTime().ToString('o')
    }

    It 'is refused where it is none: <_>' -ForEach "'yesterday'", '(2d)', '$null', "'28'", '-1' {
        if ($_ -eq "'28'") {
            # Not the 28th of this month: a number is seconds, as everywhere.
            Get-Moment -T '28' | Should -BeExactly '00:00:28'
        }
        else {
            { & ([scriptblock]::Create("Get-Moment -T $_")) } | Should -Throw -ExpectedMessage "*Or a time: (Get-Date).AddHours(-1)*"
        }
    }
}

Describe 'Times in <_>' -ForEach $zones {
    BeforeAll {
        $zone = $_
        $ledger = New-TestFolder
        $found = Invoke-InZone -Zone $zone -Ledger $ledger -Script {
            Connect -latency 1
            Set-Clock (Get-Date).AddHours(-3)
            $null = Send old
            Set-Clock (Get-Date)
            $null = Send new
            Set-Clock (Get-Date).AddSeconds(5)
            Get-ClaudeBatch | Get-ClaudeBatchResult | Out-Null
            $batches = Get-ClaudeBatch
            $path = Join-Path -Path $ledger -ChildPath 'batches.xml'
            $batches | Export-Clixml -Path $path
            $read = Import-Clixml -Path $path
            $times = @(Get-ClaudeBatch; Get-ClaudeBatchJob; Get-ClaudeBatchEvent; Get-ClaudeBatchModel)
            [pscustomobject]@{
                Offset      = [TimeZoneInfo]::Local.GetUtcOffset([datetime]::new(2026, 1, 1)).TotalHours
                Compared    = @(Get-ClaudeBatch | Where-Object CreatedAt -GT (Get-Date).AddHours(-1)).Job
                Later       = @(Get-ClaudeBatch | Where-Object CreatedAt -GT (Get-Date).AddHours(1)).Job
                Jobs        = @(Get-ClaudeBatchJob -Since 1h).Name
                JobsLocal   = @(Get-ClaudeBatchJob -Since (Get-Date).AddHours(-1)).Name
                JobsUtc     = @(Get-ClaudeBatchJob -Since ([datetime]::UtcNow.AddHours(-1))).Name
                Events      = @(Get-ClaudeBatchEvent -Kind Sealed -Since 1h).Job | Select-Object -Unique
                EventsOld   = @(Get-ClaudeBatchEvent -Kind Sealed -Before 1h).Job | Select-Object -Unique
                EventsAfter = @(Get-ClaudeBatchEvent -Kind Sealed -After (Get-Date).AddHours(-1)).Job | Select-Object -Unique
                Cost        = (Measure-ClaudeBatch -Since 1h)[-1].Requests, (Measure-ClaudeBatch -Since 2d)[-1].Requests
                Kinds       = @($times | ForEach-Object { $_.psobject.Properties.Value } | Where-Object { $_ -is [datetime] } | ForEach-Object { "$($_.Kind)" } | Select-Object -Unique)
                SameTimes   = $null -eq (Compare-Object -ReferenceObject $batches.CreatedAt -DifferenceObject $read.CreatedAt)
                ReadOnes    = @($read | Where-Object CreatedAt -GT (Get-Date).AddHours(-1) | Get-ClaudeBatch).Job
                Table       = ((Get-ClaudeBatchEvent -Job new)[0] | Out-String -Width 120).Trim().Split("`n")[-1].Substring(0, 16)
                Now         = (Get-Date).ToString('yyyy-MM-dd HH:mm'), (Get-Date).AddMinutes(-1).ToString('yyyy-MM-dd HH:mm')
            }
        }
    }

    It 'are those of the zone' {
        $found.Offset | Should -Be @{ 'Asia/Tokyo' = 9; 'America/New_York' = -5; 'UTC' = 0 }[$zone]
        $found.Kinds | Should -Be 'Local'
        $found.Table | Should -BeIn $found.Now
    }

    It 'find the last hour, and nothing else' {
        $found.Compared | Should -Be 'new'
        $found.Later | Should -BeNullOrEmpty
        foreach ($way in 'Jobs', 'JobsLocal', 'JobsUtc', 'Events', 'EventsAfter') {
            $found.$way | Should -Be 'new' -Because $way
        }
        $found.EventsOld | Should -Be 'old'
        $found.Cost | Should -Be 1, 2
    }

    It 'are the same times after Clixml, and their objects go on' {
        $found.SameTimes | Should -BeTrue
        $found.ReadOnes | Should -Be 'new'
    }
}

Describe 'Objects of a job of the shell' {
    It 'have the same times, and go on' {
        Connect-TestEmulator
        New-TestRequest | Submit-ClaudeBatch -Job carried | Wait-ClaudeBatch | Get-ClaudeBatchResult | Out-Null
        $ledger = (Get-ClaudeBatchConnection).LedgerPath
        $batch, $job = Start-Job -ScriptBlock {
            Import-Module -Name $using:modulePath
            Connect-ClaudeBatch -Emulator -LedgerPath $using:ledger
            Get-ClaudeBatch carried
            Get-ClaudeBatchJob carried
        } | Receive-Job -Wait -AutoRemoveJob
        $batch.CreatedAt | Should -Be (Get-ClaudeBatch carried).CreatedAt
        $batch.CreatedAt.Kind | Should -Be 'Local'
        $batch.Duration | Should -Be (Get-ClaudeBatch carried).Duration
        $job | Get-ClaudeBatchResult | Should -HaveCount 3
        $batch | Get-ClaudeBatchResult | Should -HaveCount 3
        Get-ClaudeBatchEvent -After $job.CreatedAt -Before ($batch.EndedAt + [timespan] '01:00') | Should -Not -BeNullOrEmpty
    }
}

Describe 'The hour that New York has twice' -Skip:$IsWindows {
    BeforeAll {
        $found = Invoke-InZone -Zone 'America/New_York' -Ledger (New-TestFolder) -Script {
            Connect -latency 3600
            Set-Clock ([datetime]::new(2026, 11, 1, 5, 30, 0, [DateTimeKind]::Utc))
            $null = Send first
            Set-Clock ([datetime]::new(2026, 11, 1, 6, 30, 10, [DateTimeKind]::Utc))
            $null = Send second
            Set-Clock ([datetime]::new(2026, 11, 1, 6, 45, 0, [DateTimeKind]::Utc))
            $batch = Get-ClaudeBatch -Job first
            $last = (Get-ClaudeBatchEvent -Job first | Where-Object Kind -EQ InProgress)[-1]
            $path = Join-Path -Path $ledger -ChildPath 'event.xml'
            $last | Export-Clixml -Path $path
            [pscustomobject]@{
                Hours    = @(Get-ClaudeBatch | ForEach-Object { $_.CreatedAt.ToString('HH:mm zzz') })
                LastHour = @(Get-ClaudeBatchJob -Since 1h).Name
                Two      = @(Get-ClaudeBatchJob -Since 2h).Name
                Events   = @(Get-ClaudeBatchEvent -Since 1h -Before 10m).Job | Select-Object -Unique
                After    = @(Get-ClaudeBatchEvent -After $last.At).Job | Select-Object -Unique
                AfterOld = @(Get-ClaudeBatchEvent -After (Import-Clixml -Path $path).At).Job | Select-Object -Unique
                Local    = [math]::Round(($batch.EndedAt - $batch.CreatedAt).TotalMinutes)
                Duration = [math]::Round($batch.Duration.TotalMinutes)
            }
        }
    }

    It 'is two hours' {
        $found.Hours | Should -Be '01:30 -04:00', '01:30 -05:00'
        $found.LastHour | Should -Be 'second'
        $found.Two | Should -Be 'first', 'second'
        $found.Events | Should -Be 'second'
    }

    It 'is told apart by an object''s time' {
        $found.After | Should -Contain 'second'
        $found.AfterOld | Should -Contain 'second'
    }

    It 'does no harm to a duration' {
        $found.Local | Should -Be 0
        $found.Duration | Should -Be 60
    }
}

Describe 'An export' -Skip:$IsWindows {
    It 'has the same bytes in every zone' {
        $ledger = New-TestFolder
        Invoke-InZone -Zone 'Asia/Tokyo' -Ledger $ledger -Script {
            Connect -latency 1
            Set-Clock (Get-Date)
            $noon = [datetime]::new(2026, 11, 28, 12, 0, 0, [DateTimeKind]::Utc)
            $rows = [pscustomobject]@{ Id = 1; At = $noon; Here = $noon.ToLocalTime(); There = [datetimeoffset] $noon.ToLocalTime() }
            $null = $rows | New-ClaudeBatchRequest -Model claude-haiku-4-5 -MaxTokens 9 -CustomId 'row-{{Id}}' -Prompt '{{Here}}' | Submit-ClaudeBatch -Job rows
            Set-Clock (Get-Date).AddSeconds(5)
            $null = Get-ClaudeBatchResult rows
        }
        $hashes = foreach ($zone in 'Asia/Tokyo', 'America/New_York', 'UTC') {
            Invoke-InZone -Zone $zone -Ledger $ledger -Argument $zone.Replace('/', '-') -Script {
                param($name)
                Connect -latency 1
                foreach ($format in 'csv', 'json', 'jsonl') {
                    $path = Join-Path -Path $ledger -ChildPath "$name.$format"
                    Get-ClaudeBatchResult rows | Export-ClaudeBatchResult -Path $path
                    "$format $((Get-FileHash -LiteralPath $path).Hash)"
                }
            }
        }
        $hashes | Should -HaveCount 9
        $hashes | Select-Object -Unique | Should -HaveCount 3
        $row = Import-Csv -LiteralPath (Join-Path -Path $ledger -ChildPath 'America-New_York.csv')
        $row.At, $row.Here, $row.There, $row.Text | Should -Be (@('2026-11-28T12:00:00.0000000Z') * 4)
    }
}
