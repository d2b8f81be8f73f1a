using System.Management.Automation;
using ClaudeBatch.Core;
using ClaudeBatch.Core.Input;
using ClaudeBatch.Core.Ledger;
using ClaudeBatch.Sessions;

namespace ClaudeBatch.Commands;

/// <summary>Returns requests as they were sent, such as the one behind a bad answer, or those of a job that failed for good.</summary>
[Cmdlet(VerbsCommon.Get, "ClaudeBatchRequest", DefaultParameterSetName = InputObjectSet)]
[OutputType(typeof(BatchRequest))]
public sealed class GetClaudeBatchRequestCommand : BatchCommand
{
    // The custom ids of piped results, by batch. They are gathered so that each batch's file is read once and not once for each result.
    private readonly Dictionary<string, HashSet<string>> _ofResults = [];

    private NameFilter? _ids;

    private HashSet<RequestStatus>? _statuses;

    [Parameter]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    public string[] CustomId { get; set; } = [];

    [Parameter]
    [ValidateSet("Succeeded", "Errored", "Canceled", "Expired", "Unknown", "Missing", "Pending", "NotSubmitted", "Refused")]
    public string[] Status { get; set; } = [];

    private protected override bool TakesPatterns => true;

    protected override Task BeginAsync(CancellationToken cancellationToken)
    {
        _ids = new NameFilter(CustomId);
        _statuses = Choices.Of<RequestStatus>(Status);
        return Task.CompletedTask;
    }

    protected override Task ProcessAsync(CancellationToken cancellationToken)
    {
        switch (ParameterSetName)
        {
            case JobSet:
                WriteRequestsOfJobs(ResolveJobs(), cancellationToken);
                break;
            case IdSet:
                WriteRequestsOfBatches(Resolve(), IsWanted, cancellationToken);
                break;
            default:
                foreach (BatchReference reference in InputObject)
                {
                    AddOrWrite(reference, cancellationToken);
                }

                break;
        }

        return Task.CompletedTask;
    }

    protected override Task EndAsync(CancellationToken cancellationToken)
    {
        foreach ((string key, HashSet<string> ids) in _ofResults)
        {
            WriteRequestsOfBatches(BatchWithId(key, key), (id, status) => ids.Contains(id) && IsWanted(id, status), cancellationToken);
        }

        return Task.CompletedTask;
    }

    private bool IsWanted(string customId, RequestStatus status) => _ids!.Takes(customId) && _statuses?.Contains(status) != false;

    private void AddOrWrite(BatchReference reference, CancellationToken cancellationToken)
    {
        if (reference.Job is not null)
        {
            WriteRequestsOfJobs(JobsOf(reference).Where(IsFirst), cancellationToken);
        }
        else if (reference.CustomId is not { } customId)
        {
            WriteRequestsOfBatches(
                BatchWithId(reference.Key!, reference.Original, reference).Where(IsFirst), IsWanted, cancellationToken);
        }
        else if (_ofResults.TryGetValue(reference.Key!, out HashSet<string>? ids))
        {
            ids.Add(customId);
        }
        else
        {
            _ofResults.Add(reference.Key!, [customId]);
        }
    }

    private void WriteRequestsOfJobs(IEnumerable<JobRecord> jobs, CancellationToken cancellationToken)
    {
        foreach (JobRecord job in jobs)
        {
            using SpoolReader reader = new(Open().Ledger);
            WriteRequests(reader.OfJob(job, IsWanted), cancellationToken);
        }
    }

    private void WriteRequestsOfBatches(
        IEnumerable<BatchRecord> batches, Func<string, RequestStatus, bool> isWanted, CancellationToken cancellationToken)
    {
        foreach (BatchRecord batch in batches)
        {
            using SpoolReader reader = new(Open().Ledger);
            WriteRequests(reader.OfBatch(batch, isWanted), cancellationToken);
        }
    }

    private void WriteRequests(IEnumerable<SentRequest> requests, CancellationToken cancellationToken)
    {
        try
        {
            foreach (SentRequest request in requests)
            {
                cancellationToken.ThrowIfCancellationRequested();
                WriteOutput(BatchRequest.From(request));
            }
        }
        catch (ClaudeBatchException failure) when (!failure.IsFatal)
        {
            Fail(failure);
        }
    }
}
