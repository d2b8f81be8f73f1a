BeforeAll {
    . $PSScriptRoot/Support.ps1

    # The numbers of a job's tiles, by their names.
    function Get-Tile([string] $Html) {
        $tiles = @{}
        foreach ($match in [regex]::Matches($Html, '<dt>(.*?)</dt><dd>(.*?)</dd>')) {
            $tiles[$match.Groups[1].Value] = $match.Groups[2].Value
        }
        $tiles
    }

    # The cells of a table of the page, as texts, a list for each line.
    function Get-Line([string] $Html, [string] $Id) {
        $table = [regex]::Match($Html, "(?s)<table id=$Id[ >].*?<tbody>(.*?)</tbody>").Groups[1].Value
        foreach ($line in [regex]::Matches($table, '(?s)<tr>(.*?)</tr>')) {
            , @([regex]::Matches($line.Groups[1].Value, '(?s)<t[hd][^>]*>(.*?)</t[hd]>') | ForEach-Object { [Net.WebUtility]::HtmlDecode(($_.Groups[1].Value -replace '<[^>]+>')) })
        }
    }

    # An amount as the page writes it; of another value, as many decimals as that has.
    function Get-Amount([string] $Text, [decimal] $Value = $Text.Trim('$')) {
        [math]::Round($Value, $Text.Split('.')[1].Length)
    }

    # The rows of the table, as the page's script reads them.
    function Get-Row([string] $Html) {
        foreach ($block in [regex]::Matches($Html, '(?s)<script type="application/json" class=rows>(.*?)</script>')) {
            (ConvertFrom-Json -InputObject $block.Groups[1].Value -Depth 6).rows | ForEach-Object { , $_ }
        }
    }

    function New-TestJob([string] $Name, [int] $Count = 40, [string] $Model = 'claude-haiku-4-5') {
        New-TestRow -Count $Count | New-ClaudeBatchRequest -Model $Model -MaxTokens 100 -CustomId 'row-{{Id}}' -Prompt '{{Body}}' |
            Submit-ClaudeBatch -Job $Name -MaxRequestsPerBatch 15 | Wait-ClaudeBatch -WarningAction Ignore -InformationAction Ignore | Out-Null
    }
}

