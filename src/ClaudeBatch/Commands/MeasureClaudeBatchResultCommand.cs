using System.Globalization;
using System.Management.Automation;
using ClaudeBatch.Completers;
using ClaudeBatch.Core.Ledger;
using ClaudeBatch.Core.Measures;
using ClaudeBatch.Core.Results;
using ClaudeBatch.Output;

namespace ClaudeBatch.Commands;

/// <summary>Measures how right the answers of jobs are, and how far jobs agree.</summary>
[Cmdlet(VerbsDiagnostic.Measure, "ClaudeBatchResult")]
[OutputType(typeof(Evaluation))]
public sealed class MeasureClaudeBatchResultCommand : ConnectedCommand
{
    private readonly List<JobRecord> _jobs = [];

    private readonly RowPlaces _places = new();

    private RowLabel? _expected;

    private RowLabel? _group;

    private AnswerLabel? _actual;

    private LabelCodes? _labels;

    private LabelCodes? _groups;

    /// <summary>Names of jobs, with wildcards, or jobs from the pipeline.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)]
    [Alias("Name")]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(JobCompleter))]
    public JobReference[] Job { get; set; } = [];

    /// <summary>The column of the rows that has the right label, or a script block that gives it of a result.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public object? Expected { get; set; }

    /// <summary>The field of the answers that has their label, or a script block that gives it of a result.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public object? Actual { get; set; }

    /// <summary>The column of the rows by which they are measured apart, or a script block that gives the group of a result.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public object? GroupBy { get; set; }

    /// <summary>Whether labels that differ in case alone are different ones.</summary>
    [Parameter]
    public SwitchParameter CaseSensitive { get; set; }

    protected override Task BeginAsync(CancellationToken cancellationToken)
    {
        _expected = Expected is null ? null : new RowLabel(Expected, nameof(Expected));
        _group = GroupBy is null ? null : new RowLabel(GroupBy, nameof(GroupBy));
        _actual = new AnswerLabel(Actual, isWhole: false);
        _labels = new LabelCodes(
            CaseSensitive, "labels", "Name the field of the answers that has the label, -Actual, or give a script block that makes it.");
        _groups = new LabelCodes(isCaseSensitive: false, "groups", "Give -GroupBy a column with fewer values.");
        return Task.CompletedTask;
    }

    protected override Task ProcessAsync(CancellationToken cancellationToken)
    {
        _jobs.AddRange(Job.SelectMany(JobsOf).Where(IsFirst));
        return Task.CompletedTask;
    }

    protected override async Task EndAsync(CancellationToken cancellationToken)
    {
        JobRows rows = new(this);
        List<MeasuredJob> measured = [];
        foreach (JobRecord job in _jobs)
        {
            measured.Add(Read(job, await rows.CollectAsync(job, cancellationToken), cancellationToken));
        }

        rows.Close();
        _actual!.CheckFound();
        WarnOfStrangers(measured);
        foreach (MeasuredJob job in measured)
        {
            Write(job, measured);
        }
    }

    private MeasuredJob Read(JobRecord job, IReadOnlyList<BatchRecord> batches, CancellationToken cancellationToken)
    {
        MeasuredJob measured = new(job.Name, _places, needsLabel: _expected is not null);
        using (ResultReader reader = new(Open().Ledger))
        {
            foreach ((CollectedResult collected, BatchResult result) in JobRows.Read(reader, job, batches))
            {
                cancellationToken.ThrowIfCancellationRequested();
                bool hasAnswer = collected.Attempt.Outcome == Outcome.Succeeded;
                MeasuredRow row = new(
                    _expected is null ? LabelCodes.None : _labels!.Of(_expected.Of(result)),
                    hasAnswer ? _labels!.Of(_actual!.Of(result)) : MeasuredRow.Unanswered,
                    _group is null ? 0 : _groups!.Of(_group.Of(result)) + 1);
                measured.Add(collected.Attempt.CustomId, row, collected.Attempt.CostInPicodollars ?? (hasAnswer ? null : 0));
            }
        }

        _expected?.CheckFound(job.Name);
        _group?.CheckFound(job.Name);
        WarnOf(measured);
        return measured;
    }

    private void WarnOf(MeasuredJob job)
    {
        long unlabeled = job.Groups.Values.Sum(static g => g.Unlabeled);
        long unpriced = job.Groups.Values.Sum(static g => g.Unpriced);
        long rows = unlabeled + job.Groups.Values.Sum(static g => g.Confusion.Rows);
        if (unlabeled > 0)
        {
            string count = string.Create(CultureInfo.InvariantCulture, $"{unlabeled} of {rows} rows");
            Warn($"{count} of job '{job.Name}' have no label in {_expected!.Place}; they are left out.");
        }

        if (unpriced > 0)
        {
            Warn(string.Create(
                CultureInfo.InvariantCulture, $"What {unpriced} answers of job '{job.Name}' cost is not known, and so is its Cost."));
        }
    }

    private void WarnOfStrangers(List<MeasuredJob> jobs)
    {
        for (int i = 0; i < jobs.Count; i++)
        {
            foreach (MeasuredJob other in jobs.Skip(i + 1))
            {
                bool haveRows = jobs[i].Rows.Count > 0 && other.Rows.Count > 0;
                if (haveRows && PairTable.Of(jobs[i], other).Values.All(static p => p.Common == 0))
                {
                    Warn(JobRows.Strangers(jobs[i].Name, other.Name));
                }
            }
        }
    }

    private void Write(MeasuredJob job, List<MeasuredJob> all)
    {
        (MeasuredJob Other, IReadOnlyDictionary<int, PairTable> Pairs)[] others
            = [.. all.Where(o => o != job).Select(o => (o, PairTable.Of(job, o)))];
        IEnumerable<(int Group, string? Name)> groups = _group is null
            ? [(0, null)]
            : job.Groups.Keys.Select(g => (g, (string?)(g == 0 ? string.Empty : _groups![g - 1])))
                .OrderBy(static g => g.Item2, StringComparer.OrdinalIgnoreCase);
        foreach ((int group, string? name) in groups)
        {
            Evaluation evaluation = Evaluation.From(job, group, name, _labels!);
            evaluation.Against = Array.ConvertAll(
                others, o => JobAgreement.From(o.Other, o.Pairs.GetValueOrDefault(group) ?? new PairTable(), job.NeedsLabel));
            WriteOutput(evaluation);
        }
    }
}
