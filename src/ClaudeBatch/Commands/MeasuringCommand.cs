using System.Globalization;
using System.Management.Automation;
using System.Runtime.CompilerServices;
using ClaudeBatch.Completers;
using ClaudeBatch.Core;
using ClaudeBatch.Core.Ledger;
using ClaudeBatch.Core.Measures;
using ClaudeBatch.Core.Results;
using ClaudeBatch.Output;

namespace ClaudeBatch.Commands;

/// <summary>Base of the cmdlets that hold the answers of jobs against known labels, and jobs against each other.</summary>
public abstract class MeasuringCommand : ConnectedCommand
{
    private readonly RowPlaces _places = new();

    private RowLabel? _expected;

    private RowLabel? _group;

    private AnswerLabel? _actual;

    private bool _isByVariant;

    private string[] _varied = [];

    private LabelCodes? _labels;

    private LabelCodes? _groups;

    /// <summary>The column of the rows that has the right label, or a script block that gives it of a result.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(ColumnCompleter))]
    public object? Expected { get; set; }

    /// <summary>The field of the answers that has their label, or a script block that gives it of a result.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(ColumnCompleter))]
    public object? Actual { get; set; }

    /// <summary>
    /// The column of the rows by which they are measured apart, or a script block that gives the group of a result. <c>Variant</c> are the
    /// variants of the rows, where the jobs have any; each is compared with the others.
    /// </summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(ColumnCompleter))]
    public object? GroupBy { get; set; }

    /// <summary>Whether labels that differ in case alone are different ones.</summary>
    [Parameter]
    public SwitchParameter CaseSensitive { get; set; }

    /// <summary>Whether one of the parameters was given.</summary>
    private protected bool IsMeasuring => Expected is not null || Actual is not null || GroupBy is not null || CaseSensitive;

    /// <param name="mostGroups">The most groups that are told apart.</param>
    private protected void BeginMeasuring(int mostGroups = LabelCodes.Most)
    {
        _expected = Expected is null ? null : new RowLabel(Expected, nameof(Expected));
        _group = GroupBy is null ? null : new RowLabel(GroupBy, nameof(GroupBy));
        _actual = new AnswerLabel(Actual, isWhole: false);
        _labels = new LabelCodes(
            CaseSensitive,
            "labels",
            "Name the column of the rows that has the label, -Expected, and the field of the answers, -Actual, or give script blocks "
                + "that make them.");
        _groups = new LabelCodes(isCaseSensitive: false, "groups", "Give -GroupBy a column with fewer values.", mostGroups);
    }

    /// <summary>Looks whether there are variants to be told apart, before the labels of the first job are read.</summary>
    private protected void LookForVariants(IEnumerable<JobRecord> jobs)
    {
        _varied = [.. jobs.Where(Open().Ledger.Attempts.HasVariants).Select(static j => $"'{j.Name}'")];
        _isByVariant = VariantGroups.AreAsked(GroupBy) && _varied.Length > 0;
    }

    /// <summary>Reads the labels of a job, of which some batches are collected: as one, or as one for each variant.</summary>
    private protected IReadOnlyCollection<MeasuredJob> Measure(
        JobRecord job, IReadOnlyList<BatchRecord> batches, CancellationToken cancellationToken)
    {
        VariantGroups<MeasuredJob> measured = new(_isByVariant, variant => Make(job, variant));
        using (ResultReader reader = new(Open().Ledger))
        {
            foreach ((CollectedResult collected, BatchResult result) in JobRows.Read(reader, job, batches))
            {
                cancellationToken.ThrowIfCancellationRequested();
                bool hasAnswer = collected.Attempt.Outcome == Outcome.Succeeded;
                string? expected = _expected?.Of(result);
                string? actual = hasAnswer ? _actual!.Of(result) : null;
                if (expected is not null && actual is not null && _actual!.IsNumber && LabelText.IsNumber(expected, actual))
                {
                    actual = expected;
                }

                MeasuredRow row = new(
                    _expected is null ? LabelCodes.None : _labels!.Of(expected),
                    hasAnswer ? _labels!.Of(actual) : MeasuredRow.Unanswered,
                    _group is null || _isByVariant ? 0 : _groups!.Of(_group.Of(result)) + 1);
                measured.Of(collected.Attempt.Variant)
                    .Add(collected.Attempt.CustomId, row, collected.Attempt.CostInPicodollars ?? (hasAnswer ? null : 0));
            }
        }

        _expected?.CheckFound(job.Name);
        if (!_isByVariant)
        {
            _group?.CheckFound(job.Name, hint: Open().Ledger.Attempts.HasVariants(job)
                ? $" The job has variants: -GroupBy {VariantGroups.Column}."
                : VariantGroups.AreAsked(GroupBy) ? " The job has no variants, either; New-ClaudeBatchRequest -Variant makes them." : "");
        }

        if (_actual!.CheckNamed(job.Name) is { } unnamed)
        {
            Warn(unnamed);
        }

        WarnOfUnlabeled(job.Name, [.. measured.All.SelectMany(static m => m.Groups.Values)]);
        return measured.All;
    }

