using System.Runtime.CompilerServices;
using System.Text;
using ClaudeBatch.Core.Costs;
using ClaudeBatch.Core.Json;
using ClaudeBatch.Core.Ledger;
using ClaudeBatch.Core.Ledger.Files;

namespace ClaudeBatch.Core.Results;

/// <summary>The outcomes of one batch, at most 100,000, read from result lines in any order.</summary>
internal sealed partial class OutcomeTable : IDisposable
{
    /// <summary>The most repeated ids, foreign ids and unreadable lines that are listed; the others are only counted.</summary>
    private const int Named = 20;

    // The service documents two or three tokens for an empty turn.
    private const int MostTokensOfNothing = 10;

    private readonly OutcomeRoom _room;

    private readonly ResultLine _line = new();

    // The ids of a batch that another tool created, as far as only its result lines tell them; null for other batches.
    private readonly List<string>? _discovered;

    // The row that the first of these ids gets.
    private readonly long _firstRow;

    private readonly int _expected;

    private (OutcomeWords Words, int Place)? _last;

    private readonly Lazy<PriceList>? _prices;

    // Whether an answer may say nothing, which its line tells only to who reads it: after tools were answered.
    private bool _mayBeEmpty;

    private OutcomeTable(int expected, List<string>? discovered, long firstRow, Lazy<PriceList>? prices)
    {
        _room = OutcomeRoom.Take(expected);
        _expected = expected;
        _prices = prices;
        _discovered = discovered;
        _firstRow = firstRow;
    }

    /// <summary>
    /// The custom ids of a batch that another tool created which the ledger does not have yet, in the order of their rows; empty for other
    /// batches.
    /// </summary>
    public IReadOnlyList<string> Discovered => _discovered ?? [];

    public int Duplicated { get; private set; }

    public int Foreign { get; private set; }

    public int Unreadable { get; private set; }

    /// <summary>The first custom ids that more than one line has.</summary>
    public List<string> DuplicatedIds { get; } = [];

    /// <summary>The first custom ids of lines whose requests were not in the batch.</summary>
    public List<string> ForeignIds { get; } = [];

    /// <summary>The numbers of the first lines that cannot be read, from 1.</summary>
    public List<long> UnreadableLines { get; } = [];

    /// <summary>The number of requests that failed because of the account, and the service's message about the first of them.</summary>
    public (int Count, string? Words) OperatorFixable { get; private set; }

    /// <summary>The number of answers of which their lines alone do not tell whether they can be used.</summary>
    public int Unjudged { get; private set; }

    public int Count => _room.Ids.Count;

    public int Missing { get; private set; }

    /// <summary>The number of lines that are results, of whichever requests.</summary>
    public int Lines { get; private set; }

    /// <summary>The number of requests that a line is about.</summary>
    public int Answered => Count - Missing;

    /// <summary>The number of the batch's requests that no line is about, also of those whose ids are not known.</summary>
    public int Lacking => Missing + (_discovered is null ? 0 : Math.Max(0, _expected - Count));

    /// <summary>Whether the lines have all custom ids of the batch and no other.</summary>
    public bool HasItsIds => Missing == 0 && Foreign == 0;

    public static OutcomeTable For(JobLedger ledger, BatchRecord batch, Lazy<PriceList>? prices)
    {
        OutcomeTable table = batch.MadeElsewhere
            ? new OutcomeTable(batch.RequestCount, [], ledger.Jobs.Get(batch.JobId).SealedRows, prices)
            : new OutcomeTable(batch.RequestCount, discovered: null, firstRow: 0, prices) { _mayBeEmpty = batch.Round > 1 };
        ledger.Attempts.ForEachId(batch, table.Add);
        table.TakeFiles(ledger.Uploads, batch);
        return table;
    }

    /// <summary>Makes a table for a batch of the service that the ledger does not have.</summary>
    /// <param name="requests">How many requests the batch has.</param>
    public static OutcomeTable ForUnknown(int requests) => new(requests, [], firstRow: 0, prices: null);

    /// <summary>Whether the lines are what the service has counted: one for each request, and no other.</summary>
    public bool Agrees(BatchRecord batch)
        => this is { Lacking: 0, Foreign: 0, Duplicated: 0, Unreadable: 0 } && Count == batch.Counts.Total;

    /// <summary>Whether a line is about the request with this custom id.</summary>
    public bool Has(string customId) => PlaceOf(customId) is >= 0 and var place && _room.Outcomes[place].WordsIndex != 0;

    /// <summary>Whether only the lines tell that the batch has this custom id.</summary>
    public bool HasDiscovered(ReadOnlySpan<byte> customId)
        => _discovered is not null && _room.Ids.Find(customId) >= Count - _discovered.Count;

