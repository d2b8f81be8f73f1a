BeforeAll {
    . $PSScriptRoot/Support.ps1
    $haiku = @{ Model = 'claude-haiku-4-5'; MaxTokens = 100; CustomId = 'row-{{Id}}'; Prompt = '{{Body}}' }
    $folder = (New-Item -ItemType Directory -Path (New-TestFolder)).FullName
    $png = [Convert]::FromBase64String('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGP4z8AAAAMBAQDJ/pLvAAAAAElFTkSuQmCC')
    [IO.File]::WriteAllBytes("$folder/logo.png", $png)
    Push-Location -LiteralPath $folder

    function New-TestPdf {
        param([string] $Name = "$([guid]::NewGuid().ToString('N')).pdf", [string] $Content = [guid]::NewGuid().ToString(), [int] $Size = 3000)
        $path = Join-Path -Path $folder -ChildPath $Name
        [IO.File]::WriteAllText($path, "%PDF-1.4`n$Content" + ('x' * $Size))
        $path
    }

    # The files that the emulator has.
    function Get-StoredFile {
        Get-ChildItem -Path (Join-Path -Path (Get-ClaudeBatchConnection).LedgerPath -ChildPath 'service/files') -Filter 'file_*.json' -ErrorAction Ignore |
            ForEach-Object { Get-Content -LiteralPath $_.FullName | ConvertFrom-Json }
    }

    function Get-SourceId {
        param([Parameter(Mandatory, ValueFromPipeline)] $Request)
        process { ($Request.Raw | ConvertFrom-Json).params.messages[0].content.source.file_id | Where-Object { $_ } }
    }

    function Get-Failure {
        param([scriptblock] $Line)
        $ErrorActionPreference = 'Continue'
        @(& $Line 2>&1 | Where-Object { $_ -is [Management.Automation.ErrorRecord] })
    }
}

AfterAll {
    Pop-Location
}

Describe 'New-ClaudeBatchRequest -Upload' {
    It 'puts a placeholder of the content into the request, and says which files go up' {
        $pdf = New-TestPdf
        $request = New-TestRow -Count 1 | New-ClaudeBatchRequest @haiku -Document $pdf -Image logo.png -Upload

        $request | Get-SourceId | Should -Be @(
            "upload_sha256_$((Get-FileHash -LiteralPath $pdf).Hash)", "upload_sha256_$((Get-FileHash -LiteralPath logo.png).Hash)")
        $request.Upload | Should -Be @($pdf, (Join-Path -Path $folder -ChildPath 'logo.png'))
        (New-TestRow -Count 1 | New-ClaudeBatchRequest @haiku -Document $pdf).Upload | Should -BeNullOrEmpty
    }

    It 'leaves ids and addresses as they are' {
        $request = New-TestRow -Count 1 | New-ClaudeBatchRequest @haiku -Document 'file_011', 'https://example.com/a.pdf' -Upload
        $request | Get-SourceId | Should -Be 'file_011'
        $request.Upload | Should -BeNullOrEmpty
    }

    It 'reads a file that changes between two rows anew' {
        $pdf = New-TestPdf
        $requests = 1..2 | ForEach-Object {
            Set-Content -LiteralPath $pdf -Value "%PDF-1.4 edition $_ $('x' * $_)"
            [pscustomobject]@{ Id = $_; Body = 'x' }
        } | New-ClaudeBatchRequest @haiku -Document $pdf -Upload
        @($requests | Get-SourceId | Select-Object -Unique) | Should -HaveCount 2
    }

    It 'is one error for each file that cannot go up: <what>' -ForEach @(
        @{ what = 'missing'; file = 'nowhere.pdf'; id = 'PathNotFound' }
        @{ what = 'empty'; file = 'empty.pdf'; id = 'ContentTypeUnknown' }
        @{ what = 'no document'; file = 'logo.png'; id = 'ContentTypeUnknown' }
    ) {
        $null = New-Item -ItemType File -Path empty.pdf -Force
        $problem = Get-Failure { New-TestRow | New-ClaudeBatchRequest @haiku -Document $file -Upload }
        $problem | Should -HaveCount 1
        $problem[0].FullyQualifiedErrorId | Should -BeLike "$id,*"
        $problem[0].Exception.Message | Should -BeLike "3 rows (1, 2, 3): *$file*"
    }

    It 'says so where a file is too large for the service' {
        $path = Join-Path -Path $folder -ChildPath 'large.pdf'
        $file = [IO.File]::Create($path)
        $file.Write([Text.Encoding]::ASCII.GetBytes("%PDF-1.4`n"))
        $file.SetLength(500000001)
        $file.Dispose()
        $problem = Get-Failure { New-TestRow -Count 1 | New-ClaudeBatchRequest @haiku -Document $path -Upload }
        $problem[0].FullyQualifiedErrorId | Should -BeLike 'FileTooLarge,*'
        Remove-Item -LiteralPath $path
    }

    It 'needs a document or an image' {
        { 'x' | New-ClaudeBatchRequest -Model claude-haiku-4-5 -MaxTokens 9 -Upload } | Should -Throw -ErrorId 'ParameterConflict,*'
    }
}

