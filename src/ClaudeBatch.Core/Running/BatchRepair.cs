using System.Globalization;
using ClaudeBatch.Core.Account;
using ClaudeBatch.Core.Api;
using ClaudeBatch.Core.Input;
using ClaudeBatch.Core.Ledger;
using ClaudeBatch.Core.Ledger.Files;
using ClaudeBatch.Core.Sending;

namespace ClaudeBatch.Core.Running;

/// <summary>Records what a person has decided about a part: which batch of the service it is, or that it is none.</summary>
public sealed class BatchRepair(JobLedger ledger, BatchApi api)
{
    /// <summary>Lists the account's batches that could be this one.</summary>
    /// <exception cref="ClaudeBatchException"><c>NothingToRepair</c>, and what the service says.</exception>
    public async Task<IReadOnlyList<MessageBatch>> CandidatesAsync(BatchRecord batch, CancellationToken cancellationToken)
    {
        Check(batch);
        JobRecord job = ledger.Jobs.Get(batch.JobId);
        BatchApi bound = JobBinding.Bind(api, job);
        AccountList list = await AccountList
            .FetchAsync(bound, SubmissionIntent.Of(batch).EarliestCandidate ?? DateTimeOffset.MinValue, cancellationToken)
            .ConfigureAwait(false);
        JobBinding.Check(job, list.Headers);
        return [.. Settler.Candidates(ledger, batch with { Settlement = null }, list)];
    }

    /// <summary>
    /// Links a part to a batch of the service. Its answers are shown only after their custom ids were found to be those of the part.
    /// </summary>
    /// <param name="batch">A part that, as far as the ledger knows, the service does not have.</param>
    /// <param name="serviceId"><c>msgbatch_…</c>.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="ClaudeBatchException"><c>NothingToRepair</c>, <c>BatchKnown</c>, <c>CountsDiffer</c>, and what the service
    /// says.</exception>
    public async Task<BatchRecord> AdoptAsync(BatchRecord batch, string serviceId, CancellationToken cancellationToken)
    {
        using OwnershipLock ownership = Own(batch);
        batch = ledger.Batches.Get(batch);
        Check(batch);
        if (ledger.Batches.Replacing(batch).FirstOrDefault(static b => b.State != BatchState.Spooled) is { } later)
        {
            throw new ClaudeBatchException(
                FailureKind.Conflict,
                "RequestsSentAgain",
                $"The requests of part '{batch.Key}' were sent again in part '{later.Key}', which is {later.State}. Both would stand for the "
                    + "same rows.")
            { Target = batch.Key };
        }

        JobRecord job = ledger.Jobs.Get(batch.JobId);
        Reply<MessageBatch> reply = await FindAsync(job, serviceId, cancellationToken).ConfigureAwait(false);
        if (reply.Value.RequestCounts.Total != batch.RequestCount)
        {
            throw new ClaudeBatchException(
                FailureKind.Conflict,
                "CountsDiffer",
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"Batch '{serviceId}' has {reply.Value.RequestCounts.Total} requests and part '{batch.Key}' has "
                        + $"{batch.RequestCount}: it is another one."))
            { Target = serviceId };
        }

