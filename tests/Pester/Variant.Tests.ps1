BeforeAll {
    . $PSScriptRoot/Support.ps1
    $models = [ordered] @{ small = @{ Model = 'claude-haiku-4-5' }; large = @{ Model = 'claude-opus-4-6' } }

    # Six rows whose right label is 'a'; the small model says so of four, the large one of five.
    function Send-Varied {
        param([string] $Job = 'varied', [hashtable] $Plan = @{}, [string] $LedgerPath = (New-TestFolder))
        $answers = @{}
        foreach ($i in 1..6) {
            $answers["row-${i}_small"] = $i -le 4 ? 'a' : 'b'
            $answers["row-${i}_large"] = $i -ne 1 ? 'a' : 'b'
        }
        Connect-TestEmulator -LedgerPath $LedgerPath -Plan ($Plan + @{ Answers = $answers })
        New-TestRow -Count 6 | Select-Object -Property *, @{ n = 'Label'; e = { 'a' } } |
            New-ClaudeBatchRequest -MaxTokens 50 -CustomId 'row-{{Id}}' -Prompt '{{Body}}' -Variant $models |
            Submit-ClaudeBatch -Job $Job -InformationAction Ignore | Wait-ClaudeBatch -InformationAction Ignore -WarningAction Ignore | Out-Null
        Get-ClaudeBatchResult -Job $Job -WarningAction Ignore -InformationAction Ignore | Out-Null
    }

    # The cells of a table of a report, as texts, a list for each line.
    function Get-ReportLine([string] $Html, [string] $Id) {
        $table = [regex]::Match($Html, "(?s)<table id=$Id[ >].*?<tbody>(.*?)</tbody>").Groups[1].Value
        foreach ($line in [regex]::Matches($table, '(?s)<tr>(.*?)</tr>')) {
            , @([regex]::Matches($line.Groups[1].Value, '(?s)<t[hd][^>]*>(.*?)</t[hd]>') | ForEach-Object { [Net.WebUtility]::HtmlDecode(($_.Groups[1].Value -replace '<[^>]+>')) })
        }
    }

    function Get-Fault([scriptblock] $Line) {
        $ErrorActionPreference = 'Continue'
        @(& { try { & $Line } catch { $_ } } 2>&1 | Where-Object { $_ -is [Management.Automation.ErrorRecord] })
    }
}

