using System.Management.Automation;
using ClaudeBatch.Completers;
using ClaudeBatch.Core.Ledger;

namespace ClaudeBatch.Commands;

/// <summary>Base of the cmdlets that take batches: from the pipeline, by id, or by the name of their job, with wildcards.</summary>
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

    /// <summary>
    /// Returns the batches that the current input names. Each name or id that is not in the ledger is written as an error, and the rest
    /// are still returned.
    /// </summary>
    private protected IEnumerable<BatchRecord> Resolve()
    {
        switch (ParameterSetName)
        {
            case JobSet:
                return ResolveJobs().SelectMany(j => Open().Ledger.Batches.OfJob(j.Id));
            case IdSet:
                return Id.SelectMany(id => BatchWithId(id, id));
            default:
                return InputObject.SelectMany(BatchesOf);
        }
    }

    /// <summary>Returns the jobs that <c>-Job</c> names, as <see cref="ConnectedCommand.JobsLike"/> does.</summary>
    private protected IEnumerable<JobRecord> ResolveJobs() => Job.SelectMany(JobsLike);
}
