# A duration is what was typed, or an error: never another one.
BeforeAll {
    . "$PSScriptRoot/Support.ps1"

    # A parameter like -Timeout and -OlderThan, which returns what the cmdlet would get.
    function Get-Typed {
        param([ClaudeBatch.Pipeline.DurationTransformationAttribute()] $D)
        $D
    }
}

Describe 'A duration' {
    It 'is what was typed: <typed>' -ForEach @(
        @{ typed = '30'; seconds = 30 }
        @{ typed = '1.5'; seconds = 1.5 }
        @{ typed = '1e3'; seconds = 1000 }
        @{ typed = '2147483648'; seconds = 2147483648 }
        @{ typed = '30s'; seconds = 30 }
        @{ typed = '30S'; seconds = 30 }
        @{ typed = '15m'; seconds = 900 }
        @{ typed = '12h'; seconds = 43200 }
        @{ typed = '1.5h'; seconds = 5400 }
        @{ typed = '30d'; seconds = 2592000 }
        @{ typed = '30D'; seconds = 2592000 }
        @{ typed = '0.5d'; seconds = 43200 }
        @{ typed = '2w'; seconds = 1209600 }
        @{ typed = '0'; seconds = 0 }
        @{ typed = '"30"'; seconds = 30 }
        @{ typed = '"30d"'; seconds = 2592000 }
        @{ typed = '"30 d"'; seconds = 2592000 }
        @{ typed = '"1.12:00:00"'; seconds = 129600 }
        @{ typed = '1.12:00:00'; seconds = 129600 }
        @{ typed = '(New-TimeSpan -Days 30)'; seconds = 2592000 }
        @{ typed = '([timespan] "00:01:30")'; seconds = 90 }
        @{ typed = '(30)'; seconds = 30 }
        @{ typed = '(30.5)'; seconds = 30.5 }
        @{ typed = '([long] 30)'; seconds = 30 }
    ) {
        (& ([scriptblock]::Create("Get-Typed -D $typed"))).TotalSeconds | Should -Be $seconds
    }

    It 'is refused where it cannot be known what was meant, or is none: <typed>' -ForEach @(
        @{ typed = '(30d)'; words = "*Decimal*write '30d' in quotes, or (New-TimeSpan -Days 30)*" }
        @{ typed = '(30s)'; words = "*Int16*write '30d' in quotes*" }
        @{ typed = '([float] 30)'; words = '*Single*' }
        @{ typed = '30kb'; words = "*'30kb' is no duration. Write a number with its unit (30s, 15m, 12h, 30d, 2w)*" }
        @{ typed = '30mb'; words = '*is no duration*' }
        @{ typed = '30n'; words = '*is no duration*' }
        @{ typed = '5y'; words = '*is no duration*' }
        @{ typed = '3uy'; words = '*is no duration*' }
        @{ typed = '30l'; words = '*is no duration*' }
        @{ typed = '0x10'; words = '*is no duration*' }
        @{ typed = '"a month"'; words = '*is no duration*' }
        @{ typed = '""'; words = '*is no duration*' }
        @{ typed = 'd'; words = '*is no duration*' }
        @{ typed = '$true'; words = '*is no duration*' }
        @{ typed = '$null'; words = '*is no duration*' }
        @{ typed = '(1, 2)'; words = '*is no duration*' }
        @{ typed = '(Get-Date)'; words = '*is no duration*' }
        @{ typed = '-30'; words = '*is negative*' }
        @{ typed = '"-1.00:00:00"'; words = '*is negative*' }
        @{ typed = '(New-TimeSpan -Days -1)'; words = '*is negative*' }
        @{ typed = '40000d'; words = '*more than 36500 days*' }
        @{ typed = '1e300'; words = '*more than 36500 days*' }
        @{ typed = '([timespan]::MaxValue)'; words = '*more than 36500 days*' }
    ) {
        { & ([scriptblock]::Create("Get-Typed -D $typed")) } | Should -Throw -ExpectedMessage $words
    }

    It 'is refused as a suffix that a variable or a splatted table has lost' {
        $age = 30d
        $table = @{ D = 30d }
        { Get-Typed -D $age } | Should -Throw -ExpectedMessage '*Decimal*'
        { Get-Typed @table } | Should -Throw -ExpectedMessage '*Decimal*'
        $age = '30d'
        $table = @{ D = '30d' }
        (Get-Typed -D $age).Days | Should -Be 30
        (Get-Typed @table).Days | Should -Be 30
    }

    It 'is read the same in every culture' {
        $culture = [cultureinfo]::CurrentCulture
        try {
            [cultureinfo]::CurrentCulture = 'de-DE'
            (Get-Typed -D 1.5h).TotalMinutes | Should -Be 90
            (Get-Typed -D 1.5).TotalSeconds | Should -Be 1.5
            (Get-Typed -D (1.5)).TotalSeconds | Should -Be 1.5
        }
        finally {
            [cultureinfo]::CurrentCulture = $culture
        }
    }

    It 'is taken by every parameter that is one' {
        $untaken = foreach ($command in Get-Command -Module ClaudeBatch) {
            $command.Parameters.Values | Where-Object -Property ParameterType -In ([timespan], [nullable[timespan]]) |
                Where-Object { $_.Attributes.TypeId.Name -notcontains 'DurationTransformationAttribute' }
        }
        $untaken | Should -BeNullOrEmpty
    }
}

