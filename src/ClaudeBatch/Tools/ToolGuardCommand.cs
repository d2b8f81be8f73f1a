using System.Management.Automation;
using System.Management.Automation.Runspaces;

namespace ClaudeBatch.Tools;

/// <summary>
/// The command of a pipeline in which calls run: what they write goes to the command after it, <see cref="ToolSinkCommand"/>. It is not exported.
/// </summary>
[Cmdlet(VerbsLifecycle.Invoke, "ToolGuard")]
internal sealed class ToolGuardCommand : PSCmdlet
{
    /// <summary>The command, for a pipeline.</summary>
    public static CmdletInfo Info { get; } = new("Invoke-ToolGuard", typeof(ToolGuardCommand));

    [Parameter(Mandatory = true)]
    public Action<ToolGuardCommand> Calls { get; set; } = null!;

    /// <summary>Runs a script in a scope of its own; what it writes goes down the pipeline at once.</summary>
    /// <exception cref="PipelineStoppedException">The pipeline was stopped.</exception>
    public void Invoke(string script, params object?[] arguments)
        => InvokeCommand.InvokeScript(script, useNewScope: true, PipelineResultTypes.Output, input: null, arguments!);

    protected override void EndProcessing() => Calls(this);
}