Describe 'Export-ClaudeBatchReport' {
    It 'has the figures of the job: the same as Get-ClaudeBatchJob, Measure-ClaudeBatch and Get-ClaudeBatchResult say' {
        Connect-TestEmulator -Plan @{ Errored = 0.2; Invalid = 0.1; Expired = 0.1; Canceled = 0.1; Seed = 7 }
        New-TestJob tickets
        $file = Export-ClaudeBatchReport -Job tickets (New-TestFolder) -PassThru -WarningAction Ignore -InformationAction Ignore
        $html = Get-Content -LiteralPath $file -Raw
        $job = Get-ClaudeBatchJob tickets
        $cost = Measure-ClaudeBatch -Job tickets -WarningAction Ignore
        $results = Get-ClaudeBatchResult -Job tickets -WarningAction Ignore

        $tiles = Get-Tile $html
        $tiles.State, $tiles.Requests, $tiles.Answered, $tiles.Parts | Should -Be 'Finished', '40', "$($job.Succeeded)", '3'
        $tiles.Failed | Should -Be "$($job.Errored + $job.Canceled + $job.Expired)"
        Get-Amount $tiles.Cost | Should -Be (Get-Amount $tiles.Cost $job.Cost)
        $html | Should -BeLike "*Job &#39;tickets&#39; has ended: $($job.Succeeded) of 40 answered*"

        $outcomes = Get-Line $html outcomes-table
        ($outcomes | Where-Object { $_[1] -eq 'Errored' })[2] | Should -Be "$($job.Errored)"
        ($outcomes | ForEach-Object { [int] $_[2] } | Measure-Object -Sum).Sum | Should -Be 40
        $failures = @(Get-Line $html failures-table)
        ($failures | ForEach-Object { [int] $_[3] } | Measure-Object -Sum).Sum | Should -Be $tiles.Failed
        foreach ($reason in $results | Where-Object Status -EQ Errored | Group-Object -Property ErrorType) {
            $line = @($failures | Where-Object { $_[1] -eq $reason.Name })
            [int] $line[0][3] | Should -Be $reason.Count
            $line[0][4] | Should -BeLike "*$($reason.Group[0].CustomId) $($reason.Group[0].Reason)*"
        }
        $model = @(Get-Line $html costs-table)[0]
        $model[1], $model[2], $model[3], $model[6] | Should -Be $cost[0].Model, "$($job.Succeeded)", $cost[0].InputTokens.ToString('N0', [cultureinfo]::InvariantCulture), $cost[0].OutputTokens.ToString('N0', [cultureinfo]::InvariantCulture)
        @(Get-Line $html timeline-table).Count | Should -Be 3
        @(Get-Line $html timeline-table)[0][3, 4] | Should -Be 'Collected', '15'
        @(Get-Line $html timeline-table)[0][6..9] | Should -Not -Contain '–'
        (Get-Line $html timeline-table | ForEach-Object { [int] $_[5] } | Measure-Object -Sum).Sum | Should -Be $job.Succeeded
        @(Get-Line $html attempts-table)[0][1..3] | Should -Be '1', '3', '40'

        $rows = @(Get-Row $html)
        $rows.Count | Should -Be 40
        $rows | ForEach-Object { $_[2] } | Should -Be (1..40 | ForEach-Object { "row-$_" })
        $answered = $results | Where-Object IsComplete | Select-Object -First 1
        $row = $rows | Where-Object { $_[2] -eq $answered.CustomId }
        $row[1] | Should -Be 'Complete'
        $row[9] | Should -Be $answered.Text
        $row[10] | Should -BeNullOrEmpty
        $row[12..15] | Should -Be 0, $answered.Source.Id, 1, $answered.Source.Body
    }

    It 'puts jobs side by side, and retries among the attempts' {
        Connect-TestEmulator -Plan @{ Errored = 0.4; Seed = 3 }
        New-TestJob haiku
        New-TestJob sonnet 20 claude-sonnet-5
        Get-ClaudeBatchResult -Job haiku -WarningAction Ignore -InformationAction Ignore | Out-Null
        Invoke-ClaudeBatchRetry -Job haiku -WarningAction Ignore | Wait-ClaudeBatch -WarningAction Ignore -InformationAction Ignore | Out-Null
        Export-ClaudeBatchReport -Job haiku, sonnet -Path ($path = New-TestFolder) -WarningAction Ignore -InformationAction Ignore
        $html = Get-Content -LiteralPath $path -Raw
        $requests = @(Get-Line $html jobs | Where-Object { $_[0] -eq 'Requests' })[0]
        $requests | Should -Be 'Requests', '40', '20'
        $attempts = @(Get-Line $html attempts-table)
        @($attempts | Where-Object { $_[0] -eq 'haiku' }).Count | Should -BeGreaterThan 1
        $failedAtFirst = [int] @($attempts | Where-Object { $_[0] -eq 'haiku' -and $_[1] -eq '1' })[0][5]
        [int] @($attempts | Where-Object { $_[0] -eq 'haiku' -and $_[1] -eq '2' })[0][3] | Should -Be $failedAtFirst
        @(Get-Row $html | Where-Object { $_[0] -eq 1 }).Count | Should -Be 20
    }

    It 'has the rows that -Include, -First and -NoSource mean' {
        Connect-TestEmulator -Plan @{ Errored = 0.3; Seed = 3 }
        New-TestJob j
        Get-ClaudeBatchResult -Job j -WarningAction Ignore -InformationAction Ignore | Out-Null
        $failed = (Get-ClaudeBatchJob j).Errored
        $failed | Should -BeGreaterThan 3
        $common = @{ Job = 'j'; Force = $true; WarningAction = 'Ignore'; InformationAction = 'Ignore'; Path = ($path = New-TestFolder) }
        Export-ClaudeBatchReport @common -Include Failed
        $rows = @(Get-Row (Get-Content -LiteralPath $path -Raw))
        $rows.Count | Should -Be $failed
        $rows | ForEach-Object { $_[1] } | Select-Object -Unique | Should -Be 'Errored'
        Export-ClaudeBatchReport @common -Include Failed -First 2 -NoSource
        $html = Get-Content -LiteralPath $path -Raw
        @(Get-Row $html).Count | Should -Be 2
        $html | Should -Not -BeLike '*message *'
        $html | Should -BeLike '*Only rows that are failed, the first 2 of each job, without the columns they were made from.*'
        (Get-Tile $html).Requests | Should -Be '40'
        Export-ClaudeBatchReport @common -Include None
        $html = Get-Content -LiteralPath $path -Raw
        @(Get-Row $html).Count | Should -Be 0
        $html | Should -Not -BeLike '*<section id=rows>*'
    }

    It 'says that a job was answered by the emulator' {
        Connect-TestEmulator
        New-TestJob j 3
        Export-ClaudeBatchReport -Job j -Path ($path = New-TestFolder) -Include None -WarningAction Ignore -InformationAction Ignore
        Get-Content -LiteralPath $path -Raw | Should -BeLike '*<strong>Made on the emulator:</strong> answers, costs and times are not real.*'
    }

    It 'says what is wrong with answers that are there and cannot be used' {
        Connect-TestEmulator -Plan @{ Answers = { $_.CustomId -eq 'row-2' ? 'no idea' : @{ label = 'a' } } }
        $schema = @{ type = 'object'; properties = @{ label = @{ type = 'string' } }; required = @('label'); additionalProperties = $false }
        New-TestRow -Count 3 | New-ClaudeBatchRequest -Model claude-haiku-4-5 -MaxTokens 100 -CustomId 'row-{{Id}}' -Prompt '{{Body}}' -OutputSchema $schema |
            Submit-ClaudeBatch -Job j | Wait-ClaudeBatch -WarningAction Ignore -InformationAction Ignore | Out-Null
        Export-ClaudeBatchReport -Job j -Path ($path = New-TestFolder) -WarningAction Ignore -InformationAction Ignore
        $html = Get-Content -LiteralPath $path -Raw
        @(Get-Line $html failures-table)[0][1..3] | Should -Be 'not in the form asked for', 'The answer is there, and cannot be used as it is.', '1'
        $html | Should -BeLike '*3 of 3 answered (1 not in the form asked for)*'
    }

    It 'reports an unfinished job as far as it has come, and says so without an error' {
        Connect-TestEmulator -Plan @{ Speed = 1; Latency = 100000 }
        New-TestRequest -Count 5 | Submit-ClaudeBatch -Job running | Out-Null
        Export-ClaudeBatchReport -Job running ($path = New-TestFolder) -WarningVariable warned -WarningAction SilentlyContinue
        "$warned" | Should -Be "Job 'running' is not finished: 5 of its 5 requests have no answer yet."
        $html = Get-Content -LiteralPath $path -Raw
        $html | Should -BeLike '*Job &#39;running&#39; is not finished (Running): 0 of 5 requests are answered so far.*'
        (Get-Tile $html).Pending | Should -Be '5'
        @(Get-Row $html).Count | Should -Be 0
    }

    It 'writes nothing for a job that is not there, beside one that is: <job>' -ForEach @{ job = 'here', 'gone' }, @{ job = 'nothing*' } {
        Connect-TestEmulator
        New-TestJob here 3
        $path = New-TestFolder
        { Export-ClaudeBatchReport -Job $job -Path $path } | Should -Throw -ErrorId 'JobNotFound,*'
        Get-ChildItem -Path "$path*" | Should -BeNullOrEmpty
    }

    It 'takes jobs from the pipeline, and writes nothing where one of them is another job by now' {
        Connect-TestEmulator
        New-TestJob one 3
        New-TestJob two 3
        $quiet = @{ WarningAction = 'Ignore'; InformationAction = 'Ignore' }
        Get-ClaudeBatchJob | Export-ClaudeBatchReport ($path = New-TestFolder) @quiet
        $html = Get-Content -LiteralPath $path -Raw
        $html | Should -BeLike '*<title>Jobs one, two</title>*'
        @(Get-Row $html).Count | Should -Be 6
        'two' | Export-ClaudeBatchReport $path -Force @quiet
        Get-Content -LiteralPath $path -Raw | Should -BeLike '*<title>Job two</title>*'
        $old = Get-ClaudeBatchJob two
        Connect-TestEmulator -LedgerPath (New-TestFolder)
        New-TestJob two 3
        $other = New-TestFolder
        { $old | Export-ClaudeBatchReport $other -ErrorAction Stop } | Should -Throw -ErrorId 'ObjectOutdated,*'
        $old | Export-ClaudeBatchReport $other -ErrorAction SilentlyContinue @quiet
        Get-ClaudeBatchJob no-* | Export-ClaudeBatchReport $other -WarningVariable warned -WarningAction SilentlyContinue
        $warned.Message | Should -BeLike 'No job came in*'
        Get-ChildItem -Path "$other*" | Should -BeNullOrEmpty
    }

    It 'does not guess what -Include <include> means' -ForEach @{ include = 'None', 'Failed' }, @{ include = 'Failed', 'all' } {
        Connect-TestEmulator
        New-TestJob j 3
        $path = New-TestFolder
        { Export-ClaudeBatchReport -Job j $path -Include $include } | Should -Throw -ErrorId 'IncludeUnclear,*'
        Get-ChildItem -Path "$path*" | Should -BeNullOrEmpty
    }

    It 'keeps a file that is there, but with -Force' {
        Connect-TestEmulator
        New-TestJob j 3
        Set-Content -LiteralPath ($path = New-TestFolder) -Value 'mine'
        { Export-ClaudeBatchReport -Job j $path } | Should -Throw -ErrorId 'FileExists,*'
        Get-Content -LiteralPath $path | Should -Be 'mine'
        Export-ClaudeBatchReport -Job j $path -Force
        Get-Content -LiteralPath $path -TotalCount 1 | Should -Be '<!DOCTYPE html>'
        Get-ChildItem -Path "$path*" | Should -HaveCount 1
    }

    It 'leaves a file that it replaces what it was: who may read it, and where a link leads' -Skip:$IsWindows {
        Connect-TestEmulator
        New-TestJob j 3
        Set-Content -LiteralPath ($path = New-TestFolder) -Value 'mine'
        & chmod 640 $path
        $null = New-Item -ItemType SymbolicLink -Path ($link = New-TestFolder) -Target $path
        Export-ClaudeBatchReport -Job j $link -Force
        (Get-Item -LiteralPath $link).LinkTarget | Should -Be $path
        Get-Content -LiteralPath $path -TotalCount 1 | Should -Be '<!DOCTYPE html>'
        (Get-Item -LiteralPath $path).UnixMode | Should -Be '-rw-r-----'
        & chmod 400 $path
        Get-ClaudeBatchResult -Job j | Export-ClaudeBatchResult -Path $path -Format Csv -Force
        (Get-Item -LiteralPath $path).UnixMode | Should -Be '-r--------'
        $hasNull = (Get-Item /dev/null).UnixMode
        { Export-ClaudeBatchReport -Job j /dev/null -Force } | Should -Throw "'/dev/null' is a device*" -ErrorId 'FileNotWritable,*'
        (Get-Item /dev/null).UnixMode | Should -Be $hasNull
    }

    It 'says what is wrong with a path that cannot be written, and collects nothing under -WhatIf' {
        Connect-TestEmulator -Plan @{ Seed = 1 }
        New-TestJob j 3
        { Export-ClaudeBatchReport -Job j "$(New-TestFolder)/no/such/folder.html" } |
            Should -Throw "*there is no folder '*such'. Make it first." -ErrorId 'FileNotWritable,*'
        { Export-ClaudeBatchReport -Job j -Path 'env:PATH' } | Should -Throw -ErrorId 'PathInvalid,*'
        Export-ClaudeBatchReport -Job j ($path = New-TestFolder) -WhatIf
        Test-Path -LiteralPath $path | Should -BeFalse
        (Get-ClaudeBatch -Job j).State | Should -Be 'Ended'
    }

    It 'writes the figures of a job whose files were removed, and says that its rows are gone' {
        Connect-TestEmulator -Plan @{ Errored = 0.5; Seed = 3 }
        New-TestJob j 20
        Get-ClaudeBatchResult -Job j -WarningAction Ignore -InformationAction Ignore | Out-Null
        Remove-ClaudeBatchJob -Job j -Force -Confirm:$false -WarningAction Ignore
        $path = New-TestFolder
        { Export-ClaudeBatchReport -Job j $path -WarningAction Ignore } | Should -Throw -ErrorId 'PayloadRemoved,*'
        Get-ChildItem -Path "$path*" | Should -BeNullOrEmpty
        Export-ClaudeBatchReport -Job j $path -Include None -WarningAction Ignore
        $html = Get-Content -LiteralPath $path -Raw
        (Get-Tile $html).Requests | Should -Be '20'
        $html | Should -BeLike '*The files of this job were removed: there are no examples of what failed.*'
    }

    It 'shows what an answer passes to the tool that it had to call' {
        Connect-TestEmulator
        $tool = @{ name = 'label'; description = 'Labels.'; input_schema = @{ type = 'object'; properties = @{ label = @{ type = 'string' } }; required = @('label') } }
        New-TestRow | New-ClaudeBatchRequest -Model claude-haiku-4-5 -MaxTokens 100 -CustomId 'row-{{Id}}' -Prompt '{{Body}}' -Tool $tool -ToolChoice @{ type = 'tool'; name = 'label' } |
            Submit-ClaudeBatch -Job j | Wait-ClaudeBatch -WarningAction Ignore -InformationAction Ignore | Out-Null
        Export-ClaudeBatchReport -Job j ($path = New-TestFolder) -WarningAction Ignore -InformationAction Ignore
        $row = @(Get-Row (Get-Content -LiteralPath $path -Raw))[0]
        $row[9] | Should -BeLike '{"label":*'
    }
}

