using System.Management.Automation;
using ClaudeBatch.Connections;
using ClaudeBatch.Core;
using ClaudeBatch.Core.Ledger;
using ClaudeBatch.Core.Submission;

namespace ClaudeBatch.Commands;

/// <summary>Sends exactly the failed requests of a job again, as a further attempt of the same job.</summary>
[Cmdlet(VerbsLifecycle.Invoke, "ClaudeBatchRetry", DefaultParameterSetName = InputObjectSet, SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Medium)]
[OutputType(typeof(Batch))]
public sealed class InvokeClaudeBatchRetryCommand : BatchCommand
{
    private readonly Dictionary<long, HashSet<string>?> _jobs = [];

    [Parameter]
    [ValidateSet("Errored", "Canceled", "Expired", "Unknown", "Missing")]
    public string[] Status { get; set; } = [];

    [Parameter]
    [ValidateSet("Transient", "Permanent", "OperatorFixable")]
    public string[] FailureClass { get; set; } = [];

    /// <summary>A request tried so often is left alone.</summary>
    [Parameter]
    [ValidateRange(1, 100)]
    public int MaxAttempts { get; set; } = 5;

    protected override Task ProcessAsync(CancellationToken cancellationToken)
    {
        if (ParameterSetName == JobSet)
        {
            foreach (JobRecord job in ResolveJobs())
            {
                _jobs[job.Id] = null;
            }

            return Task.CompletedTask;
        }

        foreach (BatchRecord batch in Resolve())
        {
            _jobs.TryAdd(batch.JobId, []);
            if (InputObject.Any(static r => r.CustomId is null))
            {
                _jobs[batch.JobId] = null; // a batch or a job stands for all of its requests
            }

            foreach (BatchReference reference in InputObject)
            {
                if (reference.CustomId is { } id)
                {
                    _jobs[batch.JobId]?.Add(id);
                }
            }
        }

        return Task.CompletedTask;
    }

    protected override async Task EndAsync(CancellationToken cancellationToken)
    {
        foreach ((long id, HashSet<string>? customIds) in _jobs)
        {
            try
            {
                await RetryAsync(TryOpen()!, id, customIds, cancellationToken);
            }
            catch (ClaudeBatchException failure) when (!failure.IsFatal)
            {
                Fail(failure);
            }
        }
    }

    private async Task RetryAsync(BatchSession session, long jobId, HashSet<string>? customIds, CancellationToken cancellationToken)
    {
        JobRecord job = session.Ledger.Jobs.Get(jobId);
        JobBinding.Check(job, session.Service.Address);
        RetryFilter filter = new(SetOf(Status), SetOf(FailureClass), MaxAttempts, customIds);
        RetryPlanner planner = new(session.Ledger);
        long count = planner.Count(job, filter);
        if (count == 0)
        {
            Tell($"Job '{job.Name}' has nothing to retry.");
            return;
        }

        if (!ShouldProcess($"{count} requests of job '{job.Name}'", "Send again"))
        {
            return;
        }

        Delivery delivery = new(session, static _ => true, note => Say([note]), batch => Emit(Batch.From(batch)));
        await delivery.RunAsync(planner.Plan(job, filter, new SpoolLimits()), cancellationToken);
    }

    private static HashSet<string>? SetOf(string[] values)
        => values.Length == 0 ? null : new HashSet<string>(values, StringComparer.OrdinalIgnoreCase);
}
