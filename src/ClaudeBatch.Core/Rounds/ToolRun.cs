using System.Diagnostics;
using ClaudeBatch.Core.Ledger;
using ClaudeBatch.Core.Ledger.Files;
using ClaudeBatch.Core.Requests;
using ClaudeBatch.Core.Results;

namespace ClaudeBatch.Core.Rounds;

/// <summary>
/// Runs the calls of a job's answers that have no outcome, in the order of the input. What each gave is on the disk before anything is sent, and
/// that a call begins is on the disk before it does, so that no crash has one run twice that may change something.
/// </summary>
/// <param name="ledger">The open ledger.</param>
/// <param name="bench">The tools that the command line names.</param>
public sealed class ToolRun(JobLedger ledger, IToolBench bench)
{
    // What calls gave that may run again is written together, after so many of them or so long a time.
    private const int MostInGroup = 1_000;

    private static readonly TimeSpan s_groupTime = TimeSpan.FromSeconds(2);

    private readonly List<(PendingCall Call, ToolCallRecord Record, long Line)> _group = [];

    private readonly List<ToolCallRecord> _ended = [];

    private readonly ToolRunReport _report = new();

    // Whether the last call of the last group has an outcome.
    private bool _lastHasEnded;

    /// <summary>Runs the calls. No lock but that of the job's tools is held, and no transaction is open, while one runs.</summary>
    /// <returns>What was left, and why.</returns>
    /// <exception cref="ClaudeBatchException"><c>ToolChanged</c>; <c>ToolsBusy</c>: another process runs the job's tools.</exception>
    /// <exception cref="OperationCanceledException">The run was stopped; what had ended is recorded.</exception>
    public async Task<ToolRunReport> RunAsync(JobRecord job, CancellationToken cancellationToken)
    {
        using OwnershipLock ownership = OwnershipLock.TryTake(ledger.Folder, job.ToolsLockName) ?? throw Busy(ledger.Folder, job);
        ledger.Tools.Fix(job, bench.Tools);
        using WaitingRows waiting = new(ledger);
        using ToolResults results = new(ledger);
        foreach (BatchRecord batch in waiting.Batches(job))
        {
            foreach (IReadOnlyList<AskedRow> page in
                waiting.Of(batch, r => new AskedRow(r, r is { Calls.Count: > 0, IsReady: false } ? waiting.ToolsOf(r) : null)))
            {
                foreach ((WaitingRow row, DeclaredTools? tools) in page.Where(static p => p.Tools is not null))
                {
                    await RunAsync(row, tools!, results, cancellationToken).ConfigureAwait(false);
                }
            }

            await RunGroupAsync(batch, results, cancellationToken).ConfigureAwait(false);
        }

        return _report;
    }

    /// <summary>Makes the error for a job whose tools another process runs.</summary>
    internal static ClaudeBatchException Busy(LedgerFolder folder, JobRecord job) => new(
        FailureKind.Busy,
        "ToolsBusy",
        $"The tools of job '{job.Name}' are being run by process {OwnershipLock.OwnerOf(folder, job.ToolsLockName)}; they were left to it.")
    { Target = job.Name };

    // The calls of an answer run in its order; where one must wait, those after it wait, too.
    private async Task RunAsync(WaitingRow row, DeclaredTools tools, ToolResults results, CancellationToken cancellationToken)
    {
        for (int position = 0; position < row.Calls.Count; position++)
        {
            ToolCallRecord? known = row.RecordOf(position);
            if (known is { State: ToolCallState.Done })
            {
                continue;
            }

            ToolUse use = row.Calls[position];
            string name = use.Name ?? string.Empty;
            // Whether a call may run again is said by the line that would run it, and not by the one that has begun it.
            if (known is { State: ToolCallState.Begun } && bench.Has(name) && bench.MayRepeat(name) != known.IsRepeatable)
            {
                known = known with { IsRepeatable = !known.IsRepeatable };
                ledger.Tools.SetRepeatable(row.Batch, known);
            }

            if (known is { IsUnknown: true }) // the lock is ours: nobody runs it
            {
                _report.Unknown++;
                return;
            }

            ToolCallRecord record = known ?? new ToolCallRecord(
                row.Attempt.Row, position, use.Id ?? string.Empty, name, ToolCallState.Begun, IsRepeatable: true, Starts: 0);
            if (tools.SchemaOf(name) is not { } schema)
            {
                _ended.Add(results.Add(row.Batch, record, NoSuchTool(name)));
                continue;
            }

            if (!bench.Has(name))
            {
                _report.Missing[name] = (_report.Missing.TryGetValue(name, out int rows) ? rows : 0) + 1;
                return;
            }

            PendingCall call = new(row.Batch, row.Attempt.Row, row.Attempt.CustomId, position, record.CallId, name, use.Input, schema);
            if (!await bench.PermitAsync(call).ConfigureAwait(false))
            {
                _report.NotConfirmed++;
                return;
            }

            // One that was running when its process ended may end this one, too: it begins alone, so that it alone is counted.
            bool mayRepeat = bench.MayRepeat(name);
            bool isAlone = record.Starts > 0 || !mayRepeat;
            if (isAlone)
            {
                await RunGroupAsync(row.Batch, results, cancellationToken).ConfigureAwait(false);
            }

            ToolCallRecord begun = record with { State = ToolCallState.Begun, IsRepeatable = mayRepeat, Starts = record.Starts + 1 };
            _group.Add((call, begun, row.Attempt.ResultDigest));
            if (isAlone || _group.Count == MostInGroup)
            {
                await RunGroupAsync(row.Batch, results, cancellationToken).ConfigureAwait(false);
            }

            // Where it was stopped, or did not begin because its answer is no longer the last word, those after it wait.
            if (isAlone && !_lastHasEnded)
            {
                return;
            }
        }
    }

