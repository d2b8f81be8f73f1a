using ClaudeBatch.Core.Ledger;
using ClaudeBatch.Core.Submission;

namespace ClaudeBatch.Core.Results;

/// <summary>The outcomes of one batch, filled from its lines in whatever order they come; at most 100,000 rows.</summary>
internal sealed class OutcomeTable
{
    private readonly List<long> _rows = [];

    private readonly Dictionary<UInt128, int> _places = [];

    private readonly List<OutcomeRecord?> _outcomes = [];

    public int Duplicated { get; private set; }

    public int Foreign { get; private set; }

    public int Unreadable { get; private set; }

    public int Count => _rows.Count;

    public int Missing => _outcomes.Count(static o => o is null);

    public static OutcomeTable For(JobLedger ledger, BatchRecord batch)
    {
        const int page = 10_000;
        OutcomeTable table = new();
        IReadOnlyList<AttemptRecord> attempts;
        long last = -1;
        do
        {
            attempts = ledger.Attempts.OfBatch(batch, last, page);
            foreach (AttemptRecord attempt in attempts)
            {
                table._places.Add(ContentDigest.Of(attempt.CustomId), table._rows.Count);
                table._rows.Add(attempt.Row);
                table._outcomes.Add(null);
                last = attempt.Row;
            }
        }
        while (attempts.Count == page);

        return table;
    }

    /// <summary>Takes a line. The first readable one of an id counts.</summary>
    public void Take(ReadOnlySpan<byte> line, long offset, long number)
    {
        if (ResultLine.Parse(line) is not { } result)
        {
            Unreadable++;
            return;
        }

        if (!_places.TryGetValue(ContentDigest.Of(result.CustomId), out int place))
        {
            Foreign++;
            return;
        }

        if (_outcomes[place] is not null)
        {
            Duplicated++;
            return;
        }

        _outcomes[place] = new OutcomeRecord(
            _rows[place],
            result.Status,
            result.ErrorType,
            result.Status == Outcome.Succeeded ? null : result.FailureClass,
            result.StopReason,
            result.Model,
            result.Usage,
            offset,
            line.Length);
    }

    /// <summary>Every row of the batch in row order; one that no line spoke of is missing.</summary>
    public IReadOnlyList<OutcomeRecord> Rows()
        => [.. _outcomes.Select((outcome, place) => outcome
            ?? new OutcomeRecord(_rows[place], Outcome.Missing, null, null, null, null, default, null, 0))];
}
