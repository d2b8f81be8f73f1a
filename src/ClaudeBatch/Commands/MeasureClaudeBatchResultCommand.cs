using System.Globalization;
using System.Management.Automation;
using ClaudeBatch.Completers;
using ClaudeBatch.Core.Ledger;
using ClaudeBatch.Core.Measures;

namespace ClaudeBatch.Commands;

/// <summary>Measures how right the answers of jobs are, and how far jobs agree.</summary>
[Cmdlet(VerbsDiagnostic.Measure, "ClaudeBatchResult")]
[OutputType(typeof(Evaluation))]
public sealed class MeasureClaudeBatchResultCommand : MeasuringCommand
{
    private readonly List<JobRecord> _jobs = [];

    /// <summary>Names of jobs, with wildcards, or jobs from the pipeline.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)]
    [Alias("Name")]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(JobCompleter))]
    public JobReference[] Job { get; set; } = [];

    protected override Task BeginAsync(CancellationToken cancellationToken)
    {
        BeginMeasuring();
        return Task.CompletedTask;
    }

    protected override Task ProcessAsync(CancellationToken cancellationToken)
    {
        _jobs.AddRange(Job.SelectMany(JobsOf).Where(IsFirst));
        return Task.CompletedTask;
    }

    protected override async Task EndAsync(CancellationToken cancellationToken)
    {
        if (_jobs.Count == 0)
        {
            return; // nothing came, or what came was told as an error; there may be no ledger
        }

        LookForVariants(_jobs);
        JobRows rows = new(this);
        List<MeasuredJob> measured = [];
        foreach (JobRecord job in _jobs)
        {
            IReadOnlyCollection<MeasuredJob> read = Measure(job, await rows.CollectAsync(job, cancellationToken), cancellationToken);
            WarnOfCosts(job.Name, read);
            measured.AddRange(read);
        }

        rows.Close();
        CheckMeasured(measured);
        foreach (MeasuredJob job in measured)
        {
            foreach (Evaluation evaluation in Evaluate(job, measured.Where(o => o != job)))
            {
                WriteOutput(evaluation.Shown(isJudged: Expected is not null));
            }
        }
    }

    private void WarnOfCosts(string job, IReadOnlyCollection<MeasuredJob> measured)
    {
        long unpriced = measured.SelectMany(static m => m.Groups.Values).Sum(static g => g.Unpriced);
        if (unpriced > 0)
        {
            Warn(string.Create(
                CultureInfo.InvariantCulture, $"What {unpriced} answers of job '{job}' cost is not known, and so is its Cost."));
        }
    }
}
