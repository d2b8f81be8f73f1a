using System.Collections.ObjectModel;
using System.Management.Automation;
using ClaudeBatch.Core;
using ClaudeBatch.Core.Ledger;
using ClaudeBatch.Pipeline;
using ClaudeBatch.Sessions;

namespace ClaudeBatch.Commands;

/// <content>The script of <c>-OnFinished</c>.</content>
public abstract partial class ConnectedCommand
{
    /// <summary>Runs a script for each job that has ended and for whose end it has not run yet. What it writes goes to the host.</summary>
    /// <param name="session">The session.</param>
    /// <param name="block">The script; null for none.</param>
    /// <param name="jobs">The jobs.</param>
    /// <returns>False where the script has failed. That is written as an error, and the next step runs it again.</returns>
    private protected bool RunOnFinished(BatchSession session, ScriptBlock? block, IEnumerable<JobRecord> jobs)
    {
        bool hasRun = true;
        if (block is null)
        {
            return hasRun;
        }

        foreach (JobRecord job in jobs)
        {
            try
            {
                if (session.Ends.IsOwed(job) && ShouldProcess($"job '{job.Name}'", "Run -OnFinished"))
                {
                    session.Ends.Settle(job, (ended, claim) => RunOnFinished(session, block, ended, claim));
                }
            }
            catch (ClaudeBatchException failure) when (failure.Id == OnFinishedFailed)
            {
                Fail(failure);
                hasRun = false;
            }
        }

        return hasRun;
    }

    private const string OnFinishedFailed = nameof(OnFinishedFailed);

    private void RunOnFinished(BatchSession session, ScriptBlock block, JobRecord job, string? claim)
    {
        if (claim is not null)
        {
            WriteVerboseLine($"-OnFinished was begun for job '{job.Name}' by {claim}, and did not succeed. It runs again.");
        }

        BatchJob ended = BatchJob.From(session.Ledger, job);
        try
        {
            PipelinePump.Outside((Command: this, block, ended), static x => x.Command.RunOnFinished(x.block, x.ended));
        }
        catch (RuntimeException e) when (e is not PipelineStoppedException)
        {
            throw new ClaudeBatchException(
                FailureKind.Conflict,
                OnFinishedFailed,
                $"The script of -OnFinished failed for job '{job.Name}': {e.Message} The next step with -OnFinished runs it again.",
                e)
            { Target = job.Name };
        }
    }

    // Among the objects that the command writes, what the script gives would be taken for one of them.
    private void RunOnFinished(ScriptBlock block, BatchJob ended)
    {
        Collection<PSObject> given = block.InvokeWithContext(null, [new PSVariable("_", ended), new PSVariable("PSItem", ended)], ended);
        if (given.Count > 0)
        {
            using PowerShell shell = PowerShell.Create(RunspaceMode.CurrentRunspace);
            foreach (string line in shell.AddCommand("Out-String").AddParameter("Stream").Invoke<string>(given))
            {
                WriteHostLine(line);
            }
        }
    }
}
