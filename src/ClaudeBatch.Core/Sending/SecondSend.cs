using ClaudeBatch.Core.Account;
using ClaudeBatch.Core.Ledger;

namespace ClaudeBatch.Core.Sending;

/// <summary>What must be known before requests are sent to the service a second time, whatever has refused or lost them the first time.</summary>
public static class SecondSend
{
    /// <summary>
    /// How long after a refusal of the service a batch of as many requests may still be the refused one. Later ones are other jobs', which
    /// must not delay this one.
    /// </summary>
    private static readonly TimeSpan s_doubtful = TimeSpan.FromMinutes(15);

    /// <summary>
    /// Lets the parts of a job be sent once more that are not sent again by themselves. A person says so, by naming the job in a command.
    /// </summary>
    public static void Permit(JobLedger ledger, JobRecord job)
    {
        if (Sends(job))
        {
            return;
        }

        foreach (BatchRecord batch in ledger.Batches.OfJob(job.Id))
        {
            ledger.Decide(batch, static b => b is { State: BatchState.Unconfirmed, Settlement.IsAbsent: true }
                ? new Decision(
                    b with { State = BatchState.Spooled, Settlement = b.Settlement with { IsAbsent = false }, Resends = 0 },
                    EventKind.Spooled,
                    "It is sent once more, as a person has asked.")
                : null);
        }

        ledger.Record(
            job,
            EventKind.Restarted,
            "A person has asked to send again what was refused or lost.",
            () =>
            {
                if (!ledger.Attempts.AnyWaitsForOperator(job))
                {
                    ledger.Jobs.Unpause(job);
                }
            });
    }

    /// <summary>Tells whether parts of the job are sent. They are not while it waits for a person to name it in a command.</summary>
    public static bool Sends(JobRecord job) => job.PausedFor is not (PauseCause.ForeignReply or PauseCause.RepliesLost);

    /// <summary>Gives the parts that were sent before with the same requests, with this one where it was: they are searched for first.</summary>
    internal static IReadOnlyList<BatchRecord> Earlier(JobLedger ledger, BatchRecord batch)
        => [.. ledger.Batches.RefusedBefore(batch), .. WasTried(batch) ? [batch] : Array.Empty<BatchRecord>()];

    /// <summary>Gives how far back a list must go to show all that could be one of these parts; null where there are none.</summary>
    internal static DateTimeOffset? BackTo(IReadOnlyList<BatchRecord> earlier) => earlier.Count == 0
        ? null
        : earlier.Min(static b => SubmissionIntent.Of(b).EarliestCandidate ?? DateTimeOffset.MinValue);

    /// <summary>Gives the first of these parts that a batch of the list could be; null where the list has none.</summary>
    internal static BatchRecord? Doubtful(JobLedger ledger, IEnumerable<BatchRecord> earlier, AccountList list)
    {
        DateTime now = ledger.Clock.GetUtcNow().UtcDateTime;
        return earlier.FirstOrDefault(b => b.State == BatchState.Unconfirmed
            || (!(b.Refusal is { IsService: true, IsListed: true } refusal && now - refusal.At > s_doubtful)
                && Settler.MayBeIn(ledger, b, list)));
    }

    /// <summary>Writes down that a list taken after their refusal has shown none of these parts.</summary>
    internal static void MarkListed(JobLedger ledger, IEnumerable<BatchRecord> earlier)
    {
        foreach (BatchRecord batch in earlier.Where(static b => b.Refusal is { IsListed: false }))
        {
            ledger.Record(batch, new Decision(batch with { Refusal = batch.Refusal! with { IsListed = true } }));
        }
    }

    /// <summary>Makes the error for a part that is not sent because this one, whose requests it has, may be with the service.</summary>
    internal static ClaudeBatchException Unsure(BatchRecord earlier) => new(
        FailureKind.Service,
        "BatchUnconfirmed",
        $"Batch '{earlier.Key}' was refused, and the account has a batch of as many requests ({earlier.RequestCount}) that has appeared "
            + "since. Nothing of it is sent again before it is settled whether that is this one.")
    { Target = earlier.Key, IsTransient = true };

    private static bool WasTried(BatchRecord batch)
        => batch.Intent is not null && (batch.Refusal is not null || batch.Settlement is not null || batch.NotBefore is not null);
}
