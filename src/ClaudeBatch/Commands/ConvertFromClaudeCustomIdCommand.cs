using System.Management.Automation;
using ClaudeBatch.Core.Requests;
using ClaudeBatch.Pipeline;

namespace ClaudeBatch.Commands;

/// <summary>
/// Takes a custom id that ConvertTo-ClaudeCustomId made apart. From the pipeline each id gives one array, so that ids stay apart.
/// </summary>
[Cmdlet(VerbsData.ConvertFrom, "ClaudeCustomId")]
[OutputType(typeof(string[]))]
public sealed class ConvertFromClaudeCustomIdCommand : AsyncCommand
{
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)]
    [ValidateNotNullOrEmpty]
    public string CustomId { get; set; } = string.Empty;

    protected override void ProcessRecord()
        => Guard(() => WriteObject(CustomIdParts.Split(CustomId), enumerateCollection: !MyInvocation.ExpectingInput), CustomId);
}