Describe 'Remove-ClaudeBatchJob -OlderThan' {
    BeforeEach {
        Connect-TestEmulator
        New-TestRequest | Submit-ClaudeBatch -Job first | Wait-ClaudeBatch | Get-ClaudeBatchResult | Out-Null
        New-TestRequest | Submit-ClaudeBatch -Job second | Wait-ClaudeBatch | Get-ClaudeBatchResult | Out-Null
    }

    It 'takes days for days' {
        Move-TestClock -By 20.00:00:00
        Remove-ClaudeBatchJob -OlderThan 30d
        @(Get-ClaudeBatchResult -Job first).Count | Should -Be 3
        Remove-ClaudeBatchJob -OlderThan 2w
        Get-ClaudeBatchResult -Job first -ErrorAction SilentlyContinue | Should -BeNullOrEmpty
    }

    It 'says which jobs, how many answers and how old, and removes nothing under -WhatIf' {
        Move-TestClock -By 20.00:00:00
        $said = Remove-ClaudeBatchJob -OlderThan 2w -WhatIf 6>&1
        "$said" | Should -Be '2 jobs with 6 answers; the youngest was last changed 20 days ago.'
        @(Get-ClaudeBatchResult -Job first).Count | Should -Be 3
    }

    It 'takes what is younger than an hour only with -Force' {
        Remove-ClaudeBatchJob -OlderThan 0s -ErrorAction SilentlyContinue -ErrorVariable young
        $young.FullyQualifiedErrorId | Should -BeLike 'JobTooYoung,*'
        $young[0].Exception.Message | Should -BeLike "Job 'first' was last changed * ago; -OlderThan takes what is younger than an hour only with -Force."
        @(Get-ClaudeBatchResult -Job first).Count | Should -Be 3
        Remove-ClaudeBatchJob -OlderThan 0s -Force
        Get-ClaudeBatchResult -Job first -ErrorAction SilentlyContinue | Should -BeNullOrEmpty
    }
}

Describe 'Wait-ClaudeBatch -Timeout 0' {
    It 'looks once' {
        Connect-TestEmulator -Plan @{ Latency = 3600 }
        $batch = New-TestRequest | Submit-ClaudeBatch -Job slow
        $batch | Wait-ClaudeBatch -Timeout 0 -ErrorAction SilentlyContinue -ErrorVariable late | Should -BeNullOrEmpty
        $late[0].FullyQualifiedErrorId | Should -BeLike 'WaitTimedOut,*'
    }
}
