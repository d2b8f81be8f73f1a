using System.Management.Automation;

namespace ClaudeBatch.Tools;

/// <summary>
/// The only command of the pipeline in which calls run. It is not exported.
/// </summary>
[Cmdlet(VerbsLifecycle.Invoke, "ToolGuard")]
internal sealed class ToolGuardCommand : PSCmdlet
{
    /// <summary>The command, for a pipeline.</summary>
    public static CmdletInfo Info { get; } = new("Invoke-ToolGuard", typeof(ToolGuardCommand));

    [Parameter(Mandatory = true)]
    public Action Calls { get; set; } = null!;

    protected override void EndProcessing() => Calls();
}