    private static ToolOutcome NoSuchTool(string name) => new($"There is no tool '{name}'.", IsError: true, TimeSpan.Zero);

    private async Task RunGroupAsync(BatchRecord batch, ToolResults results, CancellationToken cancellationToken)
    {
        (PendingCall Call, ToolCallRecord Record)[] calls = Begin(batch, cancellationToken);
        _lastHasEnded = false;
        if (calls.Length > 0)
        {
            Milestone.Pass("call-begun");
            int count = 0;
            try
            {
                long since = Stopwatch.GetTimestamp();
                await bench.RunAsync(
                    [.. calls.Select(static c => c.Call)],
                    (index, outcome) =>
                    {
                        count = index + 1;
                        _lastHasEnded = !outcome.IsUnknown;
                        Milestone.Pass("call-ran");
                        End(batch, results, calls[index].Record, outcome);
                        if (Stopwatch.GetElapsedTime(since) > s_groupTime)
                        {
                            Write(batch, results);
                            since = Stopwatch.GetTimestamp();
                        }
                    },
                    cancellationToken).ConfigureAwait(false);
            }
            catch (Exception e)
            {
                // Where it was not stopped between two calls, nobody knows how far the one at that place had come.
                Write(batch, results);
                int begun = e is OperationCanceledException ? count : count + 1;
                ledger.Tools.TakeBack(batch, [.. calls.Skip(begun).Select(static c => c.Record)]);
                throw;
            }
        }

        Write(batch, results);
        if (calls.Length > 0)
        {
            await bench.TellAsync().ConfigureAwait(false);
        }
    }

    private (PendingCall Call, ToolCallRecord Record)[] Begin(BatchRecord batch, CancellationToken cancellationToken)
    {
        if (_group.Count == 0)
        {
            return [];
        }

        cancellationToken.ThrowIfCancellationRequested();
        Dictionary<ToolCallRecord, PendingCall> pending = _group.ToDictionary(static g => g.Record, static g => g.Call);
        IReadOnlyList<ToolCallRecord> begun = ledger.Tools.Begin(batch, [.. _group.Select(static g => new CallToBegin(g.Record, g.Line))]);
        _group.Clear();
        return [.. begun.Select(b => (pending[b], b))];
    }

    private void End(BatchRecord batch, ToolResults results, ToolCallRecord record, ToolOutcome outcome)
    {
        if (!outcome.IsUnknown)
        {
            _ended.Add(results.Add(batch, record, outcome));
        }
        else if (record.IsRepeatable)
        {
            ledger.Tools.TakeBack(batch, [record]);
        }
        else
        {
            ledger.Tools.Record(batch, [record with { State = ToolCallState.Stopped, Duration = outcome.Duration }]);
            ledger.Events.Add(
                EventKind.ToolCallUnknown,
                $"The call '{record.CallId}' of {record.Name} was stopped; what it has done is not known.",
                batch.JobId,
                batch.Id);
            _report.Unknown++;
        }
    }

    private void Write(BatchRecord batch, ToolResults results)
    {
        if (_ended.Count == 0)
        {
            return;
        }

        results.FlushToDisk();
        Milestone.Pass("call-written");
        ledger.Tools.Record(batch, _ended);
        _report.Ended += _ended.Count;
        _ended.Clear();
        Milestone.Pass("call-recorded");
    }

    // A row with the tools that its request declares; without them where nothing of it is to be run.
    private sealed record AskedRow(WaitingRow Row, DeclaredTools? Tools);
}
