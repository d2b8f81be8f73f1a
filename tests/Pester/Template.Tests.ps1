BeforeAll {
    . "$PSScriptRoot/Support.ps1"
    $haiku = @{ Model = 'claude-haiku-4-5'; MaxTokens = 200 }

    enum TestMood { Good; Bad }

    class TestOrder {
        [ValidateSet('bug', 'billing')] [string] $Category
        [ValidateRange(1, 5)] [int] $Urgency
        [ValidateRange('Positive')] [decimal] $Amount
        [ValidateLength(1, 8)] [string] $Title
        [ValidatePattern('^[a-z]\d$')] [string] $Code
        [ValidateCount(2, 3)] [ValidateSet('a', 'b')] [string[]] $Tags
        [ValidateSet(1, 2)] [Nullable[int]] $Level
        [Nullable[TestMood]] $Mood
        [ComponentModel.Description('Who ordered.')] [ValidateNotNullOrEmpty()] [string] $Name
    }

    class TestDrive { [ValidateDrive('C')] [string] $Path }
    class TestSpan { [ValidateRange(1, 5)] [string] $Text }

    class TestTicket {
        [string] $Category
        [int] $Urgency
        [Nullable[int]] $OrderNumber
        [string[]] $Products
    }

    function Get-RequestBody($Request) { ($Request.Raw | ConvertFrom-Json -Depth 64).params }
}

