BeforeAll {
    . $PSScriptRoot/Support.ps1
    $common = @{ Model = 'claude-haiku-4-5'; MaxTokens = 50 }
    function Get-Prompt {
        process { $_.Params.messages[0].content }
    }

    # Runs a script in a shell of its own, under another time zone, and gives its lines.
    function Invoke-Zone {
        param([string] $Zone, [scriptblock] $Script)
        $before = $env:TZ
        $env:TZ = $Zone
        try {
            & $shellPath -NoProfile -Command "Import-Module '$modulePath'; $Script"
        }
        finally {
            $env:TZ = $before
        }
    }
}

Describe 'The identity of a row' {
    It 'is the same in every time zone, culture and process' {
        $script = {
            $OFS = '|'
            [cultureinfo]::CurrentCulture = $env:TEST_CULTURE
            $rows = '[{"at":"2026-11-27T10:00:00+02:00","who":{"name":"Ann","tags":["a",2.5]},"n":1.50},{"at":"2026-07-01T00:30:00-07:00","who":{},"n":1e3}]' |
                ConvertFrom-Json
            $rows | New-ClaudeBatchRequest -Model claude-haiku-4-5 -MaxTokens 50 -Prompt '{{at}} {{who}} {{n}} {{_}}' |
                ForEach-Object { $_.Raw; $_.Source | ConvertTo-Json -Compress -Depth 9 }
        }
        $expected = $null
        $cultures = @{ 'UTC' = 'en-US'; 'Asia/Kathmandu' = 'ar-SA'; 'America/St_Johns' = 'tr-TR' }
        foreach ($zone in $cultures.Keys) {
            $env:TEST_CULTURE = $cultures[$zone]
            $lines = Invoke-Zone -Zone $zone -Script $script
            $lines | Should -HaveCount 4
            $expected ??= $lines
            $lines | Should -Be $expected
        }
        ($expected[0] | ConvertFrom-Json).params.messages[0].content |
            Should -Match ([regex]::Escape('2026-11-27T08:00:00.0000000Z {"name":"Ann","tags":["a",2.5]} 1.5 {"at":'))
        Remove-Item -LiteralPath env:TEST_CULTURE
    }

    It 'pays for no row a second time from another time zone' {
        $ledger = New-TestFolder
        $env:TEST_LEDGER = $ledger
        $script = {
            Connect-ClaudeBatch -Emulator -LedgerPath $env:TEST_LEDGER
            '[{"at":"2026-11-27T10:00:00+02:00"},{"at":"2026-11-27T11:00:00+02:00"}]' | ConvertFrom-Json |
                New-ClaudeBatchRequest -Model claude-haiku-4-5 -MaxTokens 50 -Prompt 'At {{at}}' | Submit-ClaudeBatch -Job zones | Out-Null
            (Get-ClaudeBatchJob -Job zones).Requests
        }
        Invoke-Zone -Zone UTC -Script $script | Should -Be 2
        Invoke-Zone -Zone Asia/Tokyo -Script $script | Should -Be 2
        Remove-Item -LiteralPath env:TEST_LEDGER
    }

    It 'does not depend on <what>' -ForEach @(
        @{ what = 'the order of columns'; one = { [pscustomobject]@{ A = 1; B = 2 } }; other = { [pscustomobject]@{ B = 2; A = 1 } } }
        @{ what = 'the order of nested properties'; one = { @{ A = [ordered]@{ x = 1; y = 2 } } }; other = { @{ A = [ordered]@{ y = 2; x = 1 } } } }
        @{ what = 'the kind of object'; one = { [pscustomobject]@{ A = 1; B = @{ c = 2 } } }; other = { @{ B = [pscustomobject]@{ c = 2 }; A = 1 } } }
        @{ what = 'the type of a number'; one = { @{ A = 1; B = 1.5; C = 1e3 } }; other = { @{ A = 1.0d; B = 1.50d; C = [long] 1000 } } }
        @{ what = 'the type of a list'; one = { @{ A = 1, 2 } }; other = { @{ A = [Collections.Generic.List[int]] (1, 2) } } }
        @{ what = 'the offset of a time'; one = { @{ A = [datetimeoffset] '2026-11-27T10:00:00+02:00' } }; other = { @{ A = [datetime]::new(2026, 11, 27, 8, 0, 0, [DateTimeKind]::Utc) } } }
    ) {
        $first = & $one | New-ClaudeBatchRequest @common -Prompt 'x{{A}}'
        $second = & $other | New-ClaudeBatchRequest @common -Prompt 'x{{A}}'
        $second.CustomId | Should -Be $first.CustomId
    }

    It 'tells <what> apart' -ForEach @(
        @{ what = 'a list and its text'; one = { @{ A = 'a', 'b' } }; other = { @{ A = 'a b' } } }
        @{ what = 'a number and its text'; one = { @{ A = 1 } }; other = { @{ A = '1' } } }
        @{ what = 'lists in another order'; one = { @{ A = 1, 2 } }; other = { @{ A = 2, 1 } } }
        @{ what = 'nested values'; one = { @{ A = @{ b = @{ c = 1 } } } }; other = { @{ A = @{ b = @{ c = 2 } } } } }
        @{ what = 'an empty cell and none'; one = { @{ A = 1; B = $null } }; other = { @{ A = 1 } } }
    ) {
        $first = & $one | New-ClaudeBatchRequest @common -Prompt 'x{{A}}'
        $second = & $other | New-ClaudeBatchRequest @common -Prompt 'x{{A}}'
        $second.CustomId | Should -Not -Be $first.CustomId
    }

    It 'does not depend on what PowerShell adds on the way from a job, which is no part of the row' {
        $rows = Start-Job { [pscustomobject]@{ Id = 1; Body = 'b' } } | Receive-Job -Wait -AutoRemoveJob
        $request = $rows | New-ClaudeBatchRequest @common -Prompt '{{_}}'
        $request.CustomId | Should -Be ([pscustomobject]@{ Id = 1; Body = 'b' } | New-ClaudeBatchRequest @common -Prompt '{{_}}').CustomId
        $request.Source.PSObject.Properties.Name | Should -Be @('Id', 'Body')
        ($rows | New-ClaudeBatchRequest @common -Prompt '{{Body}}' -SourceProperty Id, RunspaceId).Source.RunspaceId | Should -Not -BeNullOrEmpty
    }

    It 'is of all that an object of a class says, whatever the prompt reads' {
        class TestRow { [int] $Id; [string] $Body }
        $rows = [TestRow]@{ Id = 7; Body = 'foo' }, [TestRow]@{ Id = 8; Body = 'bar' }
        $requests = $rows | New-ClaudeBatchRequest @common -Prompt { "ask $($_.Body)" } -WarningVariable warnings
        $requests.CustomId | Select-Object -Unique | Should -HaveCount 2
        $requests[1].CustomId | Should -Be ([pscustomobject]@{ Id = 8; Body = 'bar' } | New-ClaudeBatchRequest @common -Prompt 'x{{Id}}').CustomId
        $requests[0].Source.Body | Should -Be 'foo'
        $warnings | Should -BeNullOrEmpty
        ('a', 'b', 'a' | Group-Object | New-ClaudeBatchRequest @common -Prompt { $_.Name }).CustomId | Select-Object -Unique | Should -HaveCount 2
    }

    It 'is the same for values that came through a file' {
        $row = [pscustomobject]@{ Day = [dateonly] '2026-11-27'; At = [datetimeoffset] '2026-11-27T10:00:00+02:00'; Time = [timeonly] '10:30'
            Big = [bigint]::Parse('123456789012345678901234567890'); Enum = [DayOfWeek]::Friday; Span = [timespan] '1:30' }
        $path = Join-Path -Path $TestDrive -ChildPath 'row.xml'
        $row | Export-Clixml -LiteralPath $path
        $live, $read = $row, (Import-Clixml -LiteralPath $path) | New-ClaudeBatchRequest @common -Prompt '{{Day}} {{At}} {{Time}} {{Big}} {{Enum}} {{Span}}' -WarningAction Ignore
        $read | Get-Prompt | Should -Be ($live | Get-Prompt)
        $read.CustomId | Should -Be "$($live.CustomId)-2"
    }

    It 'can be given by the rule of earlier versions, where that is another' {
        ([pscustomobject]@{ B = 1; A = 'x' } | New-ClaudeBatchRequest @common -Prompt '{{A}}').EarlierId | Should -Be r-rovbodqlagwj46zvlgufumlhib
        ([pscustomobject]@{ A = 'x'; B = 1 } | New-ClaudeBatchRequest @common -Prompt '{{A}}').EarlierId | Should -BeNullOrEmpty
        ([pscustomobject]@{ B = 1; A = 'x' } | New-ClaudeBatchRequest @common -CustomId 'a' -Prompt '{{A}}').EarlierId | Should -BeNullOrEmpty
        'text' | New-ClaudeBatchRequest @common | ForEach-Object EarlierId | Should -BeNullOrEmpty
    }

    It 'keeps the earlier id on its way through a file' {
        $path = Join-Path -Path $TestDrive -ChildPath 'request.xml'
        [pscustomobject]@{ B = 1; A = 'x' } | New-ClaudeBatchRequest @common -Prompt '{{A}}' | Export-Clixml -LiteralPath $path
        (Import-Clixml -LiteralPath $path).EarlierId | Should -Be r-rovbodqlagwj46zvlgufumlhib
    }
}

