using System.Globalization;
using System.Management.Automation;
using ClaudeBatch.Core;
using ClaudeBatch.Json;
using ClaudeBatch.Pipeline;

namespace ClaudeBatch.Commands;

/// <summary>The user's own check of answers: a script block that gives exactly <c>$true</c> for those that are good.</summary>
/// <param name="block">The script block, which gets the result as <c>$_</c> and as its argument.</param>
internal sealed class Acceptance(ScriptBlock block)
{
    private const string WithoutReason = "Not accepted: -Accept ";

    /// <summary>The reason of an answer that somebody has marked as not complete without one.</summary>
    public const string Unknown = WithoutReason + "gave no reason.";

    private long _judged;

    private long _refused;

    private string? _firstRefusal;

    /// <summary>The verdicts that differ from what the books have.</summary>
    public Verdicts News { get; } = new();

    /// <summary>Says, when all answers were judged, that none was accepted: the check may be wrong.</summary>
    public void Complain(Action<string> warn)
    {
        if (_refused == _judged && _judged > 1)
        {
            warn(string.Create(
                CultureInfo.InvariantCulture,
                $"-Accept has accepted none of {_judged:N0} answers. The first: {Sentence.Of(_firstRefusal!)} If the check is wrong, another judges "
                    + $"them again."));
        }
    }

    /// <summary>Whether a verdict only says what the check gave, because the check has not said why.</summary>
    public static bool IsWithoutReason(string why) => why.StartsWith(WithoutReason, StringComparison.Ordinal);

    /// <summary>Judges an answer that is complete but for such a check, and marks the result.</summary>
    /// <exception cref="ClaudeBatchException"><c>ScriptBlockFailed</c>: the check itself has failed, so that nothing is known of the answer.
    /// </exception>
    public void Judge(BatchResult result)
    {
        if (!result.IsComplete && !result.IsNotAccepted)
        {
            return;
        }

        (bool was, string? reason) = (result.IsNotAccepted, result.Reason);
        result.Accept(why: null); // the check sees the answer as it is without it
        string? why = Why(result);
        result.Accept(why);
        _judged++;
        if (why is not null)
        {
            _refused++;
            _firstRefusal ??= $"'{result.CustomId}', {why}";
        }

        if (result.Place is { } place && (was != result.IsNotAccepted || reason != why))
        {
            News.Add(place.Batch, place.Row, why);
        }
    }

    private string? Why(BatchResult result)
    {
        try
        {
            PSObject?[] given = [.. UserScript.Run(block, result, (why, cause) => Failed(result, why, cause), arguments: [result])];
            return given is [{ BaseObject: true }] ? null
                : given.Length == 0 ? $"{WithoutReason}gave nothing."
                : $"{WithoutReason}gave {string.Join(", ", given.Select(Text))}.";
        }
        catch (ClaudeBatchException e) when (e.InnerException is RuntimeException { WasThrownFromThrowStatement: true } thrown)
        {
            // A throw without a value says 'ScriptHalted', which nobody has written.
            bool saysNothing = thrown.ErrorRecord is { FullyQualifiedErrorId: "ScriptHalted", TargetObject: null };
            return saysNothing || string.IsNullOrWhiteSpace(thrown.Message)
                ? $"{WithoutReason}threw nothing."
                : Sentence.Of(thrown.Message);
        }
    }

    private static ClaudeBatchException Failed(BatchResult result, string why, Exception cause) => new(
        FailureKind.InvalidRequest,
        "ScriptBlockFailed",
        $"The script block of -Accept failed for '{result.CustomId}': {why} What is known of the answers stays as it was; with the block mended the "
            + "same line goes on. To refuse an answer, throw the reason.",
        cause)
    { Target = result.CustomId };

    private static string Text(PSObject? given) => given switch
    {
        null => "null",
        { BaseObject: string text } => $"the text '{text}'",
        _ => JsonText.Text(given),
    };
}
