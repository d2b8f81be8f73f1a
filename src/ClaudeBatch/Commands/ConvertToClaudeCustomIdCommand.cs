using System.Management.Automation;
using ClaudeBatch.Core.Requests;
using ClaudeBatch.Json;
using ClaudeBatch.Pipeline;

namespace ClaudeBatch.Commands;

/// <summary>Joins several values into one valid custom id, which ConvertFrom-ClaudeCustomId splits again.</summary>
[Cmdlet(VerbsData.ConvertTo, "ClaudeCustomId")]
[OutputType(typeof(string))]
public sealed class ConvertToClaudeCustomIdCommand : AsyncCommand
{
    /// <summary>The values, of any type. Splitting the id returns them as text.</summary>
    [Parameter(Mandatory = true, Position = 0)]
    [AllowEmptyString]
    [AllowNull]
    public object?[]? Part { get; set; }

    protected override void ProcessRecord() => Guard(
        () => WriteObject(CustomIdParts.Join(
            [.. (Part ?? [null]).Select(static p => JsonText.Text(p is PSObject wrapped ? wrapped.BaseObject : p))])),
        Part);
}
