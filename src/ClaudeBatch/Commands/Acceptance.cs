using System.Management.Automation;
using ClaudeBatch.Core;
using ClaudeBatch.Core.Ledger;
using ClaudeBatch.Json;

namespace ClaudeBatch.Commands;

/// <summary>The user's own check of answers: a script block that gives exactly <c>$true</c> for those that are good.</summary>
/// <param name="block">The script block, which gets the result as <c>$_</c> and as its argument.</param>
internal sealed class Acceptance(ScriptBlock block)
{
    // Of the batches in which a verdict differs from what the books have.
    private readonly Dictionary<long, (BatchRecord Batch, List<(long Row, string? Why)> Verdicts)> _news = [];

    /// <summary>Judges an answer that is complete but for such a check, and marks the result.</summary>
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
        if (result.Place is { } place && (was != result.IsNotAccepted || reason != why))
        {
            if (!_news.TryGetValue(place.Batch.Id, out (BatchRecord Batch, List<(long Row, string? Why)> Verdicts) news))
            {
                _news.Add(place.Batch.Id, news = (place.Batch, []));
            }

            news.Verdicts.Add((place.Row, why));
        }
    }

    /// <summary>Writes the verdicts to the books. Nothing is read from the ledger meanwhile.</summary>
    public void Record(JobLedger ledger)
    {
        foreach ((BatchRecord batch, List<(long Row, string? Why)> verdicts) in _news.Values)
        {
            ledger.Attempts.RecordAcceptance(batch, verdicts);
        }

        _news.Clear();
    }

    private string? Why(BatchResult result)
    {
        try
        {
            PSObject?[] given = [.. block.InvokeWithContext(null, [new PSVariable("_", result), new PSVariable("PSItem", result)], result)];
            return given is [{ BaseObject: true }] ? null
                : given.Length == 0 ? "Not accepted: -Accept gave nothing."
                : $"Not accepted: -Accept gave {string.Join(", ", given.Select(Text))}.";
        }
        catch (RuntimeException e) when (e is not PipelineStoppedException)
        {
            return Sentence.Of(e.Message);
        }
    }

    private static string Text(PSObject? given) => given is null ? "null" : JsonText.Text(given);
}
