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
    public object? Actual { get; set; }

    /// <summary>Whether rows are given, too, that all jobs have answered alike.</summary>
    [Parameter]
    public SwitchParameter IncludeEqual { get; set; }

    /// <summary>Whether answers that differ in case alone differ.</summary>
    [Parameter]
    public SwitchParameter CaseSensitive { get; set; }

    protected override Task ProcessAsync(CancellationToken cancellationToken)
    {
        _jobs.AddRange(Job.SelectMany(JobsOf).Where(IsFirst));
        return Task.CompletedTask;
    }

    protected override async Task EndAsync(CancellationToken cancellationToken)
    {
        if (_jobs.Count < 2)
        {
            throw new ClaudeBatchException(
                FailureKind.InvalidArgument,
                "JobsTooFew",
                $"Two jobs or more are compared, and {(_jobs.Count == 0 ? "none was" : $"only '{_jobs[0].Name}' was")} found. Get-ClaudeBatchJob "
                    + "lists the jobs.");
        }

        _actual = new AnswerLabel(Actual, isWhole: true);
        JobRows rows = new(this);
        List<ComparedJob> compared = [];
        foreach (JobRecord job in _jobs)
        {
            compared.Add(Read(job, await rows.CollectAsync(job, cancellationToken), cancellationToken));
        }

        rows.Close();
        _actual.CheckFound();
        WarnOfStrangers(compared);
        Write(compared, cancellationToken);
    }

    private ComparedJob Read(JobRecord job, IReadOnlyList<BatchRecord> batches, CancellationToken cancellationToken)
    {
        ComparedJob compared = new(job.Name, batches);
        using ResultReader reader = new(Open().Ledger);
        foreach ((CollectedResult collected, BatchResult result) in JobRows.Read(reader, job, batches))
        {
            cancellationToken.ThrowIfCancellationRequested();
            string? label = LabelOf(result);
            compared.Add(
                _places.Of(collected.Attempt.CustomId),
                collected.Batch,
                collected.Attempt,
                CaseSensitive ? label : label?.ToUpperInvariant());
        }

        return compared;
    }

    private string? LabelOf(BatchResult result)
        => result.Status == nameof(Outcome.Succeeded) && _actual!.Of(result)?.Trim() is { Length: > 0 } label ? label : null;

    private void WarnOfStrangers(List<ComparedJob> jobs)
    {
        foreach (ComparedJob other in jobs.Skip(1))
        {
            IEnumerable<int> places = Enumerable.Range(0, _places.Count);
            if (places.Any(jobs[0].Has) && places.Any(other.Has) && !places.Any(p => jobs[0].Has(p) && other.Has(p)))
            {
                Warn(JobRows.Strangers(jobs[0].Name, other.Name));
            }
        }
    }

    private void Write(List<ComparedJob> jobs, CancellationToken cancellationToken)
    {
        ComparisonColumns columns = new([.. jobs.Select(static j => j.Name)], IncludeEqual);
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
                first.CustomId!,
                IncludeEqual ? isEqual : null,
                [.. results.Select(r => r is null ? (null, null) : (LabelOf(r), StatusOf(r)))],
                first.Source));
        }
    }

    private static string? StatusOf(BatchResult result)
        => result is { Status: nameof(Outcome.Succeeded), IsComplete: false } ? ResultChoice.Incomplete : result.Status;
}
