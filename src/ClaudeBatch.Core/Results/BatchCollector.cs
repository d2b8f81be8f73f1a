using System.Globalization;
using ClaudeBatch.Core.Account;
using ClaudeBatch.Core.Api;
using ClaudeBatch.Core.Costs;
using ClaudeBatch.Core.Ledger;
using ClaudeBatch.Core.Ledger.Files;
using ClaudeBatch.Core.Models;

namespace ClaudeBatch.Core.Results;

/// <summary>
/// Collects the results of an ended batch: downloads them, checks that they are complete, and records the outcomes before anyone can read
/// one.
/// </summary>
/// <param name="ledger">The open ledger.</param>
/// <param name="api">The service.</param>
/// <param name="clock">Measures the waits between downloads.</param>
/// <param name="catalog">Gives the models and their prices. It is called when the first answer is read; null for the models that this
/// version ships.</param>
public sealed class BatchCollector(JobLedger ledger, BatchApi api, TimeProvider clock, Func<ModelCatalog>? catalog = null)
{
    private const int Downloads = 3;

    private readonly Lazy<PriceList> _prices = new(() => new PriceList(catalog?.Invoke() ?? ModelCatalog.Shipped));

    /// <summary>Collects the batch. A batch that is collected already is returned as it is.</summary>
    /// <param name="batchId">The ledger's number of the batch.</param>
    /// <param name="received">Gets the number of bytes received so far; null for no reports.</param>
    /// <param name="cancellationToken">Cancels the download. The next call begins it again.</param>
    /// <param name="again">Whether results that are here already are downloaded once more. Where that fails, they stay as they are.</param>
    /// <exception cref="ClaudeBatchException"><c>BatchNotEnded</c>, <c>BatchBusy</c>, <c>ResultsExpired</c>, and what the service
    /// says.</exception>
    public async Task<BatchRecord> CollectAsync(
        long batchId,
        IProgress<long>? received,
        CancellationToken cancellationToken,
        bool again = false)
    {
        BatchRecord batch = ledger.Batches.Get(batchId);
        if (batch.State == BatchState.Collected && !again)
        {
            return batch;
        }

        using OwnershipLock ownership = Ownership.Take(ledger.Folder, batch);

        batch = ledger.Batches.Get(batch);
        if (batch.State == BatchState.Collected && !again)
        {
            return batch; // another process was quicker
        }

        CheckCollectable(batch);
        BatchApi bound = JobBinding.Bind(api, ledger.Jobs.Get(batch.JobId));
        string path = ledger.Folder.Results(batch.JobId, batch.Part);
        string partial = path + ".partial";
        OutcomeTable? table = null;
        if (batch.State is BatchState.Ended or BatchState.Collected)
        {
            LedgerFolder.CreateFolder(ledger.Folder.Job(batch.JobId));
            table = await DownloadAsync(bound, batch, partial, received, cancellationToken).ConfigureAwait(false);
            Milestone.Pass("download-recorded");
        }

        // An earlier process may have ended after the download was recorded, before or after the file was renamed: its work is continued.
        if (File.Exists(partial))
        {
            File.Move(partial, path, overwrite: true);
            FolderFlush.Of(Path.GetDirectoryName(path)!);
        }

        Milestone.Pass("results-renamed");
        using OutcomeTable outcomes = table ?? OutcomeTable.FromFile(ledger, batch, _prices);
        if (outcomes.Discovered.Count > 0)
        {
            ledger.Attempts.RecordDiscovered(batch, ledger.Jobs.Get(batch.JobId).SealedRows, outcomes.Discovered);
        }

        (ReadOnlyMemory<OutcomeRecord> rows, IReadOnlyList<OutcomeWords> words) = outcomes.Rows();
        ledger.Attempts.RecordOutcomes(batch, rows, [.. words.Select(WithoutSecret)]);
        PauseForOperator(batch, outcomes);
        return ledger.SetState(ledger.Batches.Get(batch), BatchState.Collected, Summary(outcomes));
    }

    // The results keep what the service has said as it is; the books are the ledger's.
    private OutcomeWords WithoutSecret(OutcomeWords words) => words with
    {
        ErrorType = WithoutSecret(words.ErrorType),
        StopReason = WithoutSecret(words.StopReason),
        Model = WithoutSecret(words.Model),
        InferenceGeo = WithoutSecret(words.InferenceGeo),
    };

    private string? WithoutSecret(string? text) => text is null ? null : api.Connection.Credential.WithoutSecret(text);

    // These requests would fail again until a person has changed something about the account, so the job is paused.
    private void PauseForOperator(BatchRecord batch, OutcomeTable table)
    {
        if (table.OperatorFixable is { Count: > 0 } waiting)
        {
            string words = api.Connection.Credential.WithoutSecret(waiting.Words ?? string.Empty);
            string message = string.Create(
                CultureInfo.InvariantCulture,
                $"{waiting.Count} requests of part {batch.Part} failed for a cause at the account ({words}). Mend it, then "
                    + $"run: Invoke-ClaudeBatchRetry -Job {batch.Job} -FailureClass OperatorFixable");
            JobRecord job = ledger.Jobs.Get(batch.JobId);
            ledger.Record(job, EventKind.Paused, message, () => ledger.Jobs.Pause(job, PauseCause.OperatorFixable, message));
        }
    }

    private static string Summary(OutcomeTable table) => string.Create(
        CultureInfo.InvariantCulture,
        $"{table.Count} requests, {table.Missing} missing, {table.Duplicated} repeated lines, {table.Foreign} foreign, "
            + $"{table.Unreadable} unreadable.");

