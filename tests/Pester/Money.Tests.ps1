BeforeAll {
    . $PSScriptRoot/Support.ps1
}

Describe 'Measure-ClaudeBatch' {
    BeforeEach {
        Connect-TestEmulator
    }

    It 'tells what requests will cost, between two ends that hold what they cost then' {
        $requests = New-TestRequest -Count 50
        $estimate = $requests | Measure-ClaudeBatch
        $estimate.Model | Should -Be 'claude-haiku-4-5', 'Total'
        $estimate[1].Requests | Should -Be 50
        $estimate[1].Low | Should -BeOfType [decimal]
        $estimate[1].Basis | Should -Match '2 to 6'
        $estimate[1].HighOutputTokens | Should -Be 5000
        $requests | Submit-ClaudeBatch -Job measured | Wait-ClaudeBatch | Get-ClaudeBatchResult | Out-Null
        $cost = (Measure-ClaudeBatch -Job measured | Where-Object Model -EQ 'Total').Cost
        $cost | Should -BeGreaterThan $estimate[1].Low
        $cost | Should -BeLessThan $estimate[1].High
        (Get-ClaudeBatchJob measured).EstimatedCost | Should -Be $estimate[1].High
    }

    It 'has the service count a sample, and narrows the ends to it' {
        $requests = New-TestRequest -Count 50
        $rough = ($requests | Measure-ClaudeBatch)[1]
        $counted = ($requests | Measure-ClaudeBatch -CountTokens 5)[1]
        $counted.Basis | Should -Match 'for 5 of 50 requests'
        $counted.LowInputTokens | Should -BeGreaterThan $rough.LowInputTokens
        $counted.HighInputTokens | Should -BeLessThan $rough.HighInputTokens
        $counted.High | Should -BeLessThan $rough.High
    }

    It 'takes a cached prefix as read at the low end, and as written for an hour at the high one' {
        $shared = @{ Model = 'claude-haiku-4-5'; MaxTokens = 10; System = 'word ' * 5000; Prompt = 'x'; CustomId = 'a' }
        $plain = (New-ClaudeBatchRequest @shared | Measure-ClaudeBatch)[1]
        $cached = (New-ClaudeBatchRequest @shared -CacheSystem | Measure-ClaudeBatch)[1]
        $cached.Low | Should -BeLessThan ($plain.Low / 5)
        $cached.High | Should -BeGreaterThan ($plain.High * 1.8)
    }

    It 'tells what a job cost, and what was saved' {
        New-TestRequest -Count 20 | Submit-ClaudeBatch -Job cost | Wait-ClaudeBatch | Get-ClaudeBatchResult | Out-Null
        $report = Measure-ClaudeBatch -Job cost
        $report.Model | Should -Be 'claude-haiku-4-5-20251001', 'Total'
        # By hand: half of a dollar a million tokens in, of five out.
        $report[0].Cost | Should -Be ([decimal] (($report[0].InputTokens * 0.5 + $report[0].OutputTokens * 2.5) / 1000000))
        $report[1].StandardCost | Should -Be (2 * $report[1].Cost)
        $report[1].SavedByBatch | Should -Be $report[1].Cost
        $report[1].CacheReadRatio | Should -Be 0
        Get-ClaudeBatchJob cost | Measure-ClaudeBatch | ForEach-Object Cost | Should -Be $report.Cost
        Get-ClaudeBatch -Job cost | Measure-ClaudeBatch | ForEach-Object Cost | Should -Be $report.Cost
    }

    It 'sums all jobs of the ledger with -Since' {
        'one', 'two' | ForEach-Object { New-TestRequest -Count 5 | Submit-ClaudeBatch -Job $_ | Wait-ClaudeBatch | Get-ClaudeBatchResult | Out-Null }
        $both = Measure-ClaudeBatch -Since (Get-Date).AddHours(-1)
        $both[-1].Requests | Should -Be 10
        $both[-1].Cost | Should -Be ((Get-ClaudeBatchJob | Measure-Object -Property Cost -Sum).Sum)
        Measure-ClaudeBatch -Since (Get-Date).AddYears(1) | Should -BeNullOrEmpty
    }

    It 'knows no price as no cost, and warns' {
        $report = New-ClaudeBatchRequest -Model claude-mythos-preview -MaxTokens 10 -Prompt x -CustomId a |
            Measure-ClaudeBatch -WarningVariable warned -WarningAction SilentlyContinue
        $report.High | Where-Object { $null -ne $_ } | Should -BeNullOrEmpty
        $warned.Message | Should -Match "'claude-mythos-preview' has no price here"
    }
}

Describe 'Submit-ClaudeBatch -MaxCost' {
    BeforeEach {
        Connect-TestEmulator
    }

    It 'refuses before anything is sent, and tells both ends' {
        $estimate = (New-TestRequest -Count 50 | Measure-ClaudeBatch)[1]
        { New-TestRequest -Count 50 | Submit-ClaudeBatch -Job dear -MaxCost 0.001 } |
            Should -Throw "*between `$$($estimate.Low.ToString('0.00####', [cultureinfo]::InvariantCulture)) and `$$($estimate.High.ToString('0.00####', [cultureinfo]::InvariantCulture))*" -ErrorId 'BudgetExceeded,*'
        Get-ClaudeBatch | Should -BeNullOrEmpty
        (Get-ClaudeBatchJob dear).Message | Should -Match 'MaxCost'
        $batch = New-TestRequest -Count 50 | Submit-ClaudeBatch -Job dear -MaxCost 1
        $batch.State | Should -Be 'InProgress'
        (Get-ClaudeBatchJob dear).Message | Should -BeNullOrEmpty
    }

    It 'refuses a model whose price is not known' {
        { New-ClaudeBatchRequest -Model claude-mythos-preview -MaxTokens 10 -Prompt x -CustomId a | Submit-ClaudeBatch -Job unknown -MaxCost 5 } |
            Should -Throw "*'claude-mythos-preview'*" -ErrorId 'BudgetExceeded,*'
    }

    It 'looks at what would be sent, not at what the job has already' {
        New-TestRequest -Count 50 | Submit-ClaudeBatch -Job again | Out-Null
        New-TestRequest -Count 50 | Submit-ClaudeBatch -Job again -MaxCost 0 | ForEach-Object State | Should -Be 'InProgress'
    }
}