    /// <summary>Finds the first row whose line is another one than that with this digest; null where all are the same.</summary>
    /// <param name="lines">The rows, in their order, with the digests of their lines.</param>
    public long? FirstOther(IReadOnlyList<(long Row, long Digest)> lines)
    {
        Span<OutcomeRecord> outcomes = _room.Outcomes;
        int place = 0;
        foreach ((long row, long digest) in lines)
        {
            while (place < outcomes.Length && outcomes[place].Row < row)
            {
                place++;
            }

            if (place == outcomes.Length || outcomes[place].Row != row || outcomes[place].ResultDigest != digest)
            {
                return row;
            }
        }

        return null;
    }

    public void Dispose() => _room.GiveBack();

    /// <summary>
    /// Reads a line. Where several readable lines have the same custom id, the first one counts. A line of blanks is nothing.
    /// </summary>
    [MethodImpl(Hot.AtOnce)]
    public void Take(ReadOnlySpan<byte> line, long offset, long number)
    {
        ResultLine result = _line;
        if (!result.TryRead(line))
        {
            if (!line.Trim(" \t\r"u8).IsEmpty)
            {
                Unreadable++;
                Name(UnreadableLines, number);
            }

            return;
        }

        Lines++;

        int place = _room.Ids.Find(result.CustomIdBytes);
        if (place < 0)
        {
            if (_discovered is null || Count >= _expected)
            {
                Foreign++;
                Name(ForeignIds, result.CustomId);
                return;
            }

            place = Count;
            Add(_firstRow + _discovered.Count, result.CustomIdBytes);
            _discovered.Add(result.CustomId);
        }

        ref OutcomeRecord outcome = ref _room.Outcomes[place];
        if (outcome.WordsIndex != 0)
        {
            Duplicated++;
            Name(DuplicatedIds, result.CustomId);
            return;
        }

        FailureClass failureClass = ClassOf(result);
        if (failureClass == FailureClass.OperatorFixable)
        {
            OperatorFixable = (OperatorFixable.Count + 1, OperatorFixable.Words
                ?? Api.ServiceFailure.Shorten(result.ErrorMessage ?? result.ErrorType!)); // the class is known from one of them
        }

        Missing--;
        bool? isIncomplete = result.Status == Outcome.Succeeded ? Completeness.AtFirstSight(result.StopReason, line) : null;
        if (_mayBeEmpty && result is { Status: Outcome.Succeeded, StopReason: "end_turn", Usage.OutputTokens: <= MostTokensOfNothing })
        {
            isIncomplete = null;
        }

        Unjudged += result.Status == Outcome.Succeeded && isIncomplete is null ? 1 : 0;
        outcome = new OutcomeRecord
        {
            Row = outcome.Row,
            WordsIndex = IndexOf(result, result.Status == Outcome.Succeeded ? null : failureClass),
            Usage = result.Usage,
            CostInPicodollars = result.Status == Outcome.Succeeded && !result.HasUsage
                ? null
                : _prices?.Value.Cost(result.Model, result.Usage, isBatch: true),
            IsIncomplete = isIncomplete,
            ResultOffset = offset,
            ResultLength = line.Length,
            ResultDigest = PayloadDigest.Of(line),
        };
    }

    private static void Name<T>(List<T> names, T name)
    {
        if (names.Count < Named)
        {
            names.Add(name);
        }
    }

    /// <summary>
    /// Gives the outcomes in row order and their words. The memory is valid until the table is disposed.
    /// </summary>
    /// <param name="isFinal">Whether a request that no line is about is missing. Otherwise it has no outcome yet.</param>
    public (ReadOnlyMemory<OutcomeRecord> Outcomes, IReadOnlyList<OutcomeWords> Words) Rows(bool isFinal)
    {
        if (!isFinal)
        {
            return (_room.All, _room.Words);
        }

        int missing = Missing > 0 ? _room.IndexOf(new OutcomeWords(Outcome.Missing)) : 0;
        foreach (ref OutcomeRecord outcome in _room.Outcomes)
        {
            if (outcome.WordsIndex == 0)
            {
                outcome = outcome with { WordsIndex = missing };
            }
        }

        return (_room.All, _room.Words);
    }

    // Nearly every line has the same words as the line before, so these are compared first.
    private int IndexOf(ResultLine line, FailureClass? failureClass)
    {
        if (_last is not { } last
            || last.Words.Status != line.Status || last.Words.FailureClass != failureClass
            || !ReferenceEquals(last.Words.StopReason, line.StopReason) || !ReferenceEquals(last.Words.Model, line.Model)
            || last.Words.ErrorType != line.ErrorType || last.Words.InferenceGeo != line.Usage.InferenceGeo)
        {
            OutcomeWords words = new(line.Status, line.ErrorType, failureClass, line.StopReason, line.Model, line.Usage.InferenceGeo);
            _last = last = (words, _room.IndexOf(words));
        }

        return last.Place;
    }

    private int PlaceOf(string customId)
    {
        Span<byte> id = stackalloc byte[256];
        return Encoding.UTF8.TryGetBytes(customId, id, out int length)
            ? _room.Ids.Find(id[..length])
            : _room.Ids.Find(Encoding.UTF8.GetBytes(customId));
    }

    private void Add(long row, ReadOnlySpan<byte> id)
    {
        _room.Add(row, id);
        Missing++;
    }
}
