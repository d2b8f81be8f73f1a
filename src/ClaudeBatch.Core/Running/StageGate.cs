using System.Globalization;
using ClaudeBatch.Core.Api;
using ClaudeBatch.Core.Costs;
using ClaudeBatch.Core.Ledger;
using ClaudeBatch.Core.Results;

namespace ClaudeBatch.Core.Running;

/// <summary>Releases the parts that were held back when the first part has results, or pauses the job with the reason.</summary>
/// <param name="ledger">The open ledger.</param>
/// <param name="credential">The credential in use, which is taken out of the words of answers; null where none is judged.</param>
public sealed class StageGate(JobLedger ledger, ServiceCredential? credential = null)
{
    /// <summary>The share of a canary's requests that may fail where the user has set none.</summary>
    public const double DefaultFailureRatio = 0.1;

    /// <summary>Decides whether the parts of a job that are held back may be sent.</summary>
    /// <returns>The decision, for a person; null when no part is held back, or the first part is not collected yet.</returns>
    public RoundNote? Judge(JobRecord job)
    {
        IReadOnlyList<BatchRecord> batches = ledger.Batches.OfJob(job.Id);
        BatchRecord? held = FirstHeld(batches);
        if (held is null || job.StoppedAt is not null)
        {
            return null;
        }

        BatchRecord? first = batches.LastOrDefault(b => b.HeldFor is null && b.Attempt == held.Attempt && b.Part < held.Part);
        if (first is not null && (!first.State.IsFinal() || (held.HeldFor == Hold.Canary && GoesOn(job, batches))))
        {
            return null;
        }

        return first is null || held.HeldFor == Hold.Cache
            ? Release(job, held, "What all requests share is in the cache; the other parts follow.")
            : JudgeCanary(job, held, first);
    }

    /// <summary>Releases the parts that are held back, whatever the first part's results are.</summary>
    /// <returns>The decision, for a person; null when no part is held back.</returns>
    public RoundNote? Release(JobRecord job)
        => FirstHeld(ledger.Batches.OfJob(job.Id)) is { } held ? Release(job, held, "Let go by request.") : null;

    private static BatchRecord? FirstHeld(IEnumerable<BatchRecord> batches)
        => batches.FirstOrDefault(static b => b.HeldFor is not null && b.State.IsUnsent());

    // A conversation has cost what it costs, and can be judged, when it has come to its end.
    private bool GoesOn(JobRecord job, IReadOnlyList<BatchRecord> batches) => job.MaxRounds is not null
        && (batches.Any(static b => b.HeldFor is null && !b.State.IsFinal())
            || ledger.Jobs.Tallies(job).Any(t => JobBooks.WaitingOf(job, t) > 0));

    private RoundNote JudgeCanary(JobRecord job, BatchRecord held, BatchRecord canary)
    {
        using ResultReader reader = new(ledger);
        int count = 0, failed = 0, incomplete = 0;
        long? cost = 0;
        string? words = null;
        HashSet<long>? rows = job.MaxRounds is null ? null : [.. ledger.Attempts.All(canary).Select(static a => a.Row)];
        IEnumerable<CollectedResult> results = rows is null
            ? reader.InOrder([canary], allAttempts: true)
            : reader.InOrder(ledger.Batches.OfJob(job.Id).Where(static b => b.State == BatchState.Collected))
                .Where(r => rows.Contains(r.Attempt.Row));
        foreach (CollectedResult result in results)
        {
            count++;
            cost += result.Attempt.CostInPicodollars;
            string? reason = Completeness.Of(result);
            if (reason is not null)
            {
                failed += result.Attempt.Outcome == Outcome.Succeeded ? 0 : 1;
                incomplete += result.Attempt.Outcome == Outcome.Succeeded ? 1 : 0;
                words ??= $"'{result.Attempt.CustomId}': {credential?.WithoutSecret(reason) ?? reason}";
            }
        }

        // What is sent with the canary, and not what the job has had before.
        long total = count + ledger.Batches.OfJob(job.Id).Where(static b => b.HeldFor is not null && b.State.IsUnsent())
            .Sum(static b => (long)b.RequestCount);
        long? each = cost / Math.Max(1, count);
        string what = Summary(job, count, failed, incomplete, each, total);
        if (failed + incomplete > count * (job.MaxFailureRatio ?? DefaultFailureRatio))
        {
            return Pause(job, held, PauseCause.CanaryFailed, $"{what} First, {words}");
        }

        long? most = job.MaxCostInPicodollars;
        if (most is null || each * total <= most)
        {
            return Release(job, held, what);
        }

        string limit = $"-MaxCost {Dollars(most.Value)}";
        return Pause(
            job, held, PauseCause.BudgetExceeded, $"{what} {(each is null ? $"{limit} cannot be held so." : $"That is above {limit}.")}");
    }

    private static string Summary(JobRecord job, int count, int failed, int incomplete, long? each, long total)
    {
        string costs = each is { } known
            ? string.Create(CultureInfo.InvariantCulture, $"{Dollars(known)} each, about {Dollars(known * total)} for all {total}")
            : "what it cost is not known";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"Canary of job '{job.Name}': {count} sent, {count - failed - incomplete} complete, {failed} failed, {incomplete} not "
                + $"complete; {costs}.");
    }

    private static string Dollars(long picodollars) => PriceList.Text(PriceList.ToDollars(picodollars));

    private RoundNote Release(JobRecord job, BatchRecord held, string message)
    {
        ledger.Record(job, EventKind.StageReleased, message, () =>
        {
            ledger.Batches.Release(job.Id);
            ledger.Jobs.Unpause(job);
        });
        return new RoundNote(held, message, null, NoteWeight.Information);
    }

    private RoundNote Pause(JobRecord job, BatchRecord held, PauseCause cause, string message)
    {
        message += $" Nothing more is sent. To send the rest all the same: Resume-ClaudeBatch -Job {job.Name} -Force";
        if (job.PauseReason != message)
        {
            EventKind kind = cause == PauseCause.CanaryFailed ? EventKind.CanaryFailed : EventKind.BudgetExceeded;
            ledger.Record(job, kind, message, () => ledger.Jobs.Pause(job, cause, message));
        }

        ClaudeBatchException failure = new(FailureKind.Conflict, cause.ToString(), message) { Target = job.Name, Pauses = cause };
        return new RoundNote(held, message, failure, NoteWeight.Error);
    }
}
