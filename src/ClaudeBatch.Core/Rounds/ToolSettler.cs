using ClaudeBatch.Core.Ledger;
using ClaudeBatch.Core.Ledger.Files;

namespace ClaudeBatch.Core.Rounds;

/// <summary>Takes from a person what became of a call of a tool that was begun and has no outcome.</summary>
/// <param name="ledger">The open ledger.</param>
public sealed class ToolSettler(JobLedger ledger)
{
    /// <summary>The calls that a person is asked about.</summary>
    public IReadOnlyList<(BatchRecord Batch, ToolCallRecord Call)> Unknown(JobRecord job) => ledger.Tools.Unknown(ledger.Folder, job);

    /// <summary>Records that the call has run, and what it gave.</summary>
    /// <param name="job">The job.</param>
    /// <param name="callId">The service's id of the call.</param>
    /// <param name="output">What is told to the model.</param>
    /// <param name="isError">Whether it is told as an error.</param>
    /// <exception cref="ClaudeBatchException"><c>ToolCallNotFound</c>, <c>ToolsBusy</c>.</exception>
    public void Ran(JobRecord job, string callId, string output, bool isError) => Settle(job, callId, (batch, call) =>
    {
        using ToolResults results = new(ledger);
        ToolCallRecord done = results.Add(batch, call, new ToolOutcome(output, isError, call.Duration ?? TimeSpan.Zero));
        results.FlushToDisk();
        ledger.Write(() =>
        {
            ledger.Tools.Record(batch, [done]);
            Add(batch, call, "a person has said that it ran, and what it gave.");
        });
    });

    /// <summary>Records that the call did not run: it is run when the tools are named the next time.</summary>
    /// <param name="job">The job.</param>
    /// <param name="callId">The service's id of the call.</param>
    /// <exception cref="ClaudeBatchException"><c>ToolCallNotFound</c>, <c>ToolsBusy</c>.</exception>
    public void DidNotRun(JobRecord job, string callId) => Settle(job, callId, (batch, call) => ledger.Write(() =>
    {
        ledger.Tools.TakeBack(batch, [call]);
        Add(batch, call, "a person has said that it did not run.");
    }));

    private void Settle(JobRecord job, string callId, Action<BatchRecord, ToolCallRecord> work)
    {
        using OwnershipLock ownership = OwnershipLock.TryTake(ledger.Folder, job.ToolsLockName) ?? throw ToolRun.Busy(ledger.Folder, job);
        (BatchRecord Batch, ToolCallRecord Call)[] found = [.. ledger.Tools.UnknownOf(job).Where(u => u.Call.CallId == callId)];
        if (found is not [(var batch, var call)])
        {
            throw new ClaudeBatchException(
                FailureKind.NotFound,
                "ToolCallNotFound",
                $"Job '{job.Name}' has no call '{callId}' whose outcome is not known. Repair-ClaudeBatch -Job {job.Name} lists those it has.")
            { Target = callId };
        }

        work(batch, call);
    }

    private void Add(BatchRecord batch, ToolCallRecord call, string what)
        => ledger.Events.Add(EventKind.ToolCallSettled, $"The call '{call.CallId}' of {call.Name}: {what}", batch.JobId, batch.Id);
}