    private static void CheckCollectable(BatchRecord batch)
    {
        if (batch.State is BatchState.Ended or BatchState.Downloaded or BatchState.Collected)
        {
            if (batch.State != BatchState.Downloaded && batch.ArchivedAt is not null)
            {
                throw Archived(batch);
            }

            return;
        }

        throw NotEnded(batch);
    }

    private static ClaudeBatchException Archived(BatchRecord batch) => new(
        FailureKind.NotFound,
        "ResultsExpired",
        $"The results of batch '{batch.Key}' were archived by the service on {batch.ArchivedAt:yyyy-MM-dd}; it keeps them for 29 days, "
            + $"and they can be had no more.")
    { Target = batch.Key };

    /// <summary>Makes the error for a batch whose results are asked for before it has ended.</summary>
    public static ClaudeBatchException NotEnded(BatchRecord batch)
    {
        string hint = batch.State.IsFinal()
            ? "It will have no results."
            : "Wait for it with Wait-ClaudeBatch.";
        return new ClaudeBatchException(
            FailureKind.Conflict, "BatchNotEnded", $"Batch '{batch.ServiceId ?? batch.Key}' has no results: it is {batch.State}. {hint}")
        { Target = batch.ServiceId ?? batch.Key };
    }

    // An adopted batch with the right number of requests and other custom ids is somebody else's. Its results are deleted without being
    // shown.
    private void RefuseStranger(BatchRecord batch, OutcomeTable table, string partial)
    {
        if (!batch.IsTentative || table.HasItsIds)
        {
            return;
        }

        File.Delete(partial);
        Settlement before = batch.Settlement ?? new Settlement();
        Settlement settlement = new() { Excluded = [.. before.Excluded, batch.ServiceId!] };
        string message = $"Batch '{batch.ServiceId}' was taken for part {batch.Part} of job '{batch.Job}' and has other answers: it is "
            + $"somebody else's. Settling goes on.";
        ledger.Record(batch, new Decision(batch.Refuted(settlement), EventKind.AdoptionRefuted, message));
        throw new ClaudeBatchException(FailureKind.Conflict, "BatchNotOurs", message) { Target = batch.Key };
    }

    private async Task<OutcomeTable> DownloadAsync(
        BatchApi bound, BatchRecord batch, string partial, IProgress<long>? received, CancellationToken cancellationToken)
    {
        for (int tries = 1; ; tries++)
        {
            OutcomeTable table;
            byte[] digest;
            try
            {
                (table, digest) = await new ResultDownload(ledger, bound, _prices).RunAsync(batch, partial, received, cancellationToken)
                    .ConfigureAwait(false);
            }
            catch (ClaudeBatchException denial) when (denial is { Status: 404, IsFromService: true })
            {
                throw await DeniedAsync(bound, batch, denial, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception e) when (e is IOException or HttpRequestException or TimeoutException)
            {
                if (tries >= Downloads)
                {
                    throw new ClaudeBatchException(
                        FailureKind.Network,
                        "ResultsCut",
                        $"The results of batch '{batch.Key}' broke off {Downloads} times: {e.Message} Run the line again; the batch is "
                            + $"safe.",
                        e)
                    { Target = batch.Key };
                }

                await Task.Delay(RepeatableCalls.Backoff(tries, 0), clock, cancellationToken).ConfigureAwait(false);
                continue;
            }

            // A body can end early without an error. The service's counts say what should have come.
            if (Agrees(table, batch) || tries >= Downloads)
            {
                RefuseStranger(batch, table, partial);
                ledger.Record(batch, new Decision(
                    batch with
                    {
                        State = BatchState.Downloaded,
                        Adopted = batch.IsTentative ? Adoption.Confirmed : batch.Adopted,
                        ResultsDigest = digest,
                        Duplicated = table.Duplicated,
                        Foreign = table.Foreign,
                        Message = null,
                    },
                    EventKind.Downloaded,
                    $"{table.Count} requests, {table.Missing} without an answer.",
                    Also: () =>
                    {
                        if (batch.IsTentative)
                        {
                            ledger.Events.Add(EventKind.AdoptionConfirmed, "The ids of its answers are the part's.", batch.JobId, batch.Id);
                        }
                    }));
                return table;
            }
        }
    }

    // A status 404 can be a passing error. Whether the batch is lost is decided by time and the lists, as when its state is asked for.
    private async Task<ClaudeBatchException> DeniedAsync(
        BatchApi bound,
        BatchRecord batch,
        ClaudeBatchException denial,
        CancellationToken cancellationToken)
    {
        BatchRecord now = batch.State == BatchState.Ended
            ? await new BatchPoller(ledger, api, clock).DeniedAsync(bound, ledger.Jobs.Get(batch.JobId), batch, denial, cancellationToken)
                .ConfigureAwait(false)
            : batch;
        return now.State == BatchState.Lost ? NotEnded(now)
            : now.ArchivedAt is not null ? Archived(now)
            : new ClaudeBatchException(
                FailureKind.NotFound,
                "ResultsNotFound",
                $"The service has no results for batch '{batch.Key}' now: {denial.ServiceMessage ?? denial.Message} Run the line again "
                    + $"in some minutes; nothing is sent again for it.",
                denial)
            { Target = batch.Key, RequestId = denial.RequestId };
    }

    private static bool Agrees(OutcomeTable table, BatchRecord batch)
        => table is { Missing: 0, Foreign: 0, Duplicated: 0, Unreadable: 0 } && table.Count == batch.Counts.Total;
}
