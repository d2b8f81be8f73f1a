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

    private bool _isByVariant;

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

    /// <summary>
    /// The column of the rows by which they are measured apart, or a script block that gives the group of a result. <c>Variant</c> are the
    /// variants of the rows, where the jobs have any; each is compared with the others.
    /// </summary>
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
        _isByVariant = VariantGroups.AreAsked(GroupBy) && _jobs.Exists(Open().Ledger.Attempts.HasVariants);
        JobRows rows = new(this);
        List<MeasuredJob> measured = [];
        foreach (JobRecord job in _jobs)
        {
            measured.AddRange(Read(job, await rows.CollectAsync(job, cancellationToken), cancellationToken));
        }

        rows.Close();
        _actual!.CheckFound();
        WarnOfStrangers(measured);
        foreach (MeasuredJob job in measured)
        {
            Write(job, measured);
        }
    }

    // One, or one for each variant.
    private IReadOnlyCollection<MeasuredJob> Read(JobRecord job, IReadOnlyList<BatchRecord> batches, CancellationToken cancellationToken)
    {
        VariantGroups<MeasuredJob> measured = new(
            _isByVariant, variant => new MeasuredJob(job.Name, _places, needsLabel: _expected is not null) { Variant = variant });
        using (ResultReader reader = new(Open().Ledger))
        {
            foreach ((CollectedResult collected, BatchResult result) in JobRows.Read(reader, job, batches))
            {
                cancellationToken.ThrowIfCancellationRequested();
                bool hasAnswer = collected.Attempt.Outcome == Outcome.Succeeded;
                MeasuredRow row = new(
                    _expected is null ? LabelCodes.None : _labels!.Of(_expected.Of(result)),
                    hasAnswer ? _labels!.Of(_actual!.Of(result)) : MeasuredRow.Unanswered,
                    _group is null || _isByVariant ? 0 : _groups!.Of(_group.Of(result)) + 1);
                measured.Of(collected.Attempt.Variant)
                    .Add(collected.Attempt.CustomId, row, collected.Attempt.CostInPicodollars ?? (hasAnswer ? null : 0));
            }
        }

        _expected?.CheckFound(job.Name);
        if (!_isByVariant)
        {
            _group?.CheckFound(job.Name);
        }

        WarnOf(job.Name, [.. measured.All.SelectMany(static m => m.Groups.Values)]);
        return measured.All;
    }

    private void WarnOf(string job, IReadOnlyCollection<GroupFigures> groups)
    {
        long unlabeled = groups.Sum(static g => g.Unlabeled);
        long unpriced = groups.Sum(static g => g.Unpriced);
        long rows = unlabeled + groups.Sum(static g => g.Confusion.Rows);
        if (unlabeled > 0)
        {
            string count = string.Create(CultureInfo.InvariantCulture, $"{unlabeled} of {rows} rows");
            Warn($"{count} of job '{job}' have no label in {_expected!.Place}; they are left out.");
        }

        if (unpriced > 0)
        {
            Warn(string.Create(
                CultureInfo.InvariantCulture, $"What {unpriced} answers of job '{job}' cost is not known, and so is its Cost."));
        }
    }

    private void WarnOfStrangers(List<MeasuredJob> measured)
    {
        IGrouping<string, MeasuredJob>[] jobs = [.. measured.Where(static m => m.Rows.Count > 0).GroupBy(static m => m.Name)];
        for (int i = 0; i < jobs.Length; i++)
        {
            foreach (IGrouping<string, MeasuredJob> other in jobs.Skip(i + 1))
            {
                if (!jobs[i].Any(one => other.Any(two => PairTable.Of(one, two).Values.Any(static p => p.Common > 0))))
                {
                    Warn(JobRows.Strangers(jobs[i].Key, other.Key));
                }
            }
        }
    }

    private void Write(MeasuredJob job, List<MeasuredJob> all)
    {
        (MeasuredJob Other, IReadOnlyDictionary<int, PairTable> Pairs)[] others
            = [.. all.Where(o => o != job).Select(o => (o, PairTable.Of(job, o)))];
        IEnumerable<(int Group, string? Name)> groups = _group is null || _isByVariant
            ? [(0, job.Variant is { } variant ? variant.Name ?? string.Empty : null)]
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
