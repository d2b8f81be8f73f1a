using System.Management.Automation;

namespace ClaudeBatch.Hosted.Tests;

/// <summary>A call runs in the session of the user, and leaves it as it was.</summary>
public sealed class ToolSessionTests : ToolCallFixture
{
    private readonly string _folder = Directory.CreateTempSubdirectory("claudebatch-tools-").FullName;

    public override void Dispose()
    {
        base.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public void A_command_sees_the_session_and_nothing_of_the_cmdlet()
    {
        Define("$there = 'seen'; function Helper { 'helped' }");

        Told told = Run(
            """
            function Do-It { "$there $(Helper) [$_] [$PSItem] [$command] [$arguments] [$take] $($args.Count) $(@($input).Count)"; $leak = 1; $null = 5 }
            1 | ForEach-Object { $r = Invoke-Call Do-It; $r.Text += " [$leak] [$_]"; $r }
            """);

        Assert.Equal("seen helped [] [] [] [] [] 0 0 [] [1]", told.Text);
    }

    [Fact]
    public void Warnings_and_lines_for_the_host_go_where_the_user_sends_those_of_the_cmdlet()
    {
        Told told = Run(
            """
            function Do-It { Write-Warning w; Write-Host h; Write-Information i -InformationAction Continue; Write-Verbose v -Verbose; 'out' }
            $all = Invoke-Call Do-It -Verbose *>&1
            $r = $all[-1]; $r.Text += ' ' + (-join $all[0..3].ForEach{ "$_" }); $r
            """);

        Assert.Equal("out whiv", told.Text);
    }

    [Fact]
    public void A_warning_that_ends_the_cmdlet_does_so_after_the_call_has_its_outcome()
    {
        List<string> outcomes = [];
        Define("function Do-It { Write-Warning w; 'out' }");
        using PowerShell shell = PowerShell.Create(Runspace);
        shell.AddCommand("Invoke-Call").AddParameter("Tool", "Do-It").AddParameter("Outcomes", outcomes).AddParameter("WarningAction", "Stop");

        Assert.ThrowsAny<RuntimeException>(() => shell.Invoke());

        Assert.Contains("Text = out,", Assert.Single(outcomes), StringComparison.Ordinal);
    }

    [Fact]
    public void A_question_where_nobody_answers_is_an_error()
    {
        Told told = Call(
            """
            function Remove-It { [CmdletBinding(SupportsShouldProcess, ConfirmImpact = 'High')] param([string] $Name)
                if ($PSCmdlet.ShouldProcess($Name)) { 'removed' } }
            """,
            """{"Name":"x"}""");

        Assert.True(told.IsError);
        Assert.False(told.OnlyReads);
    }

    [Theory]
    [InlineData("exit 0", false, "n 3")]
    [InlineData("exit 4", true, "n 3\n\nError: The script has ended with the exit code 4.")]
    [InlineData("return", false, "n 3")]
    [InlineData("break", true, "n 3\n\nError: The call was ended by 'break' in the command.")]
    public void A_script_ends_with_its_exit_code(string end, bool isError, string text)
    {
        string script = Path.Combine(_folder, "Send-It.ps1");
        File.WriteAllText(script, $"param([int] $N)\n\"n $N\"\n{end}");

        Told told = Run("param($script) Invoke-Call $script '{\"N\":3}'", script);

        Assert.Equal((isError, text, script), (told.IsError, told.Text, told.Place));
    }

    [Fact]
    public void What_a_module_keeps_to_itself_is_run_and_named_with_it()
    {
        File.WriteAllText(
            Path.Combine(_folder, "Own.psm1"),
            "$inner = 'of the module'; function Hidden { $inner }; function Get-Own { Hidden }; Set-Alias gow Get-Own; Export-ModuleMember Get-Own -Alias gow");

        Told told = Run("param($folder) Import-Module $folder/Own.psm1; Invoke-Call gow -Name Get-Own", _folder);

        Assert.Equal(("of the module", "Own\\Get-Own"), (told.Text, told.Place));
        Assert.Equal("of the module", Run("Invoke-Call Own\\Get-Own").Text);
        Assert.Equal("of the module", Run("Invoke-Call (& (Get-Module Own) { Get-Command Hidden })").Text);
    }

    [Fact]
    public void A_cmdlet_with_parameters_by_its_place_is_run()
    {
        File.WriteAllText(Path.Combine(_folder, "a.txt"), "one\ntwo");

        Told told = Run("param($json) Invoke-Call Get-Content $json", $$"""{"LiteralPath":["{{_folder}}/a.txt"],"TotalCount":1}""");

        Assert.Equal(("one", "Microsoft.PowerShell.Management\\Get-Content", true), (told.Text, told.Place, told.OnlyReads));
    }

    [Fact]
    public void A_tool_may_use_the_cmdlets_of_this_module()
    {
        Told told = Run(
            """
            param($folder)
            Connect-ClaudeBatch -Emulator -LedgerPath $folder/ledger -EmulatorPlan @{ Speed = 6000 }
            function Invoke-Inner { param([string] $Text)
                ($Text | New-ClaudeBatchRequest -Model claude-haiku-4-5 -MaxTokens 9 | Invoke-ClaudeBatch -Job inner 6>$null).Text }
            Invoke-Call Invoke-Inner '{"Text":"Hello"}'
            """,
            _folder);

        Assert.Equal("Hello", told.Text);
    }

    [Theory]
    [InlineData("Get-Item", true)]
    [InlineData("Test-Path", true)]
    [InlineData("ConvertTo-Json", true)]
    [InlineData("Compare-Object", true)]
    [InlineData("Set-Item", false)]
    [InlineData("Start-Sleep", false)]
    [InlineData("Out-String", false)]
    public void A_command_that_only_reads_is_told_by_its_verb(string name, bool onlyReads)
        => Assert.Equal(onlyReads, Run("param($name) Invoke-Call $name '{\"no\":1}'", name).OnlyReads);

    [Theory]
    [InlineData("function Get-It { [CmdletBinding(SupportsShouldProcess)] param() }")]
    [InlineData("function GetIt { }")]
    [InlineData("function Getter-It { }")]
    public void Nothing_else_only_reads(string function) => Assert.False(Call(function).OnlyReads);

    [Theory]
    [InlineData("@{ name = 'x'; input_schema = @{ type = 'object' } }", "ToolHasNoCommand")]
    [InlineData("Get-Item, Microsoft.PowerShell.Management\\Get-Item", "ToolNameTwice")]
    [InlineData("Get-Nothing", "ToolNotFound")]
    [InlineData("Item", "ToolNotFound")]
    [InlineData("dotnet", "ToolIsApplication")]
    public void What_cannot_run_is_refused(string tools, string id)
    {
        using PowerShell shell = PowerShell.Create(Runspace);
        shell.AddScript($"Invoke-Call {tools}").Invoke();

        Exception e = Assert.Single(shell.Streams.Error).Exception;
        Assert.Equal(id, e.GetType().GetProperty("Id")!.GetValue(e));
    }

    [Theory]
    [InlineData("@{ Command = 'Get-Own'; ParameterSet = 'x'; Description = 'y' }")]
    [InlineData("(Get-Command Get-Own)")]
    [InlineData("(ConvertTo-ClaudeTool @{ Command = 'Get-Own'; Description = 'y' })")]
    [InlineData("([System.Management.Automation.PSSerializer]::Deserialize([System.Management.Automation.PSSerializer]::Serialize((ConvertTo-ClaudeTool @{ Command = 'Get-Own'; Description = 'y' }))))")]
    public void A_tool_is_named_as_at_the_request(string tool)
    {
        Define("function Get-Own { param([string] $X) \"own $X\" }");

        Assert.Equal("own z", Run($"Invoke-Call {tool} '{{\"X\":\"z\"}}'").Text);
    }
}
