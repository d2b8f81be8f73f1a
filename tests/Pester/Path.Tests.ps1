BeforeAll {
    . "$PSScriptRoot/Support.ps1"
    $haiku = @{ Model = 'claude-haiku-4-5'; MaxTokens = 100 }

    function New-TestFile {
        param([string] $Text, [string] $Name = 'rows.csv')
        $folder = New-TestFolder
        $null = New-Item -ItemType Directory -Path $folder
        $path = Join-Path -Path $folder -ChildPath $Name
        [IO.File]::WriteAllText($path, $Text)
        $path
    }

    # What a request is, as text.
    filter ConvertTo-RequestText { "$($_.Raw) $($_.Source | ConvertTo-Json -Compress) $($_.EarlierId)" }
}

Describe 'New-ClaudeBatchRequest -Path' {
    It 'makes the requests of Import-Csv: <name>' -ForEach @(
        @{ name = 'with ids'; how = @{ CustomId = 'row-{{Id}}'; Prompt = '[{{Label}}] {{Body}}' } }
        @{ name = 'with ids of the rows'; how = @{ Prompt = '{{Body}}' } }
        @{ name = 'with script blocks'; how = @{ CustomId = { "s-$($_.Id)" }; Prompt = { $_.Body.ToUpperInvariant() + $_.PSObject.Properties.Name } } }
        @{ name = 'with the row itself'; how = @{ Prompt = '{{_}}' } }
        @{ name = 'with messages'; how = @{ Message = @{ role = 'user'; content = 'Say {{Body}}' } } }
        @{ name = 'with some columns kept'; how = @{ Prompt = '{{Body}}'; SourceProperty = 'L*' } }
        @{ name = 'with a template'; how = @{ Template = $true; Prompt = '{{Body}}' } }
    ) {
        $path = New-TestFile "Id,Body,Label`r`n1,`"He said `"`"no`"`", twice`",x`r`n2,`"two`nlines`",`r`n`r`n3,plain  `r`n4,plain,y,z`r`n1,`"He said `"`"no`"`", twice`",x"
        $given = @{} + $how
        if ($given.Template) { $given.Template = New-ClaudeBatchTemplate @haiku -System 'One word.' } else { $given += $haiku }
        $piped = Import-Csv $path | New-ClaudeBatchRequest @given -WarningAction Ignore | ConvertTo-RequestText
        $direct = New-ClaudeBatchRequest -Path $path @given -WarningAction Ignore | ConvertTo-RequestText
        $direct | Should -HaveCount 5
        $direct | Should -BeExactly $piped
    }

    It 'takes files by wildcard, one after the other, each with columns of its own' {
        $path = New-TestFile "Id,Body`n1,a`n2,b`n" -Name 'a.csv'
        $folder = Split-Path $path
        "Body,Id`nc,3" > "$folder/b.csv"
        Push-Location $folder
        try {
            $made = New-ClaudeBatchRequest -Path '*.csv' @haiku -CustomId '{{Id}}' -Prompt '{{Body}}'
        }
        finally {
            Pop-Location
        }
        $made.CustomId | Should -Be '1', '2', '3'
        $made[2].Source.PSObject.Properties.Name | Should -Be 'Body', 'Id'
    }

    It 'takes a name as it is with -LiteralPath, and another delimiter' {
        $path = New-TestFile "Id;Body`n1;x, y`n" -Name 'rows[1].csv'
        (New-ClaudeBatchRequest -LiteralPath $path -Delimiter ';' @haiku -CustomId '{{Id}}' -Prompt '{{Body}}').Source.Body | Should -Be 'x, y'
        (Get-Item -LiteralPath $path | ForEach-Object { New-ClaudeBatchRequest -Path $_ -Delimiter ';' @haiku -Prompt '{{Body}}' }) | Should -HaveCount 1
    }

    It 'reads <name> as Import-Csv does' -ForEach @(
        @{ name = 'a quote in a cell'; text = "Id,Body`n1,a`n2,5`" pipe`n3,`"b`"c`n4,d`n" }
        @{ name = 'a quote that is never closed'; text = "Id,Body`n1,a`n2,`"b`n3,c`n" }
        @{ name = 'a line with a type'; text = "#TYPE Row`nId,Body`n1,a`n2,b`n" }
        @{ name = 'a log of a web server'; text = "#Version: 1.0`n#Fields: Id,Body`n1,a`n2,b`n" }
        @{ name = 'a file without a last line end'; text = "Id,Body`n1,`n2," }
    ) {
        $path = New-TestFile $text
        $given = @{ CustomId = '{{Id}}'; Prompt = 'x{{Body}}' } + $haiku
        $piped = Import-Csv $path | New-ClaudeBatchRequest @given -WarningAction Ignore | ConvertTo-RequestText
        $direct = New-ClaudeBatchRequest -Path $path @given -WarningAction Ignore | ConvertTo-RequestText
        $direct | Should -BeExactly $piped
        $direct | Should -Not -BeNullOrEmpty
    }

    It 'reads an odd file by no defaults of the shell''s parameters, and warns by its own' {
        $path = New-TestFile "Id,,Body`n1,u,a`n2,u,5`" pipe`n3,u,c`n4,u,d`n"
        $PSDefaultParameterValues = @{
            'Select-Object:First' = 1; 'Select-Object:Property' = 'Id'; 'Import-Csv:Header' = 'q', 'r'; 'Import-Csv:Encoding' = 'unicode'; 'Where-Object:Not' = $true
        }
        $made = New-ClaudeBatchRequest -Path $path @haiku -CustomId '{{Id}}' -Prompt '{{Body}}' -WarningAction SilentlyContinue -WarningVariable said 3>&1
        $made.CustomId | Should -Be '1', '2', '3', '4'
        $said | Should -HaveCount 1
    }

    It 'says what Import-Csv says of a file that it reads whole' {
        $path = New-TestFile "#TYPE Row`nId,,Body`n1,u,a`n"
        $made = New-ClaudeBatchRequest -Path $path @haiku -CustomId '{{Id}}' -Prompt '{{H1}}' -WarningAction SilentlyContinue -WarningVariable said
        $made | Should -HaveCount 1
        $said | Should -BeLike "*rows.csv': One or more headers were not specified*"
    }

    It 'reads a heading that is longer than Sep takes' {
        $path = New-TestFile ("Id,`"B" + ('x' * 17MB) + "`"`n1,a`n")
        (New-ClaudeBatchRequest -Path $path @haiku -CustomId '{{Id}}' -Prompt 'a' -SourceProperty Id -WarningAction Ignore).CustomId | Should -Be '1'
    }

    It 'refuses a stream' -Skip:$IsWindows {
        $pipe = Join-Path -Path (Split-Path (New-TestFile 'x')) -ChildPath 'pipe'
        & mkfifo $pipe
        $writing = Start-Process -FilePath sh -ArgumentList '-c', "`"printf 'Id,Body\n1,a\n' > '$pipe'`"" -PassThru
        try {
            { New-ClaudeBatchRequest -Path $pipe @haiku -Prompt '{{Body}}' } | Should -Throw '*is no file but a stream*' -ErrorId 'FileUnreadable,*'
        }
        finally {
            $writing | Stop-Process -ErrorAction Ignore
        }
    }

    It 'ends where the pipeline wants no more, also of a file that Import-Csv reads' {
        $rows = (1..5000 | ForEach-Object { "$_,text $_" }) -join "`n"
        foreach ($head in "Id,Body`n", "#TYPE Row`nId,Body`n", "Id,Body`n0,5`" pipe`n") {
            $path = New-TestFile ($head + $rows)
            New-ClaudeBatchRequest -Path $path @haiku -CustomId '{{Id}}' -Prompt '{{Body}}' | Select-Object -First 3 | Should -HaveCount 3
        }
    }

    It 'names an empty heading as Import-Csv does, and says so' {
        $path = New-TestFile "Id,,Body,`n1,u,a,`n"
        $made = New-ClaudeBatchRequest -Path $path @haiku -Prompt '{{H1}}{{Body}}' -WarningVariable said -WarningAction SilentlyContinue
        $said | Should -BeLike "A column of '*rows.csv' has no name in the first line; it is 'H1' here*"
        $made.Source.PSObject.Properties.Name | Should -Be 'Id', 'H1', 'Body'
    }

    It 'refuses a doubled heading, and names it' {
        $path = New-TestFile "Id,Body,body`n1,a,b`n"
        { New-ClaudeBatchRequest -Path $path @haiku -Prompt '{{Body}}' } |
            Should -Throw "*rows.csv' has 2 columns named 'Body'*" -ErrorId 'HeaderDoubled,*'
    }

    It 'tells faults of rows once, with their numbers, and goes on' {
        $path = New-TestFile "Id,Body`n1,a`nb c,b`n3,`nd e,d`n"
        $made = New-ClaudeBatchRequest -Path $path @haiku -CustomId '{{Id}}' -Prompt '{{Body}}' -ErrorVariable failed -ErrorAction SilentlyContinue
        $made.CustomId | Should -Be '1'
        $failed.FullyQualifiedErrorId | Should -Be 'CustomIdInvalid,ClaudeBatch.Commands.NewClaudeBatchRequestCommand', 'PromptEmpty,ClaudeBatch.Commands.NewClaudeBatchRequestCommand'
        "$($failed[0])" | Should -BeLike '2 rows (2, 4): *'
        $failed[0].TargetObject.Id | Should -Be 'b c'
    }

    It 'ends at a placeholder in another tool''s words' {
        $path = New-TestFile "Id,Body`n1,a`n"
        { New-ClaudeBatchRequest -Path $path @haiku -Prompt 'Say {Body}' } | Should -Throw -ErrorId 'PlaceholderMisspelt,*'
    }

    It 'says what is wrong with <name>' -ForEach @(
        @{ name = 'rows from two places'; line = { [pscustomobject]@{ a = 1 } | New-ClaudeBatchRequest -Path x.csv @haiku -Prompt 'a' }; id = 'ParameterConflict' }
        @{ name = 'two ways to name files'; line = { New-ClaudeBatchRequest -Path x.csv -LiteralPath y.csv @haiku -Prompt 'a' }; id = 'ParameterConflict' }
        @{ name = 'a delimiter without a file'; line = { [pscustomobject]@{ a = 1 } | New-ClaudeBatchRequest -Delimiter ';' @haiku -Prompt 'a' }; id = 'ParameterConflict' }
        @{ name = 'a file that is not there'; line = { New-ClaudeBatchRequest -Path (New-TestFolder) @haiku -Prompt 'a' -ErrorAction Stop }; id = 'PathNotFound' }
    ) {
        $line | Should -Throw -ErrorId "$id,*"
    }

    It 'hints at the files of a folder' {
        $path = New-TestFile "Id`n1"
        { New-ClaudeBatchRequest -Path (Split-Path $path) @haiku -Prompt 'a' } | Should -Throw "*name the files in it, such as with '`*.csv'*"
    }

    It 'sends what the pipeline sends, so that the other line sends nothing twice' {
        Connect-TestEmulator
        $path = New-TestFile ("Id,Body`n" + ((1..40 | ForEach-Object { "$_,`"text, $_`"" }) -join "`n"))
        $given = @{ Prompt = '{{Body}}' } + $haiku
        (New-ClaudeBatchRequest -Path $path @given | Submit-ClaudeBatch -Job direct -MaxRequestsPerBatch 25).RequestCount | Should -Be 25, 15
        $null = Import-Csv $path | New-ClaudeBatchRequest @given | Submit-ClaudeBatch -Job direct -MaxRequestsPerBatch 25
        (Get-ClaudeBatch -Job direct).Count | Should -Be 2
        (Wait-ClaudeBatch -Job direct -InformationAction Ignore | Get-ClaudeBatchResult | Sort-Object { [int] $_.Source.Id }).Source.Body | Should -Be (1..40 | ForEach-Object { "text, $_" })
    }

    It 'makes nothing of a file without rows' {
        foreach ($text in '', "`n", 'Id,Body', "Id,Body`n") {
            New-ClaudeBatchRequest -Path (New-TestFile $text) @haiku -Prompt '{{Body}}' | Should -BeNullOrEmpty
        }
    }
}
