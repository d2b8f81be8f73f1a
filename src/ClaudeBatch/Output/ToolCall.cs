using System.Text;
using ClaudeBatch.Core.Results;
using ClaudeBatch.Json;

namespace ClaudeBatch;

/// <summary>A call of a tool that an answer makes.</summary>
public sealed class ToolCall
{
    public string? Id { get; set; }

    /// <summary>The name of the tool.</summary>
    public string? Name { get; set; }

    /// <summary>What the call passes to the tool; null where an object cannot hold it, which the result's Reason says.</summary>
    public object? Input { get; set; }

    public override string ToString() => $"{Name} {Encoding.UTF8.GetString(JsonText.Write(Input))}";

    internal static ToolCall From(ToolUse call)
    {
        ReadOnlySpan<byte> input = call.Input.Span;
        return new ToolCall
        {
            Id = call.Id,
            Name = call.Name,
            Input = input.IsEmpty || AnswerJson.Fault(input) is not null ? null : ObjectView.Parse(input),
        };
    }
}
