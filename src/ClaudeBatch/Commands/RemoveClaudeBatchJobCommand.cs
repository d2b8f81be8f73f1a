using System.Globalization;
using System.Management.Automation;
using ClaudeBatch.Core;
using ClaudeBatch.Core.Ledger;
using ClaudeBatch.Core.Running;
using ClaudeBatch.Pipeline;
using ClaudeBatch.Sessions;

namespace ClaudeBatch.Commands;

/// <summary>Deletes the requests, rows and answers of jobs from this disk; with -All also their records in the ledger.</summary>
[Cmdlet(VerbsCommon.Remove, "ClaudeBatchJob", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Medium)]
[OutputType(typeof(BatchJob))]
public sealed partial class RemoveClaudeBatchJobCommand : JobCommand
{
    // A slip in a duration must not cost what has only just come.
    private static readonly TimeSpan s_young = TimeSpan.FromHours(1);

    private readonly List<(TimeSpan Age, long Answers)> _announced = [];

    /// <summary>Only jobs that have not changed for this long.</summary>
    [Parameter]
    [DurationTransformation]
    public TimeSpan OlderThan { get; set; }

    /// <summary>Also deletes ids, counts and costs. Submitting the same input again then sends and pays for it again.</summary>
    [Parameter]
    public SwitchParameter All { get; set; }

    /// <summary>Also deletes jobs that are not finished, and with -OlderThan those that have changed within the last hour.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary>Also deletes the files at the service that were uploaded for the jobs, but for those that other unfinished jobs use.</summary>
    [Parameter]
    public SwitchParameter Files { get; set; }

    [Parameter]
    public SwitchParameter PassThru { get; set; }

    protected override Task BeginAsync(CancellationToken cancellationToken)
        => IsGiven(nameof(Job)) || MyInvocation.ExpectingInput || SelectsByAge
            ? Task.CompletedTask
            : throw new ClaudeBatchException(
                FailureKind.InvalidArgument, "JobMissing", "Say which jobs: by -Job with names or wildcards, by -OlderThan, or from "
                    + "Get-ClaudeBatchJob.");

    protected override async Task ProcessAsync(CancellationToken cancellationToken)
    {
        foreach (JobRecord job in ResolveJobs())
        {
            BatchSession session = Open();
            TimeSpan age = session.Clock.GetUtcNow().UtcDateTime - job.UpdatedAt;
            if (SelectsByAge && age < OlderThan)
            {
                continue;
            }

            JobPruner pruner = new(session.Ledger);
            if (!Force && Reason(pruner, job, age) is { } failure)
            {
                Fail(failure, job.Name);
                continue;
            }

            JobTotals totals = session.Ledger.Jobs.Totals(job);
            string what = string.Create(
                CultureInfo.InvariantCulture,
                $"job '{job.Name}' of {totals.Requests} requests with {totals.Succeeded} answers{FilesOf(job)}, last changed {Ago(age)}");
            if (ShouldProcess(what, All ? "Forget, with its payloads" : "Remove the payloads of"))
            {
                await RemoveAsync(pruner, job, cancellationToken);
            }
            else
            {
                _announced.Add((age, totals.Succeeded));
            }
        }
    }

    protected override Task EndAsync(CancellationToken cancellationToken)
    {
        if (IsWhatIf && _announced.Count > 1)
        {
            WriteHostLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{_announced.Count} jobs with {_announced.Sum(static j => j.Answers)} answers; the youngest was last changed "
                    + $"{Ago(_announced.Min(static j => j.Age))}."));
        }

        return Task.CompletedTask;
    }

    private bool SelectsByAge => IsGiven(nameof(OlderThan));

    private ClaudeBatchException? Reason(JobPruner pruner, JobRecord job, TimeSpan age)
        => pruner.Unfinished(job) is { } why ? JobPruner.NotFinished(job, why)
            : SelectsByAge && age < s_young ? new ClaudeBatchException(
                FailureKind.Conflict,
                "JobTooYoung",
                $"Job '{job.Name}' was last changed {Ago(age)}; -OlderThan takes what is younger than an hour only with -Force.")
            { Target = job.Name }
            : null;

    private static string Ago(TimeSpan age) => age switch
    {
        { TotalDays: >= 2 } => string.Create(CultureInfo.InvariantCulture, $"{age.TotalDays:0} days ago"),
        { TotalHours: >= 2 } => string.Create(CultureInfo.InvariantCulture, $"{age.TotalHours:0} hours ago"),
        { TotalMinutes: >= 2 } => string.Create(CultureInfo.InvariantCulture, $"{age.TotalMinutes:0} minutes ago"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{Math.Max(0, age.TotalSeconds):0} seconds ago"),
    };

    private async Task RemoveAsync(JobPruner pruner, JobRecord job, CancellationToken cancellationToken)
    {
        BatchJob removed = BatchJob.From(Open().Ledger, job);
        try
        {
            // First what needs the service: a job that is still in the ledger can be removed once more.
            await RemoveFilesAsync(job, cancellationToken);
            if (All)
            {
                pruner.Forget(job, Force);
            }
            else
            {
                pruner.RemovePayloads(job, Force);
            }

            if (PassThru)
            {
                WriteOutput(removed);
            }
        }
        catch (ClaudeBatchException failure) when (!failure.IsFatal)
        {
            Fail(failure, job.Name);
        }
    }
}