Describe 'New-ClaudeBatchTemplate' {
    It 'writes <name>' -ForEach @(
        @{ name = 'thinking with a budget'; how = @{ Thinking = 1024; MaxTokens = 4000 }; field = 'thinking'; json = '{"type":"enabled","budget_tokens":1024}' }
        @{ name = 'adaptive thinking'; how = @{ Model = 'claude-haiku-5-5'; Thinking = 'adaptive' }; field = 'thinking'; json = '{"type":"adaptive"}' }
        @{ name = 'effort in capitals'; how = @{ Model = 'claude-haiku-5-5'; Effort = 'LOW' }; field = 'output_config'; json = '{"effort":"low"}' }
        @{ name = 'effort'; how = @{ Model = 'claude-haiku-5-5'; Effort = 'low' }; field = 'output_config'; json = '{"effort":"low"}' }
        @{ name = 'a tool by name'; how = @{ Tool = @{ name = 'look'; input_schema = @{ type = 'object' } }; ToolChoice = 'look' }; field = 'tool_choice'; json = '{"type":"tool","name":"look"}' }
        @{ name = 'a free choice of tools'; how = @{ Tool = @{ name = 'look'; input_schema = @{ type = 'object' } }; ToolChoice = 'any' }; field = 'tool_choice'; json = '{"type":"any"}' }
        @{ name = 'metadata'; how = @{ Metadata = @{ user_id = 'u-1' } }; field = 'metadata'; json = '{"user_id":"u-1"}' }
        @{ name = 'any other field'; how = @{ Model = 'claude-haiku-5-5'; AdditionalParameter = @{ inference_geo = 'us' } }; field = 'inference_geo'; json = '"us"' }
        @{ name = 'a further field of output_config'; how = @{ Model = 'claude-haiku-5-5'; Effort = 'low'; AdditionalParameter = @{ output_config = @{ later = 1 } } }; field = 'output_config'; json = '{"effort":"low","later":1}' }
        @{ name = 'a field given whole'; how = @{ AdditionalParameter = @{ thinking = @{ type = 'disabled' } } }; field = 'thinking'; json = '{"type":"disabled"}' }
    ) {
        $common = @{ Model = 'claude-haiku-4-5'; MaxTokens = 200 }
        $how.GetEnumerator() | ForEach-Object { $common[$_.Key] = $_.Value }
        $template = New-ClaudeBatchTemplate @common
        $template.Params.$field | ConvertTo-Json -Compress -Depth 9 | Should -Be $json
    }

    It 'refuses a field that is said twice (<name>)' -ForEach @(
        @{ name = 'thinking'; more = @{ thinking = @{ type = 'disabled' } } }
        @{ name = 'output_config.effort'; more = @{ output_config = @{ effort = 'high' } } }
        @{ name = 'model'; more = @{ model = 'claude-opus-4-8' } }
    ) {
        { New-ClaudeBatchTemplate @haiku -Thinking adaptive -Effort low -AdditionalParameter $more } |
            Should -Throw "'$name' stands in -AdditionalParameter*" -ErrorId 'ParameterConflict*'
    }

    It 'puts examples before the row''s own message' {
        $template = New-ClaudeBatchTemplate @haiku -Example @{ User = 'one'; Assistant = '1' }, @{ User = 'two'; Assistant = '2' } -Prompt '{{_}}'
        $messages = (Get-RequestBody ('three' | New-ClaudeBatchRequest -Template $template)).messages
        $messages.role | Should -Be @('user', 'assistant', 'user', 'assistant', 'user')
        $messages.content | Should -Be @('one', '1', 'two', '2', 'three')
    }

    It 'marks the end of what is shared for the cache, and nothing after: <name>' -ForEach @(
        @{ name = 'system'; how = @{ System = 'S' }; where = { $_.system[-1] } }
        @{ name = 'tools'; how = @{ Tool = @{ name = 'look'; input_schema = @{ type = 'object' } } }; where = { $_.tools[-1] } }
        @{ name = 'examples'; how = @{ System = 'S'; Example = @{ User = 'a'; Assistant = 'b' } }; where = { $_.messages[1].content[-1] } }
    ) {
        $request = 'row' | New-ClaudeBatchRequest @haiku @how -CacheSystem -WarningAction SilentlyContinue
        $mark = (Get-RequestBody $request) | ForEach-Object $where
        $mark.cache_control.type, $mark.cache_control.ttl | Should -Be @('ephemeral', '1h')
        [regex]::Matches($request.Raw, 'cache_control') | Should -HaveCount 1
    }

    It 'keeps the time that is asked for, after examples too' {
        foreach ($how in @{ System = 'S' }, @{ Example = @{ User = 'a'; Assistant = 'b' } }) {
            $raw = ('row' | New-ClaudeBatchRequest @haiku @how -CacheTtl 5M -WarningAction SilentlyContinue).Raw
            $raw | Should -Match '"cache_control":\{"type":"ephemeral","ttl":"5m"\}'
        }
    }

    It 'warns when the service would cache nothing, and refuses to mark nothing' {
        New-ClaudeBatchTemplate @haiku -System 'short' -CacheTtl 5m -WarningVariable warned -WarningAction SilentlyContinue | Out-Null
        $warned.Message | Should -BeLike '*claude-haiku-4-5 caches from 4096 on*'
        New-ClaudeBatchTemplate @haiku -System ('long ' * 5000) -CacheSystem -WarningVariable quiet | Out-Null
        $quiet | Should -BeNullOrEmpty
        { New-ClaudeBatchTemplate @haiku -CacheSystem } | Should -Throw -ErrorId 'NothingToCache,*'
    }

    It 'refuses a retired model with its date, and offers the nearest name for one it does not know' {
        { New-ClaudeBatchTemplate -Model claude-opus-4-1 -MaxTokens 1 } | Should -Throw '*retired on 2026-08-05*'
        New-ClaudeBatchTemplate -Model claude-haiku-45 -MaxTokens 1 -WarningVariable warned -WarningAction SilentlyContinue | Out-Null
        $warned.Message | Should -BeLike "*did you mean 'claude-haiku-4-5'*"
        { New-ClaudeBatchTemplate -Model claude-haiku-4-5 -MaxTokens 64001 } | Should -Throw -ErrorId 'MaxTokensRefused,*'
    }

    It 'comes back from a file and gives the same bytes' {
        $template = New-ClaudeBatchTemplate @haiku -System 'S' -Example @{ User = 'a'; Assistant = 'b' } -Prompt '{{Body}}' -CustomId '{{Id}}'
        $template | Export-Clixml -Path "$TestDrive/template.xml"
        $row = [pscustomobject]@{ Id = 1; Body = 'x' }
        ($row | New-ClaudeBatchRequest -Template (Import-Clixml "$TestDrive/template.xml")).Raw | Should -BeExactly ($row | New-ClaudeBatchRequest -Template $template).Raw
    }

    It 'is splatted from a data file that a team shares' {
        Set-Content -Path "$TestDrive/classify.psd1" -Value "@{ Model = 'claude-haiku-4-5'; MaxTokens = 12; System = 'One label.'; Prompt = '{{Body}}' }"
        $shared = Import-PowerShellDataFile -Path "$TestDrive/classify.psd1"
        (New-ClaudeBatchTemplate @shared).Params.system | Should -Be 'One label.'
    }

    It 'prints what is frozen and what is volatile' {
        $text = New-ClaudeBatchTemplate @haiku -System 'S' -Prompt '{{Body}}' | Out-String -Width 300
        $text | Should -Match 'Params.*"system":"S"'
        $text | Should -Match 'Prompt.*\{\{Body\}\}'
    }
}

