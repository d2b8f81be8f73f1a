BeforeAll {
    . "$PSScriptRoot/Support.ps1"
    $haiku = @{ Model = 'claude-haiku-4-5'; MaxTokens = 200 }

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
        @{ name = 'a tool by name'; how = @{ Tool = @{ name = 'look' }; ToolChoice = 'look' }; field = 'tool_choice'; json = '{"type":"tool","name":"look"}' }
        @{ name = 'a free choice of tools'; how = @{ Tool = @{ name = 'look' }; ToolChoice = 'any' }; field = 'tool_choice'; json = '{"type":"any"}' }
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
        @{ name = 'tools'; how = @{ Tool = @{ name = 'look' } }; where = { $_.tools[-1] } }
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
        $text | Should -Match 'Frozen.*"system":"S"'
        $text | Should -Match 'Volatile.*\{\{Body\}\}'
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
        @{ keyword = 'minimum'; schema = '{"type":"object","additionalProperties":false,"properties":{"a":{"type":"integer","minimum":1}}}'; at = "$.a: 'minimum'" }
        @{ keyword = 'items'; schema = '{"type":"array","items":{"type":"string","maxLength":5}}'; at = "$[]: 'maxLength'" }
        @{ keyword = 'anyOf'; schema = '{"anyOf":{"type":"string"}}'; at = 'of another kind' }
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
    It 'is said to be so by each answer, and ends no process' {
        '{"custom_id":"row-1","text":"{}"}' | Set-Content "$TestDrive/one.jsonl"
        Connect-TestEmulator -Plan @{ Answers = "$TestDrive/one.jsonl" }
        $format = @{ type = 'json_schema'; schema = @{ anyOf = @(@{ '$ref' = '#' }, @{ type = 'null' }) } }
        $result = New-TestRow -Count 1 |
            New-ClaudeBatchRequest @haiku -Prompt '{{Body}}' -CustomId 'row-{{Id}}' -AdditionalParameter @{ output_config = @{ format = $format } } |
            Submit-ClaudeBatch -Job circle | Wait-ClaudeBatch | Get-ClaudeBatchResult
        $result.Text | Should -Be '{}'
        $result.IsComplete | Should -BeFalse
        $result.Reason | Should -BeLike "*not held against its schema*'#' refers to itself*"
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
