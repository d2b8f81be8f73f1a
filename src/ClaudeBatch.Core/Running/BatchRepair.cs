using System.Globalization;
using ClaudeBatch.Core.Account;
using ClaudeBatch.Core.Api;
using ClaudeBatch.Core.Input;
using ClaudeBatch.Core.Ledger;
using ClaudeBatch.Core.Ledger.Files;
using ClaudeBatch.Core.Results;
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
        return [.. Settler.Candidates(ledger, batch with { Settlement = null }, list)];
    }

    /// <summary>
    /// Links a part to a batch of the service. Its answers are shown only after their custom ids were found to be those of the part. A part
    /// that was lost, or given up after that, can be linked to its own batch again, where the service shows it.
    /// </summary>
    /// <param name="batch">A part that, as far as the ledger knows, the service does not have.</param>
    /// <param name="serviceId"><c>msgbatch_…</c>.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="ClaudeBatchException"><c>NothingToRepair</c>, <c>BatchBusy</c>, <c>BatchKnown</c>, <c>CountsDiffer</c>,
    /// <c>RequestsSentAgain</c>, and what the service says.</exception>
    public async Task<BatchRecord> AdoptAsync(BatchRecord batch, string serviceId, CancellationToken cancellationToken)
    {
        await api.PrepareAsync(cancellationToken).ConfigureAwait(false); // no script runs under a lock
        using OwnershipLock ownership = Own(batch);
        batch = ledger.Batches.Get(batch);
        // What was lost may be there again.
        bool isItself = batch.ServiceId == serviceId && batch.State is BatchState.Lost or BatchState.Abandoned;
        if (!isItself)
        {
            Check(batch);
        }

        if (ledger.Batches.Replacing(batch).FirstOrDefault(
            static b => b.State is not (BatchState.Spooled or BatchState.Abandoned or BatchState.Rejected)) is { } later)
        {
            throw new ClaudeBatchException(
                FailureKind.Conflict,
                "RequestsSentAgain",
                $"The requests of part '{batch.Key}' were sent again in part '{later.Key}', which is {later.State}. Both would stand for the "
                    + "same rows.")
            { Target = batch.Key };
        }

        JobRecord job = ledger.Jobs.Get(batch.JobId);
        Reply<MessageBatch> reply = await FindAsync(job, serviceId, cancellationToken, isItself ? batch.Id : 0).ConfigureAwait(false);
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

        string message = isItself
            ? $"Batch {serviceId} is at the service, and was taken up again by a person."
            : $"Batch {serviceId} was taken for this one by a person.";
        // A part that was given up is taken for one that is on its way, or its state would stay what it is.
        BatchRecord taken = batch with
        {
            State = BatchState.InProgress,
            Settlement = null,
            Refusal = null,
            Message = null,
            Adopted = isItself ? batch.Adopted : Adoption.Tentative,
        };
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
    /// Adds a batch that another tool created to the ledger, as a new part of a job. Its requests become known with its answers. Where the job
    /// has requests, the batch must have ended, and none of its ids may be one of theirs.
    /// </summary>
    /// <param name="jobName">The name of a new or an existing job.</param>
    /// <param name="serviceId"><c>msgbatch_…</c>.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="ClaudeBatchException"><c>BatchKnown</c>, <c>JobBusy</c>, <c>JobNameInvalid</c>, <c>BatchNotEnded</c>,
    /// <c>CustomIdConflict</c>, <c>ResultsUnreadable</c>, and what the service says.</exception>
    public async Task<BatchRecord> ImportAsync(string jobName, string serviceId, CancellationToken cancellationToken)
    {
        JobName.Check(jobName, name => ledger.Jobs.Find(name) is not null);
        JobRecord? there = ledger.Jobs.Find(jobName);
        if (there is not null)
        {
            JobBinding.Check(there, api.Connection);
        }

        // The job is made only when the service has shown the batch: a mistyped id leaves no empty job behind.
        Reply<MessageBatch> reply = await FindAsync(there, serviceId, cancellationToken).ConfigureAwait(false);
        JobRecord job = ledger.Jobs.FindOrCreate(jobName, api.Connection, maxAttempts: 1);
        using OwnershipLock ownership = Ownership.TakeInput(ledger.Folder, job);
        job = ledger.Jobs.Get(job.Id);
        if (job.SealedRows > 0)
        {
            await RefuseKnownIdsAsync(job, reply.Value, cancellationToken).ConfigureAwait(false);
        }

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
        bool isUnread = batch.MadeElsewhere && !batch.State.IsFinal() && ledger.Batches.Tally(batch).Requests == 0;
        if (batch.State is not (BatchState.Unconfirmed or BatchState.Spooled or BatchState.Uploading or BatchState.Lost) && !isUnread)
        {
            throw Nothing(batch, "it is with the service; Stop-ClaudeBatch cancels it");
        }

        // No refusal is kept: what a person has decided is not searched for again when its requests are sent in a new part.
        // A batch of another tool is free to be taken over elsewhere then.
        return ledger.Record(batch, new Decision(
            batch with
            {
                State = BatchState.Abandoned,
                ServiceId = isUnread ? null : batch.ServiceId,
                Refusal = null,
                Message = null,
            },
            EventKind.Abandoned,
            isUnread ? $"Batch {batch.ServiceId} of another tool was given up by a person." : "Given up by a person."));
    }

    private async Task RefuseKnownIdsAsync(JobRecord job, MessageBatch theirs, CancellationToken cancellationToken)
    {
        const string elsewhere = "Take it over as another job";
        if (!theirs.HasEnded)
        {
            throw new ClaudeBatchException(
                FailureKind.Conflict,
                "BatchNotEnded",
                $"Batch '{theirs.Id}' has not ended, so that its custom ids are not known, and job '{job.Name}' has requests whose ids must be "
                    + $"others. Wait until it has ended, or take it over as another job: Repair-ClaudeBatch -Job <another name> -Adopt "
                    + theirs.Id)
            { Target = theirs.Id };
        }

        using OutcomeTable table = OutcomeTable.ForUnknown(theirs.RequestCounts.Total);
        BatchApi bound = JobBinding.Bind(api, job);
        if (!await ResultScan.ReadAsync(bound, theirs.Id, table, cancellationToken).ConfigureAwait(false)
            || table.Count < theirs.RequestCounts.Total)
        {
            throw new ClaudeBatchException(
                FailureKind.InvalidData,
                "ResultsUnreadable",
                $"The results of batch '{theirs.Id}' did not come whole, so that its custom ids cannot be compared with those of job "
                    + $"'{job.Name}'. Nothing was written. Run the line again, or take it over as another job.")
            { Target = theirs.Id };
        }

        if (KnownIds.Among(ledger, job, table) is { Count: > 0 } known)
        {
            throw known.Conflict(theirs.Id, job.Name, elsewhere);
        }
    }

    private OwnershipLock Own(BatchRecord batch) => Ownership.Take(ledger.Folder, batch);

    // The number of the part that may have the id already, which is 0 where none may.
    private async Task<Reply<MessageBatch>> FindAsync(
        JobRecord? job, string serviceId, CancellationToken cancellationToken, long itself = 0)
    {
        if (ledger.Batches.Find(serviceId) is { } known && known.Id != itself)
        {
            throw BatchBooks.Known(serviceId, known);
        }

        BatchApi bound = job is null ? api : JobBinding.Bind(api, job);
        return await bound.RetrieveAsync(serviceId, cancellationToken).ConfigureAwait(false);
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