Describe 'What the cache sees' {
    BeforeAll {
        # The bytes of a request but for its id, up to what the row says.
        function Get-Shared($Request, $Volatile) {
            $raw = $Request.Raw
            $raw.Substring($raw.IndexOf('"params"'), $raw.LastIndexOf($Volatile) - $raw.IndexOf('"params"'))
        }

        function New-Table([string[]] $Names, [random] $Random) {
            $table = @{}
            foreach ($name in ($Names | Sort-Object { $Random.Next() })) {
                $table[$name] = @{ type = 'string'; description = "The $name, 1.5" }
            }
            $table
        }

        $culture = [cultureinfo]::CurrentCulture
    }

    AfterAll {
        [cultureinfo]::CurrentCulture = $culture
    }

    It 'is byte for byte the same, whatever order tables come in and whatever the culture' {
        $random = [random]::new(7)
        $names = 'Istanbul', 'indigo', 'ä', 'Z', 'a', 'ı', 'price', '\u00e9', 'long name'
        foreach ($round in 1..25) {
            $seen = foreach ($name in '', 'de-DE', 'tr-TR', 'ar-SA', 'th-TH') {
                [cultureinfo]::CurrentCulture = $name
                $fields = New-Table -Names $names -Random $random
                $template = New-ClaudeBatchTemplate @haiku -System "round $round" -Tool @{
                    name         = 'look'
                    input_schema = @{ type = 'object'; properties = $fields; additionalProperties = $false; minimum = 1.5; limit = [decimal] 0.25 }
                } -Metadata @{ user_id = "u-$round" } -AdditionalParameter @{ service_tier = 'auto'; diagnostics = @{ previous_message_id = 'm' }; container = "c$round" } -WarningAction Ignore
                $row = [pscustomobject]@{ Body = "volatile-$name-$($random.Next())" }
                Get-Shared ($row | New-ClaudeBatchRequest -Template $template -Prompt '{{Body}}') $row.Body
            }
            @($seen | Select-Object -Unique) | Should -HaveCount 1
        }
    }

    It 'is the same in another process, where hashtables have another order' {
        $script = {
            param($module)
            Import-Module $module
            $fields = @{}
            foreach ($i in 1..40) { $fields["field-$i"] = @{ type = 'string'; description = "d$i" } }
            ('x' | New-ClaudeBatchRequest -Model claude-haiku-4-5 -MaxTokens 20 -Tool @{ name = 't'; input_schema = @{ type = 'object'; properties = $fields } }).Raw
            $fields.Keys -join ','
        }
        $module = (Get-Module ClaudeBatch).Path -replace 'psm1$', 'psd1'
        $runs = foreach ($i in 1..3) { , (& $shellPath -NoProfile -Command $script -args $module) }
        @($runs | ForEach-Object { $_[0] } | Select-Object -Unique) | Should -HaveCount 1
        @($runs | ForEach-Object { $_[1] } | Select-Object -Unique).Count | Should -BeGreaterThan 1 -Because 'the order of the tables did differ'
    }

    It 'goes on to the row and not beyond, and differs from row to row in nothing before it' {
        $template = New-ClaudeBatchTemplate @haiku -System ('Shared. ' * 3000) -CacheSystem -Example @{ User = 'q'; Assistant = 'a' } -Prompt '{{Body}}'
        $one, $two = [pscustomobject]@{ Body = 'first "row"' }, [pscustomobject]@{ Body = 'second' } | New-ClaudeBatchRequest -Template $template
        Get-Shared $one 'first' | Should -BeExactly (Get-Shared $two 'second')
        (Get-Shared $one 'first').Length | Should -BeGreaterThan 24000
        $one.Raw.LastIndexOf('cache_control') | Should -BeLessThan $one.Raw.IndexOf('first')
    }
}

