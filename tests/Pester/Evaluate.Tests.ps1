BeforeAll {
    . $PSScriptRoot/Support.ps1
    # What scikit-learn and statsmodels say of the real messages' labels and two imitated models.
    $theirs = Get-Content -LiteralPath "$PSScriptRoot/../ClaudeBatch.Core.Tests/Measures/expected/evaluation.json" -Raw | ConvertFrom-Json

    # Sends rows, each with its right label, as a job whose answers are given by row.
    function Send-Labeled {
        param([string] $Job, [object[]] $Row, [scriptblock] $Answer, [hashtable] $Plan = @{}, [string] $LedgerPath = $ledger, [switch] $Submit)
        $answers = @{}
        $Row | ForEach-Object { $answers["row-$($_.Id)"] = & $Answer $_ }
        Connect-TestEmulator -LedgerPath $LedgerPath -Plan ($Plan + @{ Answers = $answers })
        $requests = $Row | New-ClaudeBatchRequest -Model claude-haiku-4-5 -MaxTokens 100 -CustomId 'row-{{Id}}' -Prompt 'Label {{Id}}'
        if ($Submit) {
            $requests | Submit-ClaudeBatch -Job $Job -InformationAction Ignore | Out-Null
        }
        else {
            $requests | Submit-ClaudeBatch -Job $Job -InformationAction Ignore | Wait-ClaudeBatch -WarningAction Ignore -InformationAction Ignore |
                Get-ClaudeBatchResult -WarningAction Ignore -InformationAction Ignore | Out-Null
        }
    }

    # Runs a line and gives its error, which is one, and of no object.
    function Get-OneError([scriptblock] $Line) {
        $ErrorActionPreference = 'Continue'
        $given = @(& { try { & $Line } catch { $_ } } 2>&1)
        $given | Should -HaveCount 1
        $given[0] | Should -BeOfType ([Management.Automation.ErrorRecord])
        $given[0]
    }
}

