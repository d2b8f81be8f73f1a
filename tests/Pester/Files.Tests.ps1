BeforeAll {
    . $PSScriptRoot/Support.ps1
    $haiku = @{ Model = 'claude-haiku-4-5'; MaxTokens = 100; Prompt = 'x' }
    $png = [Convert]::FromBase64String('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGP4z8AAAAMBAQDJ/pLvAAAAAElFTkSuQmCC')
    $line = '{"custom_id":"a","params":{"model":"claude-haiku-4-5","max_tokens":10,"messages":[{"role":"user","content":"hi"}]}}'
    $folder = (New-Item -ItemType Directory -Path (New-TestFolder)).FullName
    [IO.File]::WriteAllBytes("$folder/file_001.png", $png)
    [IO.File]::WriteAllBytes("$folder/file_abc", $png)
    Set-Content -LiteralPath "$folder/[a].jsonl" -Value $line
    Push-Location -LiteralPath $folder

    function Get-Failure {
        param([scriptblock] $Line)
        $ErrorActionPreference = 'Continue'
        $output = & $Line 2>&1
        @($output | Where-Object { $_ -is [Management.Automation.ErrorRecord] })
    }
}

AfterAll {
    Pop-Location
}

Describe 'What -Image is given' {
    It 'is a file of the shell''s folder first, and an id otherwise: <given>' -ForEach @(
        @{ given = 'file_001.png'; source = 'base64' }
        @{ given = 'file_abc'; source = 'base64' }
        @{ given = 'file_abd'; source = 'file' }
        @{ given = 'HTTPS://example.com/a.png'; source = 'url' }
    ) {
        $request = 'q' | New-ClaudeBatchRequest @haiku -Image $given
        ($request.Raw | ConvertFrom-Json).params.messages[0].content[0].source.type | Should -Be $source
    }

    It 'is one error where it names no file: <given>' -ForEach @(
        @{ given = 'file_002.png'; id = 'PathNotFound'; words = '*file_ and letters or digits*' }
        @{ given = 'http://example.com/a.png'; id = 'AttachmentInvalid'; words = '*Give an https address*' }
        @{ given = 's3://bucket/a.png'; id = 'AttachmentInvalid'; words = '*Give an https address*' }
        @{ given = 'data:image/png;base64,AAAA'; id = 'AttachmentInvalid'; words = '*save the file*' }
        @{ given = 'env:PATH'; id = 'PathInvalid'; words = '*no path in the file system*' }
        @{ given = 'nodrive:\a.png'; id = 'PathInvalid'; words = '*no path in the file system*' }
        @{ given = { $null }; id = 'AttachmentInvalid'; words = '*-Image is empty*' }
        @{ given = '{{Empty}}'; id = 'AttachmentInvalid'; words = '*-Image is empty*' }
        @{ given = '{{Bytes}}'; id = 'AttachmentInvalid'; words = '*-Image is bytes*' }
        @{ given = '{{Table}}'; id = 'AttachmentInvalid'; words = '*-Image is a table*' }
        @{ given = { , [byte[]] (1, 2) }; id = 'AttachmentInvalid'; words = '*-Image is bytes*' }
        @{ given = { [byte[]] (1, 2) }; id = 'AttachmentInvalid'; words = '*-Image is bytes*' }
    ) {
        $row = [pscustomobject]@{ Empty = ''; Bytes = [byte[]] (1, 2); Table = @{ a = 1 } }
        $problem = Get-Failure { $row | New-ClaudeBatchRequest @haiku -Image $given }
        $problem | Should -HaveCount 1
        $problem[0].FullyQualifiedErrorId | Should -BeLike "$id,*"
        $problem[0].Exception.Message | Should -BeLike $words
    }

    It 'is refused before the first row where no row can make it right' {
        { 'a' | New-ClaudeBatchRequest @haiku -Image $png } | Should -Throw '*-Image is bytes*' -ErrorId 'AttachmentInvalid,*'
        { 'a' | New-ClaudeBatchRequest @haiku -Document @{ a = 1; b = 2 } } | Should -Throw '*-Document is a table*' -ErrorId 'AttachmentInvalid,*'
        { 'a' | New-ClaudeBatchRequest @haiku -Image ' ' } | Should -Throw '*-Image is empty*' -ErrorId 'AttachmentInvalid,*'
    }

    It 'may be nothing for a row' {
        ('a' | New-ClaudeBatchRequest @haiku -Image { if ($false) { 'a.png' } }).Raw | Should -Not -Match 'image'
    }
}

