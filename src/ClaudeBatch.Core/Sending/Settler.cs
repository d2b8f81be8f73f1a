using System.Globalization;
using ClaudeBatch.Core.Account;
using ClaudeBatch.Core.Api;
using ClaudeBatch.Core.Json;
using ClaudeBatch.Core.Ledger;
using ClaudeBatch.Core.Ledger.Files;
using ClaudeBatch.Core.Results;

namespace ClaudeBatch.Core.Sending;

/// <summary>Finds out whether the service has a batch whose create call got no reply, from the account's lists.</summary>
/// <remarks>
/// One list does not decide, because a list may lag. What each list showed is recorded, so that the lists of several processes count
/// together. Times are the service's.
/// </remarks>
public sealed class Settler(JobLedger ledger, BatchApi api)
{
    private const int ListsToAdopt = 3;

    private const int ListsToGiveUp = 5;

    private static readonly TimeSpan s_timeToAdopt = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Gives the batches of a list that could be this one: with as many requests, not older than the create call, and unknown to the
    /// ledger.
    /// </summary>
    public static IEnumerable<MessageBatch> Candidates(JobLedger ledger, BatchRecord batch, AccountList list)
    {
        SubmissionIntent intent = SubmissionIntent.Of(batch);
        return list.Batches.Where(b => b.RequestCounts.Total == batch.RequestCount
            && (intent.EarliestCandidate is null || b.CreatedAt >= intent.EarliestCandidate)
            && !intent.KnownIds.Contains(b.Id)
            && batch.Settlement?.Excluded.Contains(b.Id) != true
            && !ledger.Batches.Knows(b.Id));
    }

    /// <summary>Gets one list and counts it, if no other process works on the batch.</summary>
    /// <param name="batch">An unconfirmed batch.</param>
    /// <param name="cancellationToken">Ends the calls.</param>
    /// <returns>The batch as it is recorded now.</returns>
    /// <exception cref="ClaudeBatchException"><c>JobBoundElsewhere</c>, and what the service says.</exception>
    public async Task<BatchRecord> SettleAsync(BatchRecord batch, CancellationToken cancellationToken)
    {
        using OwnershipLock ownership = Ownership.Take(ledger.Folder, batch);

        batch = ledger.Batches.Get(batch.Id);
        if (batch.State != BatchState.Unconfirmed || batch.IsAmbiguous)
        {
            return batch;
        }

        JobRecord job = ledger.Jobs.Get(batch.JobId);
        BatchApi bound = JobBinding.Bind(api, job);
        AccountList list = await AccountList
            .FetchAsync(bound, SubmissionIntent.Of(batch).EarliestCandidate ?? DateTimeOffset.MinValue, cancellationToken)
            .ConfigureAwait(false);
        JobBinding.Check(job, list.Headers);
        DateTime now = (list.Headers.Date ?? ledger.Clock.GetUtcNow()).UtcDateTime;
        MessageBatch[] candidates = [.. Candidates(ledger, batch, list)];
        return candidates.Length == 0
            ? NoneFound(batch, now)
            : await SomeFoundAsync(bound, batch, candidates, now, cancellationToken).ConfigureAwait(false);
    }

    private BatchRecord NoneFound(BatchRecord batch, DateTime now)
    {
        Settlement before = batch.Settlement ?? new Settlement();
        Settlement settlement = before with { EmptyLists = before.EmptyLists + 1, EmptySince = before.EmptySince ?? now, Candidates = [] };
        if (settlement.EmptyLists < ListsToGiveUp || now - settlement.EmptySince < ledger.Settings.SettleTimeout)
        {
            ledger.Batches.RecordSettlement(batch.Id, BatchState.Unconfirmed, settlement, batch.Message);
            return ledger.Batches.Get(batch.Id);
        }

        if (settlement.Excluded.Count > 0)
        {
            return Ambiguous(batch, settlement, "the only batches that could have been it have other people's answers");
        }

        string found = string.Create(
            CultureInfo.InvariantCulture,
            $"{settlement.EmptyLists} lists over {(now - settlement.EmptySince)!.Value.TotalSeconds:0} seconds showed no batch that "
                + $"could be it: the service never had it. It is sent again.");
        return ledger.Record(
            batch, EventKind.SettledAbsent, found, null, () => ledger.Batches.RecordSettlement(batch.Id, BatchState.Spooled, null, null));
    }

