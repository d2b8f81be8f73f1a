BeforeAll {
    . $PSScriptRoot/Support.ps1
    $haiku = @{ Model = 'claude-haiku-4-5'; MaxTokens = 100 }

    enum TestRegion { Eu; Us }

    class TestAddress {
        [string] $City
        [ValidateRange(1, 99)] [int] $Number
    }

    class TestLoop { [TestLoop] $Inner }

    function Get-TestOrder {
        <#
        .SYNOPSIS
        Finds an order.
        .DESCRIPTION
        It looks in all shops.

        It knows the last year.
        .PARAMETER Number
        The order's number.
        .PARAMETER Region
        Where it was made.
        #>
        [CmdletBinding()]
        [OutputType([string])]
        param([Parameter(Mandatory, HelpMessage = 'not this one')] [int] $Number, [ValidateSet('eu', 'us')] [string] $Region = 'eu')
        "$Number $Region"
    }

    function Send-TestThing {
        <#
        .SYNOPSIS
        Sends a thing.
        #>
        [CmdletBinding(SupportsShouldProcess)]
        param(
            [Parameter(Mandatory)] [string] $Text, [int] $Whole, [long] $Long, [byte] $Byte, [double] $Double, [decimal] $Decimal, [switch] $Switch,
            [bool] $Bool, [TestRegion] $Region, [datetime] $When, [guid] $Guid, [uri] $Uri, [string[]] $Words, [int[]] $Numbers,
            [System.Collections.Generic.List[double]] $List, [TestAddress] $Address, [TestAddress[]] $Addresses, [Nullable[int]] $Maybe, [DayOfWeek[]] $Days,
            [Parameter(HelpMessage = 'The help of a message.')] [string] $Hinted)
        $PSCmdlet.ShouldProcess("$PSBoundParameters")
    }

    function Set-TestBound {
        <#
        .SYNOPSIS
        Has bounds.
        .PARAMETER Share
        A share.
        #>
        param(
            [ValidateRange(0, 100)] [int] $Share, [ValidateRange('Positive')] [int] $Above, [ValidatePattern('^[A-Z]{2}$', Options = 'None')] [string] $Code,
            [ValidateLength(2, 5)] [string] $Short, [ValidateCount(2, 3)] [string[]] $Few, [ValidateRange(1, 9)] [int[]] $Each,
            [ValidateSet('a', 'b')] [string[]] $Choices, [ValidateSet(1, 2)] [int] $Digit, [ValidateScript({ $_ -gt 1 })] [int] $Checked,
            [ValidateNotNullOrEmpty()] [string] $Filled)
        "$PSBoundParameters"
    }

    function Select-TestWay {
        <#
        .SYNOPSIS
        Has parameter sets.
        #>
        [CmdletBinding(DefaultParameterSetName = 'ById')]
        [OutputType([string])]
        param(
            [Parameter(Mandatory, ParameterSetName = 'ById')] [int] $Id,
            [Parameter(Mandatory, ParameterSetName = 'ByName')] [string] $Name,
            [Parameter(Mandatory, ParameterSetName = 'ByName')] [Parameter(ParameterSetName = 'ById')] [string] $Shop)
        "$PSBoundParameters"
    }

    function Select-TestNoDefault {
        <#
        .SYNOPSIS
        Has parameter sets and no default.
        #>
        param([Parameter(ParameterSetName = 'A')] [int] $A, [Parameter(ParameterSetName = 'B')] [int] $B)
        "$PSBoundParameters"
    }

    function Get-TestOdd {
        <#
        .SYNOPSIS
        Has odd parameters.
        #>
        param([string] $Plain, [scriptblock] $Block, [hashtable] $Table, [type] $Type, [IO.FileInfo] $File, [TestLoop] $Loop, [Diagnostics.Process] $Process,
            [string] $Straße, [int[][]] $Grid)
        "$PSBoundParameters"
    }

    function Get-TestDynamic {
        <#
        .SYNOPSIS
        Has a dynamic parameter.
        #>
        [CmdletBinding()]
        [OutputType([string])]
        param([string] $Plain)
        dynamicparam {
            $all = [Management.Automation.RuntimeDefinedParameterDictionary]::new()
            $attributes = [Collections.ObjectModel.Collection[Attribute]] @([Parameter] @{ Mandatory = $false })
            $all.Add('Made', [Management.Automation.RuntimeDefinedParameter]::new('Made', [string], $attributes))
            $all
        }
        end { "$Plain" }
    }

    function Get-TestMute { param([int] $A) "$A" }

    function Get-TestMandatoryBlock {
        <#
        .SYNOPSIS
        Needs a block.
        #>
        param([Parameter(Mandatory)] [scriptblock] $Block)
        & $Block
    }

    function Get-TestUntyped {
        <#
        .SYNOPSIS
        Says no type.
        #>
        param($City, [string] $Country)
        "$City $Country"
    }

    function Get-TestOneLine { <# .SYNOPSIS Finds a line. .PARAMETER Number The line's number. #> param([Parameter(Mandatory)] [int] $Number) "$Number" }

    Set-Alias -Name gto -Value Get-TestOrder

    function Get-Tool([Parameter(ValueFromRemainingArguments)] [object[]] $Tool) { (New-ClaudeBatchTemplate @haiku -Tool $Tool -Verbose:$false).Params.tools }

    # Functions of a number of optional parameters each.
    function New-TestTool([int] $Count, [int] $Parameter) {
        foreach ($i in 1..$Count) {
            $names = foreach ($p in 1..$Parameter) { "[string] `$P$p" }
            $null = New-Item -Path "function:global:Get-TestMany$i" -Force -Value ([scriptblock]::Create("param($($names -join ', ')) 'x'"))
            @{ Command = "Get-TestMany$i"; Description = 'One of many.' }
        }
    }
}

AfterAll {
    Remove-Item -Path function:Get-TestMany* -ErrorAction Ignore
}

Describe 'A tool from a command' {
    It 'has the name of the command, its help, its parameters, what is mandatory' {
        $tool = Get-Tool Get-TestOrder
        $tool.name | Should -BeExactly 'Get-TestOrder'
        $tool.description | Should -BeExactly "Finds an order.`n`nIt looks in all shops.`n`nIt knows the last year."
        $tool.strict | Should -BeTrue
        $tool.input_schema | ConvertTo-Json -Depth 9 -Compress | Should -BeExactly ('{"type":"object","properties":{' +
            '"Number":{"type":"integer","description":"The order''s number."},' +
            '"Region":{"type":"string","enum":["eu","us"],"description":"Where it was made."}},' +
            '"required":["Number"],"additionalProperties":false}')
    }

    It 'has the schema of a parameter by its type: <name>' -ForEach @(
        @{ name = 'Text'; json = '{"type":"string"}' }
        @{ name = 'Whole'; json = '{"type":"integer"}' }
        @{ name = 'Long'; json = '{"type":"integer"}' }
        @{ name = 'Byte'; json = '{"type":"integer"}' }
        @{ name = 'Double'; json = '{"type":"number"}' }
        @{ name = 'Decimal'; json = '{"type":"number"}' }
        @{ name = 'Switch'; json = '{"type":"boolean"}' }
        @{ name = 'Bool'; json = '{"type":"boolean"}' }
        @{ name = 'Region'; json = '{"type":"string","enum":["Eu","Us"]}' }
        @{ name = 'When'; json = '{"type":"string","format":"date-time"}' }
        @{ name = 'Guid'; json = '{"type":"string","format":"uuid"}' }
        @{ name = 'Uri'; json = '{"type":"string","format":"uri"}' }
        @{ name = 'Words'; json = '{"type":"array","items":{"type":"string"}}' }
        @{ name = 'Numbers'; json = '{"type":"array","items":{"type":"integer"}}' }
        @{ name = 'List'; json = '{"type":"array","items":{"type":"number"}}' }
        @{ name = 'Address'; json = '{"type":"object","properties":{"City":{"type":"string"},"Number":{"type":"integer","description":"At least 1. At most 99."}},"required":["City","Number"],"additionalProperties":false}' }
        @{ name = 'Maybe'; json = '{"type":"integer"}' }
        @{ name = 'Days'; json = '{"type":"array","items":{"type":"string","enum":["Sunday","Monday","Tuesday","Wednesday","Thursday","Friday","Saturday"]}}' }
        @{ name = 'Hinted'; json = '{"type":"string","description":"The help of a message."}' }
    ) {
        (Get-Tool Send-TestThing).input_schema.properties.$name | ConvertTo-Json -Depth 9 -Compress | Should -BeExactly $json
    }

    It 'leaves the common parameters and those of -WhatIf out' {
        (Get-Tool Send-TestThing).input_schema.properties.PSObject.Properties.Name | Should -Be @(
            'Text', 'Whole', 'Long', 'Byte', 'Double', 'Decimal', 'Switch', 'Bool', 'Region', 'When', 'Guid', 'Uri', 'Words', 'Numbers', 'List', 'Address',
            'Addresses', 'Maybe', 'Days', 'Hinted')
    }

    It 'says bounds in the description, where the service refuses them as keywords: <name>' -ForEach @(
        @{ name = 'Share'; json = '{"type":"integer","description":"A share. At least 0. At most 100."}' }
        @{ name = 'Above'; json = '{"type":"integer","description":"More than 0."}' }
        @{ name = 'Code'; json = '{"type":"string","description":"It matches the regular expression ^[A-Z]{2}$ (as .NET reads it)."}' }
        @{ name = 'Short'; json = '{"type":"string","description":"At least 2 characters. At most 5 characters."}' }
        @{ name = 'Few'; json = '{"type":"array","items":{"type":"string"},"minItems":1,"description":"At least 2 items. At most 3 items."}' }
        @{ name = 'Each'; json = '{"type":"array","items":{"type":"integer","description":"At least 1. At most 9."}}' }
        @{ name = 'Choices'; json = '{"type":"array","items":{"type":"string","enum":["a","b"]}}' }
        @{ name = 'Digit'; json = '{"type":"integer","enum":[1,2]}' }
        @{ name = 'Checked'; json = '{"type":"integer"}' }
        @{ name = 'Filled'; json = '{"type":"string","description":"At least 1 character."}' }
    ) {
        (Get-Tool Set-TestBound).input_schema.properties.$name | ConvertTo-Json -Depth 9 -Compress | Should -BeExactly $json
    }

    It 'tells with -Verbose what a validation says that no schema can' {
        $told = New-ClaudeBatchTemplate @haiku -Tool Set-TestBound -Verbose 4>&1
        "$told" | Should -BeLike '*What `[ValidateScript`] says of -Checked of Set-TestBound*'
    }

    It 'leaves out what cannot be described, with a line of -Verbose for each' {
        $told = New-ClaudeBatchTemplate @haiku -Tool Get-TestOdd -Verbose 4>&1
        $tool = $told.Where{ $_ -is [ClaudeBatch.BatchTemplate] }.Params.tools
        $tool.input_schema.properties.PSObject.Properties.Name | Should -Be 'Plain', 'Grid'
        foreach ($name in 'Block', 'Table', 'Type', 'File', 'Loop', 'Process', 'Straße') {
            $told.Message | Should -Contain ($told.Message -like "The parameter '$name' of Get-TestOdd cannot be described to a model:*It is left out.")
        }
    }

    It 'is an error where that is mandatory, or was named' {
        { Get-Tool Get-TestMandatoryBlock } | Should -Throw -ErrorId 'ToolParameterInvalid,*' -ExpectedMessage "*'Block' of Get-TestMandatoryBlock*mandatory*"
        { Get-Tool @{ Command = 'Get-TestOdd'; Parameter = 'Plain', 'Table' } } | Should -Throw -ErrorId 'ToolParameterInvalid,*' -ExpectedMessage "*'Table'*"
    }

    It 'warns of a parameter of a function that has no type, and leaves it out' {
        $tool = New-ClaudeBatchTemplate @haiku -Tool Get-TestUntyped -WarningVariable said -WarningAction Ignore
        $tool.Params.tools.input_schema.properties.PSObject.Properties.Name | Should -Be 'Country'
        "$said" | Should -BeLike "*'City' of Get-TestUntyped*has no type*"
    }

    It 'leaves dynamic parameters out' {
        (Get-Tool (Get-Command Get-TestDynamic)).input_schema.properties.PSObject.Properties.Name | Should -Be 'Plain'
        (Get-Tool @{ Command = (Get-Command Get-ChildItem); Description = 'Lists files.' }).input_schema.properties.PSObject.Properties.Name | Should -Not -Contain 'Hidden'
    }
}

Describe 'What a tool is made of' {
    It 'is a function, by name in any case or as a command' {
        (Get-Tool get-testorder).name | Should -BeExactly 'Get-TestOrder'
        (Get-Tool (Get-Command Get-TestOrder)).name | Should -BeExactly 'Get-TestOrder'
    }

    It 'is what an alias stands for' {
        (Get-Tool gto).name | Should -BeExactly 'Get-TestOrder'
        (Get-Tool (Get-Alias gto)).name | Should -BeExactly 'Get-TestOrder'
        Set-Alias -Name toNowhere -Value Get-TestNowhere
        { Get-Tool toNowhere } | Should -Throw -ErrorId 'ToolNotFound,*' -ExpectedMessage "*'toNowhere' is an alias*"
    }

    It 'is a cmdlet, with the help of its page' {
        $tool = Get-Tool Get-ClaudeBatchModel
        $tool.description | Should -BeLike "$((Get-Help Get-ClaudeBatchModel).Synopsis)*"
        (Get-Tool @{ Command = 'Get-Date'; Description = 'Tells the time.'; Parameter = 'Year', 'AsUTC' }).input_schema.properties |
            ConvertTo-Json -Compress | Should -BeExactly '{"Year":{"type":"integer","description":"At least 1. At most 9999."},"AsUTC":{"type":"boolean"}}'
    }

    It 'is a script, under its name without the ending' {
        Set-Content "$TestDrive/Find-Thing.ps1" @'
<#
.SYNOPSIS
Finds things.
.PARAMETER Name
Its name.
#>
[CmdletBinding()] param([Parameter(Mandatory)] [string] $Name)
throw 'a tool is described, and not run'
'@
        foreach ($given in "$TestDrive/Find-Thing.ps1", (Get-Command "$TestDrive/Find-Thing.ps1")) {
            $tool = Get-Tool $given
            $tool.name | Should -BeExactly 'Find-Thing'
            $tool.description | Should -BeExactly 'Finds things.'
            $tool.input_schema.properties.Name.description | Should -BeExactly 'Its name.'
        }
    }

    It 'is a function of a module, by its whole name, too' {
        New-Module -Name TestToolModule -ScriptBlock {
            function Get-TestModuleThing {
                <#
                .SYNOPSIS
                Lives in a module.
                #>
                param([int] $A)
                "$A"
            }
        } | Import-Module
        try {
            (Get-Tool TestToolModule\Get-TestModuleThing).description | Should -BeExactly 'Lives in a module.'
            (ConvertTo-ClaudeTool Get-TestModuleThing).Command | Should -BeExactly 'TestToolModule\Get-TestModuleThing'
        }
        finally {
            Remove-Module TestToolModule
        }
    }

    It 'is a function that a module keeps to itself, for the module' {
        $module = New-Module -Name TestPrivateModule -ScriptBlock {
            function Get-TestPrivate {
                <#
                .SYNOPSIS
                Is private.
                #>
                param([int] $A)
                "$A"
            }
            Export-ModuleMember
        } | Import-Module -PassThru
        try {
            (& $module { ConvertTo-ClaudeTool Get-TestPrivate }).Description | Should -BeExactly 'Is private.'
            { Get-Tool Get-TestPrivate } | Should -Throw -ErrorId 'ToolNotFound,*'
        }
        finally {
            Remove-Module $module
        }
    }

    It 'is never a program' {
        $program = Split-Path -Path $shellPath -Leaf
        $env:PATH = (Split-Path -Path $shellPath) + [IO.Path]::PathSeparator + $env:PATH
        { Get-Tool $program } | Should -Throw -ErrorId 'ToolIsApplication,*' -ExpectedMessage "*'$program' is a program*"
        { Get-Tool (Get-Command $program -CommandType Application)[0] } | Should -Throw -ErrorId 'ToolIsApplication,*'
    }

    It 'is found by its whole name alone: <_>' -ForEach 'Get-TestNowhere', 'TestOrder', 'Get-TestOrd*', ' ', '{"name":"x"}', 'Get-TestOrder; "x"' {
        { Get-Tool $_ } | Should -Throw -ErrorId 'ToolNotFound,*'
    }

    It 'has a name that the service takes' {
        $null = New-Item -Path 'function:global:Get-TestÜ' -Value { 'x' } -Force
        $long = "function:global:Get-$('x' * 125)"
        $null = New-Item -Path $long -Value { 'x' } -Force
        { Get-Tool @{ Command = 'Get-TestÜ'; Description = 'x' } } | Should -Throw -ErrorId 'ToolNameInvalid,*'
        { Get-Tool @{ Command = "Get-$('x' * 125)"; Description = 'x' } } | Should -Throw -ErrorId 'ToolNameInvalid,*'
        Remove-Item -Path 'function:Get-TestÜ', "function:Get-$('x' * 125)"
    }

    It 'is known to the caller: a function inside of a function' {
        function Test-Scope {
            function Get-TestInner { <# .SYNOPSIS Is known inside. #> param([int] $A) "$A" }
            Get-Tool Get-TestInner
        }
        (Test-Scope).description | Should -BeExactly 'Is known inside.'
    }
}

Describe 'What a model is told of a tool' {
    It 'is no help where nobody has written any: <_>' -ForEach 'Get-TestMute', 'Get-TestMany1' {
        $null = New-TestTool -Count 1 -Parameter 2
        { Get-Tool $_ } | Should -Throw -ErrorId 'ToolUndescribed,*' -ExpectedMessage "*-Tool @{ Command = '$_'; Description = '…' }*"
    }

    It 'is a Description in its place' {
        (Get-Tool @{ Command = 'Get-TestMute'; Description = 'Is not mute.' }).description | Should -BeExactly 'Is not mute.'
        $tool = Get-Tool @{ Command = (Get-Command Get-TestOrder); Description = @{ 'Get-TestOrder' = 'Other.'; Number = 'Its number.' } }
        $tool.description | Should -BeExactly 'Other.'
        $tool.input_schema.properties.Number.description | Should -BeExactly 'Its number.'
        $tool.input_schema.properties.Region.description | Should -BeExactly 'Where it was made.'
    }

    It 'is comment-based help in one line, too' {
        $tool = Get-Tool Get-TestOneLine
        $tool.description | Should -BeExactly 'Finds a line.'
        $tool.input_schema.properties.Number.description | Should -BeExactly "The line's number."
    }

    It 'has no placeholder, and help is no template' {
        { Get-Tool @{ Command = 'Get-TestMute'; Description = 'Is {{Body}}.' } } | Should -Throw -ErrorId 'PlaceholderShared,*'
        function Get-TestBrace {
            <#
            .SYNOPSIS
            Fills {{Body}}.
            #>
            param([int] $A)
            "$A"
        }
        (Get-Tool Get-TestBrace).description | Should -BeExactly 'Fills {{Body}}.'
    }

    It 'says only what is there: <name>' -ForEach @(
        @{ name = 'no such parameter'; tool = @{ Command = 'Get-TestOrder'; Description = @{ Nummer = 'x' } } }
        @{ name = 'no text'; tool = @{ Command = 'Get-TestOrder'; Description = 5 } }
        @{ name = 'an empty text'; tool = @{ Command = 'Get-TestOrder'; Description = ' ' } }
        @{ name = 'another key'; tool = @{ Command = 'Get-TestOrder'; Parameters = 'Number' } }
        @{ name = 'no command'; tool = @{ Command = 5 } }
        @{ name = 'null'; tool = @{ Command = 'Get-TestOrder'; Parameter = $null } }
    ) {
        { Get-Tool $tool } | Should -Throw -ErrorId 'ToolInvalid,*'
    }
}

Describe 'Parameter sets' {
    It 'are the default one, or the one that is named' {
        $schema = (Get-Tool Select-TestWay).input_schema
        $schema.properties.PSObject.Properties.Name | Should -Be 'Id', 'Shop'
        $schema.required | Should -Be 'Id'
        $schema = (Get-Tool @{ Command = 'Select-TestWay'; ParameterSet = 'byname' }).input_schema
        $schema.properties.PSObject.Properties.Name | Should -Be 'Name', 'Shop'
        $schema.required | Should -Be 'Name', 'Shop'
    }

    It 'are named where none is the default, and are there' {
        { Get-Tool Select-TestNoDefault } | Should -Throw -ErrorId 'ToolParameterSetInvalid,*' -ExpectedMessage '*A, B*'
        { Get-Tool @{ Command = 'Select-TestWay'; ParameterSet = 'ByShop' } } | Should -Throw -ErrorId 'ToolParameterSetInvalid,*' -ExpectedMessage '*ById, ByName*'
    }

    It 'can be cut to some parameters, but not without what is mandatory' {
        (Get-Tool @{ Command = 'Get-TestOrder'; Parameter = 'number' }).input_schema.properties.PSObject.Properties.Name | Should -Be 'Number'
        { Get-Tool @{ Command = 'Get-TestOrder'; Parameter = 'Region' } } | Should -Throw -ErrorId 'ToolParameterInvalid,*' -ExpectedMessage "*'Number'*mandatory*"
        { Get-Tool @{ Command = 'Get-TestOrder'; Parameter = 'Number', 'Nope' } } | Should -Throw -ErrorId 'ToolParameterInvalid,*' -ExpectedMessage "*'Nope'*Number, Region*"
        { Get-Tool @{ Command = 'Send-TestThing'; Parameter = 'Text', 'Confirm' } } | Should -Throw -ErrorId 'ToolParameterInvalid,*' -ExpectedMessage "*'Confirm'*"
    }
}

Describe 'The tools of one request' {
    It 'are commands, tools made of them and objects of the API, mixed and in order' {
        $own = @{ name = 'look'; input_schema = @{ type = 'object' } }
        $tools = Get-Tool gto $own (ConvertTo-ClaudeTool Select-TestWay) @{ type = 'web_search_20250305'; name = 'web_search' } @{ Command = 'Get-TestMute'; Description = 'x' }
        $tools.name | Should -Be 'Get-TestOrder', 'look', 'Select-TestWay', 'web_search', 'Get-TestMute'
        $tools[1].PSObject.Properties.Name | Should -Be 'input_schema', 'name'
    }

    It 'have a name each' {
        { Get-Tool Get-TestOrder gto } | Should -Throw -ErrorId 'ToolNameTwice,*' -ExpectedMessage "*'Get-TestOrder'*"
        { Get-Tool Get-TestOrder @{ name = 'get-testorder'; input_schema = @{ type = 'object' } } } | Should -Throw -ErrorId 'ToolNameTwice,*'
        { Get-Tool @{ name = 'a'; input_schema = @{ type = 'object' } } @{ name = 'a'; input_schema = @{ type = 'object' } } } | Should -Throw -ErrorId 'ToolNameTwice,*'
        (Get-Tool @{ name = 'a'; input_schema = @{ type = 'object' } } @{ name = 'A'; input_schema = @{ type = 'object' } }).name | Should -Be 'a', 'A'
    }

    It 'are strict up to the limits of the service, and none is beyond: <count> of <parameter> parameters' -ForEach @(
        @{ count = 12; parameter = 2; strict = $true }
        @{ count = 5; parameter = 5; strict = $false }
        @{ count = 20; parameter = 1; strict = $true }
        @{ count = 21; parameter = 1; strict = $false }
    ) {
        $told = New-ClaudeBatchTemplate @haiku -Tool (New-TestTool -Count $count -Parameter $parameter) -Verbose 4>&1
        $template = $told.Where{ $_ -is [ClaudeBatch.BatchTemplate] }
        @($template.Params.tools.strict | Where-Object { $_ }).Count | Should -Be ($strict ? $count : 0)
        "$told" | Should -BeLike ($strict ? '*Strict, so that*Get-TestMany1,*' : '*Not strict, because*Get-TestMany1,*')
    }

    It 'count with the schema of the answer and the strict tools of the user' {
        $fields = @{}
        1..20 | ForEach-Object { $fields["f$_"] = @{ type = 'string' } }
        $schema = @{ type = 'object'; properties = $fields; additionalProperties = $false }
        $tools = New-TestTool -Count 1 -Parameter 5
        (New-ClaudeBatchTemplate @haiku -Tool $tools).Params.tools.strict | Should -BeTrue
        (New-ClaudeBatchTemplate @haiku -Tool $tools -OutputSchema $schema).Params.tools.strict | Should -BeNullOrEmpty
        $own = @{ name = 'own'; strict = $true; input_schema = $schema }
        (New-ClaudeBatchTemplate @haiku -Tool $tools, $own).Params.tools.strict | Should -Be $null, $true

        $others = 1..6 | ForEach-Object { @{ name = "own$_"; strict = $true; input_schema = @{ type = 'object'; additionalProperties = $false } } }
        $template = New-ClaudeBatchTemplate @haiku -Tool (@(New-TestTool -Count 14 -Parameter 1) + $others)
        @($template.Params.tools.strict | Where-Object { $_ }) | Should -HaveCount 20
        $template = New-ClaudeBatchTemplate @haiku -Tool (@(New-TestTool -Count 15 -Parameter 1) + $others)
        @($template.Params.tools.strict | Where-Object { $_ }) | Should -HaveCount 6
    }

    It 'can be chosen by name, and are marked for the cache' {
        $template = New-ClaudeBatchTemplate @haiku -Tool Get-TestOrder, Select-TestWay -ToolChoice Get-TestOrder -CacheSystem -WarningAction Ignore
        $template.Params.tool_choice.name | Should -BeExactly 'Get-TestOrder'
        $template.Params.tools[1].cache_control.type | Should -BeExactly 'ephemeral'
        $template.Params.tools[0].PSObject.Properties.Name | Should -Not -Contain 'cache_control'
    }

    It 'are what the service takes' {
        $null = Connect-TestEmulator
        $tools = 'Get-TestOrder', 'Send-TestThing', 'Set-TestBound', 'Select-TestWay', 'Get-TestOdd', (New-TestTool -Count 2 -Parameter 3)
        foreach ($tool in $tools) {
            $job = "tools-$([guid]::NewGuid().ToString('N'))"
            $result = New-TestRow -Count 1 | New-ClaudeBatchRequest @haiku -Prompt '{{Body}}' -Tool $tool | Invoke-ClaudeBatch -Job $job -InformationAction Ignore
            $result.Status | Should -Be 'Succeeded'
        }
    }

    It 'are made once, whatever the number of rows' {
        class TestCounter : Management.Automation.IValidateSetValuesGenerator {
            static [int] $Asked
            [string[]] GetValidValues() { [TestCounter]::Asked++; return 'one', 'two' }
        }
        function Get-TestCounted { <# .SYNOPSIS Is counted. #> param([ValidateSet([TestCounter])] [string] $A) "$A" }
        $asked = foreach ($rows in 1, 50) {
            [TestCounter]::Asked = 0
            $requests = 1..$rows | New-ClaudeBatchRequest @haiku -Prompt '{{_}}' -Tool Get-TestCounted -ToolChoice Get-TestCounted
            @($requests.Raw -like '*"enum":`["one","two"`]*') | Should -HaveCount $rows
            [TestCounter]::Asked
        }
        $asked[0] | Should -BeGreaterThan 0
        $asked[1] | Should -Be $asked[0]
    }
}

Describe 'ConvertTo-ClaudeTool' {
    It 'shows what -Tool sends, to the byte' {
        $tool = ConvertTo-ClaudeTool Get-TestOrder
        $tool | Should -BeOfType [ClaudeBatch.ClaudeTool]
        $tool.Name, $tool.Strict, $tool.Command | Should -Be 'Get-TestOrder', $true, 'Get-TestOrder'
        $tool.InputSchema.required | Should -Be 'Number'
        $tool.Json | Should -BeExactly "$tool"
        foreach ($given in 'Get-TestOrder', $tool) {
            ('x' | New-ClaudeBatchRequest @haiku -Prompt '{{_}}' -Tool $given).Raw.Contains("`"tools`":[$tool]") | Should -BeTrue
        }
    }

    It 'takes names and commands from the pipeline, and goes on after an error' {
        $tools = Get-Command Get-TestOrder, Get-TestMute, Select-TestWay | ConvertTo-ClaudeTool -ErrorVariable failed -ErrorAction SilentlyContinue
        $tools.Name | Should -Be 'Get-TestOrder', 'Select-TestWay'
        $failed.FullyQualifiedErrorId | Should -BeLike 'ToolUndescribed,*'
        ('gto', 'Select-TestWay' | ConvertTo-ClaudeTool).Name | Should -Be 'Get-TestOrder', 'Select-TestWay'
    }

    It 'says of one command what a table says' {
        $tool = 'Select-TestWay' | ConvertTo-ClaudeTool -ParameterSet ByName -Parameter Name, Shop -Description @{ 'Select-TestWay' = 'Goes.'; Shop = 'A shop.' }
        $tool.Description | Should -BeExactly 'Goes.'
        $tool.InputSchema.required | Should -Be 'Name', 'Shop'
        $tool.InputSchema.properties.Shop.description | Should -BeExactly 'A shop.'
        { ConvertTo-ClaudeTool Get-TestOrder, Get-TestMute -Description x } | Should -Throw -ErrorId 'ToolInvalid,*'
        { ConvertTo-ClaudeTool 5 -ErrorAction Stop } | Should -Throw -ErrorId 'ToolInvalid,*'
    }

    It 'is strict as the same tools are in one request' {
        (New-TestTool -Count 5 -Parameter 5 | ConvertTo-ClaudeTool).Strict | Should -Be @($false, $false, $false, $false, $false)
        (Get-Tool (New-TestTool -Count 1 -Parameter 5 | ConvertTo-ClaudeTool)).strict | Should -BeTrue
    }

    It 'has a list with the schema' {
        ConvertTo-ClaudeTool Get-TestOrder | Out-String | Should -BeLike '*Name*: Get-TestOrder*Description*: Finds an order.*InputSchema*"Number": {*'
    }

    It 'comes back from a file as what it was' {
        ConvertTo-ClaudeTool Get-TestOrder | Export-Clixml "$TestDrive/tool.xml"
        $back = Import-Clixml "$TestDrive/tool.xml"
        Get-Tool $back | ConvertTo-Json -Depth 9 | Should -BeExactly (Get-Tool Get-TestOrder | ConvertTo-Json -Depth 9)
    }
}
