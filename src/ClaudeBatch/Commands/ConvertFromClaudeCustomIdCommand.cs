using System.Management.Automation;
using ClaudeBatch.Core.Requests;
using ClaudeBatch.Pipeline;

namespace ClaudeBatch.Commands;

/// <summary>
/// Splits a custom id that ConvertTo-ClaudeCustomId made into its values. Each id from the pipeline is written as one array, so that the
/// values of different ids do not run together.
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