Describe 'Cells that are not text' {
    It 'gives <what> to the prompt as <text>' -ForEach @(
        @{ what = 'an object'; cell = { [pscustomobject]@{ name = 'Ann'; tags = 1, 2 } }; text = '{"name":"Ann","tags":[1,2]}' }
        @{ what = 'a list of objects'; cell = { , @([pscustomobject]@{ a = 1 }, [pscustomobject]@{ a = 2 }) }; text = '[{"a":1},{"a":2}]' }
        @{ what = 'a hashtable'; cell = { @{ b = 1; a = @{ d = $null; c = $true } } }; text = '{"a":{"c":true,"d":null},"b":1}' }
        @{ what = 'a table with case'; cell = { '{"x":{"Y":[{"z":1}]}}' | ConvertFrom-Json -AsHashtable }; text = '{"x":{"Y":[{"z":1}]}}' }
        @{ what = 'an empty list'; cell = { , @() }; text = '[]' }
        @{ what = 'a local time'; cell = { [datetime]::new(2026, 11, 27, 8, 0, 0, [DateTimeKind]::Utc).ToLocalTime() }; text = '2026-11-27T08:00:00.0000000Z' }
        @{ what = 'a time without a zone'; cell = { [datetime] '2026-11-27T08:00:00' }; text = '2026-11-27T08:00:00.0000000' }
        @{ what = 'a day'; cell = { [dateonly] '2026-11-27' }; text = '2026-11-27' }
        @{ what = 'a span'; cell = { [timespan] '1.02:30:00' }; text = 'P1DT2H30M' }
        @{ what = 'times inside a list'; cell = { , @([dateonly] '2026-11-27', [timespan] '0:30') }; text = '["2026-11-27","PT30M"]' }
        @{ what = 'a price'; cell = { 1.50d }; text = '1.50' }
        @{ what = 'a large number'; cell = { [bigint]::Parse('123456789012345678901234567890') }; text = '123456789012345678901234567890' }
        @{ what = 'bytes'; cell = { , [byte[]] (1, 2) }; text = '[1,2]' }
        @{ what = 'an XML element'; cell = { ([xml] '<a><b>1</b></a>').a }; text = '<a><b>1</b></a>' }
        @{ what = 'an address'; cell = { [ipaddress] '10.0.0.1' }; text = '10.0.0.1' }
    ) {
        $request = [pscustomobject]@{ Cell = (& $cell) } | New-ClaudeBatchRequest @common -Prompt 'x {{Cell}}'
        $request | Get-Prompt | Should -Be "x $text"
    }

    It 'keeps objects whole in the source, and gives them back with the answer and in exports' {
        Connect-TestEmulator
        $row = '{"id":1,"cust":{"name":"Ann","orders":[{"items":[{"n":1,"big":12345678901234567890123456789012}]}]}}' | ConvertFrom-Json
        $result = $row | New-ClaudeBatchRequest @common -Prompt '{{cust.name}} {{cust.orders}}' | Invoke-ClaudeBatch -Job cells
        $result.Text | Should -Be 'Ann [{"items":[{"big":12345678901234567890123456789012,"n":1}]}]'
        $result.Source.cust.orders[0].items[0].big | Should -Be ([bigint]::Parse('12345678901234567890123456789012'))
        $csv = Join-Path -Path $TestDrive -ChildPath 'cells.csv'
        $result | Export-ClaudeBatchResult -Path $csv
        (Import-Csv -LiteralPath $csv).cust | Should -Be '{"name":"Ann","orders":[{"items":[{"big":12345678901234567890123456789012,"n":1}]}]}'
    }

    It 'gives the whole row as JSON for {{_}}' {
        [pscustomobject]@{ B = 1; A = @{ x = 2 } } | New-ClaudeBatchRequest @common -Prompt '{{_}}' | Get-Prompt | Should -Be '{"A":{"x":2},"B":1}'
        'text' | New-ClaudeBatchRequest @common -Prompt 'x {{_}}' | Get-Prompt | Should -Be 'x text'
        Get-Item -LiteralPath $modulePath | New-ClaudeBatchRequest @common -Prompt '{{_}}' | Get-Prompt | Should -Be (Get-Item -LiteralPath $modulePath).FullName
    }

    It 'finds a column with dots before a path, and no length of a text' {
        $row = [pscustomobject]@{ 'Cust.Name' = 'column'; Cust = @{ Name = 'path'; City = 'Ulm' }; 'a.b' = @{ 'c.d' = 'deep' }; Name = 'x' }
        $row | New-ClaudeBatchRequest @common -Prompt '{{Cust.Name}} {{Cust.City}} {{a.b.c.d}}' | Get-Prompt | Should -Be 'column Ulm deep'
        $row | New-ClaudeBatchRequest @common -Prompt '{{Name.Length}}' -ErrorAction SilentlyContinue -ErrorVariable problem | Should -BeNullOrEmpty
        $problem[0].FullyQualifiedErrorId | Should -BeLike 'PlaceholderUnknown,*'
    }

    It 'takes the hour of a local time in UTC' {
        $at = [datetime]::new(2026, 11, 27, 8, 0, 0, [DateTimeKind]::Utc).ToLocalTime()
        [pscustomobject]@{ At = $at } | New-ClaudeBatchRequest @common -Prompt '{{At.Hour}}' | Get-Prompt | Should -Be '8'
    }

    It 'gives what a script block returns as JSON, where that is no text' {
        New-TestRow -Count 1 | New-ClaudeBatchRequest @common -Prompt { [ordered]@{ b = 1; a = 2 } } | Get-Prompt | Should -Be '{"a":2,"b":1}'
    }

    It 'refuses <what>, and names the column' -ForEach @(
        @{ what = 'a secret'; make = { [pscustomobject]@{ Cell = (ConvertTo-SecureString 'x' -AsPlainText -Force) } }; id = 'ValueSecret' }
        @{ what = 'a secret inside'; make = { @{ Cell = @{ c = [pscredential]::new('u', (ConvertTo-SecureString 'x' -AsPlainText -Force)) } } }; id = 'ValueSecret' }
        @{ what = 'two keys of one text'; make = { $h = @{ 1 = 'x' }; $h['1'] = 'y'; [pscustomobject]@{ Cell = $h } }; id = 'ValueInvalid' }
        @{ what = 'a property that fails'; make = { [pscustomobject]@{ Id = 1 } | Add-Member Cell { throw 'no' } -MemberType ScriptProperty -PassThru }; id = 'ValueUnreadable' }
        @{ what = 'a property inside that fails'; make = { [pscustomobject]@{ Cell = ([pscustomobject]@{ a = 1 } | Add-Member bad { throw 'no' } -MemberType ScriptProperty -PassThru) } }; id = 'ValueUnreadable' }
    ) {
        $good = [pscustomobject]@{ Id = 2; Cell = 'x' }
        @(& $make) + $good | New-ClaudeBatchRequest @common -Prompt 'x {{Cell}}' -ErrorAction SilentlyContinue -ErrorVariable problem | Should -HaveCount 1
        $problem | Should -HaveCount 1
        $problem[0].FullyQualifiedErrorId | Should -BeLike "$id,*"
        $problem[0].Exception.Message | Should -BeLike 'Row 1: *Cell*'
    }

    It 'takes objects of JSON libraries and tables for what they hold' {
        $table = [Data.DataTable]::new()
        $table.Columns.Add('a') | Out-Null
        $table.Rows.Add('1') | Out-Null
        $row = [pscustomobject]@{ Node = [Text.Json.Nodes.JsonNode]::Parse('{"b":[1,{"a":null}]}'); Token = [Newtonsoft.Json.Linq.JObject]::Parse('{"n":"Ann"}') }
        $row | New-ClaudeBatchRequest @common -Prompt '{{Node}} {{Token}}' | Get-Prompt | Should -Be '{"b":[1,{"a":null}]} {"n":"Ann"}'
        @{ T = $table } | New-ClaudeBatchRequest @common -Prompt '{{T}}' | Get-Prompt | Should -Be '[{"a":"1"}]'
    }

    It 'refuses what contains itself, and names the column' {
        $table = @{}
        $table.Self = $table
        [pscustomobject]@{ Loop = $table } | New-ClaudeBatchRequest @common -Prompt 'x' -ErrorAction SilentlyContinue -ErrorVariable problem
        $problem[0].FullyQualifiedErrorId | Should -BeLike 'ValueTooDeep,*'
        $problem[0].Exception.Message | Should -BeLike "Row 1: Column 'Loop': *"
    }

    It 'says once that rows are too large' {
        $rows = 1..30 | ForEach-Object { [pscustomobject]@{ Id = $_; Body = 'x' * 70000 } }
        $rows | New-ClaudeBatchRequest @common -Prompt '{{Id}}' -ErrorAction SilentlyContinue -ErrorVariable problem | Should -BeNullOrEmpty
        $problem | Should -HaveCount 1
        $problem[0].Exception.Message | Should -BeLike '30 rows (1, 2, 3, 4, 5, …): *-SourceProperty*'
    }
}

