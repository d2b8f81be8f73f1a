using System.Runtime.CompilerServices;
using ClaudeBatch.Core;
using ClaudeBatch.Core.Input;
using ClaudeBatch.Core.Ledger;
using ClaudeBatch.Core.Results;

namespace ClaudeBatch.Output;

/// <summary>
/// The rows of one job that is compared, or of one variant of them: of each the digest of its label and where it lies, so that it is read again only where it is shown.
/// </summary>
internal sealed class ComparedJob(string name, string? variant, IReadOnlyList<BatchRecord> batches)
{
    private const int Ahead = 256;

    private readonly List<Mark> _marks = [];

    private readonly Dictionary<long, int> _numbers
        = batches.Select(static (b, i) => (b.Id, i)).ToDictionary(static b => b.Id, static b => b.i);

    // What was read ahead of one batch: the next row that is shown is nearly always behind the last.
    private (int Batch, List<AttemptRecord> Attempts, int Next) _page = (-1, [], 0);

    private long _last = -1;

    public string Name { get; } = name;

    /// <summary>The variant of the rows, where those of the job are compared; null for all others.</summary>
    public string? Variant { get; } = variant;

    /// <summary>Whether the job has a row at a place.</summary>
    public bool Has(int place) => place < _marks.Count && _marks[place].IsThere;

    /// <summary>Tells whether two jobs have the same answer at a place that both have.</summary>
    public bool IsSame(ComparedJob other, int place) => _marks[place].Label == other._marks[place].Label;

    /// <param name="place">The place of the row.</param>
    /// <param name="batch">The batch of its last attempt.</param>
    /// <param name="attempt">That attempt.</param>
    /// <param name="label">The label, in the letters in which it is compared; null where there is none.</param>
    [MethodImpl(Hot.AtOnce)]
    public void Add(int place, BatchRecord batch, AttemptRecord attempt, string? label)
    {
        while (_marks.Count <= place)
        {
            _marks.Add(default);
        }

        _marks[place] = new Mark(label is null ? 0 : ContentDigest.OfId(label).Low, checked((int)attempt.Row), _numbers[batch.Id] + 1);
    }

    /// <summary>Reads the result at a place again.</summary>
    public BatchResult Read(JobLedger ledger, ResultReader reader, int place)
    {
        Mark mark = _marks[place];
        int number = mark.Batch - 1;
        BatchRecord batch = batches[number];
        bool isNext = _page.Batch == number && _page.Next < _page.Attempts.Count;
        while (isNext && _page.Attempts[_page.Next].Row < mark.Row)
        {
            _page.Next++;
            isNext = _page.Next < _page.Attempts.Count;
        }

        if (!isNext || _page.Attempts[_page.Next].Row != mark.Row)
        {
            // Where the rows of this job are in another order than those of the first, reading ahead would be in vain.
            bool goesOn = mark.Row > _last && mark.Row - _last <= Ahead;
            _page = (number, [.. ledger.Attempts.OfBatch(batch, mark.Row - 1, goesOn ? Ahead : 1, onlyLast: true)], 0);
        }

        _last = mark.Row;
        return BatchResult.From(reader.Read(batch, _page.Attempts[_page.Next]));
    }

    private readonly record struct Mark(ulong Label, int Row, int Batch)
    {
        public bool IsThere => Batch > 0;
    }
}