Describe 'A file of requests' {
    It 'is found by its name, whatever characters that has: <how>' -ForEach @(
        @{ how = 'piped'; line = { Get-ChildItem -LiteralPath '[a].jsonl' | Import-ClaudeBatchRequest } }
        @{ how = 'as an argument'; line = { Import-ClaudeBatchRequest -Path (Get-Item -LiteralPath '[a].jsonl') } }
        @{ how = 'literal'; line = { Import-ClaudeBatchRequest -LiteralPath ([IO.FileInfo] '[a].jsonl') } }
        @{ how = 'resolved'; line = { Resolve-Path -LiteralPath '[a].jsonl' | Import-ClaudeBatchRequest } }
    ) {
        (& $line).CustomId | Should -Be 'a'
    }

    It 'is told to be there where only its wildcards are in the way' {
        (Get-Failure { Import-ClaudeBatchRequest '[a].jsonl' }).Exception.Message | Should -BeLike '*-LiteralPath*'
    }

    It 'may have lines of blanks' {
        Set-Content -LiteralPath blanks.jsonl -Value $line, '   ', "`t", ''
        Import-ClaudeBatchRequest blanks.jsonl | Should -HaveCount 1
    }

    It 'is one error where it has another format: <what>' -ForEach @(
        @{ what = 'a table'; write = { "Id,Text`n1,a`n2,b" | Set-Content -LiteralPath $_ }; words = '*Import-Csv*New-ClaudeBatchRequest*' }
        @{ what = 'rows'; write = { '{"id":1}', '{"id":2}' | Set-Content -LiteralPath $_ }; words = '*has lines with id;*' }
        @{ what = 'UTF-16'; write = { $line, $line | Set-Content -LiteralPath $_ -Encoding unicode }; words = '*UTF-16*' }
        @{ what = 'gzip'; write = { [IO.File]::WriteAllBytes($_, [byte[]] (0x1F, 0x8B, 10, 1, 10, 2)) }; words = '*gzip*' }
    ) {
        $path = "$folder/other.csv"
        $path | ForEach-Object $write
        Connect-TestEmulator
        foreach ($command in { Import-ClaudeBatchRequest $path }, { Submit-ClaudeBatch -Path $path -Job other -WarningAction Ignore }, { Invoke-ClaudeBatch -Path $path -Job other -WarningAction Ignore }) {
            $problem = Get-Failure $command
            $problem | Should -HaveCount 1
            $problem[0].FullyQualifiedErrorId | Should -BeLike 'FormatUnknown,*'
            $problem[0].Exception.Message | Should -BeLike $words
        }
        Get-ClaudeBatchJob | Should -BeNullOrEmpty
    }

    It 'is never one of the process''s folder' -Skip:$IsWindows {
        $process = New-Item -ItemType Directory -Path (New-TestFolder)
        foreach ($name in '\\server\share\a.jsonl', 'PATH') {
            [IO.File]::WriteAllText("$process/$name", $line)
        }
        $before = [Environment]::CurrentDirectory
        try {
            [Environment]::CurrentDirectory = $process.FullName
            foreach ($command in { Import-ClaudeBatchRequest '\\server\share\a.jsonl' }, { Import-ClaudeBatchRequest -LiteralPath '\\server\share\a.jsonl' },
                { Import-ClaudeBatchRequest '\\server\share\*.jsonl' }, { Import-ClaudeBatchRequest env:PATH },
                { 'q' | New-ClaudeBatchRequest @haiku -Document '\\server\share\a.jsonl' }) {
                Get-Failure $command | Should -HaveCount 1
                (Get-Failure $command).FullyQualifiedErrorId | Should -Match '^Path(Invalid|NotFound),'
            }
            { 'q' | New-ClaudeBatchRequest @haiku | Export-ClaudeBatchRequest -Path '\\server\share\b.jsonl' } | Should -Throw -ErrorId 'PathInvalid,*'
            Get-ChildItem -LiteralPath $process | Should -HaveCount 2
        }
        finally {
            [Environment]::CurrentDirectory = $before
        }
    }
}

