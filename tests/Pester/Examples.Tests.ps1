BeforeAll {
    . $PSScriptRoot/Support.ps1
    $examples = Join-Path -Path $PSScriptRoot -ChildPath '../../docs/examples'
    $messages = Join-Path -Path $examples -ChildPath 'messages.csv'

    function New-TestImage {
        param([string] $Path, [byte] $Number)
        $png = [Convert]::FromBase64String('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGP4z8AAAAMBAQDJ/pLvAAAAAElFTkSuQmCC')
        [IO.File]::WriteAllBytes($Path, $png + $Number)
    }
}

Describe 'The example <_>' -ForEach 'classify.ps1', 'extract.ps1', 'describe-images.ps1', 'read-pdfs.ps1', 'save-results.ps1', 'evaluate.ps1' {
    It 'is a script without a fault, with help' {
        $path = Join-Path -Path $examples -ChildPath $_
        $errors = $null
        [System.Management.Automation.Language.Parser]::ParseFile($path, [ref] $null, [ref] $errors) | Out-Null
        $errors | Should -BeNullOrEmpty
        (Get-Help $path).Synopsis | Should -Not -BeNullOrEmpty
    }
}

Describe 'classify.ps1' {
    It 'labels each message of a file, and pays nothing when it is run again' {
        Connect-TestEmulator -Plan @{ Answers = "$examples/labels.jsonl" }
        $labels = & "$examples/classify.ps1" -Path $messages
        $labels.Count | Should -Be 190
        $labels[0].Id, $labels[0].Label | Should -Be '1001', 'billing'
        $labels[2].Label | Should -Be 'delivery'
        $again = & "$examples/classify.ps1" -Path $messages
        $again.Count | Should -Be 190
        (Get-ClaudeBatchJob classify).Batches | Should -Be 1
    }
}

Describe 'extract.ps1' {
    It 'gives objects of its class, and warns of an answer that does not fit' {
        $answers = "$(New-TestFolder).jsonl"
        1..3 | ForEach-Object {
            $text = $_ -eq 2 ? 'no JSON' : "{""Category"":""bug"",""Urgency"":$_,""OrderNumber"":null,""Products"":[""lamp""]}"
            @{ custom_id = "ticket-100$_"; text = $text } | ConvertTo-Json -Compress
        } | Set-Content -LiteralPath $answers
        Connect-TestEmulator -Plan @{ Answers = $answers }
        $few = "$(New-TestFolder).csv"
        Import-Csv -LiteralPath $messages | Select-Object -First 3 | Export-Csv -LiteralPath $few
        $tickets = & "$examples/extract.ps1" -Path $few -WarningVariable warned -WarningAction SilentlyContinue
        $tickets.Count | Should -Be 2
        $tickets[1].GetType().Name | Should -Be 'Ticket'
        $tickets[1].Urgency | Should -Be 3
        $tickets[1].Products | Should -Be 'lamp'
        $warned.Message | Should -Be 'ticket-1002: The answer is not valid JSON.'
    }
}

Describe 'describe-images.ps1' {
    It 'sends the images of a folder and tells them apart by name' {
        $folder = New-TestFolder
        New-Item -ItemType Directory -Path $folder | Out-Null
        1..3 | ForEach-Object { New-TestImage -Path "$folder/picture of day $_.png" -Number $_ }
        Set-Content -LiteralPath "$folder/notes.txt" -Value 'no image'
        Connect-TestEmulator
        $texts = & "$examples/describe-images.ps1" -Path $folder
        $texts.Name | Sort-Object | Should -Be 'picture of day 1.png', 'picture of day 2.png', 'picture of day 3.png'
        $texts.Status | Select-Object -Unique | Should -Be 'Succeeded'
        $content = (Get-ClaudeBatchRequest -Job describe-images)[0].Params.messages[0].content
        $content[0].source.media_type | Should -Be 'image/png'
        $content[1].text | Should -Match '^The file is named picture of day \d.png\.$'

        # The same picture under another name is another one.
        Copy-Item -LiteralPath "$folder/picture of day 1.png" -Destination "$folder/copy.png"
        (& "$examples/describe-images.ps1" -Path $folder).Name | Should -Contain 'copy.png'
        (Get-ClaudeBatchJob describe-images).Requests | Should -Be 4
    }
}