Describe 'New-ClaudeBatchRequest -Variant' {
    It 'makes a request of each row and variant, in the order of the table' {
        $requests = New-TestRow -Count 2 | New-ClaudeBatchRequest -MaxTokens 50 -CustomId 'row-{{Id}}' -Prompt '{{Body}}' -Variant $models
        $requests.CustomId | Should -Be 'row-1_small', 'row-1_large', 'row-2_small', 'row-2_large'
        $requests.Variant | Should -Be 'small', 'large', 'small', 'large'
        $requests.Model | Should -Be 'claude-haiku-4-5', 'claude-opus-4-6', 'claude-haiku-4-5', 'claude-opus-4-6'
        $requests.Source.Id | Should -Be 1, 1, 2, 2
    }

    It 'sorts the variants of a table that has no order, without regard to case' {
        $requests = 'One' | New-ClaudeBatchRequest -Model claude-haiku-4-5 -MaxTokens 50 -Variant @{ b = @{}; A = @{}; C = @{}; d1 = @{} }
        $requests.Variant | Should -Be 'A', 'b', 'C', 'd1'
    }

    It 'gives the row the id that it has without variants, and equal rows the same number' {
        $rows = 'One', 'Two', 'One'
        $plain = $rows | New-ClaudeBatchRequest -Model claude-haiku-4-5 -MaxTokens 50 -WarningAction Ignore
        $varied = $rows | New-ClaudeBatchRequest -MaxTokens 50 -Variant $models -WarningVariable warned -WarningAction SilentlyContinue
        $varied.CustomId | Should -Be ($plain.CustomId | ForEach-Object { "${_}_small", "${_}_large" })
        $warned.Message | Should -BeLike '1 rows were equal to an earlier one*'
    }

    It 'makes the same requests from the files of -Path' {
        $file = "$(New-TestFolder).csv"
        $rows = 1..250 | ForEach-Object { [pscustomobject] @{ Id = "$_"; Body = "message $_" } }
        $rows | Export-Csv -LiteralPath $file
        $line = @{ MaxTokens = 50; Prompt = '{{Body}}'; Variant = $models }
        $read = New-ClaudeBatchRequest -Path $file @line
        $read | Should -HaveCount 500
        $read.Raw | Should -Be ($rows | New-ClaudeBatchRequest @line).Raw
        $read.Variant[0..1] | Should -Be 'small', 'large'
    }

    It 'takes what the line says where a variant says nothing, and nothing where it says $null' {
        $requests = 'One' | New-ClaudeBatchRequest -Model claude-haiku-4-5 -MaxTokens 50 -System 'Be brief.' -Prompt 'First {{_}}' -Variant ([ordered] @{
                line   = @{}
                other  = @{ Prompt = 'Second {{_}}'; maxtokens = '60' }
                bare   = @{ System = $null; Prompt = $null }
                script = @{ Prompt = { "Third $_" } }
                told   = @{ Message = @{ role = 'user'; content = 'Fourth {{_}}' } }
            })
        $requests.MaxTokens | Should -Be 50, 60, 50, 50, 50
        $requests.ForEach({ $_.Params.messages[-1].content }) | Should -Be 'First One', 'Second One', 'One', 'Third One', 'Fourth One'
        $requests.ForEach({ [string] $_.Params.system }) | Should -Be 'Be brief.', 'Be brief.', '', 'Be brief.', 'Be brief.'
    }

    It 'takes whole templates' {
        $brief = New-ClaudeBatchTemplate -Model claude-opus-4-6 -MaxTokens 5 -System 'Briefly.' -CustomId 'row-{{Id}}' -Prompt 'Say {{Body}}'
        $long = New-ClaudeBatchTemplate -Model claude-haiku-4-5 -MaxTokens 500 -CustomId 'row-{{Id}}' -Prompt 'Tell {{Body}}'
        $requests = New-TestRow -Count 1 | New-ClaudeBatchRequest -Template $brief -Variant ([ordered] @{ brief = @{}; long = @{ Template = $long } })
        $requests.CustomId | Should -Be 'row-1_brief', 'row-1_long'
        $requests.MaxTokens | Should -Be 5, 500
        $requests.ForEach({ $_.Params.messages[0].content }) | Should -Be 'Say message 1', 'Tell message 1'
    }

    It 'judges the answers of each variant by its own schema' {
        Connect-TestEmulator -Plan @{ Answers = 'schema' }
        $schema = @{ type = 'object'; properties = @{ label = @{ type = 'string' } }; required = @('label'); additionalProperties = $false }
        New-TestRow -Count 1 | New-ClaudeBatchRequest -Model claude-haiku-4-5 -MaxTokens 50 -Prompt '{{Body}}' -Variant ([ordered] @{ text = @{}; json = @{ OutputSchema = $schema } }) |
            Submit-ClaudeBatch -Job shaped -InformationAction Ignore | Wait-ClaudeBatch -InformationAction Ignore | Out-Null
        $results = Get-ClaudeBatchResult -Job shaped
        $results.Variant | Should -Be 'text', 'json'
        $results[1].Output.PSObject.Properties.Name | Should -Be 'label'
        $results[0].Output | Should -BeNullOrEmpty
    }

    It 'refuses with <Id>: <Case>' -ForEach @(
        @{ Case = 'a name with a blank'; Variant = @{ 'a b' = @{} }; Id = 'VariantInvalid'; Says = "*'a b' is no name*" }
        @{ Case = 'a name of 17 letters'; Variant = @{ ('a' * 17) = @{} }; Id = 'VariantInvalid'; Says = '*1 to 16 letters*' }
        @{ Case = 'a variant that is no table'; Variant = @{ a = 'claude-opus-4-6' }; Id = 'VariantInvalid'; Says = "Variant 'a' is no table*" }
        @{ Case = 'a key that is no parameter'; Variant = @{ a = @{ Modell = 'x' } }; Id = 'VariantKeyInvalid'; Says = "Variant 'a' has 'Modell'*These can: Model, *" }
        @{ Case = 'the id, which all variants share'; Variant = @{ a = @{ CustomId = 'x' } }; Id = 'VariantKeyInvalid'; Says = "*'CustomId'*" }
        @{ Case = 'a value that the parameter does not take'; Variant = @{ a = @{ MaxTokens = 'many' } }; Id = 'VariantInvalid'; Says = "Variant 'a': *MaxTokens*" }
        @{ Case = 'a set value that is none'; Variant = @{ a = @{ Effort = 'odd' } }; Id = 'VariantInvalid'; Says = "Variant 'a': *odd*" }
        @{ Case = 'what a template refuses'; Variant = @{ a = @{ System = '{{Body}}' } }; Id = 'PlaceholderShared'; Says = "Variant 'a': *" }
        @{ Case = 'messages and a prompt'; Variant = @{ a = @{ Message = @{ role = 'user' }; Prompt = 'x' } }; Id = 'ParameterConflict'; Says = "Variant 'a' has Message*" }
        @{ Case = 'no model'; Variant = @{ a = @{ Model = $null } }; Id = 'ModelMissing'; Says = "Variant 'a': *-Model*" }
        @{ Case = 'a misspelt placeholder'; Variant = @{ a = @{ Prompt = '{Body}' } }; Id = 'PlaceholderMisspelt'; Says = "Variant 'a': *'{Body}'*" }
    ) {
        $faults = Get-Fault { New-TestRow -Count 1 | New-ClaudeBatchRequest -Model claude-haiku-4-5 -MaxTokens 50 -Prompt '{{Body}}' -Variant $Variant }
        $faults | Should -HaveCount 1
        $faults[0].FullyQualifiedErrorId | Should -Be "$Id,ClaudeBatch.Commands.NewClaudeBatchRequestCommand"
        $faults[0].Exception.Message | Should -BeLike $Says
    }

    It 'says what lacks where there is neither a model nor a template' {
        $faults = Get-Fault { 'One' | New-ClaudeBatchRequest -MaxTokens 50 }
        $faults[0].FullyQualifiedErrorId | Should -BeLike 'ModelMissing,*'
    }

    It 'leaves out a row whose id is too long with the name, and one that a variant cannot ask' {
        $id = 'x' * 59
        $made = [pscustomobject] @{ Id = 'a'; Body = 'One' }, [pscustomobject] @{ Id = $id; Body = 'Two' }, [pscustomobject] @{ Id = 'c'; Body = '' } |
            New-ClaudeBatchRequest -Model claude-haiku-4-5 -MaxTokens 50 -CustomId '{{Id}}' -ErrorVariable faults -ErrorAction SilentlyContinue -WarningAction Ignore -Variant ([ordered] @{
                whole = @{ Prompt = 'Label {{Body}}' }
                short = @{ Prompt = '{{Body}}' }
            })
        $made.CustomId | Should -Be 'a_whole', 'a_short' -Because 'a row goes with all its variants or with none'
        $faults.FullyQualifiedErrorId | Should -Be @('VariantIdTooLong', 'PromptEmpty').ForEach({ "$_,ClaudeBatch.Commands.NewClaudeBatchRequestCommand" })
        $tooLong = $faults.Where({ $_.FullyQualifiedErrorId -like 'VariantIdTooLong*' })[0].Exception.Message
        $tooLong | Should -BeLike "Row 2: *'_whole'*64 characters*-CustomId*'$id'*"
        $faults[-1].Exception.Message | Should -BeLike "Row 3: Variant 'short': The prompt is empty*"
    }

    It 'warns once of what holds for all variants' {
        'One', 'Two' | New-ClaudeBatchRequest -Model claude-haiku-4-5 -MaxTokens 50 -Variant ([ordered] @{ a = @{ Prompt = 'Same' }; b = @{ Prompt = 'Same' }; c = @{ Prompt = '{{_}}' } }) -WarningVariable warned -WarningAction SilentlyContinue | Out-Null
        $warned.Message | Should -BeLike "Variant 'a', 'b': All 2 requests ask the same, 'Same'*"
    }
}