Describe 'A list as -InputObject' {
    It 'is taken apart' {
        $rows = 'a', 'b', 'c'
        $requests = New-ClaudeBatchRequest @haiku -CustomId '{{_}}' -InputObject $rows
        $requests.CustomId | Should -Be $rows
        Test-ClaudeBatchRequest -InputObject $requests | Should -BeTrue
        Connect-TestEmulator
        (Submit-ClaudeBatch -InputObject $requests -Job list).RequestCount | Should -Be 3
        (Invoke-ClaudeBatch -InputObject $requests -Job again).CustomId | Should -Be $rows
    }
}

Describe 'Without requests' {
    BeforeAll {
        Connect-TestEmulator
        'a', 'b' | New-ClaudeBatchRequest @haiku -CustomId '{{_}}' | Submit-ClaudeBatch -Job there -MaxAttempts 2 | Out-Null
    }

    It 'Invoke-ClaudeBatch goes on with the job that is named' {
        (Invoke-ClaudeBatch -Job there).CustomId | Should -Be 'a', 'b'
        (Invoke-ClaudeBatch -Job there).Status | Should -Be 'Succeeded', 'Succeeded'
        (Get-Failure { Invoke-ClaudeBatch -Job missing }).FullyQualifiedErrorId | Should -BeLike 'JobNotFound,*'
        { Invoke-ClaudeBatch -Job there -Force } | Should -Throw '*-Force*' -ErrorId 'ParameterConflict,*'
    }

    It 'an empty pipeline is a warning and writes nothing' {
        @() | Invoke-ClaudeBatch -Job there -WarningVariable warning -WarningAction SilentlyContinue | Should -BeNullOrEmpty
        $warning | Should -HaveCount 1
    }

    It 'Submit-ClaudeBatch asks nothing' {
        { Submit-ClaudeBatch -Job there } | Should -Throw -ErrorId 'RequestsMissing,*'
    }
}

Describe 'One cause' {
    It 'is one error: a refused key, in <how>' -ForEach @(
        @{ how = 'a pipeline'; line = { $requests | Submit-ClaudeBatch -Job key -MaxRequestsPerBatch 1 | Wait-ClaudeBatch | Get-ClaudeBatchResult } }
        @{ how = 'Invoke-ClaudeBatch'; line = { $requests | Invoke-ClaudeBatch -Job key -MaxRequestsPerBatch 1 } }
        @{ how = 'Wait-ClaudeBatch'; line = { $null = $requests | Submit-ClaudeBatch -Job key -MaxRequestsPerBatch 1 -ErrorAction Ignore; Wait-ClaudeBatch -Job key } }
    ) {
        Connect-TestEmulator -Plan @{ ApiKey = 'another' }
        $requests = New-TestRequest
        $problem = Get-Failure $line
        $problem | Should -HaveCount 1
        $problem[0].FullyQualifiedErrorId | Should -BeLike 'ApiKeyRejected,*'
        $problem[0].Exception.Message | Should -BeLike 'The service does not take the API key; it says: API key is invalid. Give a valid key*'
        # What one line has told is no reason to keep silent in the next.
        Get-Failure { Wait-ClaudeBatch -Job key } | Should -HaveCount 1
    }

    It 'is one warning: a model that is not known' {
        Connect-TestEmulator
        $all = & { 'a', 'b' | New-ClaudeBatchRequest -Model claude-haiku-45 -MaxTokens 10 | Submit-ClaudeBatch -Job unknown } 3>&1 |
            Where-Object { $_ -is [Management.Automation.WarningRecord] }
        $all | Should -HaveCount 1
        $all.Message | Should -BeLike "Model 'claude-haiku-45' is not known here*"
    }
}
