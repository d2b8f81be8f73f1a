BeforeAll {
    . $PSScriptRoot/Support.ps1

    function New-Path([string] $Extension) { "$(New-TestFolder).$Extension" }

    # A result with this content, as it is made from the line of an answer.
    function New-Answer([object[]] $Content, [string] $StopReason = 'end_turn', [object] $Source, [string] $Id = 'a') {
        $message = @{ model = 'claude-haiku-4-5-20251001'; content = $Content; stop_reason = $StopReason }
        $line = @{ custom_id = $Id; result = @{ type = 'succeeded'; message = $message } } | ConvertTo-Json -Depth 20 -Compress
        [ClaudeBatch.BatchResult] @{ CustomId = $Id; Status = 'Succeeded'; StopReason = $StopReason; Raw = $line; Source = $Source }
    }

    function New-Call([string] $Name = 'get_order', [object] $In = @{ id = 7; lines = @(@{ sku = 'A' }) }) {
        @{ type = 'tool_use'; id = "toolu_$Name"; name = $Name; input = $In }
    }

    function New-Text([string] $Text, [object[]] $Citation) { @{ type = 'text'; text = $Text; citations = $Citation } }
}

Describe 'Calls of tools in an answer' {
    It 'are objects with what they pass, those of the service left out' {
        $server = @{ type = 'server_tool_use'; id = 'srvtoolu_1'; name = 'web_search'; input = @{ query = 'x' } }
        $answer = New-Answer -Content (New-Text 'I look.'), $server, (New-Call), (New-Call -Name 'now' -In @{}) -StopReason 'tool_use'
        $answer.ToolCalls | Should -BeOfType [ClaudeBatch.ToolCall]
        $answer.ToolCalls.Name | Should -Be 'get_order', 'now'
        $answer.ToolCalls[0].Id | Should -BeExactly 'toolu_get_order'
        $answer.ToolCalls[0].Input.lines[0].sku | Should -BeExactly 'A'
        @(($answer, (New-Answer -Content (New-Text 'x'))).ToolCalls).Count | Should -Be 2
    }

    It 'are no Output, and neither is a text beside them that is JSON' {
        (New-Answer -Content (New-Text '{"x":1}'), (New-Call) -StopReason 'tool_use').Output | Should -BeNullOrEmpty
    }

    It 'stand in the table where the answer has no text' {
        $table = (New-Answer -Content (New-Call -In @{ id = 7 }) -StopReason 'tool_use'), (New-Answer -Content (New-Text 'words'), (New-Call)) |
            Format-Table | Out-String -Width 120
        $table | Should -BeLike '*get_order {"id":7}*'
        $table | Should -BeLike '*words*'
        $table | Should -Not -BeLike '*words*get_order*'
    }

    It 'have a column only in an export that has any: <_>' -ForEach 'csv', 'json', 'jsonl', 'xlsx' {
        $with = (New-Answer -Content (New-Text 'x')), (New-Answer -Content (New-Call -In @{ id = 7 }) -Id 'b')
        $with | Export-ClaudeBatchResult -Path ($path = New-Path $_)
        $with[0] | Export-ClaudeBatchResult -Path ($without = New-Path $_)
        switch ($_) {
            'csv' {
                (Import-Csv -LiteralPath $path).ToolCalls | Should -Be '', '[{"Round":1,"Id":"toolu_get_order","Name":"get_order","Input":{"id":7},"Output":null,"IsError":false,"Duration":null}]'
                Get-Content -LiteralPath $without -Raw | Should -Not -BeLike '*ToolCalls*'
            }
            'xlsx' {
                (Get-Item -LiteralPath $path).Length | Should -BeGreaterThan (Get-Item -LiteralPath $without).Length
            }
            default {
                $back = Get-Content -LiteralPath $path | ConvertFrom-Json
                $back[1].ToolCalls[0].Input.id | Should -Be 7
                $back[0].PSObject.Properties.Name | Should -Not -Contain 'ToolCalls'
                Get-Content -LiteralPath $without -Raw | Should -Not -BeLike '*ToolCalls*'
            }
        }
    }

    It 'keep a column of the row of that name beside theirs' {
        New-Answer -Content (New-Call) -Source @{ ToolCalls = 'mine' } | Export-ClaudeBatchResult -Path ($path = New-Path 'csv')
        (Import-Csv -LiteralPath $path).'Source.ToolCalls' | Should -BeExactly 'mine'
    }

    It 'are a column that can be asked for' {
        (New-Answer -Content (New-Text 'x')), (New-Answer -Content (New-Call -In @{})) |
            Export-ClaudeBatchResult -Path ($path = New-Path 'csv') -Property CustomId, ToolCalls
        (Import-Csv -LiteralPath $path).ToolCalls[0] | Should -BeExactly ''
        (Import-Csv -LiteralPath $path).ToolCalls[1] | Should -BeLike '*"Input":{}*'
    }

    It 'come whole through a file, however deep it was written' {
        $answer = New-Answer -Content (New-Call), (New-Text 'x' @(@{ type = 'char_location'; cited_text = 'ab'; document_index = 0; start_char_index = 1; end_char_index = 3 })) -Source @{ T = 'xab' }
        foreach ($depth in 1, 5) {
            $answer | Export-Clixml -LiteralPath ($file = New-Path 'xml') -Depth $depth
            Import-Clixml -LiteralPath $file | Export-ClaudeBatchResult -Path ($path = New-Path 'jsonl')
            $back = Get-Content -LiteralPath $path | ConvertFrom-Json
            $back.ToolCalls[0].Input.lines[0].sku | Should -BeExactly 'A'
            $back.Citations[0].Column | Should -BeExactly 'T'
        }
    }

    It 'come through a file without the line, and through a second file, whatever -Depth says' {
        $answer = New-Answer -Content (New-Call) | Select-Object -Property CustomId, Status, IsComplete, Attempt, Text, ToolCalls
        $answer.PSObject.TypeNames.Insert(0, 'Deserialized.ClaudeBatch.BatchResult')
        $answer | Export-Clixml -LiteralPath ($file = New-Path 'xml') -Depth 1
        Import-Clixml -LiteralPath $file | Export-Clixml -LiteralPath ($second = New-Path 'xml') -Depth 1
        Import-Clixml -LiteralPath $second | Export-ClaudeBatchResult -Path ($path = New-Path 'jsonl')
        (Get-Content -LiteralPath $path | ConvertFrom-Json).ToolCalls[0].Input.id | Should -Be 7
    }
}

