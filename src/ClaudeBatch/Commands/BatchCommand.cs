using System.Management.Automation;
using ClaudeBatch.Completers;
using ClaudeBatch.Core;
using ClaudeBatch.Core.Ledger;

namespace ClaudeBatch.Commands;

/// <summary>Base of the cmdlets that take batches: from the pipeline, by id, or by the name of their job, with wildcards.</summary>
public abstract class BatchCommand : ConnectedCommand
{
    private bool _refusedResults;

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
        IEnumerable<BatchRecord> named = ParameterSetName switch
        {
            JobSet => ResolveJobs().SelectMany(j => Open().Ledger.Batches.OfJob(j.Id)),
            IdSet => Id.SelectMany(id => BatchWithId(id, id)),
            _ => Meant().SelectMany(BatchesOf),
        };
        return named.Where(IsFirst);
    }

    /// <summary>Returns the jobs that <c>-Job</c> names, as <see cref="ConnectedCommand.JobsLike"/> does.</summary>
    private protected IEnumerable<JobRecord> ResolveJobs() => Job.SelectMany(JobsLike).Where(IsFirst);

    /// <summary>
    /// Returns what came through the pipeline. Where a result cannot stand for its batch, an error is written for the first one, and none of
    /// them is returned.
    /// </summary>
    private protected IEnumerable<BatchReference> Meant()
    {
        if (WholeBatches is not { } does || InputObject.All(static r => r.CustomId is null))
        {
            return InputObject;
        }

        BatchReference result = InputObject.First(static r => r.CustomId is not null);
        if (!_refusedResults)
        {
            _refusedResults = true;
            Fail(
                new ClaudeBatchException(
                    FailureKind.InvalidArgument,
                    "ResultIsNoBatch",
                    $"'{result.CustomId}' is a result, and {MyInvocation.MyCommand.Name} {does} whole batches with all their requests; nothing "
                        + "was done. Pipe batches, such as those of Get-ClaudeBatch, or name them with -Id."),
                result.Original);
        }

        return InputObject.Where(static r => r.CustomId is null);
    }

    /// <summary>
    /// What the command does to whole batches, as a verb in the third person; null for a command that results may name batches to.
    /// </summary>
    private protected virtual string? WholeBatches => null;
}
