using ClaudeBatch.Core.Input;
using ClaudeBatch.Core.Ledger;
using ClaudeBatch.Core.Requests;
using ClaudeBatch.Core.Results;

namespace ClaudeBatch.Core.Rounds;

/// <summary>Finds the requests of a job whose answers ask for another round, and have rounds left.</summary>
internal sealed class WaitingRows(JobLedger ledger) : IDisposable
{
    private const int MostRows = 1_000;

    // So many bytes of answers are in memory at a time.
    private const int MostBytes = 16 << 20;

    private readonly ResultReader _results = new(ledger);

    private readonly SpoolReader _spools = new(ledger);

    private DeclaredTools? _tools;

    /// <summary>The batches with such requests, in the order of their rounds.</summary>
    public IReadOnlyList<BatchRecord> Batches(JobRecord job) =>
    [
        .. ledger.Jobs.Tallies(job).Where(t => t.Batch.State == BatchState.Collected && JobBooks.WaitingOf(job, t) > 0)
            .Select(static t => t.Batch).OrderBy(static b => b.Round),
    ];

    /// <summary>Reads the requests of a batch in the order of their rows, a page at a time.</summary>
    public IEnumerable<IReadOnlyList<WaitingRow>> Of(BatchRecord batch)
    {
        long last = -1;
        while (ledger.Tools.Waiting(batch, last, MostRows) is { Count: > 0 } attempts)
        {
            long bytes = 0;
            AttemptRecord[] page = [.. attempts.TakeWhile((a, i) => (bytes += a.ResultLength) <= MostBytes || i == 0)];
            last = page[^1].Row;
            ILookup<long, ToolCallRecord> calls = ledger.Tools.Calls(batch, page[0].Row, last).ToLookup(static c => c.Row);
            yield return [.. page.Select(a => Row(batch, a, [.. calls[a.Row]]))];
        }
    }

    /// <summary>Reads the request of an attempt.</summary>
    public byte[] Request(BatchRecord batch, AttemptRecord attempt) => _spools.Read(batch, attempt with { SourceLength = 0 }).Utf8;

    /// <summary>Gives the tools that the request of a row declares.</summary>
    public DeclaredTools ToolsOf(WaitingRow row) => _tools = DeclaredTools.Of(Request(row.Batch, row.Attempt), _tools);

    public void Dispose()
    {
        _results.Dispose();
        _spools.Dispose();
    }

    private WaitingRow Row(BatchRecord batch, AttemptRecord attempt, IReadOnlyList<ToolCallRecord> records)
    {
        byte[] line = _results.ReadLine(batch, attempt);
        bool callsTools = attempt.StopReason == Completeness.CallsTools;
        return new WaitingRow(batch, attempt, line, callsTools ? AnswerContent.Read(line)?.Calls ?? [] : [], records);
    }
}
