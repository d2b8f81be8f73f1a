BeforeAll {
    . $PSScriptRoot/Support.ps1
    $ways = [ordered] @{ haikuShort = @{ Model = 'claude-haiku-4-5' }; haikuLong = @{ Prompt = 'Say {{Body}}' }; opusShort = @{ Model = 'claude-opus-4-6' }; opusLong = @{ MaxTokens = 60 } }
    $rows = 1..6 | ForEach-Object { [pscustomobject] @{ Nr = $_; 'The label' = 'yes'; Body = "The message of number $_ is a long one" } }
    $schema = @{ type = 'object'; properties = @{ label = @{ type = 'string'; enum = @('yes', 'no') } }; required = @('label'); additionalProperties = $false }
    function Send-Row([string] $Job, [hashtable] $Line) {
        $rows | New-ClaudeBatchRequest -Model claude-haiku-4-5 -MaxTokens 50 -Prompt '{{Body}}' -OutputSchema $schema @Line |
            Submit-ClaudeBatch -Job $Job -InformationAction Ignore | Wait-ClaudeBatch -InformationAction Ignore -WarningAction Ignore |
            Get-ClaudeBatchResult -InformationAction Ignore -WarningAction Ignore | Out-Null
    }

    function Get-Line([object[]] $Shown, [int] $Width) {
        ($Shown | Out-String -Width $Width) -split '\r?\n' | Where-Object { $_ }
    }

    function Get-Completion([string] $Line) {
        (TabExpansion2 -inputScript $Line -cursorColumn $Line.Length).CompletionMatches.CompletionText
    }

    function Get-Told([scriptblock] $Line) {
        $ErrorActionPreference = 'Continue'
        @(& { try { & $Line } catch { $_ } } 2>&1 3>&1)
    }

    Connect-TestEmulator -Plan @{
        Answers = { $_.CustomId -like '*opusLong' ? '{"label":"odd"}' : $_.CustomId -like '*_*Long' ? '{"label":"no"}' : '{"label":"yes"}' }
    }
    Send-Row ways @{ Variant = $ways }
    Send-Row plain @{}
    Send-Row more @{ Variant = [ordered] @{ haikuShort = @{}; other = @{} } }
    Send-Row again @{ Variant = [ordered] @{ opusLong = @{ Model = 'claude-opus-4-6' }; other = @{} } }
    Invoke-ClaudeBatchRetry -Job again -Incomplete -InformationAction Ignore | Wait-ClaudeBatch -InformationAction Ignore -WarningAction Ignore |
        Get-ClaudeBatchResult -InformationAction Ignore -WarningAction Ignore | Out-Null
}

