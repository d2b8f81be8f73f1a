using System.Management.Automation;

namespace ClaudeBatch.Tools;

/// <summary>
/// Takes what calls write, one object after another: a list that the shell makes is lost when a command throws. It is not exported.
/// </summary>
[Cmdlet(VerbsCommunications.Receive, "ToolOutput")]
internal sealed class ToolSinkCommand : PSCmdlet
{
    /// <summary>The command, for a pipeline.</summary>
    public static CmdletInfo Info { get; } = new("Receive-ToolOutput", typeof(ToolSinkCommand));

    [Parameter(Mandatory = true)]
    public Action<object?> Take { get; set; } = null!;

    [Parameter(ValueFromPipeline = true)]
    public object? InputObject { get; set; }

    protected override void ProcessRecord() => Take(InputObject);
}