Describe 'Structured output' {
    It 'makes a schema of <name>' -ForEach @(
        @{ name = 'a class'; schema = { [TestTicket] } }
        @{ name = 'JSON'; schema = { '{"type":"object","properties":{"Category":{"type":"string"}},"required":["Category"],"additionalProperties":false}' } }
        @{ name = 'a table'; schema = { @{ type = 'object'; properties = @{ Category = @{ type = 'string' } }; required = @('Category'); additionalProperties = $false } } }
        @{ name = 'a file'; schema = { Set-Content "$TestDrive/s.json" '{"type":"object","properties":{"Category":{"type":"string"}},"required":["Category"],"additionalProperties":false}'; "$TestDrive/s.json" } }
    ) {
        $template = New-ClaudeBatchTemplate @haiku -OutputSchema (& $schema)
        $template.Params.output_config.format.type | Should -Be 'json_schema'
        $template.Params.output_config.format.schema.properties.Category.type | Should -Be 'string'
        $template.Params.output_config.format.schema.additionalProperties | Should -BeFalse
    }

    It 'says where a schema offends: <keyword>' -ForEach @(
        @{ keyword = 'additionalProperties'; schema = '{"type":"object","properties":{}}'; at = '$: an object needs' }
        @{ keyword = 'minimum'; schema = '{"type":"object","additionalProperties":false,"properties":{"a":{"type":"integer","minimum":"1"}}}'; at = '$.a: ''minimum'' is a number' }
        @{ keyword = 'items'; schema = '{"type":"array","items":{"type":"string","format":"ssn"}}'; at = '$[]: the format ''ssn''' }
        @{ keyword = 'anyOf'; schema = '{"anyOf":{"type":"string"}}'; at = '$: ''anyOf'' is a list of schemas' }
        @{ keyword = 'a table of names'; schema = @{ label = 'x', 'y' }; at = "Where 'label' is a property of the answer" }
        @{ keyword = 'a table of types'; schema = @{ label = 'string' }; at = '$: nothing says what the value is' }
        @{ keyword = 'required'; schema = @{ type = 'object'; properties = @{ a = @{ type = 'string' } }; required = 'a'; additionalProperties = $false }; at = '$: ''required'' is a list of names' }
        @{ keyword = 'a nullable object'; schema = @{ type = 'object', 'null' }; at = '$: an object needs' }
        @{ keyword = 'a script block'; schema = { @{ type = 'string' } }; at = '-OutputSchema has a script block' }
        @{ keyword = 'a placeholder'; schema = @{ type = 'string'; description = 'For {{Body}}' }; at = "-OutputSchema has the placeholder '{{Body}}'" }
        @{ keyword = 'recursion'; schema = '{"type":"object","additionalProperties":false,"properties":{"n":{"$ref":"#/$defs/n"}},"$defs":{"n":{"type":"object","additionalProperties":false,"properties":{"n":{"$ref":"#/$defs/n"}}}}}'; at = 'contains itself' }
    ) {
        { New-ClaudeBatchTemplate @haiku -OutputSchema $schema } | Should -Throw "*$([wildcardpattern]::Escape($at))*"
    }

    It 'gives the answer as an object that becomes the class, and says why one is not complete' {
        $answers = @{ 'row-1' = '{"Category":"bug","Urgency":2,"OrderNumber":null,"Products":["x"]}'; 'row-2' = 'not json'; 'row-3' = '{"Category":"bug"}'
            'row-4' = '{"Category":1,"Urgency":2,"OrderNumber":null,"Products":[]}' }
        $answers.GetEnumerator() | ForEach-Object { @{ custom_id = $_.Key; text = $_.Value } | ConvertTo-Json -Compress } | Set-Content "$TestDrive/answers.jsonl"
        Connect-TestEmulator -Plan @{ Answers = "$TestDrive/answers.jsonl" }
        $results = New-TestRow -Count 4 | New-ClaudeBatchRequest @haiku -OutputSchema ([TestTicket]) -Prompt '{{Body}}' -CustomId 'row-{{Id}}' |
            Submit-ClaudeBatch -Job tickets | Wait-ClaudeBatch | Get-ClaudeBatchResult
        $results.IsComplete | Should -Be @($true, $false, $false, $false)
        ([TestTicket] $results[0].Output).Products | Should -Be 'x'
        $results[1].Reason | Should -Be 'The answer is not valid JSON.'
        $results[1].Text | Should -Be 'not json'
        $results[2].Reason | Should -BeLike "*has no 'Urgency'*"
        $results[3].Reason | Should -BeLike '*$.Category is number*asks for string*'
        # Read again, from disk, in another session of the ledger.
        (Get-ClaudeBatchResult -Job tickets).IsComplete | Should -Be @($true, $false, $false, $false)
    }
}

