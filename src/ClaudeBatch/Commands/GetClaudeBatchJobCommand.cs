using System.Management.Automation;
using ClaudeBatch.Connections;
using ClaudeBatch.Core;
using ClaudeBatch.Core.Ledger;

namespace ClaudeBatch.Commands;

/// <summary>Lists jobs with their counts, from the ledger alone.</summary>
[Cmdlet(VerbsCommon.Get, "ClaudeBatchJob")]
[OutputType(typeof(BatchJob))]
public sealed class GetClaudeBatchJobCommand : ConnectedCommand
{
    [Parameter(Position = 0, ValueFromPipeline = true)]
    [Alias("Job")]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    public string[] Name { get; set; } = ["*"];

    protected override Task ProcessAsync(CancellationToken cancellationToken)
    {
        foreach (string name in Name)
        {
            WildcardPattern pattern = WildcardPattern.Get(name, WildcardOptions.IgnoreCase);
            JobRecord[] jobs = [.. TryOpen()?.Ledger.Jobs.All().Where(j => pattern.IsMatch(j.Name)) ?? []];
            if (jobs.Length == 0 && !WildcardPattern.ContainsWildcardCharacters(name))
            {
                Fail(new ClaudeBatchException(FailureKind.NotFound, "JobNotFound", $"There is no job '{name}' in the ledger.") { Target = name });
            }

            foreach (JobRecord job in jobs)
            {
                Emit(BatchJob.From(TryOpen()!.Ledger, job));
            }
        }

        return Task.CompletedTask;
    }
}
