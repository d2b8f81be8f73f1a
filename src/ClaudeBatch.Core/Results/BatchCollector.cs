using System.Globalization;
using ClaudeBatch.Core.Api;
using ClaudeBatch.Core.Costs;
using ClaudeBatch.Core.Ledger;
using ClaudeBatch.Core.Ledger.Files;
using ClaudeBatch.Core.Models;

namespace ClaudeBatch.Core.Results;

/// <summary>
/// Collects the results of an ended batch: downloads them once a call, and records the outcomes of the lines that came. Requests without one
/// stay pending until several complete downloads have lacked them.
/// </summary>
/// <param name="ledger">The open ledger.</param>
/// <param name="api">The service.</param>
/// <param name="clock">Measures the time between downloads.</param>
/// <param name="catalog">Gives the models and their prices. It is called when the first answer is read; null for the models that this
/// version ships.</param>
public sealed partial class BatchCollector(JobLedger ledger, BatchApi api, TimeProvider clock, Func<ModelCatalog>? catalog = null)
{
    private readonly Lazy<PriceList> _prices = new(() => new PriceList(catalog?.Invoke() ?? ModelCatalog.Shipped));

    private DateTime Now => clock.GetUtcNow().UtcDateTime;

    /// <summary>
    /// Collects the batch. A batch that is collected already is returned as it is, unless the service is to be asked for missing requests.
    /// </summary>
    /// <param name="batchId">The ledger's number of the batch.</param>
    /// <param name="received">Gets the number of bytes received so far; null for no reports.</param>
    /// <param name="cancellationToken">Cancels the download. The next call begins it again.</param>
    /// <param name="again">Whether results that are here already are downloaded once more. Where that fails, they stay as they are.</param>
    /// <exception cref="ClaudeBatchException"><c>BatchNotEnded</c>, <c>BatchBusy</c>, <c>ResultsExpired</c>, and what the service
    /// says; <c>ResultsCut</c>, <c>ResultsUnreadable</c>, <c>ResultsIncomplete</c>: what came is recorded, and not all requests have an
    /// answer.</exception>
    public async Task<BatchRecord> CollectAsync(
        long batchId,
        IProgress<long>? received,
        CancellationToken cancellationToken,
        bool again = false)
    {
        BatchRecord batch = ledger.Batches.Get(batchId);
        if (IsDone(batch, again))
        {
            return batch;
        }

        if (batch.State == BatchState.Ended || again)
        {
            await api.PrepareAsync(cancellationToken).ConfigureAwait(false);
        }

        using OwnershipLock ownership = Ownership.Take(ledger.Folder, batch);

        batch = ledger.Batches.Get(batch);
        if (IsDone(batch, again))
        {
            return batch; // another process was quicker
        }

        if (!batch.State.IsOver() || batch.State is BatchState.Rejected or BatchState.Lost or BatchState.Abandoned or BatchState.Deleted)
        {
            throw NotEnded(batch);
        }

        if (batch.IsAmbiguous && !again)
        {
            throw KnownIds.Conflict(batch.ServiceId!, batch.Message!); // the next download would find the same ids
        }

        // The ids of another tool's batch become rows of the job, which nobody else may add to meanwhile.
        using OwnershipLock? rows = batch.MadeElsewhere ? Ownership.TakeInput(ledger.Folder, ledger.Jobs.Get(batch.JobId)) : null;
        bool wasCollected = batch.State == BatchState.Collected;
        ReceivedResults? came = null;
        try
        {
            if (!IsDownloaded(batch))
            {
                batch = batch.State == BatchState.Downloaded ? Undownloaded(batch) : batch;
                LedgerFolder.CreateFolder(ledger.Folder.Job(batch.JobId));
                (batch, came) = await DownloadAsync(batch, again, received, cancellationToken).ConfigureAwait(false);
            }

            if (batch.State != BatchState.Downloaded)
            {
                return batch; // nothing has come that was not here, and nothing more is to be done now
            }

            GiveName(batch);
            using OutcomeTable? read = came is null ? OutcomeTable.FromFile(ledger, batch, _prices) : null;
            return Book(batch, came?.Table ?? read!, came, wasCollected);
        }
        finally
        {
            came?.Dispose();
        }
    }

    private bool IsDone(BatchRecord batch, bool again)
        => batch.State == BatchState.Collected && !again && !ResultPatience.IsDue(batch, Now);

