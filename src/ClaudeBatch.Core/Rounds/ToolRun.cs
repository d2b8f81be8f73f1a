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
    private readonly ToolRunReport _report = new();

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
            using CallGroups groups = new(ledger, bench, batch, results, _report);
            try
            {
                await RunAsync(batch, waiting, groups, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception e)
            {
                groups.GiveUp(e);
                throw;
            }
        }

        return _report;
    }

    /// <summary>Makes the error for a job whose tools another process runs.</summary>
    internal static ClaudeBatchException Busy(LedgerFolder folder, JobRecord job) => new(
        FailureKind.Busy,
        "ToolsBusy",
        $"The tools of job '{job.Name}' are being run by process {OwnershipLock.OwnerOf(folder, job.ToolsLockName)}; they were left to it.")
    { Target = job.Name };

    private async Task RunAsync(BatchRecord batch, WaitingRows waiting, CallGroups groups, CancellationToken cancellationToken)
    {
        foreach (IReadOnlyList<(WaitingRow Row, DeclaredTools? Tools)> page in
            waiting.Of(batch, r => (r, r is { Calls.Count: > 0, IsReady: false } ? waiting.ToolsOf(r) : null)))
        {
            foreach ((WaitingRow row, DeclaredTools? tools) in page.Where(static p => p.Tools is not null))
            {
                await RunAsync(row, tools!, groups, cancellationToken).ConfigureAwait(false);
            }
        }

        await groups.FlushAsync(cancellationToken).ConfigureAwait(false);
    }

    // The calls of an answer run in its order; where one must wait, those after it wait, too.
    private async Task RunAsync(WaitingRow row, DeclaredTools tools, CallGroups groups, CancellationToken cancellationToken)
    {
        for (int position = 0; position < row.Calls.Count; position++)
        {
            ToolCallRecord? known = row.RecordOf(position);
            if (known is { State: ToolCallState.Done })
            {
                continue;
            }

            if (known is { IsUnknown: true }) // the lock is ours: nobody runs it
            {
                _report.Unknown++;
                return;
            }

            ToolUse use = row.Calls[position];
            string name = use.Name ?? string.Empty;
            ToolCallRecord record = known ?? new ToolCallRecord(
                row.Attempt.Row, position, use.Id ?? string.Empty, name, ToolCallState.Begun, IsRepeatable: true, Starts: 0);
            if (tools.SchemaOf(name) is not { } schema)
            {
                groups.AddEnded(record, NoSuchTool(name));
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
            AskedCall asked = new(
                call,
                record with { State = ToolCallState.Begun, IsRepeatable = bench.MayRepeat(name), Starts = record.Starts + 1 },
                row.Attempt.ResultDigest);
            if (record.Starts == 0 && asked.Record.IsRepeatable)
            {
                await groups.AddAsync(asked, cancellationToken).ConfigureAwait(false);
            }
            else if (!await groups.RunAloneAsync(asked, cancellationToken).ConfigureAwait(false))
            {
                return;
            }
        }
    }

    private static ToolOutcome NoSuchTool(string name) => new($"There is no tool '{name}'.", IsError: true, TimeSpan.Zero);
}