Describe 'Export-ClaudeBatchReport with an evaluation' {
    BeforeAll {
        # What scikit-learn and statsmodels say of the real messages' labels and two imitated models.
        $theirs = Get-Content -LiteralPath "$PSScriptRoot/../ClaudeBatch.Core.Tests/Measures/expected/evaluation.json" -Raw | ConvertFrom-Json
        $rows = $theirs.rows | ForEach-Object -Begin { $i = 0 } -Process { [pscustomobject] @{ Id = ++$i; category = $_.expected; haiku = $_.haiku; sonnet = $_.sonnet; side = @('even', 'odd')[$i % 2] } }
        $ledger = New-TestFolder
        foreach ($job in 'haiku', 'sonnet') {
            $answers = @{}
            $rows | ForEach-Object { $answers["row-$($_.Id)"] = @{ label = $_.$job } }
            Connect-TestEmulator -LedgerPath $ledger -Plan @{ Answers = $answers; Errored = 0.05; Seed = 5 }
            $rows | New-ClaudeBatchRequest -Model claude-haiku-4-5 -MaxTokens 100 -CustomId 'row-{{Id}}' -Prompt 'Label {{Id}}' |
                Submit-ClaudeBatch -Job $job -InformationAction Ignore | Wait-ClaudeBatch -WarningAction Ignore -InformationAction Ignore | Out-Null
        }
        $quiet = @{ WarningAction = 'Ignore'; InformationAction = 'Ignore' }

        # A figure as the page writes it.
        function Get-Figure($Value, [switch] $Share) {
            $invariant = [cultureinfo]::InvariantCulture
            if ($null -eq $Value) { '–' }
            elseif ($Share) { ($Value * 100).ToString('0.00', $invariant) + ' %' }
            elseif ($Value -is [double]) { $Value.ToString('0.000', $invariant) }
            else { $Value.ToString('N0', $invariant) }
        }
    }

    It 'has the figures of Measure-ClaudeBatchResult, and the labels at the rows' {
        Export-ClaudeBatchReport -Job haiku, sonnet -Expected category -Path ($path = New-TestFolder) @quiet
        $html = Get-Content -LiteralPath $path -Raw
        $measured = @(Measure-ClaudeBatchResult -Job haiku, sonnet -Expected category @quiet)
        $accuracies = @(Get-Line $html accuracy-table)
        foreach ($i in 0, 1) {
            $m = $measured[$i]
            $m.Unanswered | Should -BeGreaterThan 0
            $accuracies[$i][0..10] | Should -Be $m.Job, (Get-Figure $m.Rows), (Get-Figure $m.Correct), (Get-Figure $m.Accuracy -Share), (Get-Figure $m.AccuracyLow -Share),
                (Get-Figure $m.AccuracyHigh -Share), (Get-Figure $m.MacroF1), (Get-Figure $m.WeightedF1), (Get-Figure $m.Unanswered), (Get-Figure $m.Unparsable), '0'
            Get-Amount $accuracies[$i][11] | Should -Be (Get-Amount $accuracies[$i][11] $m.Cost)
            Get-Amount $accuracies[$i][12] | Should -Be (Get-Amount $accuracies[$i][12] $m.CostPerCorrect)
            @(Get-Line $html "labels-$($i + 1)").ForEach({ "$_" }) | Should -Be $m.Labels.ForEach({
                    "$($_.Label) $(Get-Figure $_.Precision) $(Get-Figure $_.Recall) $(Get-Figure $_.F1) $(Get-Figure $_.Support)" })
            # The cells of the matrix that are not 0, by the names of their columns.
            $columns = @([regex]::Matches([regex]::Match($html, "(?s)<table id=confusion-$($i + 1) .*?</thead>").Value, '<bdi>(.*?)</bdi>').ForEach({ $_.Groups[1].Value.Replace('<wbr>', '') }))
            $cells = foreach ($line in Get-Line $html "confusion-$($i + 1)") {
                foreach ($column in 1..($line.Count - 1)) { if ($line[$column] -ne '') { "$($line[0]) $($columns[$column]) $($line[$column])" } }
            }
            $cells | Sort-Object | Should -Be ($m.Confusion.ForEach({
                        "$($_.Expected) $($_.Actual ?? ($_.Reason -eq 'Unanswered' ? '(no answer)' : '(no label)')) $($_.Count)" }) | Sort-Object)
        }
        $against = $measured[0].Against[0]
        @(Get-Line $html against-table).Count | Should -Be 1
        @(Get-Line $html against-table)[0][0..6] | Should -Be 'haiku', 'sonnet', (Get-Figure $against.Rows), (Get-Figure $against.Agreement -Share), (Get-Figure $against.Kappa),
            (Get-Figure $against.OnlyThis), (Get-Figure $against.OnlyOther)

        $shown = @(Get-Row $html)
        $shown.Count | Should -Be 380
        foreach ($i in 0, 1) {
            @($shown.Where({ $_[0] -eq $i -and $_[7] -eq $_[8] })).Count | Should -Be $measured[$i].Correct
        }
        $shown[0..189].ForEach({ $_[7] }) | Should -Be $rows.category
        $failed = @($shown.Where({ $_[1] -eq 'Errored' }))
        $failed.Count | Should -Be ($measured[0].Unanswered + $measured[1].Unanswered)
        $failed.Where({ $null -ne $_[8] }) | Should -BeNullOrEmpty
    }

    It 'takes -Actual, -CaseSensitive and -GroupBy as Measure-ClaudeBatchResult does, and runs a script block once a row' {
        $asked = [System.Collections.Generic.List[string]]::new()
        $how = @{ Expected = 'category'; GroupBy = 'side'; CaseSensitive = $true }
        Export-ClaudeBatchReport -Job haiku, sonnet @how -Actual { $asked.Add($_.CustomId); "$($_.Output.label)".ToUpperInvariant() } -Path ($path = New-TestFolder) @quiet
        $html = Get-Content -LiteralPath $path -Raw
        $measured = @(Measure-ClaudeBatchResult -Job haiku, sonnet @how -Actual { "$($_.Output.label)".ToUpperInvariant() } @quiet)
        $asked.Count | Should -Be @(Get-ClaudeBatchResult -Job haiku, sonnet -Status Succeeded @quiet).Count
        @(Get-Line $html accuracy-table).ForEach({ "$($_[0..2])" }) | Should -Be $measured.ForEach({ "$_ $($_.Rows) $($_.Correct)" })
        $measured.ForEach({ "$_" }) | Should -Be 'haiku, even', 'haiku, odd', 'sonnet, even', 'sonnet, odd'
        @(Get-Line $html against-table).ForEach({ "$($_[0..2])" }) | Should -Be ($measured | Where-Object Job -EQ haiku).ForEach({ "$_ $($_.Against[0]) $($_.Against[0].Rows)" })
    }

    It 'has only how the jobs agree where nothing is expected, and no evaluation where none is asked for' {
        Export-ClaudeBatchReport -Job haiku, sonnet -Actual label -Path ($path = New-TestFolder) -Include None @quiet
        $html = Get-Content -LiteralPath $path -Raw
        @(Get-Line $html against-table)[0][2] | Should -Be "$((Measure-ClaudeBatchResult -Job haiku, sonnet @quiet)[0].Against[0].Rows)"
        $html | Should -Not -BeLike '*accuracy-table*'
        Export-ClaudeBatchReport -Job haiku, sonnet -Path $path -Force @quiet
        $html = Get-Content -LiteralPath $path -Raw
        $html | Should -Not -BeLike '*<section id=evaluation>*'
        @(Get-Row $html)[0][7..8] | Should -Be $null, $null
    }

    It 'writes no file where Measure-ClaudeBatchResult has an error, and says the same: <id>' -ForEach @(
        @{ id = 'ColumnNotFound'; given = @{ Expected = 'kategory' } }
        @{ id = 'ColumnNotFound'; given = @{ Expected = 'category'; GroupBy = 'group' } }
        @{ id = 'FieldNotFound'; given = @{ Expected = 'category'; Actual = 'lable' } }
        @{ id = 'ScriptBlockFailed'; given = @{ Expected = { throw 'no idea' } } }
    ) {
        $path = New-TestFolder
        $theirs = { Measure-ClaudeBatchResult -Job haiku @given @quiet } | Should -Throw -ErrorId "$id,*" -PassThru
        $ours = { Export-ClaudeBatchReport -Job haiku -Path $path @given @quiet } | Should -Throw -ErrorId "$id,*" -PassThru
        "$ours" | Should -Be "$theirs"
        Get-ChildItem -Path "$path*" | Should -BeNullOrEmpty
    }

    It 'refuses more groups than a page can show' {
        $path = New-TestFolder
        { Export-ClaudeBatchReport -Job haiku -Expected category -GroupBy Id -Path $path @quiet } | Should -Throw -ErrorId 'LabelsTooMany,*'
        Get-ChildItem -Path "$path*" | Should -BeNullOrEmpty
    }

    It 'warns of rows without a label and counts them, and of jobs without a common row' {
        $some = 1..6 | ForEach-Object { [pscustomobject] @{ Id = $_; category = $_ -gt 4 ? ' ' : 'yes' } }
        Connect-TestEmulator -Plan @{ Answers = { 'yes' } }
        foreach ($job in 'gaps', 'others') {
            $some | New-ClaudeBatchRequest -Model claude-haiku-4-5 -MaxTokens 100 -CustomId "$job-{{Id}}" -Prompt 'Label {{Id}}' | Invoke-ClaudeBatch -Job $job @quiet | Out-Null
        }
        Export-ClaudeBatchReport -Job gaps, others -Expected category -Path ($path = New-TestFolder) -WarningVariable told -WarningAction SilentlyContinue -InformationAction Ignore
        $told.Count | Should -Be 3
        "$($told[0])" | Should -Be "2 of 6 rows of job 'gaps' have no label in column 'category'; they are left out."
        "$($told[2])" | Should -BeLike "Jobs 'gaps' and 'others' have no row in common*"
        @(Get-Line (Get-Content -LiteralPath $path -Raw) accuracy-table)[0][1, 2, 10] | Should -Be '4', '4', '2'
    }
}

