using ClaudeBatch.Core.Account;
using ClaudeBatch.Core.Api;
using ClaudeBatch.Core.Ledger;
using ClaudeBatch.Core.Ledger.Files;
using ClaudeBatch.Core.Results;

namespace ClaudeBatch.Core.Sending;

/// <summary>Finds out whether the service has a batch whose create call got no reply, from the account's lists.</summary>
/// <remarks>
/// One list does not decide, because a list may lag. What each list showed is recorded, so that the lists of several processes count
/// together. The time between two lists is the least that
/// the clocks say (<see cref="ListTime.Since"/>).
/// </remarks>
public sealed partial class Settler(JobLedger ledger, BatchApi api)
{
    private const int ListsToAdopt = 3;

    private const int ListsToGiveUp = 5;

    /// <summary>How many times a part is sent again by itself, after replies that were lost.</summary>
    private const int MostResends = 2;

    private static readonly TimeSpan s_timeToAdopt = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Gives the batches of a list that could be this one: with as many requests, not older than the create call, and unknown to the
    /// ledger.
    /// </summary>
    public static IEnumerable<MessageBatch> Candidates(JobLedger ledger, BatchRecord batch, AccountList list)
        => Alike(batch, list).Where(b => !ledger.Batches.Knows(b.Id));

    /// <summary>
    /// Tells whether a batch of a list could be this one: a candidate, or a batch that another part of equal size has taken on trial.
    /// </summary>
    internal static bool MayBeIn(JobLedger ledger, BatchRecord batch, AccountList list)
        => Alike(batch, list).Any(b => ledger.Batches.Find(b.Id) is null or { IsTentative: true });

    private static IEnumerable<MessageBatch> Alike(BatchRecord batch, AccountList list)
    {
        SubmissionIntent intent = SubmissionIntent.Of(batch);
        return list.Batches.Where(b => b.RequestCounts.Total == batch.RequestCount
            && (intent.EarliestCandidate is null || b.CreatedAt >= intent.EarliestCandidate)
            && !intent.KnownIds.Contains(b.Id)
            && batch.Settlement?.Excluded.Contains(b.Id) != true);
    }

    /// <summary>Gets one list and counts it, if no other process works on the batch.</summary>
    /// <param name="batch">An unconfirmed batch.</param>
    /// <param name="cancellationToken">Ends the calls.</param>
    /// <returns>The batch as it is recorded now.</returns>
    /// <exception cref="ClaudeBatchException"><c>JobBoundElsewhere</c>, and what the service says.</exception>
    public async Task<BatchRecord> SettleAsync(BatchRecord batch, CancellationToken cancellationToken)
    {
        await api.PrepareAsync(cancellationToken).ConfigureAwait(false);
        using OwnershipLock ownership = Ownership.Take(ledger.Folder, batch);

        batch = ledger.Batches.Get(batch);
        if (batch.State != BatchState.Unconfirmed || batch.IsAmbiguous)
        {
            return batch;
        }

        JobRecord job = ledger.Jobs.Get(batch.JobId);
        BatchApi bound = JobBinding.Bind(api, job);
        AccountList list = await AccountList
            .FetchAsync(bound, SubmissionIntent.Of(batch).EarliestCandidate ?? DateTimeOffset.MinValue, cancellationToken)
            .ConfigureAwait(false);
        MessageBatch[] candidates = [.. Candidates(ledger, batch, list)];
        ListTime time = ListTime.Now(ledger.Clock, list.Headers.Date);
        double passed = time.Since(batch.Settlement?.LastList).TotalSeconds;
        // Two parts of equal size may have been on their way at once. A batch that the other one has taken on trial may be this one.
        if (candidates.Length == 0 && MayBeIn(ledger, batch, list))
        {
            return Keep(batch, (batch.Settlement ?? new Settlement()) with { EmptyLists = 0, EmptySeconds = 0, LastList = time });
        }

        return candidates.Length == 0
            ? NoneFound(job, batch, time, passed)
            : await SomeFoundAsync(bound, batch, candidates, time, passed, cancellationToken).ConfigureAwait(false);
    }

