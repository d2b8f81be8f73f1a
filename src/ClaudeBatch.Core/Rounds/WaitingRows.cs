using ClaudeBatch.Core.Input;
using ClaudeBatch.Core.Ledger;
using ClaudeBatch.Core.Requests;
using ClaudeBatch.Core.Results;

namespace ClaudeBatch.Core.Rounds;

/// <summary>Finds the requests of a job whose answers ask for another round, and have rounds left.</summary>
internal sealed class WaitingRows(JobLedger ledger) : IDisposable
{
    private const int MostRows = 250;

    // So many bytes of answers, requests and results of tools are in memory at a time, twice: a page is read while the one before is used.
    private const long MostBytes = 8 << 20;

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
    /// <remarks>
    /// The ledger is read on the caller's thread. The files of the next page are read on another one while the caller uses the page before; what
    /// is made there uses no ledger, and the caller reads no files by this object meanwhile.
    /// </remarks>
    /// <param name="batch">The batch.</param>
    /// <param name="make">Makes of each row what the caller needs, on that other thread.</param>
    public IEnumerable<IReadOnlyList<T>> Of<T>(BatchRecord batch, Func<WaitingRow, T> make)
        where T : class // of a tuple this could not be compiled ahead
    {
        using SideWork reading = new();
        LedgerRows rows = Rows(batch, after: -1);
        T[] ahead = ReadAhead(reading, batch, rows, make);
        while (rows.Attempts.Count > 0)
        {
            reading.Wait();
            T[] page = ahead;
            rows = Rows(batch, after: rows.Attempts[^1].Row);
            ahead = ReadAhead(reading, batch, rows, make);
            yield return page;
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

    private T[] ReadAhead<T>(SideWork reading, BatchRecord batch, LedgerRows rows, Func<WaitingRow, T> make)
        where T : class
    {
        T[] made = new T[rows.Attempts.Count];
        reading.Run(() =>
        {
            for (int i = 0; i < made.Length; i++)
            {
                AttemptRecord attempt = rows.Attempts[i];
                made[i] = make(Row(batch, attempt, [.. rows.Calls[attempt.Row]]));
            }
        });
        return made;
    }

    private LedgerRows Rows(BatchRecord batch, long after)
    {
        IReadOnlyList<AttemptRecord> attempts = ledger.Tools.Waiting(batch, after, MostRows);
        if (attempts.Count == 0)
        {
            return new LedgerRows([], Enumerable.Empty<ToolCallRecord>().ToLookup(static c => c.Row));
        }

        // A spool without digests of its requests is compared as a whole with the ledger's digest, once: here, where the ledger may be read.
        if (attempts[0].SpoolDigest == 0)
        {
            Request(batch, attempts[0]);
        }

        ILookup<long, ToolCallRecord> calls = ledger.Tools.Calls(batch, attempts[0].Row, attempts[^1].Row).ToLookup(static c => c.Row);
        long bytes = 0;
        return new LedgerRows([.. attempts.TakeWhile((a, i) => (bytes += SizeOf(a, calls)) <= MostBytes || i == 0)], calls);
    }

    // A later request has the one before and the answer in it.
    private static long SizeOf(AttemptRecord attempt, ILookup<long, ToolCallRecord> calls)
        => (2L * (attempt.ResultLength + attempt.SpoolLength)) + calls[attempt.Row].Sum(static c => c.OutputLength);

    private WaitingRow Row(BatchRecord batch, AttemptRecord attempt, IReadOnlyList<ToolCallRecord> records)
    {
        byte[] line = _results.ReadLine(batch, attempt);
        bool callsTools = attempt.StopReason == Completeness.CallsTools;
        return new WaitingRow(batch, attempt, line, callsTools ? AnswerContent.Read(line)?.Calls ?? [] : [], records);
    }

    // What the ledger has of a page.
    private sealed record LedgerRows(IReadOnlyList<AttemptRecord> Attempts, ILookup<long, ToolCallRecord> Calls);
}
