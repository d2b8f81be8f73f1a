using System.Management.Automation;
using ClaudeBatch.Completers;
using ClaudeBatch.Core.Ledger;

namespace ClaudeBatch.Commands;

/// <summary>Base of the cmdlets that take jobs: by name, with wildcards, or from the pipeline.</summary>
public abstract class JobCommand : ConnectedCommand
{
    /// <summary>Names of jobs, with wildcards, or jobs from the pipeline.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true)]
    [Alias("Name")]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(JobCompleter))]
    public JobReference[] Job { get; set; } = [new("*")];

    private protected IEnumerable<JobRecord> ResolveJobs() => Job.SelectMany(JobsOf).Where(IsFirst);
}