Describe 'Requests that share a file' {
    It 'have it uploaded once, and the same line again uploads and sends nothing' {
        Connect-TestEmulator
        $pdf = New-TestPdf -Size 100000
        $line = { New-TestRow -Count 200 | New-ClaudeBatchRequest @haiku -Document $pdf -Upload | Invoke-ClaudeBatch -Job manual -InformationAction Ignore }

        & $line | Where-Object Status -EQ Succeeded | Should -HaveCount 200
        & $line | Should -HaveCount 200

        @(Get-StoredFile) | Should -HaveCount 1
        (Get-StoredFile).MediaType | Should -Be 'application/pdf'
        @(Get-ClaudeBatchRequest -Job manual | Get-SourceId | Select-Object -Unique) | Should -Be (Get-StoredFile).Id
        @(Get-ClaudeBatch -Job manual) | Should -HaveCount 1
        (Get-ClaudeBatch -Job manual).SizeInBytes | Should -BeLessThan 60000
        @(Get-ClaudeBatchEvent -Job manual | Where-Object Kind -EQ FileUploaded) | Should -HaveCount 1
    }

    It 'have it uploaded once by all shells of a ledger' {
        Connect-TestEmulator
        $pdf = New-TestPdf
        $null = New-TestRow | New-ClaudeBatchRequest @haiku -Document $pdf -Upload | Submit-ClaudeBatch -Job here
        $ledger = (Get-ClaudeBatchConnection).LedgerPath
        $script = @"
            Import-Module '$modulePath'
            Connect-ClaudeBatch -Emulator -LedgerPath '$ledger' -EmulatorPlan @{ Speed = 6000 }
            'a', 'b' | New-ClaudeBatchRequest -Model claude-haiku-4-5 -MaxTokens 9 -Document '$pdf' -Upload | Submit-ClaudeBatch -Job there
"@
        & $shellPath -NoProfile -NonInteractive -EncodedCommand ([Convert]::ToBase64String([Text.Encoding]::Unicode.GetBytes($script))) | Out-Null

        @(Get-ClaudeBatchRequest -Job there | Get-SourceId | Select-Object -Unique) | Should -Be (Get-StoredFile).Id
    }

    It 'go through files and other shells with their paths' {
        Connect-TestEmulator
        $pdf = New-TestPdf
        $requests = New-TestRow | New-ClaudeBatchRequest @haiku -Document $pdf, $pdf -Image logo.png -Upload
        $requests | Export-Clixml -LiteralPath "$folder/requests.xml"

        $null = Import-Clixml -LiteralPath "$folder/requests.xml" | Submit-ClaudeBatch -Job manual

        @(Get-StoredFile) | Should -HaveCount 2
        (New-TestRow | New-ClaudeBatchRequest @haiku -Document $pdf, $pdf -Image logo.png -Upload | Submit-ClaudeBatch -Job manual).Job | Should -Be manual
        @(Get-ClaudeBatch -Job manual) | Should -HaveCount 1
    }

    It 'are left out where their file was changed before they were submitted, in one error; others are sent' {
        Connect-TestEmulator
        ($changed, $good) = (New-TestPdf), (New-TestPdf)
        $requests = 1..6 | ForEach-Object { [pscustomobject]@{ Id = $_; Body = 'x'; File = $_ -le 4 ? $changed : $good } } |
            New-ClaudeBatchRequest @haiku -Document '{{File}}' -Upload
        Add-Content -LiteralPath $changed -Value 'more'

        $problem = Get-Failure { $requests | Submit-ClaudeBatch -Job manual }

        $problem | Should -HaveCount 1
        $problem[0].FullyQualifiedErrorId | Should -BeLike 'FileChanged,*'
        $problem[0].Exception.Message | Should -BeLike "4 rows (1, 2, 3, 4): '$changed' was changed*"
        (Get-ClaudeBatchJob -Name manual).Requests | Should -Be 2
    }

    It 'end the line where the organization has no room, and the next run goes on with what is up' {
        Connect-TestEmulator -Plan @{ FileStorage = 5000 }
        $rows = 1..2 | ForEach-Object { [pscustomobject]@{ Id = $_; Body = 'x'; File = New-TestPdf } }
        $line = { $rows | New-ClaudeBatchRequest @haiku -Document '{{File}}' -Upload | Submit-ClaudeBatch -Job manual }

        $line | Should -Throw -ErrorId 'StorageQuotaExceeded,*' -ExpectedMessage "*$($rows[1].File)*"
        $first = (Get-StoredFile).Id
        Connect-TestEmulator -LedgerPath (Split-Path -Path (Get-ClaudeBatchConnection).LedgerPath)
        & $line | Should -HaveCount 1

        (Get-StoredFile).Id | Should -Contain $first
        @(Get-StoredFile) | Should -HaveCount 2
    }

    It 'cost what they would cost with the file in them' {
        Connect-TestEmulator
        $pdf = New-TestPdf -Size 50000
        $uploaded = New-TestRow | New-ClaudeBatchRequest @haiku -Document $pdf -Upload | Measure-ClaudeBatch -CountTokens 2 -WarningAction Ignore
        $inline = New-TestRow | New-ClaudeBatchRequest @haiku -Document $pdf | Measure-ClaudeBatch -CountTokens 2 -WarningAction Ignore

        [double] $uploaded[0].HighCost / [double] $inline[0].HighCost | Should -BeGreaterThan 0.99
        [double] $uploaded[0].HighCost / [double] $inline[0].HighCost | Should -BeLessThan 1.01
        New-TestRow | New-ClaudeBatchRequest @haiku -Document $pdf -Upload | Test-ClaudeBatchRequest | Should -BeTrue
    }

    It 'tell with -WhatIf what an upload saves, and upload nothing' {
        Connect-TestEmulator
        $pdf = New-TestPdf -Size 29982
        New-TestRow | New-ClaudeBatchRequest @haiku -Document $pdf -Upload | Submit-ClaudeBatch -Job manual -WhatIf
        $said = New-TestRow | New-ClaudeBatchRequest @haiku -Document $pdf | Invoke-ClaudeBatch -Job manual -WhatIf 6>&1

        @(Get-StoredFile) | Should -HaveCount 0
        "$said" | Should -BeLike '*1 file stands in several requests, * bytes in all. With New-ClaudeBatchRequest -Upload it goes up once: * fewer.*'
    }
}