Describe 'read-pdfs.ps1' {
    It 'reads a row from each PDF of a folder' {
        $folder = New-TestFolder
        New-Item -ItemType Directory -Path $folder | Out-Null
        1..2 | ForEach-Object { Set-Content -LiteralPath "$folder/invoice $_.pdf" -Value "%PDF-1.7`n$_" }
        Connect-TestEmulator -Plan @{ Answers = 'schema' }
        $rows = & "$examples/read-pdfs.ps1" -Path $folder
        $rows.Name | Sort-Object | Should -Be 'invoice 1.pdf', 'invoice 2.pdf'
        $rows.Status | Select-Object -Unique | Should -Be 'Succeeded'
        $rows.Reason | Where-Object { $_ } | Should -BeNullOrEmpty
        $rows[0].PSObject.Properties.Name | Should -Be 'Name', 'Number', 'Issued', 'Total', 'Currency', 'Status', 'Reason'
        (Get-ClaudeBatchRequest -Job read-pdfs)[0].Params.messages[0].content[0].source.media_type | Should -Be 'application/pdf'

        # So is the same invoice.
        Copy-Item -LiteralPath "$folder/invoice 1.pdf" -Destination "$folder/copy.pdf"
        (& "$examples/read-pdfs.ps1" -Path $folder).Name | Sort-Object | Should -Be 'copy.pdf', 'invoice 1.pdf', 'invoice 2.pdf'
    }
}

Describe 'evaluate.ps1' {
    It 'finds the wrong answers that were put in, of each way of asking' {
        $report = "$(New-TestFolder).html"
        $ways = & "$examples/evaluate.ps1" -Rehearse -LedgerPath (New-TestFolder) -Report $report -InformationAction Ignore
        Get-Content -LiteralPath $report -Raw | Should -Match 'haikuShort'
        $ways.Variant | Should -Be 'haikuShort', 'haikuLong', 'opusShort', 'opusLong'
        $ways.Wrong | Should -Be 57, 38, 23, 10
        $ways.IsAsPutIn | Should -Be $true, $true, $true, $true
        (Get-ClaudeBatchJob evaluate).Requests | Should -Be 760
    }
}

Describe 'save-results.ps1' -Skip:(-not (Get-Command -Name sqlite3 -CommandType Application -ErrorAction Ignore)) {
    It 'puts each request once into the table, run twice and after a retry' {
        Connect-TestEmulator -Plan @{ Errored = 0.2; Seed = 2 }
        $database = "$(New-TestFolder).db"
        $results = New-TestRow -Count 20 | New-ClaudeBatchRequest -Model claude-haiku-4-5 -MaxTokens 50 -CustomId 'row-{{Id}}' -Prompt "it's {{Body}}" |
            Submit-ClaudeBatch -Job saved | Wait-ClaudeBatch | Get-ClaudeBatchResult
        $results | & "$examples/save-results.ps1" -Database $database
        $first = sqlite3 $database 'SELECT * FROM answer ORDER BY custom_id'
        $results | & "$examples/save-results.ps1" -Database $database
        sqlite3 $database 'SELECT * FROM answer ORDER BY custom_id' | Should -Be $first
        $first.Count | Should -Be 20
        sqlite3 $database "SELECT count(*) FROM answer WHERE status = 'Errored'" | Should -BeGreaterThan 0
        while ($retried = Invoke-ClaudeBatchRetry -Job saved | Wait-ClaudeBatch) { $retried | Get-ClaudeBatchResult | Out-Null }
        Get-ClaudeBatchResult -Job saved | & "$examples/save-results.ps1" -Database $database
        sqlite3 $database "SELECT count(*), sum(status = 'Succeeded'), sum(text LIKE 'it''s message%') FROM answer" | Should -Be '20|20|20'
    }
}