Describe 'Measure-ClaudeBatchResult on the real messages' {
    BeforeAll {
        $ledger = New-TestFolder
        $rows = $theirs.rows | ForEach-Object -Begin { $i = 0 } -Process { [pscustomobject] @{ Id = ++$i; category = $_.expected; haiku = $_.haiku; sonnet = $_.sonnet; side = @('even', 'odd')[$i % 2] } }
        Send-Labeled -Job haiku -Row $rows -Answer { param($r) @{ label = $r.haiku } }
        # The same labels, written in another way.
        Send-Labeled -Job sonnet -Row $rows -Answer { param($r) $r.sonnet ? @{ label = " $($r.sonnet.ToUpperInvariant())`n" } : @{ label = '' } }
        $both = Measure-ClaudeBatchResult -Job haiku, sonnet -Expected category -WarningVariable told -WarningAction SilentlyContinue
    }

    It 'takes numbers that are equal for one label, whichever zeros stand behind them' {
        $said = '1.0', '2', '3.00', '4e0', '0.5', '0.50', '7'
        $schema = @{ type = 'object'; properties = @{ score = @{ type = 'number' } }; required = @('score'); additionalProperties = $false }
        $rows = "Id,Score`n0,1`n1,2`n2,3`n3,4`n4,0.5`n5,0.5`n6,6" | ConvertFrom-Csv
        foreach ($job in 'text', 'number') {
            Connect-TestEmulator -LedgerPath ($ledger ??= New-TestFolder) -Plan @{ Answers = { '{"score":' + $said[[int] $_.CustomId.Split('-')[1]] + '}' }.GetNewClosure() }
            if ($job -eq 'number') { $rows | ForEach-Object { $_.Score = [double] $_.Score } }
            $null = $rows | New-ClaudeBatchRequest -Model claude-haiku-4-5 -MaxTokens 50 -CustomId 'r-{{Id}}' -Prompt '{{Id}}' -OutputSchema $schema | Invoke-ClaudeBatch -Job $job 6>$null
            $measured = Measure-ClaudeBatchResult -Job $job -Expected Score
            $measured.Correct, $measured.Rows | Should -Be 6, 7
            $measured.Labels.Label | Sort-Object | Should -Be '0.5', '1', '2', '3', '4', '6', '7'
            (Measure-ClaudeBatchResult -Job $job -Expected Score -Actual { $_.Output.score }).Correct | Should -Be 6
        }
        (Compare-ClaudeBatchResult -Job text, number -IncludeEqual).IsEqual | Should -Not -Contain $false
    }

    It 'says of <_> what scikit-learn and statsmodels say' -ForEach 'haiku', 'sonnet' {
        $ours = $both | Where-Object Job -EQ $_
        $their = $theirs.jobs.$_
        $ours.Rows | Should -Be 190
        $ours.Answered, $ours.Unparsable, $ours.Unanswered, $ours.Unlabeled | Should -Be $their.answered, (190 - $their.answered), 0, 0
        $ours.Correct | Should -Be $their.correct
        foreach ($pair in @('Accuracy', 'accuracy'), @('AccuracyLow', 'low'), @('AccuracyHigh', 'high'), @('MacroF1', 'macroF1'), @('WeightedF1', 'weightedF1')) {
            $ours.($pair[0]) | Should -BeGreaterThan ($their.($pair[1]) - 1e-12) -Because $pair[0]
            $ours.($pair[0]) | Should -BeLessThan ($their.($pair[1]) + 1e-12) -Because $pair[0]
        }
        $ours.Labels.Label | Should -Be $their.labels.label
        $ours.Labels.Support | Should -Be $their.labels.support
        $ours.Labels.F1.ForEach({ '{0:0.000000000}' -f $_ }) | Should -Be $their.labels.f1.ForEach({ '{0:0.000000000}' -f $_ })
        $ours.Confusion.ForEach({ "$($_.Expected) $($_.Actual) $($_.Count)" }) | Sort-Object |
            Should -Be ($their.confusion.ForEach({ "$($_.expected) $($_.actual) $($_.count)" }) | Sort-Object)
        ($ours.Confusion | Where-Object Actual -EQ $null).Reason | Select-Object -Unique | Should -Be 'Unparsable'
    }

    It 'puts the jobs beside each other, each against the other' {
        $against = $both[0].Against[0]
        $against.Job, $both[1].Against[0].Job | Should -Be 'sonnet', 'haiku'
        $against.Rows, $against.OnlyThis, $against.OnlyOther | Should -Be $theirs.against.rows, $theirs.against.onlyHaiku, $theirs.against.onlySonnet
        foreach ($pair in @('Agreement', 'agreement'), @('Kappa', 'kappa'), @('McNemarP', 'p')) {
            [Math]::Abs($against.($pair[0]) - $theirs.against.($pair[1])) | Should -BeLessThan 1e-12 -Because $pair[0]
        }
    }

    It 'says what the job cost, and what a right answer did' {
        $cost = (Measure-ClaudeBatch -Job haiku)[-1].Cost
        $both[0].Cost | Should -Be $cost
        $both[0].CostPerCorrect | Should -Be ([decimal]::Round($cost / $both[0].Correct, 12))
        $told | Should -BeNullOrEmpty
    }

    It 'takes a field, a script block, and case where it is asked to' {
        foreach ($actual in 'label', 'LABEL', { $_.Output.label }) {
            (Measure-ClaudeBatchResult haiku, sonnet -Expected category -Actual $actual).Correct | Should -Be $both.Correct -Because "$actual"
        }
        (Measure-ClaudeBatchResult haiku, sonnet -Expected Category -CaseSensitive).Correct | Should -Be $both[0].Correct, 0
        (Measure-ClaudeBatchResult sonnet -Expected { $_.Source.category.Substring(0, 2) } -Actual { $_.Output.label.Trim() -replace '(?<=^..).*' }).Correct |
            Should -BeGreaterOrEqual $both[1].Correct
    }

    It 'measures groups apart, which add up' {
        $groups = Measure-ClaudeBatchResult haiku, sonnet -Expected category -GroupBy side
        $groups.ForEach({ "$_" }) | Should -Be 'haiku, even', 'haiku, odd', 'sonnet, even', 'sonnet, odd'
        ($groups | Where-Object Job -EQ haiku | Measure-Object -Property Correct -Sum).Sum | Should -Be $both[0].Correct
        ($groups | Where-Object Job -EQ haiku | ForEach-Object { $_.Against.Rows } | Measure-Object -Sum).Sum | Should -Be $theirs.against.rows
        ($groups[0].Cost + $groups[1].Cost) | Should -Be $both[0].Cost
    }

    It 'has no figures of right and wrong where nothing is expected, and still says how far jobs agree' {
        $bare = Get-ClaudeBatchJob haiku, sonnet | Measure-ClaudeBatchResult
        $bare.Answered | Should -Be $both.Answered
        foreach ($figure in 'Correct', 'Accuracy', 'AccuracyLow', 'AccuracyHigh', 'MacroF1', 'WeightedF1', 'CostPerCorrect') {
            $bare[0].$figure | Should -BeNullOrEmpty -Because $figure
        }
        $bare[0].Labels.Count + $bare[0].Confusion.Count | Should -Be 0
        $bare[0].Against[0].Kappa | Should -Be $both[0].Against[0].Kappa
        $bare[0].Against[0].McNemarP | Should -BeNullOrEmpty
    }

    It 'is shown in 80 columns, and comes whole through Clixml' {
        foreach ($shown in $both, $both[0].Labels, $both[0].Confusion, $both[0].Against) {
            $lines = ($shown | Out-String -Width 80).Trim() -split '\r?\n' | Where-Object { $_ -notmatch '^( *This: haiku)?$' }
            $lines.Count | Should -Be (2 + @($shown).Count)
            ($lines | Measure-Object -Property Length -Maximum).Maximum | Should -BeLessOrEqual 80
        }
        $both | Export-Clixml -LiteralPath ($file = New-TestFolder) -Depth 3
        (Import-Clixml -LiteralPath $file)[0].Labels[0].Precision | Should -Be $both[0].Labels[0].Precision
    }

    It 'gives the rows that differ side by side, or all, as CSV can keep them' {
        $differ = @(Compare-ClaudeBatchResult haiku, sonnet)
        $expected = @($rows | Where-Object { $_.haiku -ne $_.sonnet })
        $differ.Id | Should -Be $expected.Id.ForEach({ "$_" })
        $differ[0].PSObject.Properties.Name | Should -Be 'CustomId', 'haiku', 'sonnet', 'haiku.Status', 'sonnet.Status', 'Id', 'category', 'Source.haiku', 'Source.sonnet', 'side'
        $differ.sonnet.Where({ $_ }) | Should -BeExactly $expected.sonnet.Where({ $_ }).ForEach({ $_.ToUpperInvariant() })
        @(Compare-ClaudeBatchResult haiku, sonnet -CaseSensitive).Count | Should -BeGreaterThan $differ.Count

        $all = @(Compare-ClaudeBatchResult haiku, sonnet -IncludeEqual)
        $all.CustomId | Should -Be $rows.Id.ForEach({ "row-$_" })
        @($all | Where-Object IsEqual).Count | Should -Be (190 - $differ.Count)
        $all | Export-Csv -LiteralPath ($file = New-TestFolder)
        (Import-Csv -LiteralPath $file | Where-Object IsEqual -EQ False).category | Should -Be $expected.category
        ($differ | Out-String -Width 80).Trim() -split '\r?\n' | Select-Object -First 1 | Should -Match '^CustomId +haiku +sonnet +\S+$'
    }
}