Describe 'Export-ClaudeBatchRequest' {
    It 'writes the files into the requests, as they are without an upload' {
        $pdf = New-TestPdf
        New-TestRow | New-ClaudeBatchRequest @haiku -Document $pdf -Upload | Export-ClaudeBatchRequest -Path "$folder/uploaded.jsonl"
        New-TestRow | New-ClaudeBatchRequest @haiku -Document $pdf | Export-ClaudeBatchRequest -Path "$folder/inline.jsonl"
        Get-Content -LiteralPath "$folder/uploaded.jsonl" | Should -Be (Get-Content -LiteralPath "$folder/inline.jsonl")
    }

    It 'refuses where the file is no longer what the request was made with' {
        $pdf = New-TestPdf
        $requests = New-TestRow | New-ClaudeBatchRequest @haiku -Document $pdf -Upload
        Add-Content -LiteralPath $pdf -Value 'more'
        { $requests | Export-ClaudeBatchRequest -Path "$folder/changed.jsonl" } | Should -Throw -ErrorId 'FileChanged,*'
        Test-Path -LiteralPath "$folder/changed.jsonl" | Should -BeFalse
    }

    It 'is needed: a line that was written by hand has no file, and is left out' {
        Connect-TestEmulator
        (New-TestRow -Count 1 | New-ClaudeBatchRequest @haiku -Document (New-TestPdf) -Upload).Raw | Set-Content -LiteralPath "$folder/raw.jsonl"
        $problem = Get-Failure { Submit-ClaudeBatch -Path "$folder/raw.jsonl" -Job raw }
        $problem[0].FullyQualifiedErrorId | Should -BeLike 'UploadMissing,*'
    }
}

