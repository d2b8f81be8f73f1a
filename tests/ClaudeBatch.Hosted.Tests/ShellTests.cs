using System.Collections.ObjectModel;
using System.Management.Automation;
using System.Management.Automation.Runspaces;

namespace ClaudeBatch.Hosted.Tests;

/// <summary>Scripts that run in a shell within the test's process, and the objects and errors that they give.</summary>
public sealed class ShellTests : IDisposable
{
    private readonly string _ledger = Directory.CreateTempSubdirectory("claudebatch-hosted-").FullName;

    private readonly Runspace _runspace;

    public ShellTests()
    {
        InitialSessionState state = InitialSessionState.CreateDefault();
        state.ImportPSModule([Module.Path]);
        _runspace = RunspaceFactory.CreateRunspace(state);
        _runspace.Open();
        Run($"Connect-ClaudeBatch -Emulator -LedgerPath '{_ledger}' -EmulatorPlan @{{ Speed = 6000 }}");
    }

    public void Dispose()
    {
        _runspace.Dispose();
        Directory.Delete(_ledger, recursive: true);
    }

    [Fact]
    public void A_row_becomes_an_answer()
    {
        Collection<PSObject> results = Run(
            """
            [pscustomobject]@{ Id = 7; Body = 'Hello' } |
                New-ClaudeBatchRequest -Model claude-haiku-4-5 -MaxTokens 20 -CustomId 'row-{{Id}}' -Prompt '{{Body}}' |
                Submit-ClaudeBatch -Job hosted | Wait-ClaudeBatch | Get-ClaudeBatchResult
            """);

        PSObject result = Assert.Single(results);
        Assert.Equal("row-7", result.Properties["CustomId"].Value);
        Assert.Equal("Succeeded", result.Properties["Status"].Value);
        Assert.Equal("Hello", result.Properties["Text"].Value);
        Assert.Equal(7L, PSObject.AsPSObject(result.Properties["Source"].Value).Properties["Id"].Value);
    }

    [Fact]
    public void A_downstream_command_that_waits_synchronously_does_not_deadlock()
    {
        Collection<PSObject> results = Run(
            """
            1..3 | ForEach-Object { "text $_" } | New-ClaudeBatchRequest -Model claude-haiku-4-5 -MaxTokens 20 |
                Submit-ClaudeBatch -Job waiting | Wait-ClaudeBatch | Get-ClaudeBatchResult |
                ForEach-Object { [System.Threading.Tasks.Task]::Delay(1).GetAwaiter().GetResult(); $null -eq [System.Threading.SynchronizationContext]::Current }
            """);

        Assert.Equal([true, true, true], results.Select(static r => (bool)r.BaseObject));
    }

    [Fact]
    public void An_error_has_its_id_its_category_and_its_target()
    {
        using PowerShell shell = PowerShell.Create(_runspace);
        shell.AddScript("Get-ClaudeBatchResult -Id msgbatch_nope").Invoke();

        ErrorRecord error = Assert.Single(shell.Streams.Error);
        Assert.Equal("BatchNotFound,ClaudeBatch.Commands.GetClaudeBatchResultCommand", error.FullyQualifiedErrorId);
        Assert.Equal(ErrorCategory.ObjectNotFound, error.CategoryInfo.Category);
        Assert.Equal("msgbatch_nope", error.TargetObject);
    }

    [Fact]
    public void Stopping_a_wait_detaches_and_leaves_the_batch_running()
    {
        Run($"Connect-ClaudeBatch -Emulator -LedgerPath '{_ledger}' -EmulatorPlan @{{ Speed = 1; Latency = 3600 }}");
        Run("'x' | New-ClaudeBatchRequest -Model claude-haiku-4-5 -MaxTokens 5 | Submit-ClaudeBatch -Job stopped");
        using PowerShell shell = PowerShell.Create(_runspace);
        IAsyncResult waiting = shell.AddScript("Wait-ClaudeBatch -Job stopped").BeginInvoke();

        shell.Stop();

        Assert.ThrowsAny<PipelineStoppedException>(() => shell.EndInvoke(waiting));
        Assert.Equal("InProgress", Assert.Single(Run("(Get-ClaudeBatch -Job stopped).State")).BaseObject);
    }

    [Fact]
    public void Stopping_while_parts_are_sent_says_how_the_job_goes_on()
    {
        Run($"Connect-ClaudeBatch -Emulator -LedgerPath '{_ledger}' -EmulatorPlan @{{ Speed = 1; Faults = @(@{{ Kind = 'Refuse'; Status = 529; RetryAfter = 50; Times = 99 }}) }}");
        using PowerShell shell = PowerShell.Create(_runspace);
        using ManualResetEventSlim sending = new();
        shell.Streams.Verbose.DataAdded += (_, _) => sending.Set();
        IAsyncResult submitting = shell
            .AddScript("'x' | New-ClaudeBatchRequest -Model claude-haiku-4-5 -MaxTokens 5 | Submit-ClaudeBatch -Job overloaded -Verbose").BeginInvoke();
        sending.Wait();

        shell.Stop();

        Assert.ThrowsAny<PipelineStoppedException>(() => shell.EndInvoke(submitting));
        Assert.Contains(shell.Streams.Information, static i => i.ToString().EndsWith("Resume-ClaudeBatch -Job overloaded", StringComparison.Ordinal));
        Assert.Equal("Running", Assert.Single(Run("(Get-ClaudeBatchJob overloaded).State")).BaseObject);
    }

    private Collection<PSObject> Run(string script)
    {
        using PowerShell shell = PowerShell.Create(_runspace);
        Collection<PSObject> output = shell.AddScript(script).Invoke();
        Assert.Empty(shell.Streams.Error);
        return output;
    }
}