Describe 'A job with variants' {
    BeforeAll {
        $ledger = New-TestFolder
        Send-Varied -LedgerPath $ledger
    }

    It 'has the variant at each result and request, in this shell and in another one' {
        $results = Get-ClaudeBatchResult -Job varied
        $results.Variant[0..3] | Should -Be 'small', 'large', 'small', 'large'
        (Get-ClaudeBatchRequest -Job varied).Variant[0..1] | Should -Be 'small', 'large'
        & $shellPath -NoProfile -Command "Import-Module '$modulePath'; Connect-ClaudeBatch -Emulator -LedgerPath '$ledger' | Out-Null; (Get-ClaudeBatchResult -Job varied).Variant -join ' '" |
            Should -Be ((@('small large') * 6) -join ' ')
    }

    It 'keeps the variant of a request that goes through a file' {
        $file = "$(New-TestFolder).xml"
        New-TestRow -Count 1 | New-ClaudeBatchRequest -MaxTokens 50 -Prompt '{{Body}}' -Variant $models | Export-Clixml -LiteralPath $file
        Connect-TestEmulator
        Import-Clixml -LiteralPath $file | Submit-ClaudeBatch -Job again -InformationAction Ignore | Wait-ClaudeBatch -InformationAction Ignore | Out-Null
        (Get-ClaudeBatchResult -Job again).Variant | Should -Be 'small', 'large'
        Connect-TestEmulator -LedgerPath $ledger
    }

    It 'is measured by variant, each beside the others, row by row' {
        $figures = Measure-ClaudeBatchResult -Job varied -Expected Label -GroupBy variant
        $figures.Group | Should -Be 'small', 'large'
        $figures.Rows | Should -Be 6, 6
        $figures.Correct | Should -Be 4, 5
        $against = $figures[0].Against
        $against.Job, $against.Variant | Should -Be 'varied', 'large'
        $against.Rows, $against.OnlyThis, $against.OnlyOther | Should -Be 6, 1, 2
        $against.Agreement | Should -Be 0.5
        $figures[1].Against.OnlyThis | Should -Be 2
        $figures[0].Cost | Should -BeLessThan $figures[1].Cost
    }

    It 'is measured as a whole without -GroupBy' {
        $whole = Measure-ClaudeBatchResult -Job varied -Expected Label
        $whole.Rows, $whole.Correct | Should -Be 12, 9
        $whole.Against | Should -BeNullOrEmpty
    }

    It 'is measured beside a job that asks the same rows in one way' {
        New-TestRow -Count 6 | Select-Object -Property *, @{ n = 'Label'; e = { 'a' } } |
            New-ClaudeBatchRequest -Model claude-haiku-4-5 -MaxTokens 50 -CustomId 'row-{{Id}}' -Prompt '{{Body}}' |
            Submit-ClaudeBatch -Job plain -InformationAction Ignore | Wait-ClaudeBatch -InformationAction Ignore | Out-Null
        $figures = Measure-ClaudeBatchResult -Job varied, plain -Expected Label -GroupBy Variant -WarningVariable warned
        $warned | Should -BeNullOrEmpty
        $figures.ForEach({ "$_" }) | Should -Be 'varied, small', 'varied, large', 'plain'
        $figures[2].Against.ForEach({ "$_ $($_.Rows)" }) | Should -Be 'varied, small 6', 'varied, large 6'
        $rows = Compare-ClaudeBatchResult -Job varied, plain -GroupBy Variant -IncludeEqual
        $rows | Should -HaveCount 6
        $rows[0].PSObject.Properties.Name[0..4] | Should -Be 'CustomId', 'IsEqual', 'varied.small', 'varied.large', 'plain'
    }

    It 'has its variants in a report, with the figures of Measure-ClaudeBatchResult and the labels of each row' {
        $line = @{ Job = 'varied'; Expected = 'Label'; GroupBy = 'Variant'; WarningAction = 'Ignore'; InformationAction = 'Ignore' }
        Export-ClaudeBatchReport @line -Path ($path = New-TestFolder)
        $html = Get-Content -LiteralPath $path -Raw
        $figures = Measure-ClaudeBatchResult @line
        $accuracies = @(Get-ReportLine $html accuracy-table)
        $accuracies.ForEach({ "$($_[0..2])" }) | Should -Be $figures.ForEach({ "$_ $($_.Rows) $($_.Correct)" })
        $accuracies.ForEach({ "$($_[0..2])" }) | Should -Be 'varied, small 6 4', 'varied, large 6 5'
        @(Get-ReportLine $html against-table).ForEach({ "$($_[0..3] + $_[5..6])" }) | Should -Be 'varied, small varied, large 6 50.00 % 1 2'
        $block = ConvertFrom-Json ([regex]::Match($html, '(?s)<script type="application/json" class=rows>(.*?)</script>').Groups[1].Value) -Depth 6
        $rows = @($block.rows)
        $rows.Count | Should -Be 12
        $variants = $block.variants
        $rows.ForEach({ "$($_[2]) $($variants[$_[11]]) $($_[7])$($_[8])" })[0, 1, 10, 11] |
            Should -Be 'row-1_small small aa', 'row-1_large large ab', 'row-6_small small ab', 'row-6_large large aa'
    }

    It 'has its variants side by side' {
        $rows = Compare-ClaudeBatchResult -Job varied -GroupBy Variant
        $rows.CustomId | Should -Be 'row-1', 'row-5', 'row-6'
        $rows[0].small, $rows[0].large, $rows[0].'small.Status', $rows[0].Body | Should -Be 'a', 'b', 'Succeeded', 'message 1'
    }

    It 'says how its variants are compared, and that a job has none' {
        (Get-Fault { Compare-ClaudeBatchResult -Job varied })[0].Exception.Message | Should -BeLike '*-GroupBy Variant compares them*'
        New-TestRequest -Count 1 | Submit-ClaudeBatch -Job one -InformationAction Ignore | Wait-ClaudeBatch -InformationAction Ignore | Out-Null
        (Get-Fault { Compare-ClaudeBatchResult -Job one -GroupBy Variant })[0].FullyQualifiedErrorId | Should -BeLike 'VariantsTooFew,*'
        (Get-Fault { Measure-ClaudeBatchResult -Job one -GroupBy Variant })[0].FullyQualifiedErrorId | Should -BeLike 'ColumnNotFound,*'
    }

    It 'has what each variant cost' {
        $costs = Measure-ClaudeBatch -Job varied -GroupBy Variant
        $costs.Variant | Should -Be 'small', 'large', $null
        $costs.Requests | Should -Be 6, 6, 12
        $costs[0].Cost + $costs[1].Cost | Should -Be $costs[2].Cost
    }

    It 'is told what each variant will cost, by its models' {
        $rows = New-TestRow -Count 6
        $line = @{ MaxTokens = 50; Prompt = '{{Body}}' }
        $requests = $rows | New-ClaudeBatchRequest @line -Variant $models
        $requests = @($requests) + ($rows | New-ClaudeBatchRequest @line -Model claude-haiku-4-5)
        $estimates = $requests | Measure-ClaudeBatch -GroupBy variant
        $estimates.Variant | Should -Be 'small', 'large', $null, $null
        $estimates.Model | Should -Be 'claude-haiku-4-5', 'claude-opus-4-6', 'claude-haiku-4-5', 'Total'
        $estimates.Requests | Should -Be 6, 6, 6, 18
        $alone = $requests | Where-Object Variant -EQ large | Measure-ClaudeBatch
        $estimates[1].Low, $estimates[1].High | Should -Be $alone[0].Low, $alone[0].High
        $whole = $requests | Measure-ClaudeBatch
        $estimates[-1].High | Should -Be $whole[-1].High
        ($estimates[0..2].High | Measure-Object -Sum).Sum | Should -Be $whole[-1].High
        ($estimates | Out-String -Width 80) | Should -Match '(?m)^Variant +Model +Requests +Low +High$'
    }

    It 'is told what each variant will cost, narrowed by what the service counts' {
        $requests = New-TestRow -Count 6 | New-ClaudeBatchRequest -MaxTokens 50 -Prompt '{{Body}}' -Variant $models
        $wide = $requests | Measure-ClaudeBatch -GroupBy Variant
        $narrow = $requests | Measure-ClaudeBatch -GroupBy Variant -CountTokens 12
        foreach ($i in 0, 1) {
            ($narrow[$i].HighInputTokens - $narrow[$i].LowInputTokens) | Should -BeLessThan ($wide[$i].HighInputTokens - $wide[$i].LowInputTokens)
        }
        $narrow[-1].LowInputTokens | Should -Be (($requests | Measure-ClaudeBatch -CountTokens 12)[-1].LowInputTokens)
    }

    It 'is exported with a column Variant, where others have none' {
        $file = "$(New-TestFolder).csv"
        Export-ClaudeBatchResult -Job varied -Path $file
        (Import-Csv -LiteralPath $file).Variant[0..1] | Should -Be 'small', 'large'
        New-TestRequest -Count 1 | Submit-ClaudeBatch -Job none -InformationAction Ignore | Wait-ClaudeBatch -InformationAction Ignore | Out-Null
        Export-ClaudeBatchResult -Job none -Path $file -Force
        (Get-Content -LiteralPath $file -First 1) | Should -Not -BeLike '*Variant*'
        Export-ClaudeBatchResult -Job varied -Path $file -Property CustomId, Variant, Text -Force
        (Get-Content -LiteralPath $file -First 2)[1] | Should -Be '"row-1_small","small","a"'
    }

    It 'is submitted again without a second request' {
        New-TestRow -Count 6 | Select-Object -Property *, @{ n = 'Label'; e = { 'a' } } |
            New-ClaudeBatchRequest -MaxTokens 50 -CustomId 'row-{{Id}}' -Prompt '{{Body}}' -Variant $models |
            Submit-ClaudeBatch -Job varied -InformationAction Ignore | Out-Null
        (Get-ClaudeBatchJob varied).Requests | Should -Be 12
    }

    It 'keeps the variant through a retry' {
        Connect-TestEmulator -Plan @{ Errored = 0.5; Seed = 2 }
        New-TestRow -Count 6 | New-ClaudeBatchRequest -MaxTokens 50 -Prompt '{{Body}}' -Variant $models |
            Submit-ClaudeBatch -Job retried -InformationAction Ignore | Wait-ClaudeBatch -InformationAction Ignore | Get-ClaudeBatchResult | Out-Null
        Invoke-ClaudeBatchRetry -Job retried -InformationAction Ignore | Wait-ClaudeBatch -InformationAction Ignore | Get-ClaudeBatchResult | Out-Null
        $results = Get-ClaudeBatchResult -Job retried
        $results.Attempt | Should -Contain 2
        $results.Variant | Should -Be (@('small', 'large') * 6)
    }

    It 'has more variants than a page can show: an error, and no file' {
        $many = [ordered] @{}
        1..51 | ForEach-Object { $many["v$_"] = @{} }
        Connect-TestEmulator -Plan @{ Answers = { 'a' } }
        [pscustomobject] @{ Id = 1; Label = 'a' } | New-ClaudeBatchRequest -Model claude-haiku-4-5 -MaxTokens 50 -CustomId 'row-{{Id}}' -Prompt 'Label {{Id}}' -Variant $many |
            Submit-ClaudeBatch -Job many -InformationAction Ignore | Wait-ClaudeBatch -InformationAction Ignore | Out-Null
        $path = New-TestFolder
        $how = @{ Job = 'many'; Expected = 'Label'; GroupBy = 'Variant'; InformationAction = 'Ignore' }
        Measure-ClaudeBatchResult @how | Should -HaveCount 51
        (Get-Fault { Export-ClaudeBatchReport @how -Path $path })[0].FullyQualifiedErrorId | Should -BeLike 'LabelsTooMany,*'
        Get-ChildItem -Path "$path*" | Should -BeNullOrEmpty
    }
}