Describe 'A file that is gone at the service' {
    It 'goes up again for the rows that need it' {
        Connect-TestEmulator -Plan @{ Latency = 60 }
        $pdf = New-TestPdf
        $null = New-TestRow | New-ClaudeBatchRequest @haiku -Document $pdf -Upload | Submit-ClaudeBatch -Job manual -MaxAttempts 3
        Get-ChildItem -Path (Join-Path -Path (Get-ClaudeBatchConnection).LedgerPath -ChildPath 'service/files') | Remove-Item

        Complete-TestJob -Name manual | Out-Null

        Get-ClaudeBatchResult -Job manual | Where-Object Status -EQ Succeeded | Should -HaveCount 3
        @(Get-ClaudeBatchRequest -Job manual | Get-SourceId | Select-Object -Unique) | Should -Be (Get-StoredFile).Id
        (Compare-ClaudeBatch -Job manual).IsReconciled | Should -BeTrue
    }

    It 'is one error with row and file where it is gone here, too, and goes up when it is back' {
        Connect-TestEmulator -Plan @{ Latency = 60 }
        $pdf = New-TestPdf
        $null = New-TestRow | New-ClaudeBatchRequest @haiku -Document $pdf -Upload | Submit-ClaudeBatch -Job manual -MaxAttempts 3
        Get-ChildItem -Path (Join-Path -Path (Get-ClaudeBatchConnection).LedgerPath -ChildPath 'service/files') | Remove-Item
        Move-Item -LiteralPath $pdf -Destination "$pdf.away"
        Move-TestClock -By 01:00:00

        $problem = Get-Failure { Resume-ClaudeBatch -Job manual -InformationAction Ignore }
        $problem | Should -HaveCount 1
        $problem[0].FullyQualifiedErrorId | Should -BeLike 'FileGone,*'
        $problem[0].Exception.Message | Should -BeLike "*'row-1', 'row-2', 'row-3'*$pdf*"
        Get-Failure { Resume-ClaudeBatch -Job manual -InformationAction Ignore } | Should -BeNullOrEmpty

        Move-Item -LiteralPath "$pdf.away" -Destination $pdf
        $null = Invoke-ClaudeBatchRetry -Job manual -FailureClass Permanent -InformationAction Ignore
        Complete-TestJob -Name manual | Out-Null
        Get-ClaudeBatchResult -Job manual | Where-Object Status -EQ Succeeded | Should -HaveCount 3
    }
}

Describe 'Remove-ClaudeBatchJob -Files' {
    It 'deletes what was uploaded for the job, and spares what an unfinished job uses' {
        Connect-TestEmulator -Plan @{ Latency = 60 }
        ($shared, $own) = (New-TestPdf), (New-TestPdf)
        $null = New-TestRow | New-ClaudeBatchRequest @haiku -Document $shared, $own -Upload | Invoke-ClaudeBatch -Job done -InformationAction Ignore
        $null = New-TestRow | New-ClaudeBatchRequest @haiku -Document $shared -Upload | Submit-ClaudeBatch -Job open
        $kept = Get-ClaudeBatchRequest -Job open | Select-Object -First 1 | Get-SourceId

        $said = Remove-ClaudeBatchJob -Job done -Files -All 6>&1

        "$said" | Should -BeLike "*$kept*stays at the service: job 'open' is not finished and uses it.*"
        (Get-StoredFile).Id | Should -Be $kept
        Complete-TestJob -Name open | Out-Null
        Remove-ClaudeBatchJob -Job open -Files
        Get-StoredFile | Should -BeNullOrEmpty
    }

    It 'leaves the files where nobody asks for them to be deleted' {
        Connect-TestEmulator
        $null = New-TestRow | New-ClaudeBatchRequest @haiku -Document (New-TestPdf) -Upload | Invoke-ClaudeBatch -Job done -InformationAction Ignore
        Remove-ClaudeBatchJob -Job done -All
        @(Get-StoredFile) | Should -HaveCount 1
    }
}
