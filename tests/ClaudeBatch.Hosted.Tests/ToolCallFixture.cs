using System.Management.Automation;
using System.Management.Automation.Runspaces;

namespace ClaudeBatch.Hosted.Tests;

/// <summary>A session in which calls of tools are run.</summary>
public abstract class ToolCallFixture : IDisposable
{
    private protected Runspace Runspace { get; } = Module.OpenRunspace();

    protected ToolCallFixture()
    {
        Import();
    }

    public virtual void Dispose()
    {
        Runspace.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Runs a script, whose last object is the outcome of a call.</summary>
    private protected Told Run(string script, params object[] arguments)
    {
        using PowerShell shell = PowerShell.Create(Runspace);
        shell.AddScript(script);
        foreach (object argument in arguments)
        {
            shell.AddArgument(argument);
        }

        PSObject[] output = [.. shell.Invoke()];
        Assert.Empty(shell.Streams.Error.Select(static e => e.ToString()));
        return Told.Of(output[^1]);
    }

    /// <summary>Defines a function at the prompt and calls it.</summary>
    private protected Told Call(string function, string input = "{}", string more = "")
    {
        Define(function);
        return Run($"param($json) Invoke-Call {function.Split(' ')[1]} $json {more}", input);
    }

    private protected void Define(string script)
    {
        using PowerShell shell = PowerShell.Create(Runspace);
        shell.AddScript(script).Invoke();
    }

    private void Import()
    {
        using PowerShell shell = PowerShell.Create(Runspace);
        shell.AddCommand("Import-Module").AddParameter("Assembly", typeof(InvokeCallCommand).Assembly).Invoke();
    }

    internal sealed record Told(string Text, bool IsError, bool IsUnknown, bool OnlyReads, string Place)
    {
        public static Told Of(PSObject o) => new(
            (string)o.Properties["Text"].Value,
            (bool)o.Properties["IsError"].Value,
            (bool)o.Properties["IsUnknown"].Value,
            (bool)o.Properties["OnlyReads"].Value,
            (string)o.Properties["Place"].Value);
    }
}