Describe 'A schema that refers to itself' {
    It 'is refused, also where it comes with -AdditionalParameter' {
        $format = @{ type = 'json_schema'; schema = @{ anyOf = @(@{ '$ref' = '#' }, @{ type = 'null' }) } }
        { New-ClaudeBatchTemplate @haiku -AdditionalParameter @{ output_config = @{ format = $format } } } |
            Should -Throw '*$: it contains itself*' -ErrorId 'OutputSchemaInvalid,*'
    }
}

Describe 'What bounds a value' {
    It 'is told to the model in words, and the template keeps the schema as it was given' {
        $template = New-ClaudeBatchTemplate @haiku -OutputSchema ([TestOrder]) -WarningVariable warned
        $warned | Should -BeNullOrEmpty
        $sent = $template.Params.output_config.format.schema.properties
        $sent.Category.enum | Should -Be @('bug', 'billing')
        $sent.Urgency.PSObject.Properties.Name | Should -Be @('type', 'description')
        $sent.Urgency.description | Should -Be 'At least 1. At most 5.'
        $sent.Amount.description | Should -Be 'More than 0.'
        $sent.Title.description | Should -Be 'At least 1 character. At most 8 characters.'
        $sent.Code.description | Should -BeLike '*(?i)^`[a-z`]\d$*'
        $sent.Tags.items.enum | Should -Be @('a', 'b')
        $sent.Tags.minItems, $sent.Tags.description | Should -Be @(1, 'At least 2 items. At most 3 items.')
        $sent.Level.anyOf | ConvertTo-Json -Compress | Should -Be '[{"type":"integer","enum":[1,2]},{"type":"null"}]'
        $sent.Mood.anyOf | ConvertTo-Json -Compress | Should -Be '[{"type":"string","enum":["Good","Bad"]},{"type":"null"}]'
        $sent.Name.description | Should -Be 'Who ordered. At least 1 character.'
        ($template.OutputSchema | ConvertFrom-Json).properties.Urgency.maximum | Should -Be 5
    }

    It 'is an error where no schema can say it: <_>' -ForEach 'TestDrive', 'TestSpan' {
        { New-ClaudeBatchTemplate @haiku -OutputSchema ([type] $_) } | Should -Throw "*of ``[$_``] says what no JSON schema can say*" -ErrorId 'OutputSchemaInvalid,*'
    }

    It 'is judged on each answer, also after a retry and with a template from a file: <name>' -ForEach @(
        @{ name = 'a live template'; how = { $args[0] } }
        @{ name = 'an exported template'; how = { $args[0] | Export-Clixml "$TestDrive/bounds.xml"; Import-Clixml "$TestDrive/bounds.xml" } }
    ) {
        $job = 'bounds-' + ($name -replace ' ')
        $good = '{"Category":"bug","Urgency":5,"Amount":0.5,"Title":"A","Code":"A1","Tags":["a","a"],"Level":null,"Mood":"Bad","Name":"x"}'
        $answers = @{ 'row-1' = $good; 'row-2' = $good -replace '5,', '6,'; 'row-3' = $good -replace '"A1"', '"1A"'; 'row-4' = $good -replace '"a","a"', '"a"' }
        $answers.GetEnumerator() | ForEach-Object { @{ custom_id = $_.Key; text = $_.Value } | ConvertTo-Json -Compress } | Set-Content "$TestDrive/$job.jsonl"
        Connect-TestEmulator -Plan @{ Answers = "$TestDrive/$job.jsonl" }
        $template = & $how (New-ClaudeBatchTemplate @haiku -OutputSchema ([TestOrder]) -Prompt '{{Body}}' -CustomId 'row-{{Id}}')
        $results = New-TestRow -Count 4 | New-ClaudeBatchRequest -Template $template | Submit-ClaudeBatch -Job $job | Wait-ClaudeBatch | Get-ClaudeBatchResult
        $results.IsComplete | Should -Be @($true, $false, $false, $false)
        $results[1].Reason | Should -BeLike '*$.Urgency is above 5.'
        $results[2].Reason | Should -BeLike '*$.Code does not match*'
        $results[3].Reason | Should -BeLike '*$.Tags has fewer items than 2.'
        $again = Invoke-ClaudeBatchRetry -Job $job -Incomplete -MaxTokensFactor 2 | Wait-ClaudeBatch | Get-ClaudeBatchResult
        $again.Reason | Should -BeLike '*does not fit the schema*' -Because 'a changed request keeps its schema'
        $again | Should -HaveCount 3
    }
}

