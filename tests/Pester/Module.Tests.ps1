BeforeAll {
    . $PSScriptRoot/Support.ps1
}

Describe 'The module' {
    It 'exports every cmdlet its manifest names' {
        $manifest = Import-PowerShellDataFile -LiteralPath $modulePath
        (Get-Command -Module ClaudeBatch).Name | Sort-Object | Should -Be ($manifest.CmdletsToExport | Sort-Object)
    }

    It 'still exports every cmdlet when it is imported twice by force' {
        $script = "Import-Module '$modulePath' -Force; Import-Module '$modulePath' -Force; (Get-Command -Module ClaudeBatch).Count"
        & $shellPath -NoProfile -Command $script | Should -Be (Get-Command -Module ClaudeBatch).Count
    }

    It 'keeps its own System.Text.Json in its own load context' {
        Connect-TestEmulator
        New-TestRequest | Submit-ClaudeBatch -Job isolation | Out-Null
        $context = [System.Runtime.Loader.AssemblyLoadContext]::All | Where-Object Name -EQ 'ClaudeBatch'
        $context.Assemblies.GetName().Name | Should -Contain 'ClaudeBatch'
        $context.Assemblies.GetName().Name | Should -Contain 'System.Text.Json'
        [System.Runtime.Loader.AssemblyLoadContext]::Default.Assemblies.GetName().Name | Should -Not -Contain 'ClaudeBatch.Core'
    }

    It 'runs what was compiled ahead for this platform, and without it' {
        $runtime = [System.Runtime.InteropServices.RuntimeInformation]::RuntimeIdentifier
        $copy = New-TestFolder
        Copy-Item -LiteralPath (Split-Path -Path $modulePath) -Destination $copy -Recurse
        $ahead = Join-Path -Path $copy -ChildPath "bin/$runtime"
        $script = "Import-Module '$copy/ClaudeBatch.psd1'; Connect-ClaudeBatch -Emulator -LedgerPath '$copy/ledger'
            [System.Runtime.Loader.AssemblyLoadContext]::All.Assemblies.Location | Where-Object { `$_ -like '*ClaudeBatch.Core.dll' } | Split-Path"
        if (Test-Path -LiteralPath $ahead) {
            & $shellPath -NoProfile -Command $script | Should -Be $ahead
            Remove-Item -LiteralPath $ahead -Recurse
        }
        & $shellPath -NoProfile -Command $script | Should -Be (Split-Path -Path $ahead)
    }

    It 'writes nothing and makes no folder when it is imported' {
        $folder = New-TestFolder
        $script = "`$env:XDG_DATA_HOME = '$folder'; Import-Module '$modulePath'; Get-ClaudeBatchJob; Get-ClaudeBatch; Test-Path '$folder'"
        & $shellPath -NoProfile -Command $script | Should -Be 'False'
    }

    It 'says what to run when it is not built' {
        $checkout = Join-Path -Path $PSScriptRoot -ChildPath '../../ClaudeBatch.psd1'
        & $shellPath -NoProfile -NonInteractive -Command "Import-Module '$checkout'" 2>&1 | Out-String | Should -Match 'dotnet build ClaudeBatch.sln'
    }

    It 'works in parallel runspaces' {
        Connect-TestEmulator
        New-TestRequest | Submit-ClaudeBatch -Job parallel | Wait-ClaudeBatch | Get-ClaudeBatchResult | Out-Null
        $path = $modulePath
        $connection = Get-ClaudeBatchConnection
        1..4 | ForEach-Object -Parallel {
            Import-Module $using:path
            (Get-ClaudeBatchResult -Job parallel -Connection $using:connection).Count
        } | Should -Be @(3, 3, 3, 3)
    }

    It 'works in a thread job' {
        Connect-TestEmulator
        New-TestRequest | Submit-ClaudeBatch -Job threads | Wait-ClaudeBatch | Out-Null
        $path = $modulePath
        Start-ThreadJob { Import-Module $using:path; (Get-ClaudeBatchResult -Job threads).Text } | Receive-Job -Wait |
            Should -Be @('message 1', 'message 2', 'message 3')
    }

    It 'names what each cmdlet gives' {
        foreach ($command in Get-Command -Module ClaudeBatch | Where-Object Name -NotIn 'Disconnect-ClaudeBatch', 'Unregister-ClaudeBatchSchedule') {
            $command.OutputType | Should -Not -BeNullOrEmpty -Because $command.Name
        }
    }

    It 'has an error category for every kind of failure' {
        Connect-TestEmulator
        $context = [System.Runtime.Loader.AssemblyLoadContext]::All | Where-Object Name -EQ 'ClaudeBatch'
        $kinds = ($context.Assemblies | Where-Object { $_.GetName().Name -eq 'ClaudeBatch.Core' }).GetType('ClaudeBatch.Core.FailureKind')
        $records = ($context.Assemblies | Where-Object { $_.GetName().Name -eq 'ClaudeBatch' }).GetType('ClaudeBatch.Pipeline.ErrorRecords')
        $map = $records.GetMethod('CategoryOf', [System.Reflection.BindingFlags]'Static, NonPublic')
        foreach ($kind in [enum]::GetValues($kinds)) {
            $map.Invoke($null, @($kind)) | Should -Not -Be 'NotSpecified' -Because $kind
        }
    }

    It 'shows <_> as a table of at most 80 columns' -ForEach 'Batch', 'BatchJob', 'BatchRequest', 'BatchResult', 'Reconciliation' {
        Connect-TestEmulator
        $requests = New-TestRequest
        $batches = $requests | Submit-ClaudeBatch -Job shown | Wait-ClaudeBatch
        $shown = switch ($_) {
            'Batch' { $batches }
            'BatchJob' { Get-ClaudeBatchJob }
            'BatchRequest' { $requests }
            'BatchResult' { $batches | Get-ClaudeBatchResult }
            'Reconciliation' { Compare-ClaudeBatch -Job shown }
        }
        $lines = ($shown | Out-String -Width 80).Trim() -split '\r?\n'
        $lines[1] | Should -Match '-{4}'
        $lines.Count | Should -Be (2 + @($shown).Count)
        $lines -join '' | Should -Not -Match 'msgb…'
    }

    It 'heads each column with the property that it shows' {
        $views = ([xml] (Get-Content -Raw -LiteralPath (Join-Path -Path (Split-Path -Path $modulePath) -ChildPath 'ClaudeBatch.Format.ps1xml'))).Configuration.ViewDefinitions.View
        $views.Count | Should -BeGreaterThan 10
        foreach ($view in $views) {
            $properties = ($view.Name -as [type]).GetProperties().Name
            $table = $view.SelectNodes('TableControl/TableHeaders/TableColumnHeader')
            $cells = $view.SelectNodes('.//TableColumnItem | .//ListItem')
            for ($i = 0; $i -lt $cells.Count; $i++) {
                $heading = $table.Count ? $table[$i].Label : ($cells[$i].Label ?? $cells[$i].PropertyName)
                $properties | Should -Contain $heading -Because $view.Name
                # What is formatted is that property, and no other; where an answer has no text, its calls stand in its place, why it is
                # not complete stands before it, and a job's group beside its name.
                $shown = $cells[$i].ScriptBlock ? [regex]::Matches($cells[$i].ScriptBlock, '(?<=\$_\.)\w+').Value : $cells[$i].PropertyName
                $shown | Where-Object { "$heading $_" -notin 'Text ToolCalls', 'Text Reason', 'Job Group', 'Against Other', 'Against Agreement' } | Select-Object -Unique |
                    Should -BeExactly $heading -Because $view.Name
            }
        }
    }

    It 'shows the whole name of a job where the window has room' {
        Connect-TestEmulator
        $names = @{ 80 = 'tickets-2026'; 120 = 'bank-statements-2026-11-28-all' }
        foreach ($name in $names.Values) {
            New-TestRequest | Submit-ClaudeBatch -Job $name | Wait-ClaudeBatch | Get-ClaudeBatchResult | Out-Null
        }
        foreach ($width in $names.Keys) {
            foreach ($command in 'Get-ClaudeBatch', 'Get-ClaudeBatchJob', 'Compare-ClaudeBatch', 'Get-ClaudeBatchEvent') {
                $lines = (& $command $names[$width] | Out-String -Width $width) -split '\r?\n' | Where-Object { $_ }
                $lines[2..$lines.Count] | Should -BeLike "* $($names[$width])*" -Because $command
                ($lines | Measure-Object -Property Length -Maximum).Maximum | Should -BeLessOrEqual $width
            }
        }
    }

    It 'gives objects that survive Clixml and go on from there' {
        Connect-TestEmulator
        $file = New-TestFolder
        New-TestRequest | Export-Clixml -LiteralPath $file
        $batches = Import-Clixml -LiteralPath $file | Submit-ClaudeBatch -Job clixml | Wait-ClaudeBatch
        $batches | Export-Clixml -LiteralPath $file
        $results = Import-Clixml -LiteralPath $file | Get-ClaudeBatchResult
        $results.Text | Should -Be @('message 1', 'message 2', 'message 3')
        $results.Source.Id | Should -Be @(1, 2, 3)
        $results | Export-Clixml -LiteralPath $file
        (Import-Clixml -LiteralPath $file).Text | Should -Be @('message 1', 'message 2', 'message 3')
    }
}