    // An earlier process may have ended after a download was recorded, before or after the file got its name: its work is continued, if the
    // file is what was recorded.
    private bool IsDownloaded(BatchRecord batch)
    {
        if (batch.State != BatchState.Downloaded)
        {
            return false;
        }

        string path = ledger.Folder.Results(batch.JobId, batch.Part, batch.ResultsFile);
        string there = File.Exists(Partial(path)) ? Partial(path) : path;
        return File.Exists(there) && (batch.ResultsDigest is null || PayloadDigest.IsOfFile(there, batch.ResultsDigest));
    }

    // What was recorded is not there any more, or is not what it was: it is as if nothing had come.
    private BatchRecord Undownloaded(BatchRecord batch)
        => ledger.Record(batch, new Decision(batch with { State = BatchState.Ended, ResultsDigest = null, HasLineDigests = false }));

    private static string Partial(string path) => path + ".partial";

    private void GiveName(BatchRecord batch)
    {
        string path = ledger.Folder.Results(batch.JobId, batch.Part, batch.ResultsFile);
        if (File.Exists(Partial(path)))
        {
            File.Move(Partial(path), path, overwrite: true);
            FolderFlush.Of(Path.GetDirectoryName(path)!);
        }

        Milestone.Pass("results-renamed");
    }

    private BatchRecord Book(BatchRecord batch, OutcomeTable table, ReceivedResults? came, bool wasCollected)
    {
        if (table.Discovered.Count > 0)
        {
            ledger.Attempts.RecordDiscovered(batch, ledger.Jobs.Get(batch.JobId).SealedRows, table.Discovered);
        }

        bool isFinal = table.Agrees(batch) || ResultPatience.IsEnough(batch);
        (ReadOnlyMemory<OutcomeRecord> rows, IReadOnlyList<OutcomeWords> words) = table.Rows(isFinal);
        ledger.Attempts.RecordOutcomes(batch, rows, [.. words.Select(WithoutSecret)]);
        CloserLook.AtAnswers(ledger, batch, table.Unjudged);
        if (isFinal && !wasCollected)
        {
            PauseForOperator(batch, table);
        }

        batch = !isFinal ? Lacking(batch, table)
            : table.Missing == 0 ? Collected(batch, batch with { AskAgainAt = null }, Summary(table))
            : Collected(batch, wasCollected ? batch : ResultPatience.AskLater(batch, Now), Summary(table));
        Milestone.Pass("collection-recorded");
        DeleteEarlier(batch);
        return isFinal ? batch : throw Incomplete(batch, table, came?.Cut);
    }

    private BatchRecord Collected(BatchRecord batch, BatchRecord to, string summary) => ledger.Record(batch, new Decision(
        to with
        {
            State = BatchState.Collected,
            CollectedAt = to.CollectedAt ?? Now,
            HasLineDigests = batch.ResultsDigest is not null,
            Message = null,
        },
        EventKind.Collected,
        summary));

    private BatchRecord Lacking(BatchRecord batch, OutcomeTable table)
    {
        string message = Incomplete(batch, table, cut: null).Message;
        return ledger.Record(batch, new Decision(batch with { State = BatchState.Ended, HasLineDigests = true, Message = message }));
    }

    // A process that has an earlier file open goes on reading it. Where the system does not delete it then, a later download does.
    private void DeleteEarlier(BatchRecord batch)
    {
        string path = ledger.Folder.Results(batch.JobId, batch.Part, batch.ResultsFile);
        foreach (string file in ledger.Folder.AllResults(batch.JobId, batch.Part).Where(f => f != path))
        {
            try
            {
                File.Delete(file);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // It stays until then.
            }
        }
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
            string message = WaitsForOperator(batch, waiting.Count, words);
            JobRecord job = ledger.Jobs.Get(batch.JobId);
            ledger.Record(job, EventKind.Paused, message, () => ledger.Jobs.Pause(job, PauseCause.OperatorFixable, message));
        }
    }

    private static string WaitsForOperator(BatchRecord batch, int requests, string words) => string.Create(
        CultureInfo.InvariantCulture,
        $"{requests} requests of part {batch.Part} failed for a cause at the account ({words}). Mend it, then run: "
            + $"Invoke-ClaudeBatchRetry -Job {batch.Job} -FailureClass OperatorFixable");

    private static string Summary(OutcomeTable table) => string.Create(
        CultureInfo.InvariantCulture,
        $"{table.Count} requests, {table.Lacking} missing, {table.Duplicated} repeated lines, {table.Foreign} foreign, "
            + $"{table.Unreadable} unreadable.");
}