Describe 'What all requests share' {
    It 'takes no placeholder and no script block: <name>' -ForEach @(
        @{ name = 'System'; value = 'For {{Body}}' }
        @{ name = 'System'; value = { "For $_" } }
        @{ name = 'System'; value = @(@{ type = 'text'; text = 'For {{Body}}' }) }
        @{ name = 'Example'; value = @{ User = '{{Body}}'; Assistant = 'x' } }
        @{ name = 'Example'; value = @{ User = { $_ }; Assistant = 'x' } }
        @{ name = 'Tool'; value = @{ name = 'look'; description = 'For {{Body}}'; input_schema = @{ type = 'object' } } }
        @{ name = 'ToolChoice'; value = { 'look' } }
        @{ name = 'Thinking'; value = { 'adaptive' } }
        @{ name = 'StopSequence'; value = '{{end}}' }
        @{ name = 'Metadata'; value = @{ user_id = '{{Id}}' } }
        @{ name = 'AdditionalParameter'; value = @{ container = '{{Id}}' } }
        @{ name = 'AdditionalParameter'; value = @{ output_config = @{ later = { 1 } } } }
    ) {
        $more = @{ $name = $value }
        { New-ClaudeBatchTemplate @haiku @more } | Should -Throw "-$name has *what all requests share takes none*" -ErrorId 'PlaceholderShared,*'
        { 'x' | New-ClaudeBatchRequest @haiku @more } | Should -Throw -ErrorId 'PlaceholderShared,*'
    }

    It 'takes an escaped placeholder for the characters themselves' {
        $template = New-ClaudeBatchTemplate @haiku -System 'Keep \{{Body}}.' -Example @{ User = '\{{q}}'; Assistant = 'a' } -StopSequence '\{{'
        $template.Params.system | Should -Be 'Keep {{Body}}.'
        $template.Params.messages[0].content | Should -Be '{{q}}'
        $template.Params.stop_sequences | Should -Be '{{'
        { New-ClaudeBatchTemplate @haiku -System 'An open {{' } | Should -Throw -ErrorId 'TemplateInvalid,*'
    }

    It 'refuses <name>' -ForEach @(
        @{ name = 'a system prompt of several texts'; how = @{ System = 'a', 'b' }; id = 'ContentInvalid' }
        @{ name = 'the same, cached'; how = @{ System = 'a', 'b'; CacheSystem = $true }; id = 'ContentInvalid' }
        @{ name = 'a bare block'; how = @{ System = @{ type = 'text'; text = 'a' } }; id = 'ContentInvalid' }
        @{ name = 'a bare block, cached'; how = @{ System = @{ type = 'text'; text = 'a' }; CacheSystem = $true }; id = 'ContentInvalid' }
        @{ name = 'a number as the system prompt'; how = @{ System = 5 }; id = 'ContentInvalid' }
        @{ name = 'thinking of no kind'; how = @{ Thinking = 'bogus' }; id = 'ThinkingRefused' }
        @{ name = 'half a token of thinking'; how = @{ Thinking = 1024.5 }; id = 'ThinkingRefused' }
        @{ name = 'the same as text'; how = @{ Thinking = '1024.5' }; id = 'ThinkingRefused' }
        @{ name = 'an effort that the model does not take'; how = @{ Effort = 'low' }; id = 'EffortRefused' }
        @{ name = 'a choice that names no tool'; how = @{ Tool = @{ name = 'look'; input_schema = @{ type = 'object' } }; ToolChoice = 'see' }; id = 'ToolChoiceInvalid' }
        @{ name = 'a choice without tools'; how = @{ ToolChoice = 'see' }; id = 'ToolChoiceInvalid' }
        @{ name = 'a tool of another vendor'; how = @{ Tool = @{ type = 'function'; function = @{ name = 'look'; parameters = @{ type = 'object' } } } }; id = 'ToolInvalid' }
        @{ name = 'a tool without a schema'; how = @{ Tool = @{ name = 'look' } }; id = 'ToolInvalid' }
        @{ name = 'an example with a slip'; how = @{ Example = @{ User = 'a'; Assistent = 'b' } }; id = 'ExampleInvalid' }
    ) {
        $how.MaxTokens = 4000
        { New-ClaudeBatchTemplate -Model claude-haiku-4-5 @how } | Should -Throw -ErrorId "$id,*"
    }

    It 'refuses a forced choice on a model that refuses it' {
        { New-ClaudeBatchTemplate -Model claude-sonnet-5-5 -MaxTokens 10 -Tool @{ name = 'look'; input_schema = @{ type = 'object' } } -ToolChoice look } |
            Should -Throw -ErrorId 'ToolChoiceRefused,*'
    }

    It 'takes a word for a choice in any case' {
        (New-ClaudeBatchTemplate @haiku -Tool @{ name = 'look'; input_schema = @{ type = 'object' } } -ToolChoice AUTO).Params.tool_choice.type | Should -BeExactly 'auto'
    }

    It 'has examples of text, and of JSON as text: <name>' -ForEach @(
        @{ name = 'a number'; value = 5; text = '5' }
        @{ name = 'a table'; value = @{ label = 'bug' }; text = '{"label":"bug"}' }
        @{ name = 'an object'; value = [pscustomobject] @{ label = 'bug'; sum = 1.50d }; text = '{"label":"bug","sum":1.50}' }
        @{ name = 'a list'; value = 'a', 'b'; text = '["a","b"]' }
        @{ name = 'a truth'; value = $true; text = 'true' }
    ) {
        $messages = (New-ClaudeBatchTemplate @haiku -Example @{ User = $value; Assistant = $value }).Params.messages
        $messages.content | Should -Be @($text, $text)
    }

    It 'is found in requests from elsewhere by Test-ClaudeBatchRequest: <id>, <params>' -ForEach @(
        @{ id = 'ContentEmpty'; params = '"messages":[{"role":"user","content":[]}]' }
        @{ id = 'MessageInvalid'; params = '"messages":[{"role":"user","content":"x","name":"Ann"}]' }
        @{ id = 'ContentInvalid'; params = '"system":["a","b"],"messages":[{"role":"user","content":"x"}]' }
        @{ id = 'FieldInvalid'; params = '"system":{"type":"text","text":"a"},"messages":[{"role":"user","content":"x"}]' }
        @{ id = 'ThinkingRefused'; params = '"thinking":{"type":"bogus"},"messages":[{"role":"user","content":"x"}]' }
        @{ id = 'FieldInvalid'; params = '"thinking":1024.5,"messages":[{"role":"user","content":"x"}]' }
        @{ id = 'OutputSchemaInvalid'; params = '"output_config":{"format":{"type":"json_schema","schema":{"type":"integer","minimum":1}}},"messages":[{"role":"user","content":"x"}]' }
    ) {
        Set-Content "$TestDrive/odd.jsonl" "{`"custom_id`":`"a`",`"params`":{`"model`":`"claude-haiku-4-5`",`"max_tokens`":10,$params}}"
        $findings = Import-ClaudeBatchRequest "$TestDrive/odd.jsonl" | Test-ClaudeBatchRequest -Detailed
        $findings.Id | Should -Contain $id
        Import-ClaudeBatchRequest "$TestDrive/odd.jsonl" | Test-ClaudeBatchRequest | Should -BeFalse
    }
}