Describe 'Rows of a report that are not as others' {
    BeforeAll {
        $quiet = @{ WarningAction = 'Ignore'; InformationAction = 'Ignore' }
        function Get-TestOrder {
            <#
            .SYNOPSIS
            Finds an order.
            .PARAMETER Number
            The order's number.
            #>
            param([Parameter(Mandatory)] [int] $Number)
            "order $Number"
        }
    }

    It 'shows what a check did not accept as NotAccepted, in the outcomes and at the row, and counts its label as none' {
        Connect-TestEmulator -Plan @{ Answers = { $_.Prompt -replace 'message ' } }
        New-TestRequest | Invoke-ClaudeBatch -Job a -Accept { $_.Text -ne '2' -or $(throw 'no twos') } @quiet | Out-Null
        Export-ClaudeBatchReport -Job a -Expected Id -Path ($path = New-TestFolder) @quiet
        $html = Get-Content -LiteralPath $path -Raw
        @(Get-Line $html outcomes-table).ForEach({ "$_" }) | Should -Be 'a Complete 2 66.67 %', 'a NotAccepted 1 33.33 %'
        $row = @(Get-Row $html)[1]
        $row[1, 6, 7, 8, 9] | Should -Be 'NotAccepted', 'no twos.', '2', $null, '2'
        @(Get-Line $html accuracy-table)[0][2] | Should -Be "$((Measure-ClaudeBatchResult a -Expected Id @quiet).Correct)"
        Export-ClaudeBatchReport -Job a -Path $path -Include Incomplete -Force @quiet
        @(Get-Row (Get-Content -LiteralPath $path -Raw)).ForEach({ $_[2] }) | Should -Be 'row-2'
    }

    It 'shows what waits for a tool as WaitingForTools with the call, and measures it once it has ended, with what the call gave' {
        Connect-TestEmulator -Plan @{ Answers = { $_.Round -eq 1 ? @{ ToolUse = @{ Name = 'Get-TestOrder'; Input = @{ Number = 7 } } } : 'yes' } }
        $rows = 1..2 | ForEach-Object { [pscustomobject] @{ Id = $_; category = 'yes' } }
        $requests = $rows | New-ClaudeBatchRequest -Model claude-haiku-4-5 -MaxTokens 100 -CustomId 'row-{{Id}}' -Prompt 'Label {{Id}}' -Tool Get-TestOrder
        $requests | Submit-ClaudeBatch -Job t @quiet | Out-Null
        Resume-ClaudeBatch -Job t -MaxRounds 3 @quiet | Out-Null
        Wait-ClaudeBatch -Job t @quiet | Out-Null
        Export-ClaudeBatchReport -Job t -Expected category -Path ($path = New-TestFolder) @quiet
        $html = Get-Content -LiteralPath $path -Raw
        @(Get-Line $html outcomes-table).ForEach({ "$_" }) | Should -Be 't WaitingForTools 2 100.00 %'
        @(Get-Line $html failures-table) | Should -BeNullOrEmpty
        @(Get-Line $html accuracy-table)[0][1] | Should -Be '0'
        $row = @(Get-Row $html)[0]
        $row[1, 7, 8] | Should -Be 'WaitingForTools', $null, $null
        $row[10][0, 1] | Should -Be 1, 1
        $row[10][2] | Should -Be 1, 'Get-TestOrder', '{"Number":7}', $null, $false

        Resume-ClaudeBatch -Job t -Tool Get-TestOrder @quiet | Out-Null
        (Complete-TestJob t).State | Should -Be Finished
        Export-ClaudeBatchReport -Job t -Expected category -Path $path -Force @quiet
        $html = Get-Content -LiteralPath $path -Raw
        @(Get-Line $html accuracy-table)[0][1, 2] | Should -Be '2', '2'
        $row = @(Get-Row $html)[0]
        $row[1, 7, 8, 9] | Should -Be 'Complete', 'yes', 'yes', 'yes'
        $row[10][0, 1] | Should -Be 2, 1
        $row[10][2] | Should -Be 1, 'Get-TestOrder', '{"Number":7}', 'order 7', $false
    }
}
