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
                    List<PSObject> given = [];
                    session.Ends.Settle(job, (ended, claim) => given = RunOnFinished(session, block, ended, claim));
                    PipelinePump.Outside((Command: this, given), static x => x.Command.Show(x.given));
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

    private List<PSObject> RunOnFinished(BatchSession session, ScriptBlock block, JobRecord job, string? claim)
    {
        if (claim is not null)
        {
            WriteVerboseLine($"-OnFinished was begun for job '{job.Name}' by {claim}, and did not succeed. It runs again.");
        }

        BatchJob ended = BatchJob.From(session.Ledger, job);
        ClaudeBatchException Failed(string why, Exception cause) => new(
            FailureKind.Conflict,
            OnFinishedFailed,
            $"The script of -OnFinished failed for job '{job.Name}': {why} The next step with -OnFinished runs it again.",
            cause)
        { Target = job.Name };
        List<PSObject> given = [];
        Func<string, Exception, Exception> failed = Failed;
        PipelinePump.Outside((block, ended, given, failed), static x => x.given.AddRange(Run(x.block, x.ended, x.failed)));
        return given;
    }

    // Errors of the script, which would pass by the command and its redirections, come with what it gives.
    private static IEnumerable<PSObject> Run(ScriptBlock block, BatchJob ended, Func<string, Exception, Exception> failed)
    {
        ScriptBlock run = ScriptBlock.Create("& $args[0] $args[1] 2>&1");
        run = block.Module?.NewBoundScriptBlock(run) ?? run;
        return UserScript.Run(run, ended, failed, arguments: [block, ended]).OfType<PSObject>();
    }

    // Among the objects that the command writes, what the script gives would be taken for one of them.
    private void Show(List<PSObject> given)
    {
        PSObject[] output = [.. given.Where(static o => o.BaseObject is not ErrorRecord)];
        if (output.Length > 0)
        {
            using PowerShell shell = PowerShell.Create(RunspaceMode.CurrentRunspace);
            foreach (string line in shell.AddCommand("Out-String").AddParameter("Stream").Invoke<string>(output))
            {
                WriteHostLine(line);
            }
        }

        foreach (ErrorRecord error in given.Select(static o => o.BaseObject).OfType<ErrorRecord>())
        {
            WriteError(error);
        }
    }
}