Describe 'What evaluation shows' {
    It 'tells the ids of variants apart in <width> columns' -ForEach @{ width = 80 }, @{ width = 120 } {
        foreach ($shown in (Get-ClaudeBatchResult ways), (Get-ClaudeBatchRequest ways)) {
            $ids = Get-Line $shown $width | Select-Object -Skip 2 | ForEach-Object { ($_ -split ' ')[0] }
            ($ids | Sort-Object -Unique).Count | Should -Be 24
            $ids[0, 1, 2, 3] | Should -BeLike 'r-*_*' -Because 'they are cut in their middle'
            $ids[1] | Should -BeLike '*_haikuLong'
        }
    }

    It 'cuts no id that has room' {
        [ClaudeBatch.TableText]::Cut('row-1_small', 11) | Should -Be 'row-1_small'
        [ClaudeBatch.TableText]::Cut('r-abcdefghijklmnopqrstuvwxyz_small', 28) | Should -Be 'r-abcdefg…opqrstuvwxyz_small'
        [ClaudeBatch.TableText]::Cut($null, 28) | Should -BeNullOrEmpty
        [ClaudeBatch.TableText]::Room($null, 49) | Should -Be 24
    }

    It 'says why an answer is not complete where 80 columns have room for it, and keeps the answer where there is room for both' {
        $odd = Get-ClaudeBatchResult ways -WarningAction Ignore | Where-Object Variant -EQ opusLong | Select-Object -First 1
        (Get-Line $odd 80)[-1] | Should -BeLike '*Succeeded*1 ($.label is none of the values *'
        (Get-Line $odd 160)[-1] | Should -BeLike '*) {"label":"odd"}'
        (Get-Line (Get-ClaudeBatchResult plain)[0] 80)[-1] | Should -BeLike '*1 {"label":"yes"}'
    }

    It 'has the figures that there is room for, and no empty column' {
        $heading = @{}
        foreach ($width in 80, 120) {
            $heading[$width] = (Get-Line (Measure-ClaudeBatchResult plain -Expected 'The label') $width)[0]
        }
        $heading[80] | Should -Match '^Job +Rows +Accuracy +AccuracyLow +AccuracyHigh +CostPerCorrect$'
        $heading[120] | Should -Match '^Job.* +CostPerCorrect +MacroF1 +Unanswered +Unparsable +Cost$'
        $grouped = Get-Line (Measure-ClaudeBatchResult ways -Expected 'The label' -GroupBy Variant) 80
        $grouped[0, 1] | Should -Match '^ +Job: ways$|^Group +Rows +Accuracy +'
        $grouped[3..6] | Should -Match '^(haiku|opus)(Short|Long) +6 '
    }

    It 'shows how far jobs agree where nothing is expected' {
        $lines = Get-Line (Measure-ClaudeBatchResult plain, more -GroupBy Variant) 120
        $lines[0] | Should -Match '^Job +Rows +Answered +Cost +Against$'
        $lines[2] | Should -Match '^plain,  .*more, haikuShort 1\D000; more, other 1\D000$'
    }

    It 'has amounts with the same number of decimals in a column' {
        $lines = Get-Line (Measure-ClaudeBatchResult ways, plain -Expected 'The label' -GroupBy Variant | Where-Object Correct) 120
        $amounts = @($lines -match '^(haiku|opus| )\w* +6 ')
        $amounts | Should -HaveCount 3
        $amounts | Should -Match ' \d\D\d{8} .* \d\D\d{6}$'
    }

    It 'says who is beside whom, also as CSV' {
        $against = (Measure-ClaudeBatchResult ways, plain -Expected 'The label' -GroupBy Variant).Against
        $file = "$(New-TestFolder).csv"
        $against | Export-Csv -LiteralPath $file
        $read = Import-Csv -LiteralPath $file
        $read | Should -HaveCount 20
        "$($read[0].This) | $($read[0].Other)", "$($read[3].This) | $($read[3].Other)" | Should -Be 'ways, haikuShort | ways, haikuLong', 'ways, haikuShort | plain'
        $read[0].Job, $read[0].Variant | Should -Be 'ways', 'haikuLong'
        Get-Line $against 80 | Should -Contain '   This: ways, haikuShort'
        $groups = Measure-ClaudeBatchResult plain, more -Expected 'The label' -GroupBy Nr -WarningAction Ignore
        $groups[0].Against[0].This, $groups[0].Against[0].Other | Should -Be 'plain, 1', 'more, 1'
    }

    It 'has the longest column of a row beside two answers, and all columns where answers are a list' {
        $same = Compare-ClaudeBatchResult plain, more -Actual label -IncludeEqual -WarningAction Ignore
        (Get-Line $same[0] 120)[0] | Should -Match '^CustomId +IsEqual +plain +more$'
        $differ = Compare-ClaudeBatchResult plain, more -Actual label -WarningAction Ignore
        (Get-Line $differ[0] 120)[0] | Should -Match '^CustomId +plain +more +Body$'
        Get-Line (Compare-ClaudeBatchResult ways -GroupBy Variant -Actual label)[0] 120 | Should -Match '^(CustomId|haikuShort|haikuLong|opusShort|opusLong|Nr|The label|Body) +:'
    }

    It 'counts a request once, and each of its answers' {
        $models = Measure-ClaudeBatch again
        $models.Requests | Should -Be 6, 6, 12
        $models.Answers | Should -Be 6, 12, 18
        (Measure-ClaudeBatch again -GroupBy Job).Requests | Should -Be 12
        $variants = Measure-ClaudeBatch again -GroupBy Variant
        "$($variants.ForEach({ "$($_.Variant) $($_.Requests) $($_.Answers)" }))" | Should -Be 'opusLong 6 12 other 6 6  12 18'
    }

    It 'keeps variants of one name in two jobs apart' {
        $both = Measure-ClaudeBatch -Job plain, more, ways -GroupBy Variant
        "$($both.ForEach({ "$($_.Job)/$($_.Variant)" }))" | Should -Be 'plain/ more/haikuShort more/other ways/haikuShort ways/haikuLong ways/opusShort ways/opusLong Total/'
    }

    It 'gives requests that were sent the schema that their answers are judged by' {
        $sent = @(Get-ClaudeBatchRequest ways)[0]
        ($sent.OutputSchema | ConvertFrom-Json).properties.label.enum | Should -Be 'yes', 'no'
    }
}

