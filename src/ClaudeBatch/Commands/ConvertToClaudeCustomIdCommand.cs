using System.Management.Automation;
using ClaudeBatch.Core.Requests;
using ClaudeBatch.Json;
using ClaudeBatch.Pipeline;

namespace ClaudeBatch.Commands;

/// <summary>Makes one legal custom id of several values; ConvertFrom-ClaudeCustomId gives them back.</summary>
[Cmdlet(VerbsData.ConvertTo, "ClaudeCustomId")]
[OutputType(typeof(string))]
public sealed class ConvertToClaudeCustomIdCommand : AsyncCommand
{
    /// <summary>Any values; they come back as text.</summary>
    [Parameter(Mandatory = true, Position = 0)]
    [AllowEmptyString]
    [AllowNull]
    public object?[] Part { get; set; } = [];

    protected override void ProcessRecord() => Guard(
        () => WriteObject(
            CustomIdParts.Join([.. Part.Select(static p => JsonText.Invariant(p is PSObject wrapped ? wrapped.BaseObject : p))])), Part);
}
