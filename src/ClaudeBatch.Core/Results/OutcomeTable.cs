using ClaudeBatch.Core.Costs;
using ClaudeBatch.Core.Ledger;
using ClaudeBatch.Core.Submission;

namespace ClaudeBatch.Core.Results;

/// <summary>The outcomes of one batch, filled from its lines in whatever order they come; at most 100,000 rows.</summary>
internal sealed class OutcomeTable
{
    private readonly List<long> _rows = [];

    private readonly Dictionary<UInt128, int> _places = [];

    private readonly List<OutcomeRecord?> _outcomes = [];

    // Of a batch made elsewhere the requests are not known; its answers say which there were.
    private readonly List<string>? _discovered;

    private readonly long _firstRow;

    private readonly PriceList? _prices;

    private OutcomeTable(List<string>? discovered, long firstRow, PriceList? prices)
    {
        _prices = prices;
        _discovered = discovered;
        _firstRow = firstRow;
    }

    /// <summary>The ids of a batch made elsewhere, in the order of their rows.</summary>
    public IReadOnlyList<string> Discovered => _discovered ?? [];

    public int Duplicated { get; private set; }

    public int Foreign { get; private set; }

    public int Unreadable { get; private set; }

    /// <summary>How many failed for a cause at the account, and the service's words for the first of them.</summary>
    public (int Count, string? Words) OperatorFixable { get; private set; }

    public int Count => _rows.Count;

    public int Missing => _outcomes.Count(static o => o is null);

    /// <summary>The ids seen are those of the batch, all of them and no other.</summary>
    public bool HasItsIds => Missing == 0 && Foreign == 0;

    public static OutcomeTable For(JobLedger ledger, BatchRecord batch, PriceList? prices)
    {
        if (batch.MadeElsewhere && ledger.Attempts.OfBatch(batch, -1, 1).Count == 0)
        {
            return new OutcomeTable([], ledger.Jobs.Get(batch.JobId).SealedRows, prices);
        }

        OutcomeTable table = new(discovered: null, firstRow: 0, prices);
        foreach (AttemptRecord attempt in ledger.Attempts.All(batch))
        {
            table._places.Add(ContentDigest.Of(attempt.CustomId), table._rows.Count);
            table._rows.Add(attempt.Row);
            table._outcomes.Add(null);
        }

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

        UInt128 id = ContentDigest.Of(result.CustomId);
        if (!_places.TryGetValue(id, out int place))
        {
            if (_discovered is null)
            {
                Foreign++;
                return;
            }

            place = _rows.Count;
            _discovered.Add(result.CustomId);
            _places.Add(id, place);
            _rows.Add(_firstRow + place);
            _outcomes.Add(null);
        }

        if (_outcomes[place] is not null)
        {
            Duplicated++;
            return;
        }

        string failureClass = result.FailureClass;
        if (failureClass == FailureClass.OperatorFixable)
        {
            OperatorFixable = (OperatorFixable.Count + 1, OperatorFixable.Words ?? Api.ServiceFailure.Shorten(result.ErrorMessage ?? result.ErrorType ?? "no words"));
        }

        _outcomes[place] = new OutcomeRecord(
            _rows[place],
            result.Status,
            result.ErrorType,
            result.Status == Outcome.Succeeded ? null : failureClass,
            result.StopReason,
            result.Model,
            result.Usage,
            _prices?.Cost(result.Model, result.Usage, isBatch: true),
            offset,
            line.Length);
    }

    /// <summary>Every row of the batch in row order; one that no line spoke of is missing.</summary>
    public IReadOnlyList<OutcomeRecord> Rows()
        => [.. _outcomes.Select((outcome, place) => outcome
            ?? new OutcomeRecord(_rows[place], Outcome.Missing, null, null, null, null, default, 0, null, 0))];
}