Describe 'Citations of an answer' {
    It 'say the words, the document, the page and the column they came from' {
        $letter = "$([char]::ConvertFromUtf32(0x1F4E6)) The parcel came late. It was wet."
        $answer = New-Answer -Source ([ordered] @{ Id = 1; Letter = $letter; Scan = 'in/scan.pdf'; Copy = 'late' }) -Content @(
            New-Text 'It came late' @(@{ type = 'char_location'; cited_text = 'The parcel came late.'; document_index = 0; document_title = $null; start_char_index = 2; end_char_index = 23 })
            New-Text ', as agreed'
            New-Text ' and the form says so.' @(
                @{ type = 'page_location'; cited_text = 'Late.'; document_index = 1; document_title = 'scan.pdf'; start_page_number = 3; end_page_number = 5 }
                @{ type = 'content_block_location'; cited_text = 'wet'; document_index = 2; document_title = 'terms'; start_block_index = 0; end_block_index = 1 }
                @{ type = 'web_search_result_location'; cited_text = 'Parcels'; url = 'https://example.com/'; title = 'On parcels'; encrypted_index = 'x' }
            )
        )
        $answer.Citations | Should -BeOfType [ClaudeBatch.Citation]
        $answer.Text | Should -BeExactly 'It came late, as agreed and the form says so.'
        $chars, $pages, $blocks, $web = $answer.Citations
        $chars.Text, $chars.CitedText, $chars.Column | Should -Be 'It came late', 'The parcel came late.', 'Letter'
        $chars.Document, $chars.Start, $chars.End, $chars.Page | Should -Be 0, 2, 23, $null
        $pages.Page, $pages.LastPage, $pages.Title, $pages.Document, $pages.Column | Should -Be 3, 4, 'scan.pdf', 1, 'Scan'
        $blocks.Start, $blocks.End, $blocks.Column | Should -Be 0, 1, $null
        $web.Source, $web.Title, $web.Document, $web.Column | Should -Be 'https://example.com/', 'On parcels', $null, $null
    }

    It 'name no column where two have the words' {
        $cited = @{ type = 'char_location'; cited_text = 'same'; document_index = 0; start_char_index = 0; end_char_index = 4 }
        (New-Answer -Source @{ A = 'same here'; B = 'same there' } -Content (New-Text 'x' @($cited))).Citations[0].Column | Should -BeNullOrEmpty
    }

    It 'are JSON in one column of an export' {
        $cited = @{ type = 'page_location'; cited_text = 'late'; document_index = 0; start_page_number = 1; end_page_number = 2 }
        New-Answer -Content (New-Text 'x' @($cited)) | Export-ClaudeBatchResult -Path ($path = New-Path 'csv')
        ((Import-Csv -LiteralPath $path).Citations | ConvertFrom-Json).Page | Should -Be 1
    }

    It 'that are none leave an empty list' {
        (New-Answer -Content (New-Text 'x')).Citations.Count | Should -Be 0
    }
}
