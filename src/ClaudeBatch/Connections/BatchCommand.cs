using System.Management.Automation;
using ClaudeBatch.Core;
using ClaudeBatch.Core.Ledger;

namespace ClaudeBatch.Connections;

/// <summary>Base for cmdlets on batches: from the pipeline, by id, or by job with wildcards.</summary>
public abstract class BatchCommand : ConnectedCommand
{
    private protected const string InputObjectSet = "InputObject";

    private protected const string IdSet = "Id";

    private protected const string JobSet = "Job";

    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ParameterSetName = InputObjectSet)]
    public BatchReference[] InputObject { get; set; } = [];

    [Parameter(Mandatory = true, ParameterSetName = IdSet)]
    [ValidateNotNullOrEmpty]
    public string[] Id { get; set; } = [];

    [Parameter(Mandatory = true, ParameterSetName = JobSet)]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    public string[] Job { get; set; } = [];

    /// <summary>The batches this input names; what is not there becomes an error and the others go on.</summary>
    private protected IEnumerable<BatchRecord> Resolve()
    {
        switch (ParameterSetName)
        {
            case JobSet:
                return ResolveJobs().SelectMany(j => TryOpen()!.Ledger.Batches.OfJob(j.Id));
            case IdSet:
                return Id.SelectMany(id => One(id, id));
            default:
                return InputObject.SelectMany(r => r.Job is { } job ? OfJob(job, r.Original) : One(r.Key!, r.Original));
        }
    }

    /// <summary>The jobs of <c>-Job</c>: a wildcard that finds nothing is silence, a name that finds nothing an error.</summary>
    private protected IEnumerable<JobRecord> ResolveJobs() => Job.SelectMany(JobsLike);

    private protected IReadOnlyList<JobRecord> JobsLike(string name)
    {
        IReadOnlyList<JobRecord> all = TryOpen()?.Ledger.Jobs.All() ?? [];
        WildcardPattern pattern = WildcardPattern.Get(name, WildcardOptions.IgnoreCase);
        JobRecord[] found = [.. all.Where(j => pattern.IsMatch(j.Name))];
        if (found.Length == 0 && !WildcardPattern.ContainsWildcardCharacters(name))
        {
            Fail(JobNotFound(name));
        }

        return found;
    }

    private IEnumerable<BatchRecord> OfJob(string name, object target)
    {
        if (TryOpen()?.Ledger.Jobs.Find(name) is { } job)
        {
            return TryOpen()!.Ledger.Batches.OfJob(job.Id);
        }

        Fail(JobNotFound(name), target);
        return [];
    }

    private protected IEnumerable<BatchRecord> One(string key, object target)
    {
        if (TryOpen()?.Ledger.Batches.Find(key) is { } batch)
        {
            return [batch];
        }

        Fail(
            new ClaudeBatchException(
                FailureKind.NotFound,
                "BatchNotFound",
                $"Batch '{key}' is not in the ledger at '{ConnectionDefaults.Resolve(Connection).Folder.Root}'. Get-ClaudeBatch lists those that are."),
            target);
        return [];
    }

    private ClaudeBatchException JobNotFound(string name) => new(
        FailureKind.NotFound,
        "JobNotFound",
        $"There is no job '{name}' in the ledger at '{ConnectionDefaults.Resolve(Connection).Folder.Root}'. Get-ClaudeBatchJob lists those that are.")
    { Target = name };
}
