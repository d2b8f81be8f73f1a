using System.Management.Automation;
using ClaudeBatch.Core.Ledger;
using ClaudeBatch.Core.Results;
using ClaudeBatch.Sessions;

namespace ClaudeBatch.Commands;

/// <summary>Compares the books of jobs with their input and with the service's counts.</summary>
[Cmdlet(VerbsData.Compare, "ClaudeBatch", DefaultParameterSetName = InputObjectSet)]
[OutputType(typeof(Reconciliation))]
public sealed class CompareClaudeBatchCommand : BatchCommand
{
    private readonly HashSet<long> _jobs = [];

    private protected override bool TakesPatterns => true;

    protected override Task ProcessAsync(CancellationToken cancellationToken)
    {
        // Books can only be compared for a whole job, so a batch or a result stands for its job.
        _jobs.UnionWith(ResolveJobs().Select(static j => j.Id).Concat(ResolveBatches().Select(static b => b.JobId)));
        return Task.CompletedTask;
    }

    protected override Task EndAsync(CancellationToken cancellationToken)
    {
        foreach (long id in _jobs)
        {
            BatchSession session = Open();
            JobRecord job = session.Ledger.Jobs.Get(id);
            WriteOutput(Reconciliation.From(job.Name, new Reconciler(session.Ledger).Check(job, readsFiles: true)));
        }

        return Task.CompletedTask;
    }
}