Describe 'Images and documents' {
    BeforeAll {
        $png = "$TestDrive/wrong-name.txt"
        [IO.File]::WriteAllBytes($png, [Convert]::FromBase64String('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGP4z8AAAAMBAQDJ/pLvAAAAAElFTkSuQmCC'))
        $pdf = "$TestDrive/a.pdf"
        [IO.File]::WriteAllBytes($pdf, [Text.Encoding]::ASCII.GetBytes("%PDF-1.7`nbytes") + (1..300000 | ForEach-Object { [byte] ($_ % 256) }))
    }

    It 'go before the prompt, by what they are and not by their names' {
        $request = Get-Item $png | New-ClaudeBatchRequest @haiku -Prompt 'What is it?' -Image '{{FullName}}' -Document $pdf
        $content = (Get-RequestBody $request).messages[0].content
        $content.type | Should -Be @('document', 'image', 'text')
        $content[1].source.media_type | Should -Be 'image/png'
        $content[0].source.data | Should -BeExactly ([Convert]::ToBase64String([IO.File]::ReadAllBytes($pdf)))
        $content[2].text | Should -Be 'What is it?'
    }

    It 'come from ids, addresses, files and script blocks' {
        $content = (Get-RequestBody ('x' | New-ClaudeBatchRequest @haiku -Image 'file_011', 'https://example.com/a.png', (Get-Item $png))).messages[0].content
        $content[0].source.file_id, $content[1].source.url, $content[2].source.type | Should -Be @('file_011', 'https://example.com/a.png', 'base64')
        $many = (Get-RequestBody ('x' | New-ClaudeBatchRequest @haiku -Image { $png, $png })).messages[0].content
        $many.type | Should -Be @('image', 'image', 'text')
    }

    It 'may be larger alone than among more than twenty' {
        # A png's head says its size: 2,001 pixels wide.
        $wide = [IO.File]::ReadAllBytes($png)
        $wide[18], $wide[19] = 0x07, 0xD1
        [IO.File]::WriteAllBytes("$TestDrive/wide.png", $wide)
        'x' | New-ClaudeBatchRequest @haiku -Image ((@($png) * 19) + "$TestDrive/wide.png") | Should -HaveCount 1
        { 'x' | New-ClaudeBatchRequest @haiku -Image ((@($png) * 20) + "$TestDrive/wide.png") -ErrorAction Stop } |
            Should -Throw '*wide.png*2001 pixels*' -ErrorId 'ImageTooLarge,*'
    }

    It 'are refused by name, and the other rows go on: <why>' -ForEach @(
        @{ why = 'missing'; file = 'nope.png'; id = 'PathNotFound' }
        @{ why = 'of no known kind'; file = 'a.pdf'; id = 'ContentTypeUnknown' }
        @{ why = 'too large'; file = 'big.png'; id = 'ImageTooLarge' }
    ) {
        [IO.File]::WriteAllBytes("$TestDrive/big.png", [IO.File]::ReadAllBytes($png) + [byte[]]::new(4000000))
        $rows = @([pscustomobject]@{ File = "$TestDrive/$file" }, [pscustomobject]@{ File = $png })
        $requests = $rows | New-ClaudeBatchRequest @haiku -Prompt 'x' -Image '{{File}}' -ErrorVariable refused -ErrorAction SilentlyContinue
        $requests | Should -HaveCount 1
        $refused[0].FullyQualifiedErrorId | Should -BeLike "$id,*"
        $refused[0].TargetObject.File | Should -Be "$TestDrive/$file"
    }

    It 'a conversation per row, with a system message in its midst' {
        $row = [pscustomobject]@{ Turns = @(@{ role = 'user'; content = 'a' }, @{ role = 'assistant'; content = 'b' }, @{ role = 'system'; content = 'be brief' }, @{ role = 'user'; content = 'c' }) }
        $request = $row | New-ClaudeBatchRequest @haiku -Message { $_.Turns }
        (Get-RequestBody $request).messages.role | Should -Be @('user', 'assistant', 'system', 'user')
    }
}

Describe 'ConvertTo-ClaudeCustomId and ConvertFrom-ClaudeCustomId' {
    It 'give back what they were given' {
        $id = ConvertTo-ClaudeCustomId 'ticket', 42, 'eu/west'
        $id | Should -MatchExactly '^[a-zA-Z0-9_-]{1,64}$'
        ConvertFrom-ClaudeCustomId $id | Should -Be @('ticket', '42', 'eu/west')
        $id, $id | ConvertFrom-ClaudeCustomId | ForEach-Object { $_[2] } | Should -Be @('eu/west', 'eu/west')
    }

    It 'say so when it does not fit, or was not made so' {
        { ConvertTo-ClaudeCustomId ('x' * 65) -ErrorAction Stop } | Should -Throw -ErrorId 'CustomIdTooLong,*'
        { ConvertFrom-ClaudeCustomId 'a-b' -ErrorAction Stop } | Should -Throw -ErrorId 'CustomIdMalformed,*'
    }
}