Describe 'Odd text' {
    It 'refuses half of a surrogate pair in <where>, and names the row' -ForEach @(
        @{ where = 'a cell'; make = { [pscustomobject]@{ Id = 1; Text = "a$([char] 0xD83D)" } }; how = @{ Prompt = '{{Id}} x' }; message = "Row 1: Column 'Text': *U+D83D*" }
        @{ where = 'a nested text'; make = { @{ A = @{ b = "$([char] 0xDE00)" } } }; how = @{ Prompt = 'x' }; message = "Row 1: Column 'A': *U+DE00*" }
        @{ where = 'a column name'; make = { @{ "$([char] 0xDE00)" = 1 } }; how = @{ Prompt = 'x' }; message = 'Row 1: *U+DE00*' }
        @{ where = 'what a script block returns'; make = { 'row' }; how = @{ Prompt = { "x$([char] 0xD83D)y" } }; message = 'Row 1: *U+D83D*' }
        @{ where = 'a message'; make = { 'row' }; how = @{ Message = { @{ role = 'user'; content = "$([char] 0xD83D)" } } }; message = 'Row 1: *U+D83D*' }
    ) {
        & $make | New-ClaudeBatchRequest @common @how -ErrorAction SilentlyContinue -ErrorVariable problem | Should -BeNullOrEmpty
        $problem | Should -HaveCount 1
        $problem[0].FullyQualifiedErrorId | Should -BeLike 'TextInvalid,*'
        $problem[0].Exception.Message | Should -BeLike $message
    }

    It 'takes whole pairs' {
        [pscustomobject]@{ Text = "$([char]::ConvertFromUtf32(0x1F600))" } | New-ClaudeBatchRequest @common -Prompt '{{Text}}' | Get-Prompt |
            Should -Be ([char]::ConvertFromUtf32(0x1F600))
    }
}

