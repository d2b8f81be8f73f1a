using System.Management.Automation;
using ClaudeBatch.Core;
using ClaudeBatch.Core.Ledger;

namespace ClaudeBatch.Connections;

/// <summary>Base for cmdlets on jobs: by name with wildcards, or from the pipeline.</summary>
public abstract class JobCommand : ConnectedCommand
{
    /// <summary>Names with wildcards, or jobs.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true)]
    [Alias("Name")]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    public string[] Job { get; set; } = ["*"];

    /// <summary>The jobs that are named: a wildcard that finds nothing is silence, a name that finds nothing an error.</summary>
    private protected IEnumerable<JobRecord> ResolveJobs()
    {
        foreach (string name in Job)
        {
            WildcardPattern pattern = WildcardPattern.Get(name, WildcardOptions.IgnoreCase);
            JobRecord[] jobs = [.. TryOpen()?.Ledger.Jobs.All().Where(j => pattern.IsMatch(j.Name)) ?? []];
            if (jobs.Length == 0 && !WildcardPattern.ContainsWildcardCharacters(name))
            {
                Fail(new ClaudeBatchException(
                    FailureKind.NotFound,
                    "JobNotFound",
                    $"There is no job '{name}' in the ledger at '{ConnectionDefaults.Resolve(Connection).Folder.Root}'. Get-ClaudeBatchJob lists those that are.")
                { Target = name });
            }

            foreach (JobRecord job in jobs)
            {
                yield return job;
            }
        }
    }
}