    /// <summary>Checks the jobs together, when all were read.</summary>
    private protected void CheckMeasured(IReadOnlyList<MeasuredJob> jobs)
    {
        _actual!.CheckFound();
        WarnOfStrangers(jobs);
        if (_varied.Length > 0 && !_isByVariant)
        {
            string whose = _varied.Length == 1 ? $"Job {_varied[0]} has" : $"Jobs {string.Join(" and ", _varied)} have";
            Warn($"{whose} variants, which are measured together here; -GroupBy {VariantGroups.Column} measures each.");
        }
    }

    /// <summary>Gives the figures of a job, and with groups those of each.</summary>
    private protected IEnumerable<Evaluation> Evaluate(MeasuredJob job, IEnumerable<MeasuredJob> others)
    {
        (MeasuredJob Other, IReadOnlyDictionary<int, PairTable> Pairs)[] pairs = [.. others.Select(o => (o, PairTable.Of(job, o)))];
        IEnumerable<(int Group, string? Name)> groups = _group is null || _isByVariant
            ? [(0, job.VariantName)]
            : job.Groups.Keys.Select(g => (g, (string?)(g == 0 ? string.Empty : _groups![g - 1])))
                .OrderBy(static g => g.Item2, StringComparer.OrdinalIgnoreCase);
        foreach ((int group, string? name) in groups)
        {
            Evaluation evaluation = Evaluation.From(job, group, name, _labels!);
            evaluation.Against = Array.ConvertAll(
                pairs, o => JobAgreement.From(evaluation, o.Other, o.Pairs.GetValueOrDefault(group) ?? new PairTable(), job.NeedsLabel));
            yield return evaluation;
        }
    }

    /// <summary>Gives the labels that a row of a job was measured with, in the letters in which each came first.</summary>
    /// <param name="measured">The job, or its variants.</param>
    /// <param name="result">The row.</param>
    [MethodImpl(Hot.AtOnce)]
    private protected (string? Expected, string? Actual) LabelsOf(IReadOnlyCollection<MeasuredJob> measured, BatchResult result)
    {
        string? variant = _isByVariant ? result.Variant : null;
        MeasuredJob? job = measured.FirstOrDefault(m => m.Variant?.Name == variant);
        MeasuredRow row = job?.At(_places.Of(Variant.RowOf(result.CustomId!, variant))) ?? MeasuredRow.Absent;
        return (row.Expected < 0 ? null : _labels![row.Expected], row.HasLabel ? _labels![row.Actual] : null);
    }

    // A page has but so many variants, as it has groups.
    private MeasuredJob Make(JobRecord job, Variant? variant)
    {
        _ = _groups!.Of(variant?.Name);
        return new MeasuredJob(job.Name, _places, needsLabel: _expected is not null) { Variant = variant };
    }

    private void WarnOfUnlabeled(string job, IReadOnlyCollection<GroupFigures> groups)
    {
        long unlabeled = groups.Sum(static g => g.Unlabeled);
        long rows = unlabeled + groups.Sum(static g => g.Confusion.Rows);
        if (unlabeled > 0)
        {
            string count = string.Create(CultureInfo.InvariantCulture, $"{unlabeled} of {rows} rows");
            Warn($"{count} of job '{job}' have no label in {_expected!.Place}; they are left out.");
        }
    }

    private void WarnOfStrangers(IEnumerable<MeasuredJob> measured)
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
}
