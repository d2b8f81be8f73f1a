using System.Management.Automation;

namespace ClaudeBatch.Hosted.Tests;

/// <summary>How a call ends, whatever the command does.</summary>
public sealed class ToolCallTests : ToolCallFixture
{
    [Theory]
    [InlineData("throw 'no way'", "no way")]
    [InlineData("Write-Error one -ErrorAction Stop", "one")]
    [InlineData("& { throw [InvalidOperationException]::new('inner') }", "inner")]
    [InlineData("[int]::Parse('x')", "Exception calling \"Parse\"")]
    [InlineData("Get-Item /nope/nothing -ErrorAction Stop", "Cannot find path")]
    [InlineData("Write-Error one", "one")]
    [InlineData("Invoke-Nothing", "The term 'Invoke-Nothing' is not recognized")]
    [InlineData("break", "The call was ended by 'break' in the command.")]
    [InlineData("break outer", "The call was ended by 'break' in the command.")]
    [InlineData("continue", "The call was ended by 'continue' in the command.")]
    [InlineData("exit 3", "The call was ended by 'exit' in the command.")]
    [InlineData("& { exit }", "The call was ended by 'exit' in the command.")]
    [InlineData("throw [System.Management.Automation.PipelineStoppedException]::new()", "The pipeline has been stopped.")]
    public void A_call_that_fails_says_why_and_what_it_wrote_before(string body, string why)
    {
        Told told = Call($"function Do-It {{ {body} }}");
        Assert.True(told is { IsError: true, IsUnknown: false });
        Assert.StartsWith(why, told.Text, StringComparison.Ordinal);

        Told beside = Call($"function Do-It {{ 'before'; {body} }}");
        Assert.StartsWith($"before\n\nError: {why}", beside.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("break")]
    [InlineData("continue")]
    [InlineData("break outer")]
    [InlineData("exit")]
    public void The_loop_around_the_cmdlet_goes_on(string word)
    {
        Define($"function Do-It {{ {word} }}");

        Told told = Run(":outer foreach ($i in 1, 2) { $r = Invoke-Call Do-It; $n++ }; $r.Text = \"$n\"; $r");

        Assert.Equal("2", told.Text);
    }

    [Fact]
    public void Errors_beside_output_are_told_and_leave_the_callers_error_stream_alone()
    {
        Told told = Call("function Do-It { Write-Error one; 'out'; Write-Error two }");

        Assert.Equal("out\n\nError: one\nError: two", told.Text);
        Assert.False(told.IsError);
    }

    [Fact]
    public void The_users_preference_for_errors_holds()
    {
        Define("function Do-It { 'out'; Write-Error one; 'more' }");

        Assert.Equal("out\n\nError: one", Run("$ErrorActionPreference = 'Stop'; Invoke-Call Do-It").Text);
        Assert.Equal("out\nmore", Run("$ErrorActionPreference = 'Ignore'; Invoke-Call Do-It").Text);
    }

    [Theory]
    [InlineData("{ return 'a'; 'b' }", "a")]
    [InlineData("{ 'a'; 'b' }", "a\nb")]
    [InlineData("{ $null = 1 }", "")]
    [InlineData("{ 7 }", "7")]
    [InlineData("{ 1..3 | Select-Object -First 2 }", "[1,2]")]
    [InlineData("{ [pscustomobject]@{ A = 1; B = 'x' } }", """{"A":1,"B":"x"}""")]
    [InlineData("{ 'a'; [ordered]@{ A = $true } }", """["a",{"A":true}]""")]
    [InlineData("{ [datetime]'2026-01-31' }", "\"2026-01-31T00:00:00.0000000\"")]
    [InlineData("{ [double]::NaN, [char]'x', [DayOfWeek]::Friday }", """["NaN","x","Friday"]""")]
    [InlineData("{ ConvertTo-SecureString x -AsPlainText -Force }", "\"[secret]\"")]
    [InlineData("{ @{ a = @{ b = @{ c = @{ d = @{ e = 1 } } } } } }", """{"a":{"b":{"c":{"d":"System.Collections.Hashtable"}}}}""")]
    [InlineData("{ $o = [pscustomobject]@{ A = 1 } | Add-Member B -MemberType ScriptProperty { throw 'no' } -PassThru; $o }", """{"A":1,"B":"[cannot be read: no]"}""")]
    [InlineData("{ \"a`u{D83D}\" }", "a\uFFFD")]
    [InlineData("{ [pscustomobject]@{ A = 1 } | Format-List }", "A : 1")]
    public void Output_is_text_or_JSON(string body, string text)
    {
        Told told = Call($"function Do-It {body}");

        Assert.Equal(text, told.Text);
        Assert.False(told.IsError);
    }

    [Fact]
    public void A_command_that_calls_itself_without_end_is_one_error()
        => Assert.Equal("The script failed due to call depth overflow.", Call("function Do-It { Do-It }").Text);

    [Fact]
    public void An_object_that_contains_itself_ends_at_the_depth()
    {
        Told told = Call("function Do-It { $t = @{}; $t.Me = $t; $t }", more: "-Depth 2");

        Assert.Equal("""{"Me":{"Me":"System.Collections.Hashtable"}}""", told.Text);
    }

    [Theory]
    [InlineData("{ 'x' * 10MB }", "of 10,485,760 characters.]")]
    [InlineData("{ foreach ($i in 1..1000) { 'x' * 1000 } }", "of 1,000,999 characters.]")]
    [InlineData("{ , ('x' * 10MB), 1 }", "characters.]")]
    [InlineData("{ [pscustomobject]@{ A = [System.Linq.Enumerable]::Repeat(7, 2000000000) } }", "of more than ")]
    public void Too_much_output_is_cut_and_says_so(string body, string end)
    {
        Told told = Call($"function Do-It {body}", more: "-MaxOutput 1000");

        Assert.InRange(told.Text.Length, 1000, 1100);
        Assert.Contains("\n[Cut: these are the first 1,000 of ", told.Text, StringComparison.Ordinal);
        Assert.EndsWith("characters.]", told.Text, StringComparison.Ordinal);
        Assert.Contains(end, told.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_cut_splits_no_character_and_leaves_the_errors()
    {
        Assert.Equal("a\n[Cut: these are the first 1 of 5 characters.]", Call("function Do-It { 'a🙂🙂' }", more: "-MaxOutput 2").Text);
        Assert.EndsWith(
            "\n\nError: why", Call("function Do-It { 'x' * 500; Write-Error why }", more: "-MaxOutput 100").Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Do-It", true)]
    [InlineData("Get-It", false)]
    public void What_takes_too_long_is_stopped_and_only_a_reading_call_is_known(string name, bool isUnknown)
    {
        Told told = Call($"function {name} {{ 'begun'; Start-Sleep 600 }}", more: "-Timeout 0:0:0.2");

        Assert.True(told.IsError);
        Assert.Equal(isUnknown, told.IsUnknown);
        Assert.StartsWith($"The call of {name} had not ended after 0.2 seconds and was stopped.", told.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void After_a_call_that_was_stopped_the_cmdlet_and_the_next_call_go_on()
    {
        Define("function Do-It { Start-Sleep 600 }; function Do-More { 'more' }");

        Assert.Equal("more", Run("$null = Invoke-Call Do-It -Timeout 0:0:0.2; Invoke-Call Do-More -Timeout 0:10").Text);
    }

    [Fact]
    public void The_command_ends_its_own_work_when_it_is_stopped()
    {
        Define("function Do-It { try { Start-Sleep 600 } finally { $global:ended = 'cleaned' } }");

        Assert.Equal("cleaned", Run("$r = Invoke-Call Do-It -Timeout 0:0:0.2; $r.Text = $global:ended; $r").Text);
    }

    [Theory]
    [InlineData("function Do-It { $null = $started.Set(); Start-Sleep 600 }")]
    [InlineData("function Do-It { $null = $started.Set(); while ($true) { } }")]
    [InlineData("function Get-It { $null = $started.Set(); Start-Sleep 600 }")]
    public void Stopping_the_cmdlet_ends_the_call_and_its_outcome_is_unknown(string function)
    {
        using ManualResetEventSlim started = new();
        List<string> outcomes = [];
        Runspace.SessionStateProxy.SetVariable("started", started);
        Define(function);
        using PowerShell shell = PowerShell.Create(Runspace);
        shell.AddCommand("Invoke-Call").AddParameter("Tool", function.Split(' ')[1]).AddParameter("Outcomes", outcomes);
        Thread stopping = new(() =>
        {
            started.Wait();
            shell.Stop();
        });
        stopping.Start();

        shell.Invoke();

        stopping.Join();
        Assert.Equal(PSInvocationState.Stopped, shell.InvocationStateInfo.State);
        Assert.Contains("IsUnknown = True", Assert.Single(outcomes), StringComparison.Ordinal);
    }
}
