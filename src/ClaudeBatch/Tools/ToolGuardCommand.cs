using System.Management.Automation;

namespace ClaudeBatch.Tools;

/// <summary>
/// The only command of the pipeline in which a call runs. It is not exported. A script in its place would be read anew for each call.
/// </summary>
[Cmdlet(VerbsLifecycle.Invoke, "ToolGuard")]
internal sealed class ToolGuardCommand : PSCmdlet
{
    /// <summary>The command, for a pipeline.</summary>
    public static CmdletInfo Info { get; } = new("Invoke-ToolGuard", typeof(ToolGuardCommand));

    [Parameter(Mandatory = true)]
    public Action Call { get; set; } = null!;

    protected override void EndProcessing() => Call();
}