Describe 'Jobs that are not as they should be' {
    BeforeAll {
        $ledger = New-TestFolder
        $rows = 1..20 | ForEach-Object { [pscustomobject] @{ Id = $_; category = @('yes', 'no')[$_ % 2]; Note = "n$_" } }
        $right = { param($r) @{ label = $r.category; why = "because of $($r.Id)" } }
        Send-Labeled -Job whole -Row $rows -Answer $right
    }

    It 'names the columns where one is not there' {
        $problem = Get-OneError { Measure-ClaudeBatchResult whole -Expected kategory -Actual label }
        $problem.FullyQualifiedErrorId | Should -BeLike 'ColumnNotFound,*'
        "$problem" | Should -Be "No row of job 'whole' has a column 'kategory', as -Expected wants. They have Id, category, Note."
        (Get-OneError { Measure-ClaudeBatchResult whole -Expected category -Actual label -GroupBy group }).FullyQualifiedErrorId | Should -BeLike 'ColumnNotFound,*'
    }

    It 'names the fields where one is not there, or none was named and there are several' {
        $problem = Get-OneError { Measure-ClaudeBatchResult whole -Expected category -Actual lable }
        $problem.FullyQualifiedErrorId | Should -BeLike 'FieldNotFound,*'
        "$problem" | Should -Be "No answer has a field 'lable', as -Actual wants. They have label, why."
        $problem = Get-OneError { Measure-ClaudeBatchResult whole -Expected category }
        $problem.FullyQualifiedErrorId | Should -BeLike 'FieldNotNamed,*'
        "$problem" | Should -Be 'The answers have several fields: label, why. Name the one that has the label: -Actual label.'
        (Get-OneError { Compare-ClaudeBatchResult whole, whole -Actual lable }).FullyQualifiedErrorId | Should -BeLike 'JobsTooFew,*'
    }

    It 'tells a script block that fails, and a job that is not there' {
        Measure-ClaudeBatchResult whole -Expected category -Actual { $_.category } -WarningVariable said -WarningAction Ignore | Out-Null
        $said | Where-Object { "$_" -like "*-Actual gave no label for any of the * answers of job 'whole'*`$_.Source.Name." } | Should -HaveCount 1
        (Get-OneError { Measure-ClaudeBatchResult whole -Expected category -Actual { throw 'no idea' } }).FullyQualifiedErrorId | Should -BeLike 'ScriptBlockFailed,*'
        (Get-OneError { Measure-ClaudeBatchResult whole -Expected { break } }).FullyQualifiedErrorId | Should -BeLike 'ScriptBlockFailed,*'
        (Get-OneError { Measure-ClaudeBatchResult whole -Expected 'category.' }).FullyQualifiedErrorId | Should -Not -BeLike '*PSArgument*'
        (Get-OneError { Measure-ClaudeBatchResult none -Expected category }).FullyQualifiedErrorId | Should -BeLike 'JobNotFound,*'
    }

    It 'leaves out rows without a label, counts them, and says so once' {
        $some = $rows | ForEach-Object { $row = $_.PSObject.Copy(); if ($row.Id -le 3) { $row.category = ' ' } elseif ($row.Id -eq 4) { $row.PSObject.Properties.Remove('category') }; $row }
        Send-Labeled -Job gaps -Row $some -Answer { param($r) @{ label = $rows[$r.Id - 1].category } }
        $gaps = Measure-ClaudeBatchResult gaps -Expected category -WarningVariable told -WarningAction SilentlyContinue
        $gaps.Rows, $gaps.Unlabeled, $gaps.Correct, $gaps.Accuracy | Should -Be 16, 4, 16, 1
        $told | Should -HaveCount 1
        "$told" | Should -Be "4 of 20 rows of job 'gaps' have no label in column 'category'; they are left out."
    }

    It 'counts as wrong what has no answer or no label, each apart' {
        Send-Labeled -Job failed -Row $rows -Plan @{ Errored = 0.3; Seed = 4 } -Answer { param($r) $r.Id % 5 ? @{ label = $r.category } : 'I cannot say.' }
        $failed = @(Get-ClaudeBatchResult -Job failed -Status Errored)
        $failed.Count | Should -BeGreaterThan 0
        $measured = Measure-ClaudeBatchResult failed -Expected category -Actual label
        $measured.Rows, $measured.Unanswered | Should -Be 20, $failed.Count
        $measured.Unparsable | Should -Be @(1..20 | Where-Object { $_ % 5 -eq 0 -and "row-$_" -notin $failed.CustomId }).Count
        $measured.Answered + $measured.Unanswered + $measured.Unparsable | Should -Be 20
        $measured.Accuracy | Should -Be ($measured.Correct / 20)
        $measured.Correct | Should -Be $measured.Answered
        $beside = @(Compare-ClaudeBatchResult whole, failed -Actual label)
        ($beside | Where-Object 'failed.Status' -EQ 'Errored').CustomId | Should -Be $failed.CustomId
        $beside.Count | Should -Be (20 - $measured.Answered)
    }

    It 'counts a cut answer as without a label' {
        $short = $rows | New-ClaudeBatchRequest -Model claude-haiku-4-5 -MaxTokens 2 -CustomId 'row-{{Id}}' -Prompt 'yes or no, or anything that is too long' -WarningAction Ignore
        Connect-TestEmulator -LedgerPath $ledger
        $short | Invoke-ClaudeBatch -Job cut -WarningAction Ignore -InformationAction Ignore | Out-Null
        @(Get-ClaudeBatchResult -Job cut -Status Incomplete).Count | Should -Be 20
        $cut = Measure-ClaudeBatchResult cut -Expected category
        $cut.Unparsable, $cut.Correct, $cut.MacroF1 | Should -Be 20, 0, 0
        (Compare-ClaudeBatchResult whole, cut)[0].'cut.Status' | Should -Be 'Incomplete'
    }

    It 'says of jobs without a common row that they have none' {
        Send-Labeled -Job others -Row ($rows | ForEach-Object { $row = $_.PSObject.Copy(); $row.Id += 100; $row }) -Answer $right
        $both = Measure-ClaudeBatchResult whole, others -Expected category -Actual label -WarningVariable told -WarningAction SilentlyContinue
        $both.Accuracy | Should -Be 1, 1
        $both[0].Against.Rows, $both[0].Against.Kappa | Should -Be 0, $null
        $told | Should -HaveCount 1
        "$told" | Should -BeLike "Jobs 'whole' and 'others' have no row in common*custom id*"
        $rest = @(Compare-ClaudeBatchResult whole, others -Actual label -WarningVariable told -WarningAction SilentlyContinue)
        $rest.Count | Should -Be 40
        $told | Should -HaveCount 1
        $rest[39].whole, $rest[39].'whole.Status', $rest[39].others | Should -Be $null, $null, 'yes'
    }

    It 'measures what has ended of a job that is not finished, and says what has not' {
        $path = New-TestFolder
        Send-Labeled -Job running -Row $rows -Answer $right -LedgerPath $path -Submit -Plan @{ Latency = [timespan] '10:00:00' }
        $running = Measure-ClaudeBatchResult running -Expected category -Actual label -WarningVariable told -WarningAction SilentlyContinue
        $running.Rows, $running.Accuracy, $running.MacroF1 | Should -Be 0, $null, $null
        $told | Should -HaveCount 1
        "$told" | Should -Be "Job 'running' is not finished: 20 of its 20 requests have no answer yet, and are not counted."
    }

    It 'collects what has ended, as Get-ClaudeBatchResult does' {
        Send-Labeled -Job ended -Row $rows -Answer $right -Submit
        Wait-ClaudeBatch -Job ended -InformationAction Ignore | Out-Null
        (Measure-ClaudeBatchResult ended -Expected category -Actual label -InformationAction Ignore).Accuracy | Should -Be 1
        (Get-ClaudeBatch -Job ended).State | Should -Be 'Collected'
    }

    It 'is one error where the answers were removed' {
        Send-Labeled -Job removed -Row $rows -Answer $right
        Remove-ClaudeBatchJob removed -Confirm:$false -InformationAction Ignore -WarningAction Ignore
        (Get-OneError { Measure-ClaudeBatchResult removed -Expected category -Actual label }).FullyQualifiedErrorId | Should -BeLike 'PayloadRemoved,*'
    }

    It 'finds rows again that other jobs have in another order, or among others' {
        Send-Labeled -Job shuffled -Row ($rows | Sort-Object { ($_.Id * 7) % 20 } | Where-Object Id -NE 9) -Answer { param($r) @{ label = $r.Id -eq 5 ? 'maybe' : $r.category } }
        $differ = @(Compare-ClaudeBatchResult whole, shuffled -Actual label)
        $differ.CustomId | Should -Be 'row-5', 'row-9'
        $differ.shuffled | Should -Be 'maybe', $null
        (Compare-ClaudeBatchResult whole, shuffled -Actual label -IncludeEqual).shuffled | Should -Be ($rows | ForEach-Object { switch ($_.Id) { 5 { 'maybe' } 9 { $null } default { $rows[$_ - 1].category } } })
        (Compare-ClaudeBatchResult shuffled, whole -Actual label)[-1].CustomId | Should -Be 'row-9'
    }

    It 'takes labels in any form of JSON, and columns that hide in others' {
        $odd = @(
            [ordered] @{ Id = 1; 'the label' = 'a "b"' }, [ordered] @{ Id = 2; 'the label' = 3 }, [ordered] @{ Id = 3; 'the label' = $true }
            [ordered] @{ Id = 4; 'the label' = 'é😀' }, [ordered] @{ Id = 5; 'the label' = 2.50 }, [ordered] @{ Id = 6; 'the label' = @('x', 'y') }
        )
        Send-Labeled -Job odd -Row $odd -Answer {
            param($r)
            switch ($r.Id) {
                1 { '{"why":{"label":"z"},"label":"a \u0022b\""}' }
                2 { " {`"label`":3}`n" }
                3 { '{"label":"no","label":true}' }
                4 { '{"label":"\u00e9\ud83d\ude00"}' }
                5 { '{"LABEL":2.5}' }
                6 { '{"label":[ "x", "y" ]}' }
            }
        }
        $measured = Measure-ClaudeBatchResult odd -Expected 'The Label' -Actual label
        $measured.Accuracy | Should -Be 1
        $measured.Labels.Label | Sort-Object | Should -Be (@('2.5', '3', 'a "b"', 'true', '["x","y"]', 'é😀') | Sort-Object)
    }

    It 'lists labels as people sort them: get_card before getting_card' {
        $rows = 'getting_card', 'get_card', 'Getter' | ForEach-Object -Begin { $i = 0 } -Process { [pscustomobject] @{ Id = ++$i; category = $_ } }
        Connect-TestEmulator -Plan @{ Answers = { 'get_card' } }
        $rows | New-ClaudeBatchRequest -Model claude-haiku-4-5 -MaxTokens 100 -CustomId 'row-{{Id}}' -Prompt 'Label {{Id}}' |
            Invoke-ClaudeBatch -Job sorted -WarningAction Ignore -InformationAction Ignore | Out-Null
        $measured = Measure-ClaudeBatchResult -Job sorted -Expected category -WarningAction Ignore
        $measured.Labels.Label | Should -Be 'get_card', 'Getter', 'getting_card'
        $measured.Confusion.Expected | Should -Be 'get_card', 'Getter', 'getting_card'
    }
}

Describe 'Measure-ClaudeBatch -GroupBy' {
    BeforeAll {
        Connect-TestEmulator
        New-TestRequest -Count 4 | Invoke-ClaudeBatch -Job first -WarningAction Ignore -InformationAction Ignore | Out-Null
        Move-TestClock -By 2.00:00:00
        New-TestRow -Count 6 | New-ClaudeBatchRequest -Model claude-opus-4-6 -MaxTokens 100 -CustomId 'row-{{Id}}' -Prompt '{{Body}}' |
            Invoke-ClaudeBatch -Job second -WarningAction Ignore -InformationAction Ignore | Out-Null
        $total = (Measure-ClaudeBatch -Job first, second)[-1]
    }

    It '<group> gives one report of each, and their sum' -ForEach @(
        @{ group = 'Day'; requests = 4, 6, 10; jobs = 'Total', 'Total', 'Total' }
        @{ group = 'Model'; requests = 4, 6, 10; jobs = 'Total', 'Total', 'Total' }
        @{ group = 'job'; requests = 4, 6, 10; jobs = 'first', 'second', 'Total' }
    ) {
        $reports = Measure-ClaudeBatch -Job first, second -GroupBy $group
        $reports.Requests | Should -Be $requests
        $reports.Job | Should -Be $jobs
        $reports[-1].Cost | Should -Be $total.Cost
        $reports[0].Cost + $reports[1].Cost | Should -Be $total.Cost
        (Measure-ClaudeBatch -Since 30d -GroupBy $group).Requests | Should -Be $requests
    }

    It 'Day is the local day on which the service got the batch, and is shown' {
        $reports = Measure-ClaudeBatch -Job first, second -GroupBy Day
        $days = Get-ClaudeBatch -Job first, second -Local | ForEach-Object { $_.CreatedAt.Date }
        $reports.Day[0, 1] | Should -Be $days
        $reports[2].Day | Should -BeNullOrEmpty
        ($reports | Out-String -Width 80) | Should -Match "(?m)^$('{0:yyyy-MM-dd}' -f $days[1]) +claude-opus-4-6 +6 "
    }

    It 'of one job is that job' {
        (Measure-ClaudeBatch first -GroupBy Day).Job | Should -Be 'first'
        (Measure-ClaudeBatch first -GroupBy Model).Model | Should -Be 'claude-haiku-4-5-20251001', 'Total'
    }

    It 'names the models of a job, and has no sum of one' {
        (Measure-ClaudeBatch -GroupBy Job).Model | Should -Be 'claude-haiku-4-5-20251001', 'claude-opus-4-6', 'Total'
        $one = Measure-ClaudeBatch first -GroupBy Job
        $one | Should -HaveCount 1
        $one.Job, $one.Model | Should -Be 'first', 'claude-haiku-4-5-20251001'
    }

    It '<_> alone is of all jobs of the ledger, and a pipeline that brings nothing of none' -ForEach 'Day', 'Model', 'Job' {
        $all = Measure-ClaudeBatch -GroupBy $_
        $all | ConvertTo-Json | Should -Be (Measure-ClaudeBatch -Job * -GroupBy $_ | ConvertTo-Json)
        $all[-1].Requests | Should -Be 10
        @() | Measure-ClaudeBatch -GroupBy $_ | Should -BeNullOrEmpty
        Get-ClaudeBatchJob no-* | Measure-ClaudeBatch | Should -BeNullOrEmpty
    }

    It 'shows what was saved, with the same number of decimals in each line' {
        $lines = (Measure-ClaudeBatch -GroupBy Job | Out-String -Width 80).Trim() -split '\r?\n'
        $lines[0] | Should -Match '^Job +Requests +Cost +SavedByBatch +SavedByCache$'
        $lines[2..4] | Should -Match '^\w+ +\d+( +\d+\D\d{6}){3}$'
        (New-TestRequest | Measure-ClaudeBatch | Out-String -Width 80) | Should -Match '(?m)^Model +Requests +Low +High$'
    }

    It 'is refused of requests, which have no day and no job' {
        { New-TestRequest | Measure-ClaudeBatch -GroupBy Day -ErrorAction Stop } | Should -Throw -ErrorId 'GroupByUnused,*'
        (New-TestRequest | Measure-ClaudeBatch -GroupBy Model).Requests | Should -Be 3, 3
    }
}

Describe 'A ledger that is new, and answers of several forms' {
    It 'goes on where some answers have several fields and others are the label, and says so' {
        Connect-TestEmulator -LedgerPath (New-TestFolder) -Plan @{ Answers = { $_.CustomId -eq 'row-3' ? '{"label":"a","why":"b"}' : 'a' } }
        New-TestRow -Count 5 | Select-Object -Property *, @{ n = 'Label'; e = { 'a' } } | New-ClaudeBatchRequest -Model claude-haiku-4-5 -MaxTokens 50 -CustomId 'row-{{Id}}' -Prompt '{{Body}}' |
            Invoke-ClaudeBatch -Job stray -InformationAction Ignore | Out-Null
        $measured = Measure-ClaudeBatchResult stray -Expected Label -WarningVariable warned -WarningAction SilentlyContinue
        $measured.Correct, $measured.Unparsable, $measured.Rows | Should -Be 4, 1, 5
        "$warned" | Should -BeLike "Of the answers of job 'stray' 1 with several fields (label, why) count as unparsable;*"
        (Measure-ClaudeBatchResult stray -Expected Label -Actual { $_.Output.label ?? $_.Text }).Correct | Should -Be 5
        # Where the few are those that need no field, the figures would say nothing; whatever another job has.
        Connect-TestEmulator -LedgerPath ((Get-ClaudeBatchConnection).LedgerPath) -Plan @{ Answers = { $_.CustomId -eq 'row-3' ? 'a' : '{"label":"a","why":"b"}' } }
        New-TestRow -Count 5 | Select-Object -Property *, @{ n = 'Label'; e = { 'a' } } | New-ClaudeBatchRequest -Model claude-haiku-4-5 -MaxTokens 50 -CustomId 'row-{{Id}}' -Prompt '{{Body}}' |
            Invoke-ClaudeBatch -Job mostly -InformationAction Ignore | Out-Null
        (Get-OneError { Measure-ClaudeBatchResult stray, mostly -Expected Label -WarningAction Ignore }).FullyQualifiedErrorId | Should -BeLike 'FieldNotNamed,*'
    }

    It 'says of a ledger that is not there what it says of a job that is not there, and of no job nothing' {
        Connect-TestEmulator -LedgerPath (New-TestFolder)
        (Get-OneError { Measure-ClaudeBatchResult haiku -Expected Label }).FullyQualifiedErrorId | Should -BeLike 'JobNotFound,*'
        Get-ClaudeBatchJob | Measure-ClaudeBatchResult -Expected Label -ErrorAction Stop | Should -BeNullOrEmpty
        (Get-OneError { Compare-ClaudeBatchResult no-*, none-* }).FullyQualifiedErrorId | Should -BeLike 'JobsTooFew,*'
    }
}
