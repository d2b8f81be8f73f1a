using System.Diagnostics;
using ClaudeBatch.Core.Ledger;

namespace ClaudeBatch.Core.Rounds;

/// <summary>
/// Runs the calls of one batch's answers and records them. Those that may run again do so in groups: while one group runs, another thread
/// records the group before and begins the one after. Each other call is alone: it begins on the disk, runs, and is recorded.
/// </summary>
/// <remarks>One thread at a time uses the ledger, and no transaction is open while the caller waits for a person.</remarks>
/// <param name="ledger">The open ledger.</param>
/// <param name="bench">Runs the calls.</param>
/// <param name="batch">The batch.</param>
/// <param name="results">Takes what the calls gave.</param>
/// <param name="report">Counts them.</param>
internal sealed class CallGroups(JobLedger ledger, IToolBench bench, BatchRecord batch, ToolResults results, ToolRunReport report)
    : IDisposable
{
    // Two groups have begun at a time, so that after the end of the process so many calls at most begin alone, as one of them may have ended it.
    private const int MostInGroup = 500;

    // Calls that take their time are recorded after so long.
    private static readonly TimeSpan s_groupTime = TimeSpan.FromSeconds(2);

    private readonly SideWork _books = new();

    private List<AskedCall> _asked = [];

    private IReadOnlyList<BegunCall> _begun = [];

    private IReadOnlyList<BegunCall> _running = [];

    // Of those that run, how many have ended.
    private int _count;

    private List<ToolCallRecord> _ended = [];

    // Whether the call that ended last has an outcome.
    private bool _hasOutcome;

    /// <summary>Adds a call that may run again to the group that is begun next.</summary>
    public async Task AddAsync(AskedCall call, CancellationToken cancellationToken)
    {
        _asked.Add(call);
        if (_asked.Count == MostInGroup)
        {
            await StepAsync(cancellationToken).ConfigureAwait(false);
            await bench.TellAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Runs a call by itself, after all that were added before.</summary>
    /// <returns>Whether it has an outcome: it may not have begun, because its answer is no longer the last word, or was stopped.</returns>
    public async Task<bool> RunAloneAsync(AskedCall call, CancellationToken cancellationToken)
    {
        await FlushAsync(cancellationToken).ConfigureAwait(false);
        _hasOutcome = false;
        _asked.Add(call);
        await FlushAsync(cancellationToken).ConfigureAwait(false);
        return _hasOutcome;
    }

    /// <summary>Records the outcome of a call that needed not run.</summary>
    public void AddEnded(ToolCallRecord call, ToolOutcome outcome) => _ended.Add(results.Add(batch, call, outcome));

    /// <summary>Runs and records all that is left.</summary>
    /// <exception cref="OperationCanceledException">The run was stopped.</exception>
    public async Task FlushAsync(CancellationToken cancellationToken)
    {
        bool anyRuns = _asked.Count + _begun.Count > 0;
        while (_asked.Count + _begun.Count > 0)
        {
            await StepAsync(cancellationToken).ConfigureAwait(false);
        }

        Record();
        if (anyRuns)
        {
            await bench.TellAsync().ConfigureAwait(false); // telling may end the run, or ask a person
        }
    }

    /// <summary>Records what has ended, and takes back what did not begin to run, when a failure ends the run.</summary>
    /// <param name="failure">The failure. Where it is no stop, nobody knows how far the call had come that ran.</param>
    public void GiveUp(Exception failure)
    {
        _books.Dispose();
        Record();
        int ran = failure is OperationCanceledException ? _count : _count + 1;
        ledger.Tools.TakeBack(batch, [.. _running.Skip(ran).Concat(_begun).Select(static c => c.Record)]);
    }

    public void Dispose() => _books.Dispose();

    // Begins the calls that were added, while those run that have begun.
    private async Task StepAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        List<AskedCall> asked = Take(ref _asked);
        _running = _begun;
        _begun = [];
        _count = 0;
        Action record = Recorder();
        _books.Run(() =>
        {
            record();
            _begun = Begin(asked);
        });
        if (_running.Count > 0)
        {
            await RunAsync(cancellationToken).ConfigureAwait(false);
            _running = [];
        }

        _books.Wait();
    }

    private Task RunAsync(CancellationToken cancellationToken)
    {
        long since = Stopwatch.GetTimestamp();
        return bench.RunAsync(
            [.. _running.Select(static c => c.Call)],
            (index, outcome) =>
            {
                _count = index + 1;
                _hasOutcome = !outcome.IsUnknown;
                Milestone.Pass("call-ran");
                End(_running[index].Record, outcome);
                if (Stopwatch.GetElapsedTime(since) > s_groupTime)
                {
                    _books.Wait();
                    Record();
                    since = Stopwatch.GetTimestamp();
                }
            },
            cancellationToken);
    }

    private IReadOnlyList<BegunCall> Begin(List<AskedCall> asked)
    {
        if (asked.Count == 0)
        {
            return [];
        }

        Dictionary<ToolCallRecord, PendingCall> calls = asked.ToDictionary(static a => a.Record, static a => a.Call);
        IReadOnlyList<ToolCallRecord> begun = ledger.Tools.Begin(batch, [.. asked.Select(static a => (a.Record, a.Line))]);
        Milestone.Pass("call-begun");
        return [.. begun.Select(b => new BegunCall(calls[b], b))];
    }

    private void End(ToolCallRecord record, ToolOutcome outcome)
    {
        if (!outcome.IsUnknown)
        {
            AddEnded(record, outcome);
            return;
        }

        _books.Wait();
        if (record.IsRepeatable)
        {
            ledger.Tools.TakeBack(batch, [record]);
            return;
        }

        ledger.Tools.Record(batch, [record with { State = ToolCallState.Stopped, Duration = outcome.Duration }]);
        ledger.Events.Add(
            EventKind.ToolCallUnknown,
            $"The call '{record.CallId}' of {record.Name} was stopped; what it has done is not known.",
            batch.JobId,
            batch.Id);
        report.Unknown++;
    }

    private void Record() => Recorder()();

    // What has ended by now is recorded when this is called, on any thread; more may end meanwhile.
    private Action Recorder()
    {
        if (_ended.Count == 0)
        {
            return static () => { };
        }

        List<ToolCallRecord> ended = Take(ref _ended);
        Action flush = results.Flusher();
        return () =>
        {
            flush();
            Milestone.Pass("call-written");
            ledger.Tools.Record(batch, ended);
            report.Ended += ended.Count;
            Milestone.Pass("call-recorded");
        };
    }

    private static List<T> Take<T>(ref List<T> list)
    {
        List<T> taken = list;
        list = [];
        return taken;
    }

    private sealed record BegunCall(PendingCall Call, ToolCallRecord Record);
}

/// <summary>A call that is to run.</summary>
/// <param name="Call">The call.</param>
/// <param name="Record">Its record when it has begun.</param>
/// <param name="Line">The digest of its answer's line as it was read.</param>
internal sealed record AskedCall(PendingCall Call, ToolCallRecord Record, long Line);
