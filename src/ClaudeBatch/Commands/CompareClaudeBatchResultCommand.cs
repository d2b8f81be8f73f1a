using System.Management.Automation;
using ClaudeBatch.Completers;
using ClaudeBatch.Core;
using ClaudeBatch.Core.Ledger;
using ClaudeBatch.Core.Measures;
using ClaudeBatch.Core.Results;
using ClaudeBatch.Output;

namespace ClaudeBatch.Commands;

/// <summary>Puts the answers of jobs to the same rows side by side: those that differ, or all.</summary>
[Cmdlet(VerbsData.Compare, "ClaudeBatchResult")]
[OutputType(ComparisonColumns.TypeName)]
public sealed class CompareClaudeBatchResultCommand : ConnectedCommand
{
    private readonly List<JobRecord> _jobs = [];

    private readonly RowPlaces _places = new();

    private AnswerLabel? _actual;

    // A name that no job has was told as an error, which says what lacks.
    private bool _isLacking;

    /// <summary>Names of jobs, with wildcards, or jobs from the pipeline; two or more.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)]
    [Alias("Name")]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(JobCompleter))]
    public JobReference[] Job { get; set; } = [];

    /// <summary>The field of the answers that is compared, or a script block that gives it of a result.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(ColumnCompleter))]
    public object? Actual { get; set; }

    /// <summary><c>Variant</c> to have the variants of the rows side by side, of one job or of several.</summary>
    [Parameter]
    [ValidateSet(VariantGroups.Column)]
    public string? GroupBy { get; set; }

    /// <summary>Whether rows are given, too, that all jobs have answered alike.</summary>
    [Parameter]
    public SwitchParameter IncludeEqual { get; set; }

    /// <summary>Whether answers that differ in case alone differ.</summary>
    [Parameter]
    public SwitchParameter CaseSensitive { get; set; }

    protected override Task ProcessAsync(CancellationToken cancellationToken)
    {
        foreach (JobReference reference in Job)
        {
            IReadOnlyList<JobRecord> found = JobsOf(reference);
            _isLacking |= found.Count == 0 && !reference.HasWildcards;
            _jobs.AddRange(found.Where(IsFirst));
        }

        return Task.CompletedTask;
    }

    protected override async Task EndAsync(CancellationToken cancellationToken)
    {
        if (_jobs.Count < 2 && (_jobs.Count == 0 || GroupBy is null))
        {
            if (_isLacking)
            {
                return;
            }

            throw new ClaudeBatchException(
                FailureKind.InvalidArgument,
                "JobsTooFew",
                $"Two jobs or more are compared, and {(_jobs.Count == 0 ? "none was" : $"only '{_jobs[0].Name}' was")} found. "
                    + (_jobs.Exists(j => Open().Ledger.Attempts.HasVariants(j))
                        ? "The job has variants; -GroupBy Variant compares them."
                        : "Get-ClaudeBatchJob lists the jobs."));
        }

        _actual = new AnswerLabel(Actual, isWhole: true);
        JobRows rows = new(this);
        List<ComparedJob> compared = [];
        foreach (JobRecord job in _jobs)
        {
            compared.AddRange(Read(job, await rows.CollectAsync(job, cancellationToken), cancellationToken));
        }

        rows.Close();
        if (compared.Count < 2)
        {
            throw new ClaudeBatchException(
                FailureKind.InvalidArgument,
                "VariantsTooFew",
                $"Job '{_jobs[0].Name}' does not have two variants to compare. New-ClaudeBatchRequest -Variant makes them; two jobs are "
                    + "compared without -GroupBy, too.");
        }

        _actual.CheckFound();
        WarnOfStrangers(compared);
        Write(compared, cancellationToken);
    }

    // One, or one for each variant.
    private IReadOnlyCollection<ComparedJob> Read(JobRecord job, IReadOnlyList<BatchRecord> batches, CancellationToken cancellationToken)
    {
        VariantGroups<ComparedJob> compared = new(
            GroupBy is not null, variant => new ComparedJob(job.Name, variant?.Name, batches));
        using ResultReader reader = new(Open().Ledger);
        foreach ((CollectedResult collected, BatchResult result) in JobRows.Read(reader, job, batches))
        {
            cancellationToken.ThrowIfCancellationRequested();
            string? label = LabelOf(result);
            string? variant = GroupBy is null ? null : collected.Attempt.Variant;
            compared.Of(variant).Add(
                _places.Of(Variant.RowOf(collected.Attempt.CustomId, variant)),
                collected.Batch,
                collected.Attempt,
                CaseSensitive ? label : label?.ToUpperInvariant());
        }

        return compared.All;
    }

    private string? LabelOf(BatchResult result)
        => result.Status == nameof(Outcome.Succeeded) && _actual!.Of(result)?.Trim() is { Length: > 0 } label ? label : null;

    private void WarnOfStrangers(List<ComparedJob> jobs)
    {
        foreach (ComparedJob other in jobs.Skip(1))
        {
            IEnumerable<int> places = Enumerable.Range(0, _places.Count);
            if (other.Name != jobs[0].Name && places.Any(jobs[0].Has) && places.Any(other.Has)
                && !places.Any(p => jobs[0].Has(p) && other.Has(p)))
            {
                Warn(JobRows.Strangers(jobs[0].Name, other.Name));
            }
        }
    }

    private void Write(List<ComparedJob> jobs, CancellationToken cancellationToken)
    {
        ComparisonColumns columns = new([.. jobs.Select(ColumnOf)], IncludeEqual);
        using ResultReader reader = new(Open().Ledger);
        for (int place = 0; place < _places.Count; place++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            bool isEqual = jobs.TrueForAll(j => j.Has(place) && jobs[0].Has(place) && j.IsSame(jobs[0], place));
            if (isEqual && !IncludeEqual)
            {
                continue;
            }

            BatchResult?[] results = [.. jobs.Select(j => j.Has(place) ? j.Read(Open().Ledger, reader, place) : null)];
            BatchResult first = results.First(static r => r is not null)!;
            WriteOutput(columns.Of(
                GroupBy is null ? first.CustomId! : Variant.RowOf(first.CustomId!, first.Variant),
                IncludeEqual ? isEqual : null,
                [.. results.Select(r => r is null ? (null, null) : (LabelOf(r), StatusOf(r)))],
                first.Source));
        }
    }

    // Of one job the variants say which is which; one that has none has the name of its job.
    private string ColumnOf(ComparedJob job)
        => job.Variant is null ? job.Name : _jobs.Count == 1 ? job.Variant : $"{job.Name}.{job.Variant}";

    private static string? StatusOf(BatchResult result)
        => result is { Status: nameof(Outcome.Succeeded), IsComplete: false } ? ResultChoice.Incomplete : result.Status;
}