Describe 'What evaluation says and completes' {
    It 'completes <line>' -ForEach @(
        @{ line = 'Measure-ClaudeBatchResult ways -Expected '; names = 'Nr', "'The label'", 'Body' }
        @{ line = 'Measure-ClaudeBatchResult -Job wa* -GroupBy '; names = 'Variant', 'Nr', "'The label'", 'Body' }
        @{ line = 'Measure-ClaudeBatchResult -Job plain -GroupBy '; names = 'Nr', "'The label'", 'Body' }
        @{ line = 'Measure-ClaudeBatchResult ways, plain -Actual '; names = 'label' }
        @{ line = 'Compare-ClaudeBatchResult ways -Actual l'; names = 'label' }
        @{ line = 'Export-ClaudeBatchReport -Job ways -Expected th'; names = "'The label'" }
    ) {
        Get-Completion $line | Should -Be $names
    }

    It 'says that variants are measured together, unless they are asked for' {
        $told = @(Get-Told { Measure-ClaudeBatchResult ways, plain -Expected 'The label' } | Where-Object { $_ -is [Management.Automation.WarningRecord] -and "$_" -like '*variants*' })
        $told | Should -HaveCount 1
        "$told" | Should -Be "Job 'ways' has variants, which are measured together here; -GroupBy Variant measures each."
        @(Get-Told { Measure-ClaudeBatchResult ways -Expected 'The label' -GroupBy Variant }) -like '*measured together*' | Should -BeNullOrEmpty
    }

    It 'names variants where a group is not there' {
        $told = @(Get-Told { Measure-ClaudeBatchResult ways -GroupBy Varient })
        $told | Should -HaveCount 1
        "$told" | Should -BeLike "*no*column 'Varient'*The job has variants: -GroupBy Variant."
        "$(Get-Told { Measure-ClaudeBatchResult plain -GroupBy Variant })" | Should -BeLike '*The job has no variants, either; New-ClaudeBatchRequest -Variant makes them.'
    }

    It 'says once of each job that is not there' {
        "$(Get-Told { Compare-ClaudeBatchResult zz, yy })" | Should -Match "^There is no job 'zz'[^']*'[^']*'[^']*There is no job 'yy'[^']*'[^']*'[^']*$"
        @(Get-Told { Compare-ClaudeBatchResult plain, yy }) | Should -HaveCount 1
        $path = New-TestFolder
        @(Get-Told { Export-ClaudeBatchReport -Job nope -Path $path }) | Should -HaveCount 1
        Test-Path -LiteralPath $path | Should -BeFalse
    }
}
