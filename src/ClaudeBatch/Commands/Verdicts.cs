using ClaudeBatch.Core.Ledger;

namespace ClaudeBatch.Commands;

/// <summary>What a check of the user's own says of answers, other than the books do, until it is in the books.</summary>
internal sealed class Verdicts
{
    private readonly Dictionary<long, (BatchRecord Batch, Dictionary<long, string?> Whys)> _news = [];

    /// <summary>Adds a verdict.</summary>
    /// <param name="batch">The batch of the answer.</param>
    /// <param name="row">The row of its request.</param>
    /// <param name="why">Why it is not accepted; null where it is.</param>
    public void Add(BatchRecord batch, long row, string? why)
    {
        if (!_news.TryGetValue(batch.Id, out (BatchRecord Batch, Dictionary<long, string?> Whys) news))
        {
            _news.Add(batch.Id, news = (batch, []));
        }

        news.Whys[row] = why;
    }

    /// <summary>Gives an attempt as it will be when the verdicts are in the books.</summary>
    public AttemptRecord Of(BatchRecord batch, AttemptRecord attempt)
        => _news.TryGetValue(batch.Id, out (BatchRecord Batch, Dictionary<long, string?> Whys) news)
            && news.Whys.TryGetValue(attempt.Row, out string? why)
                ? attempt with { NotAccepted = why }
                : attempt;

    /// <summary>Writes the verdicts to the books. Nothing is read from the ledger meanwhile.</summary>
    public void Record(JobLedger ledger)
    {
        foreach ((BatchRecord batch, Dictionary<long, string?> whys) in _news.Values)
        {
            ledger.Attempts.RecordAcceptance(batch, [.. whys.Select(static v => (v.Key, v.Value))]);
        }

        _news.Clear();
    }
}
