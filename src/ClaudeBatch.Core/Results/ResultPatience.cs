using ClaudeBatch.Core.Ledger;

namespace ClaudeBatch.Core.Results;

/// <summary>When the service is asked again for requests that its results lack, and when they are taken for missing.</summary>
internal static class ResultPatience
{
    /// <summary>How many complete downloads must lack the same requests before they are missing.</summary>
    private const int Enough = 3;

    /// <summary>The least time between the first and the last of these downloads.</summary>
    private static readonly TimeSpan s_span = TimeSpan.FromMinutes(1);

    /// <summary>How long a step waits before it downloads results again.</summary>
    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(30);

    /// <summary>How long after it was last asked the service is asked again for requests that are missing.</summary>
    private static readonly TimeSpan[] s_asks = [TimeSpan.FromHours(1), TimeSpan.FromDays(1), TimeSpan.FromDays(7)];

    /// <summary>Whether a step has something to do for the results of the batch.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="now">The time in UTC. Where it was set back, an ended batch does not wait for it to come again.</param>
    public static bool IsDue(BatchRecord batch, DateTime now) => batch.State switch
    {
        BatchState.Downloaded => true,
        BatchState.Ended when batch.IsAmbiguous => false,
        BatchState.Ended => batch.AskAgainAt is not { } at || now >= at || at - now > s_pause,
        BatchState.Collected => now >= batch.AskAgainAt,
        _ => false,
    };

    /// <summary>Whether the requests that lack an answer are missing: the service has left them out often enough.</summary>
    public static bool IsEnough(BatchRecord batch) => batch.CompleteDownloads >= Enough;

    /// <summary>Counts a download that lacked requests.</summary>
    /// <param name="batch">The batch as it was before.</param>
    /// <param name="isComplete">Whether the download came to its end, and each of its lines is a result.</param>
    /// <param name="news">How many requests have an answer in it that had none before.</param>
    /// <param name="now">The time in UTC.</param>
    public static BatchRecord Count(BatchRecord batch, bool isComplete, int news, DateTime now)
    {
        batch = batch with { AskAgainAt = now + s_pause };
        if (!isComplete)
        {
            return batch;
        }

        if (news > 0 || batch.FirstCompleteAt is not { } first || first > now)
        {
            return batch with { CompleteDownloads = 1, FirstCompleteAt = now };
        }

        int count = Math.Min(batch.CompleteDownloads + 1, now - first < s_span ? Enough - 1 : Enough);
        return batch with { CompleteDownloads = count };
    }

    /// <summary>Counts the downloads as enough: a batch that is collected stays so.</summary>
    public static BatchRecord CountEnough(BatchRecord batch) => batch with { CompleteDownloads = Enough };

    /// <summary>Makes the service to be asked again for requests that have become missing.</summary>
    public static BatchRecord AskLater(BatchRecord batch, DateTime now) => batch with { AskedAgain = 0, AskAgainAt = Next(batch, 0, now) };

    /// <summary>Counts that the service was asked for requests that are missing.</summary>
    public static BatchRecord Asked(BatchRecord batch, DateTime now)
        => batch with { AskedAgain = batch.AskedAgain + 1, AskAgainAt = Next(batch, batch.AskedAgain + 1, now) };

    /// <summary>Makes the service to be asked no more: what a person has removed does not come back by itself.</summary>
    public static void StopAsking(JobLedger ledger, BatchRecord batch) => ledger.Decide(
        batch, static b => b is { State: BatchState.Collected, AskAgainAt: not null } ? new Decision(b with { AskAgainAt = null }) : null);

    private static DateTime? Next(BatchRecord batch, int asked, DateTime now)
        => asked < s_asks.Length && !(now + s_asks[asked] >= batch.ResultsExpireAt) ? now + s_asks[asked] : null;
}
