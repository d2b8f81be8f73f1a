using System.Management.Automation;
using ClaudeBatch.Core.Ledger;
using ClaudeBatch.Core.Rounds;
using ClaudeBatch.Sessions;
using ClaudeBatch.Tools;

namespace ClaudeBatch.Commands;

/// <content>Jobs whose answers call tools.</content>
public abstract partial class ConnectedCommand
{
    /// <summary>Whether the user is asked about each call: by -Confirm, or because everything is asked about.</summary>
    private protected bool AsksAboutCalls => MyInvocation.BoundParameters.TryGetValue("Confirm", out object? given)
        ? ((SwitchParameter)given).IsPresent
        : LanguagePrimitives.ConvertTo<ConfirmImpact>(GetVariableValue("ConfirmPreference", ConfirmImpact.High))
            is ConfirmImpact.Low or ConfirmImpact.Medium;

    /// <summary>Has a job's conversations go on from now on, where the line says so.</summary>
    /// <param name="session">The session.</param>
    /// <param name="job">The job.</param>
    /// <param name="maxRounds">The most rounds that the line gives; null to leave the job's, or the default.</param>
    /// <param name="wait">How long rows that are ready wait for others; null likewise.</param>
    private protected static void SetRounds(BatchSession session, JobRecord job, int? maxRounds, TimeSpan? wait)
    {
        int rounds = maxRounds ?? job.MaxRounds ?? ToolOptions.DefaultRounds;
        TimeSpan? waits = wait ?? job.RoundWait;
        if ((rounds, waits) != (job.MaxRounds, job.RoundWait))
        {
            session.Ledger.Jobs.SetRounds(job, rounds, waits);
        }
    }

    /// <summary>Says of each call that waits to be run what it would run, as -WhatIf does.</summary>
    /// <param name="session">The session, with the tools that the line names.</param>
    /// <param name="job">The job.</param>
    /// <param name="maxRounds">The rounds that the line would give the job; null to leave the job's, or the default.</param>
    private protected void ShowCalls(BatchSession session, JobRecord job, int? maxRounds)
    {
        if (session.Bench is not { } bench || job.StoppedAt is not null)
        {
            return;
        }

        JobRecord then = job with { MaxRounds = maxRounds ?? job.MaxRounds ?? ToolOptions.DefaultRounds };
        foreach (PendingCall call in PendingCalls.Of(session.Ledger, then).Where(c => bench.Has(c.Name)))
        {
            ShouldProcess(ToolBench.Describe(call), "Run");
        }
    }
}
