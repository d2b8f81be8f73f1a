using System.Management.Automation;
using System.Text;
using ClaudeBatch.Core.Ledger;
using ClaudeBatch.Core.Results;
using ClaudeBatch.Json;

namespace ClaudeBatch;

/// <summary>A call of a tool that an answer makes.</summary>
public sealed class ToolCall
{
    /// <summary>The round whose answer makes the call, from 1.</summary>
    public int Round { get; set; }

    public string? Id { get; set; }

    /// <summary>The name of the tool.</summary>
    public string? Name { get; set; }

    /// <summary>What the call passes to the tool; null where an object cannot hold it, which the result's Reason says.</summary>
    public object? Input { get; set; }

    /// <summary>What the model was told that the tool gave; null where nobody has answered the call.</summary>
    public string? Output { get; set; }

    /// <summary>Whether the model was told that the call had failed.</summary>
    public bool IsError { get; set; }

    /// <summary>How long the command ran; null where nobody has answered the call.</summary>
    public TimeSpan? Duration { get; set; }

    public override string ToString() => $"{Name} {Encoding.UTF8.GetString(JsonText.Write(Input))}";

    /// <summary>Makes the object of a call of which it is not known what became of it.</summary>
    /// <returns>The call, with the <c>CustomId</c> of its request.</returns>
    internal static PSObject From(JobLedger ledger, BatchRecord batch, ToolCallRecord call)
    {
        using ResultReader reader = new(ledger);
        CollectedResult answer = reader.Read(batch, ledger.Attempts.OfBatch(batch, call.Row - 1, limit: 1)[0]);
        ToolUse use = answer.ReadAnswer()!.Calls[call.Position];
        PSObject made = new(From(use, batch.Round));
        made.Properties.Add(new PSNoteProperty("CustomId", answer.Attempt.CustomId));
        return made;
    }

    internal static ToolCall From(ToolUse call, int round)
    {
        ReadOnlySpan<byte> input = call.Input.Span;
        return new ToolCall
        {
            Round = round,
            Id = call.Id,
            Name = call.Name,
            Input = input.IsEmpty || AnswerJson.Fault(input) is not null ? null : ObjectView.Parse(input),
        };
    }
}
