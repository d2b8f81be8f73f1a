using System.Management.Automation;
using ClaudeBatch.Completers;
using ClaudeBatch.Core.Ledger;

namespace ClaudeBatch.Commands;

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
    [ArgumentCompleter(typeof(BatchIdCompleter))]
    public string[] Id { get; set; } = [];

    [Parameter(Mandatory = true, ParameterSetName = JobSet)]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(JobCompleter))]
    public string[] Job { get; set; } = [];

    /// <summary>The batches this input names; what is not there becomes an error and the others go on.</summary>
    private protected IEnumerable<BatchRecord> Resolve()
    {
        switch (ParameterSetName)
        {
            case JobSet:
                return ResolveJobs().SelectMany(j => Open().Ledger.Batches.OfJob(j.Id));
            case IdSet:
                return Id.SelectMany(id => One(id, id));
            default:
                return InputObject.SelectMany(BatchesOf);
        }
    }

    /// <summary>The jobs of <c>-Job</c>: a wildcard that finds nothing is silence, a name that finds nothing an error.</summary>
    private protected IEnumerable<JobRecord> ResolveJobs() => Job.SelectMany(JobsLike);
}
