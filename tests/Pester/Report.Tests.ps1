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
        $table = [regex]::Match($Html, "(?s)<table id=$Id>.*?<tbody>(.*?)</tbody>").Groups[1].Value
        foreach ($line in [regex]::Matches($table, '(?s)<tr>(.*?)</tr>')) {
            , @([regex]::Matches($line.Groups[1].Value, '(?s)<t[hd][^>]*>(.*?)</t[hd]>') | ForEach-Object { [Net.WebUtility]::HtmlDecode(($_.Groups[1].Value -replace '<[^>]+>')) })
        }
    }

    # The rows of the table, as the page's script reads them.
    function Get-Row([string] $Html) {
        foreach ($block in [regex]::Matches($Html, '(?s)<script type="application/json" class=rows>(.*?)</script>')) {
            ConvertFrom-Json -InputObject $block.Groups[1].Value -NoEnumerate -Depth 5 | ForEach-Object { $_ }
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
        [decimal] $tiles.Cost.Trim('$') | Should -Be ([math]::Round($job.Cost, 6))
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
        $row[10..13] | Should -Be 0, $answered.Source.Id, 1, $answered.Source.Body
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

    It 'reports an unfinished job as far as it has come, and says so without an error' {
        Connect-TestEmulator -Plan @{ Speed = 1; Latency = 100000 }
        New-TestRequest -Count 5 | Submit-ClaudeBatch -Job running | Out-Null
        Export-ClaudeBatchReport -Job running ($path = New-TestFolder) -WarningAction Ignore
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

    It 'says what is wrong with a path that cannot be written, and collects nothing under -WhatIf' {
        Connect-TestEmulator -Plan @{ Seed = 1 }
        New-TestJob j 3
        { Export-ClaudeBatchReport -Job j "$(New-TestFolder)/no/such/folder.html" } | Should -Throw -ErrorId 'FileNotWritable,*'
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
