using System.Management.Automation;
using ClaudeBatch.Completers;
using ClaudeBatch.Core;
using ClaudeBatch.Core.Ledger;

namespace ClaudeBatch.Commands;

/// <summary>
/// Base of the cmdlets that take batches: from the pipeline, at the first position by an id, a key or the name of their job, by <c>-Id</c>, or
/// by <c>-Job</c> with wildcards.
/// </summary>
public abstract class BatchCommand : ConnectedCommand
{
    private bool _refusedResults;

    private protected const string InputObjectSet = "InputObject";

    private protected const string IdSet = "Id";

    private protected const string JobSet = "Job";

    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ParameterSetName = InputObjectSet)]
    [ArgumentCompleter(typeof(ReferenceCompleter))]
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
            JobSet => Job.SelectMany(JobsLike).SelectMany(j => Open().Ledger.Batches.OfJob(j.Id)),
            IdSet => Id.SelectMany(id => BatchWithId(id, id)),
            _ => Meant().SelectMany(BatchesOf),
        };
        return named.Where(IsFirst);
    }

    /// <summary>Returns the jobs that are named as a whole: by <c>-Job</c>, by their name at the position, or by their object.</summary>
    private protected IEnumerable<JobRecord> ResolveJobs() => (ParameterSetName switch
    {
        JobSet => Job.SelectMany(JobsLike),
        InputObjectSet => Meant().Where(static r => r.Job is not null).SelectMany(JobsOf),
        _ => [],
    }).Where(IsFirst);

    /// <summary>Returns the batches that are named themselves, and not by their job.</summary>
    private protected IEnumerable<BatchRecord> ResolveBatches() => (ParameterSetName switch
    {
        IdSet => Id.SelectMany(id => BatchWithId(id, id)),
        InputObjectSet => Meant().Where(static r => r.Job is null).SelectMany(BatchesOf),
        _ => [],
    }).Where(IsFirst);

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