    private BatchRecord NoneFound(JobRecord job, BatchRecord batch, ListTime time, double passed)
    {
        Settlement before = batch.Settlement ?? new Settlement();
        Settlement settlement = before with
        {
            EmptyLists = before.EmptyLists + 1,
            EmptySeconds = before.EmptyLists == 0 ? 0 : before.EmptySeconds + passed,
            Candidates = [],
            LastList = time,
        };
        if (settlement.IsAbsent || settlement.EmptyLists < ListsToGiveUp
            || settlement.EmptySeconds < ledger.Settings.SettleTimeout.TotalSeconds)
        {
            return Keep(batch, settlement);
        }

        // A batch that the service itself has refused is not among those that have turned out to be somebody else's.
        return settlement.Excluded.Count > 0 && batch.Refusal is not { IsService: true }
            ? Ambiguous(batch, settlement, "the only batches that could have been it have other people's answers")
            : Absent(job, batch, settlement);
    }

    private BatchRecord Keep(BatchRecord batch, Settlement settlement)
        => ledger.Record(batch, new Decision(batch with { Settlement = settlement }));

    private async Task<BatchRecord> SomeFoundAsync(
        BatchApi bound, BatchRecord batch, MessageBatch[] candidates, ListTime time, double passed, CancellationToken cancellationToken)
    {
        Settlement before = batch.Settlement ?? new Settlement();
        Dictionary<string, Sighting> seen = before.Candidates.ToDictionary(static s => s.Id);
        Settlement settlement = before with
        {
            EmptyLists = 0,
            EmptySeconds = 0,
            LastList = time,
            Candidates = [.. candidates.Select(c => seen.TryGetValue(c.Id, out Sighting? s)
                ? s with { Lists = s.Lists + 1, Seconds = s.Seconds + passed }
                : new Sighting(c.Id, 1, 0, c.CreatedAt.UtcDateTime))],
        };
        bool areRipe = settlement.Candidates.All(s => s.Lists >= ListsToAdopt && s.Seconds >= s_timeToAdopt.TotalSeconds);
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
            if (settlement.Candidates.Any(static s => s.Matches is null))
            {
                return Keep(batch, settlement);
            }

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

        return Keep(batch, settlement);
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

    // What is no whole download says nothing, and is asked for again with the next list.
    private async Task<bool?> HasIdsAsync(BatchApi bound, BatchRecord batch, string serviceId, CancellationToken cancellationToken)
    {
        using OutcomeTable table = OutcomeTable.For(ledger, batch, prices: null);
        bool isWhole = await ResultScan.ReadAsync(bound, serviceId, table, cancellationToken).ConfigureAwait(false);
        return table.HasItsIds ? true : isWhole ? false : null;
    }

    private BatchRecord Adopt(BatchRecord batch, MessageBatch found, Adoption adopted, string why)
    {
        EventKind kind = adopted == Adoption.Tentative ? EventKind.AdoptedTentative : EventKind.AdoptedConfirmed;
        return ledger.Record(batch, new Decision(
            batch.With(found) with { Adopted = adopted },
            kind,
            $"Batch {found.Id} was taken for this one. {why}",
            Also: () =>
            {
                ledger.Batches.TakeBackReplacing(batch);
                ledger.EndPause(batch.JobId);
            }));
    }

    private BatchRecord Ambiguous(BatchRecord batch, Settlement settlement, string why)
    {
        string message = $"It cannot be said whether the service has part {batch.Part}: {why}. "
            + $"Repair-ClaudeBatch -Id '{batch.Key}' shows the candidates; -Adopt <id> takes one, -Abandon gives the part up.";
        return ledger.Record(batch, new Decision(
            batch with { Settlement = settlement with { Ambiguity = why }, Message = message }, EventKind.Ambiguous, message));
    }
}
