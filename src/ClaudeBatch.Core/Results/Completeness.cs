using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using ClaudeBatch.Core.Ledger;
using ClaudeBatch.Core.Requests;

namespace ClaudeBatch.Core.Results;

/// <summary>Whether an answer can be used. A cut or a refused answer is "succeeded" to the service.</summary>
public static class Completeness
{
    /// <summary>The service's <c>stop_reason</c> of an answer that calls tools and waits for what they give.</summary>
    public const string CallsTools = "tool_use";

    private const string EmptyTurn = "It says nothing after what its tools gave.";

    private const int MostNames = 3;

    /// <summary>Why the answer is not complete, in a few words; null when it is.</summary>
    /// <param name="status">How the request ended.</param>
    /// <param name="stopReason">The service's word for why it ended.</param>
    /// <param name="errorMessage">The service's words for a failure, and what to do.</param>
    [MethodImpl(Hot.AtOnce)]
    public static string? Reason(Outcome status, string? stopReason, string? errorMessage) => status switch
    {
        Outcome.Succeeded => stopReason switch
        {
            "max_tokens" => "Cut at max_tokens.",
            "model_context_window_exceeded" => "Cut at the end of the model's context window.",
            "refusal" => "The model refused.",
            "pause_turn" => "The model paused its turn.",
            _ => null,
        },
        Outcome.Errored => errorMessage ?? "The service gave an error without words.",
        Outcome.Canceled => "Canceled before it was sent to the model.",
        Outcome.Expired => "Expired before it was sent to the model.",
        Outcome.Missing => "The service gave no answer for it.",
        _ => "It ended in a way this version does not know.",
    };

    /// <summary>Why a result is not complete, its schema included; null when it is.</summary>
    public static string? Of(CollectedResult result)
    {
        Outcome status = result.Attempt.Outcome ?? Outcome.Missing;
        string? words = status == Outcome.Errored ? ErrorWords(result, ResultLine.Parse(result.Line)) : null;
        return Reason(status, result.Attempt.StopReason, words)
            ?? AnswerReason(result);
    }

    /// <summary>The service's words for a failure, and what they mean in the middle of a conversation; null where there are none.</summary>
    public static string? ErrorWords(CollectedResult result, ResultLine? line)
        => line?.ErrorReason is { } words && result.Batch.Round > 1 && words.Contains("file_", StringComparison.Ordinal)
            ? $"{Sentence.Of(words)} The conversation is bound to the id that its file had, and does not go on with another."
            : line?.ErrorReason;

    /// <summary>
    /// Whether a succeeded answer is incomplete, where its line tells that at once; null where <see cref="Of"/> has to look closer. Whether
    /// its request has asked for a schema is not seen here.
    /// </summary>
    [MethodImpl(Hot.AtOnce)]
    internal static bool? AtFirstSight(string? stopReason, ReadOnlySpan<byte> line)
        => Reason(Outcome.Succeeded, stopReason, errorMessage: null) is not null ? true
            : stopReason is null or CallsTools || AnswerJson.MayBeOdd(line) ? null
            : false;

    /// <summary>
    /// Why a succeeded answer is not what the model wrote, cannot be given as objects, waits for its tools, or does not fit the schema of
    /// its request; null when there is nothing to say of it.
    /// </summary>
    [MethodImpl(Hot.AtOnce)]
    public static string? AnswerReason(CollectedResult result)
    {
        if (result.Attempt is { Outcome: Outcome.Succeeded, NotAccepted: { } why })
        {
            return why;
        }

        if (result.IsEmptyTurn())
        {
            return result.Attempt.EndsFor ?? EmptyTurn;
        }

        // An answer that was found complete when it was collected is not judged again, and of others only those that may be odd are read.
        string? stopReason = result.Attempt.StopReason;
        return result.Attempt.Outcome != Outcome.Succeeded
            || result.Attempt.IsIncomplete == false
            || (result.OutputSchema is null && stopReason is not (null or CallsTools) && !AnswerJson.MayBeOdd(result.Line))
            ? null
            : Ended(AnswerReason(result.ReadAnswer(), stopReason, result.OutputSchema, result.ForcedTool), result);
    }

    private static string? Ended(string? reason, CollectedResult result)
    {
        string? more = result.Attempt.EndsFor
            ?? (result.Attempt.WantsRound && result.Batch.MaxRounds is { } most && result.Batch.Round >= most
                ? string.Create(CultureInfo.InvariantCulture, $"Its rounds are used up (-MaxRounds {most}).")
                : null);
        return reason is null || more is null ? reason : $"{Sentence.Of(reason)} {more}";
    }

    /// <summary>Judges an answer by what its request asked for.</summary>
    /// <param name="answer">The answer; null where the line has none.</param>
    /// <param name="stopReason">The service's word for why it ended.</param>
    /// <param name="schema">The schema that its text is to fit; null where there is none.</param>
    /// <param name="tool">The tool that the request forces; null where the request cannot be read.</param>
    [MethodImpl(Hot.AtOnce)]
    internal static string? AnswerReason(AnswerContent? answer, string? stopReason, AnswerSchema? schema, ForcedTool? tool)
        => answer is null ? "The service's line has no message; Raw is the line."
            : answer.IsMended ? "U+FFFD stands in Text for what is no character: half of a surrogate pair, or bytes that are not UTF-8."
            : stopReason == CallsTools ? CallReason(answer, tool)
            : AnswerJson.MayBe(answer.Text) && AnswerJson.Fault(Encoding.UTF8.GetBytes(answer.Text)) is { } fault ? fault
            : schema?.Reason(answer.Text);

    private static string? CallReason(AnswerContent answer, ForcedTool? tool)
    {
        if (answer.CallOf(tool) is { } forced)
        {
            return AnswerJson.Fault(forced) ?? tool!.InputSchema.Reason(Encoding.UTF8.GetString(forced.Input.Span));
        }

        string[] names = [.. answer.Calls.Select(static c => c.Name ?? "a tool").Distinct()];
        string waits = (names, answer.Calls.Count) switch
        {
            ([], _) => "It stopped to call a tool, and there is no call in it; Raw is the line.",
            ([var only], 1) => $"It calls {only} and waits for its result.",
            ([var only], var count) => $"It calls {only} {count} times and waits for the results.",
            (_, var count) => $"It calls {string.Join(", ", names.Take(MostNames))}{(names.Length > MostNames ? ", …" : string.Empty)} "
                + $"({count} calls) and waits for the results.",
        };
        string?[] more =
        [
            waits,
            tool is null && answer.Calls.Count == 1
                ? "Whether its request forced the call is not known, because the request cannot be read."
                : null,
            answer.Calls.Select(AnswerJson.Fault).FirstOrDefault(static f => f is not null),
        ];
        return string.Join(' ', more.Where(static m => m is not null));
    }
}