        string message = $"Batch {serviceId} was taken for this one by a person.";
        // A part that was given up is taken for one that is on its way, or its state would stay what it is.
        BatchRecord taken = batch with { State = BatchState.InProgress, Settlement = null, Refusal = null, Adopted = Adoption.Tentative };
        return ledger.Record(batch, new Decision(
            taken.With(reply.Value),
            EventKind.AdoptedByHand,
            message,
            reply.Headers.RequestId,
            () =>
            {
                ledger.Batches.TakeBackReplacing(batch);
                ledger.Jobs.BindAccount(job, reply.Headers.OrganizationId, reply.Headers.WorkspaceId);
                ledger.EndPause(job.Id);
            }));
    }

    /// <summary>
    /// Adds a batch that another tool created to the ledger, as a new part of a job. Its requests become known with its answers.
    /// </summary>
    /// <param name="jobName">The name of a new or an existing job.</param>
    /// <param name="serviceId"><c>msgbatch_…</c>.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="ClaudeBatchException"><c>BatchKnown</c>, <c>JobBusy</c>, <c>JobNameInvalid</c>, and what the service
    /// says.</exception>
    public async Task<BatchRecord> ImportAsync(string jobName, string serviceId, CancellationToken cancellationToken)
    {
        JobName.Check(jobName);
        JobRecord? there = ledger.Jobs.Find(jobName);
        if (there is not null)
        {
            JobBinding.Check(there, api.Connection);
        }

        // The job is made only when the service has shown the batch: a mistyped id leaves no empty job behind.
        Reply<MessageBatch> reply = await FindAsync(there, serviceId, cancellationToken).ConfigureAwait(false);
        JobRecord job = ledger.Jobs.FindOrCreate(jobName, api.Connection, maxAttempts: 1);
        using OwnershipLock ownership = Ownership.TakeInput(ledger.Folder, job);
        long id = 0;
        ledger.Write(() =>
        {
            id = ledger.Batches.AddMadeElsewhere(job.Id, reply.Value.RequestCounts.Total, reply.Headers);
            BatchRecord batch = ledger.Batches.Get(id);
            ledger.Batches.Change(batch, batch.With(reply.Value));
            ledger.Jobs.SealEmpty(job);
            ledger.Jobs.BindAccount(job, reply.Headers.OrganizationId, reply.Headers.WorkspaceId);
            string message = $"Batch {serviceId} was made by another tool and taken over.";
            ledger.Events.Add(EventKind.Imported, message, job.Id, id, reply.Headers.RequestId);
        });
        return ledger.Batches.Get(id);
    }

    /// <summary>
    /// Abandons a part: its rows count as not submitted, and the command that submitted them sends them in a new part when it is run again.
    /// </summary>
    /// <exception cref="ClaudeBatchException"><c>NothingToRepair</c>, <c>BatchBusy</c>.</exception>
    public BatchRecord Abandon(BatchRecord batch)
    {
        using OwnershipLock ownership = Own(batch);
        batch = ledger.Batches.Get(batch);
        if (batch.State is not (BatchState.Unconfirmed or BatchState.Spooled or BatchState.Uploading or BatchState.Lost))
        {
            throw Nothing(batch, "it is with the service; Stop-ClaudeBatch cancels it");
        }

        // No refusal is kept: what a person has decided is not searched for again when its requests are sent in a new part.
        return ledger.Record(batch, new Decision(
            batch with { State = BatchState.Abandoned, Refusal = null, Message = null }, EventKind.Abandoned, "Given up by a person."));
    }

    private OwnershipLock Own(BatchRecord batch) => Ownership.Take(ledger.Folder, batch);

    private async Task<Reply<MessageBatch>> FindAsync(JobRecord? job, string serviceId, CancellationToken cancellationToken)
    {
        if (ledger.Batches.Find(serviceId) is { } known)
        {
            throw BatchBooks.Known(serviceId, known);
        }

        BatchApi bound = job is null ? api : JobBinding.Bind(api, job);
        Reply<MessageBatch> reply = await bound.RetrieveAsync(serviceId, cancellationToken).ConfigureAwait(false);
        if (job is not null)
        {
            JobBinding.Check(job, reply.Headers);
        }

        return reply;
    }

    private static void Check(BatchRecord batch)
    {
        bool mayBeThere = batch
            .State is BatchState.Unconfirmed or BatchState.Uploading or BatchState.Spooled or BatchState.Abandoned or BatchState.Rejected;
        if (!mayBeThere || batch.Intent is null)
        {
            throw Nothing(batch, batch.ServiceId is null ? "it was never sent" : $"it is the service's batch '{batch.ServiceId}'");
        }
    }

    private static ClaudeBatchException Nothing(BatchRecord batch, string why)
        => new(
            FailureKind.Conflict,
            "NothingToRepair",
            $"There is nothing to repair about batch '{batch.Key}': it is {batch.State}, and {why}.") { Target = batch.Key };
}