Describe 'The properties of custom objects' {
    BeforeAll {
        Update-TypeData -TypeName TestRowWithType -MemberType ScriptProperty -MemberName Twice -Value { "$($this.Body)$($this.Body)" } -Force
        $how = @{ Model = 'claude-haiku-4-5'; MaxTokens = 9 }

        function New-TypedRow($Body) { [pscustomobject]@{ PSTypeName = 'TestRowWithType'; Body = $Body } }
    }

    AfterAll { Remove-TypeData -TypeName TestRowWithType }

    It 'are all there: <name>' -ForEach @(
        @{ name = 'values'; row = { [pscustomobject]@{ Id = 1; Body = 'a' } }; columns = 'Id=1|Body=a' }
        @{ name = 'one that a type adds'; row = { New-TypedRow 'a' }; columns = 'Body=a|Twice=aa' }
        @{ name = 'a script, an alias and a value'; row = { [pscustomobject]@{ Body = 'a' } | Add-Member -MemberType ScriptProperty -Name Up -Value { $this.Body.ToUpper() } -PassThru |
                    Add-Member -MemberType AliasProperty -Name Text -Value Body -PassThru | Add-Member -NotePropertyName Last -NotePropertyValue 'z' -PassThru }; columns = 'Body=a|Up=A|Text=a|Last=z' }
        @{ name = 'beside a method'; row = { [pscustomobject]@{ Body = 'a' } | Add-Member -MemberType ScriptMethod -Name Do -Value { 1 } -PassThru }; columns = 'Body=a' }
        @{ name = 'after somebody has looked at them'; row = { $o = [pscustomobject]@{ Body = 'a' }; $null = $o.PSObject.Properties.Name, $o.PSObject.Members.Count, $o.PSTypeNames; $o }; columns = 'Body=a' }
        @{ name = 'chosen ones'; row = { Get-Item -LiteralPath $PSCommandPath | Select-Object -Property @{ Name = 'Body'; Expression = { $_.Name } }, Extension }; columns = 'Body=Row.Tests.ps1|Extension=.ps1' }
        @{ name = 'without a value'; row = { [pscustomobject]@{ Body = 'a'; None = $null; Empty = '' } }; columns = 'Body=a|None=|Empty=' }
    ) {
        $made = & $row | New-ClaudeBatchRequest @how -Prompt '{{Body}}'
        ($made.Source.PSObject.Properties | ForEach-Object { "$($_.Name)=$($_.Value)" }) -join '|' | Should -BeExactly $columns
    }

    It 'are those of each row, whatever came before it' {
        $rows = & {
            [pscustomobject]@{ Id = 1; Body = 'a' }
            [pscustomobject]@{ Body = 'b'; Id = 2 }
            [pscustomobject]@{ Id = 3; Body = 'c'; More = 'm' }
            New-TypedRow 'd'
            [pscustomobject]@{ Body = 'e' }
            [ordered]@{ Body = 'f'; Id = 6 }
            [pscustomobject]@{ id = 7; body = 'g' }
            [pscustomobject]@{ Id = 8; Body = 'h' }
        }
        $made = $rows | New-ClaudeBatchRequest @how -Prompt '{{Body}}'
        $made | ForEach-Object { $_.Source.PSObject.Properties.Name -join ',' } |
            Should -BeExactly 'Id,Body', 'Body,Id', 'Id,Body,More', 'Body,Twice', 'Body', 'Body,Id', 'id,body', 'Id,Body'
        $made | ForEach-Object { $_.Params.messages[0].content } | Should -BeExactly 'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'
        foreach ($one in $rows) {
            $alone = $one | New-ClaudeBatchRequest @how -Prompt '{{Body}}'
            $made.CustomId | Should -Contain $alone.CustomId
        }
    }
}