    private async Task<BatchRecord> SomeFoundAsync(
        BatchApi bound, BatchRecord batch, MessageBatch[] candidates, DateTime now, CancellationToken cancellationToken)
    {
        Settlement before = batch.Settlement ?? new Settlement();
        Dictionary<string, Sighting> seen = before.Candidates.ToDictionary(static s => s.Id);
        Settlement settlement = before with
        {
            EmptyLists = 0,
            EmptySince = null,
            Candidates = [.. candidates.Select(c => seen.TryGetValue(c.Id, out Sighting? s)
                ? s with { Lists = s.Lists + 1 }
                : new Sighting(c.Id, 1, now, c.CreatedAt.UtcDateTime))],
        };
        bool areRipe = settlement.Candidates.All(s => s.Lists >= ListsToAdopt && now - s.Since >= s_timeToAdopt);
        if (areRipe && candidates.Length == 1)
        {
            const string why = "It is the only batch that could be this one; the ids of its answers will tell.";
            return Adopt(batch, candidates[0], Adoption.Tentative, why);
        }

        // Where there are several candidates, the custom ids of their answers decide. They are known when all candidates have ended.
        if (areRipe && candidates.All(static c => c.HasEnded))
        {
            settlement = settlement with { Candidates = await MatchAsync(bound, batch, settlement.Candidates, cancellationToken)
                .ConfigureAwait(false) };
            string[] matching = [.. settlement.Candidates.Where(static s => s.Matches == true).Select(static s => s.Id)];
            return matching.Length == 1
                ? Adopt(
                    batch,
                    candidates.Single(c => c.Id == matching[0]),
                    Adoption.Confirmed,
                    $"Of {candidates.Length} batches that could be this one it has the ids.")
                : Ambiguous(batch, settlement, matching.Length == 0
                    ? "none of the batches that could be it has its ids"
                    : $"{matching.Length} batches have its ids, and only one is this one");
        }

        ledger.Batches.RecordSettlement(batch.Id, BatchState.Unconfirmed, settlement, batch.Message);
        return ledger.Batches.Get(batch.Id);
    }

    private async Task<IReadOnlyList<Sighting>> MatchAsync(
        BatchApi bound, BatchRecord batch, IReadOnlyList<Sighting> candidates, CancellationToken cancellationToken)
    {
        List<Sighting> known = [];
        foreach (Sighting candidate in candidates)
        {
            known.Add(candidate with { Matches = candidate.Matches
                ?? await HasIdsAsync(bound, batch, candidate.Id, cancellationToken).ConfigureAwait(false) });
        }

        return known;
    }

    private async Task<bool> HasIdsAsync(BatchApi bound, BatchRecord batch, string serviceId, CancellationToken cancellationToken)
    {
        using OutcomeTable table = OutcomeTable.For(ledger, batch, prices: null);
        using LineScanner scanner = new(table.Take);
        Reply<Stream> reply = await bound.OpenResultsAsync(serviceId, cancellationToken).ConfigureAwait(false);
        await using (reply.Value.ConfigureAwait(false))
        {
            byte[] buffer = new byte[256 * 1024];
            int count;
            while ((count = await reply.Value.ReadAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0)
            {
                scanner.Feed(buffer.AsSpan(0, count));
            }
        }

        scanner.Complete();
        return table.HasItsIds;
    }

    private BatchRecord Adopt(BatchRecord batch, MessageBatch found, Adoption adopted, string why)
    {
        EventKind kind = adopted == Adoption.Tentative ? EventKind.AdoptedTentative : EventKind.AdoptedConfirmed;
        return ledger.Record(batch, kind, $"Batch {found.Id} was taken for this one. {why}", null, () =>
        {
            ledger.Batches.RecordSettlement(batch.Id, BatchState.InProgress, batch.Settlement, null);
            ledger.Batches.SetAdopted(batch.Id, adopted);
            ledger.Batches.Refresh(ledger.Batches.Get(batch.Id), found);
        });
    }

    private BatchRecord Ambiguous(BatchRecord batch, Settlement settlement, string why)
    {
        string message = $"It cannot be said whether the service has part {batch.Part}: {why}. "
            + $"Repair-ClaudeBatch -Id '{batch.Key}' shows the candidates; -Adopt <id> takes one, -Abandon gives the part up.";
        return ledger.Record(
            batch,
            EventKind.Ambiguous,
            message,
            null,
            () => ledger.Batches.RecordSettlement(batch.Id, BatchState.Unconfirmed, settlement with { Ambiguity = why }, message));
    }
}
