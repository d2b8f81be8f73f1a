using System.Runtime.CompilerServices;
using System.Text;
using ClaudeBatch.Core;
using ClaudeBatch.Core.Ledger;
using ClaudeBatch.Core.Results;
using ClaudeBatch.Json;
using ClaudeBatch.Report;

namespace ClaudeBatch.Commands;

/// <content>What the page says of a row.</content>
public sealed partial class ExportClaudeBatchReportCommand
{
    [MethodImpl(Hot.AtOnce)]
    private void Write(BatchResult result)
    {
        PlainAnswer answer = default;
        bool isPlain = result.IsAsRead && result.ReadText is null && PlainAnswer.TryRead(result.LineBytes, out answer);
        int job = _places[result.Job!];
        (string? expected, string? actual) = _measured.Count == 0 ? default : LabelsOf(_measured[job], result);
        _report!.Add(new ReportRow
        {
            Job = job,
            Outcome = OutcomeOf(result),
            CustomId = result.CustomId!,
            Attempt = result.Attempt,
            Model = result.Model,
            Cost = result.Cost,
            Reason = result.Reason,
            Expected = expected,
            Actual = actual,
            Text = isPlain ? answer.Text : default,
            Words = isPlain ? null : WordsOf(result),
            Rounds = result.Rounds,
            Calls = CallsOf(result),
            Variant = result.Variant,
            Source = NoSource ? default : result.SourceBytes,
        });
    }

    private string OutcomeOf(BatchResult result)
        => result.Status != nameof(Outcome.Succeeded) ? result.Status!
            : result.IsComplete ? "Complete"
            : result.WantsRound && result.Place!.Value.Batch.HasRoundsLeft(_collected[_places[result.Job!]].Job) ? "WaitingForTools"
            : result.IsNotAccepted ? "NotAccepted"
            : ResultChoice.Incomplete;

    // An answer may say nothing but what it passes to the tool that it had to call.
    private static string? WordsOf(BatchResult result)
        => result.Text is { Length: > 0 } text ? text : result.Output is { } output ? JsonText.Text(output) : result.Text;

    // A call that is the answer itself stands there as its words.
    [MethodImpl(Hot.AtOnce)]
    private static ReportCall[] CallsOf(BatchResult result)
        => result.Rounds > 1 || (result is { StopReason: Completeness.CallsTools, IsComplete: false, Output: null })
            ? Array.ConvertAll(result.ToolCalls, ReportOf)
            : [];

    private static ReportCall ReportOf(ToolCall call)
    {
        string input = call.Input is null ? string.Empty : Encoding.UTF8.GetString(JsonText.Write(call.Input));
        return new ReportCall(call.Round, call.Name ?? string.Empty, input, call.Output, call.IsError);
    }
}
