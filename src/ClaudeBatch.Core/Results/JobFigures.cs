using System.Globalization;
using ClaudeBatch.Core.Costs;
using ClaudeBatch.Core.Ledger;

namespace ClaudeBatch.Core.Results;

/// <summary>All that the ledger says of a job in numbers: how its requests ended, what they cost, and when its parts went through.</summary>
/// <param name="Report">The state of the job and its totals.</param>
/// <param name="Sentence">The job in one sentence.</param>
/// <param name="Ends">The requests without a usable answer, by the reason; the most frequent first.</param>
/// <param name="Models">What each model's answers used and cost.</param>
/// <param name="Parts">The parts in their order.</param>
/// <param name="Attempts">The attempts, by their number.</param>
public sealed record JobFigures(
    JobReport Report,
    string Sentence,
    IReadOnlyList<EndFigures> Ends,
    IReadOnlyList<ModelUsage> Models,
    IReadOnlyList<PartFigures> Parts,
    IReadOnlyList<AttemptFigures> Attempts)
{
    private const int EventsPerPage = 1_000;

    /// <summary>Reads the figures of a job from the ledger alone.</summary>
    /// <param name="ledger">The ledger.</param>
    /// <param name="job">The job.</param>
    /// <param name="prices">The prices that savings are computed with.</param>
    /// <param name="samples">The most requests that are named for each reason.</param>
    public static JobFigures Of(JobLedger ledger, JobRecord job, PriceList prices, int samples)
    {
        JobReport report = JobReport.Of(ledger, job);
        IReadOnlyList<BatchTally> tallies = ledger.Jobs.Tallies(job);
        return new JobFigures(
            report,
            JobEnd.Of(ledger, job)?.Summary() ?? Unfinished(report),
            EndsOf(ledger, job, tallies, samples),
            new UsageBooks(ledger, prices).Of([.. tallies.Select(static t => t.Batch)]),
            PartsOf(ledger, job, tallies),
            [
                .. tallies.GroupBy(static t => t.Batch.Attempt).OrderBy(static g => g.Key)
                    .Select(static g => AttemptFigures.Of(g.Key, [.. g])),
            ]);
    }

    private static string Unfinished(JobReport report)
    {
        string message = report.Message is { } words ? $" {words}" : string.Empty;
        return string.Create(
            CultureInfo.InvariantCulture,
            $"Job '{report.Job.Name}' is not finished ({report.State}): {report.Totals.Succeeded:N0} of {report.Totals.Requests:N0} requests "
                + $"are answered so far.{message}");
    }

    private static IReadOnlyList<EndFigures> EndsOf(JobLedger ledger, JobRecord job, IReadOnlyList<BatchTally> tallies, int samples)
    {
        Dictionary<(string Reason, bool HasAnswer, FailureClass Class), EndFigures> ends = [];
        foreach (BatchTally tally in tallies)
        {
            long unknown = tally.Batch.State.IsFinal() ? tally.Last.Where(static c => c.Outcome is null).Sum(static c => c.Count) : 0;
            bool isUnsent = tally.Batch.State is BatchState.Rejected or BatchState.Abandoned;
            if (unknown > 0)
            {
                Add(ends, isUnsent ? JobEnd.NeverAccepted : JobEnd.OfUnknownOutcome, hasAnswer: false, FailureClass.None, unknown, []);
            }

            if (tally.Incomplete == 0 && tally.Last.All(static c => c.Outcome is null or Outcome.Succeeded))
            {
                continue;
            }

            bool goesOn = tally.Batch.HasRoundsLeft(job);
            foreach (EndCount count in ledger.Attempts.Ends(tally.Batch, goesOn))
            {
                (string, bool, FailureClass) key
                    = (JobEnd.WordsOf(count), count.Outcome == Outcome.Succeeded, count.FailureClass ?? FailureClass.None);
                int wanted = samples - (ends.TryGetValue(key, out EndFigures? known) ? known.Samples.Count : 0);
                IReadOnlyList<AttemptRecord> found = wanted > 0 ? ledger.Attempts.SamplesOf(tally.Batch, count, wanted, goesOn) : [];
                Add(ends, key.Item1, key.Item2, key.Item3, count.Count, [.. found.Select(a => new EndSample(tally.Batch, a))]);
            }
        }

        return [.. ends.Values.OrderByDescending(static e => e.Count)];
    }

    private static void Add(
        Dictionary<(string Reason, bool HasAnswer, FailureClass Class), EndFigures> ends,
        string reason,
        bool hasAnswer,
        FailureClass failureClass,
        long count,
        IReadOnlyList<EndSample> samples)
    {
        ends.TryGetValue((reason, hasAnswer, failureClass), out EndFigures? known);
        ends[(reason, hasAnswer, failureClass)] = new EndFigures(
            reason, hasAnswer, failureClass, count + (known?.Count ?? 0), [.. known?.Samples ?? [], .. samples]);
    }

    // A part was sealed with what its job last got: its input, a retry, a round. The journal has their order.
    private static IReadOnlyList<PartFigures> PartsOf(JobLedger ledger, JobRecord job, IReadOnlyList<BatchTally> tallies)
    {
        Dictionary<int, DateTime?> sealedAt = [];
        DateTime? last = null;
        long read = 0;
        IReadOnlyList<EventRecord> page;
        do
        {
            page = ledger.Events.Read(job.Id, after: null, read, EventsPerPage);
            foreach (EventRecord entry in page)
            {
                read = entry.Id;
                bool isSeal = entry.Kind
                    is nameof(EventKind.Sealed) or nameof(EventKind.RetryPlanned) or nameof(EventKind.RoundPlanned);
                last = isSeal ? entry.At : last;
                if (entry.Part is { } part)
                {
                    sealedAt.TryAdd(part, last ?? job.SealedAt);
                }
            }
        }
        while (page.Count == EventsPerPage);

        return
        [
            .. tallies.Select(t => new PartFigures(
                t.Batch.Part,
                t.Batch.Attempt,
                t.Batch.Round,
                t.Batch.State,
                t.Batch.RequestCount,
                t.Batch.CollectedAt is null ? t.Batch.Counts.Succeeded : t.Of(Outcome.Succeeded),
                sealedAt.GetValueOrDefault(t.Batch.Part, last ?? job.SealedAt),
                t.Batch.CreatedAt,
                t.Batch.EndedAt,
                t.Batch.CollectedAt)),
        ];
    }
}

/// <summary>The requests of a job that have no usable answer for one reason.</summary>
/// <param name="Reason">The reason in a few words.</param>
/// <param name="HasAnswer">Whether they have an answer, which cannot be used as it is.</param>
/// <param name="FailureClass">What can be done about it.</param>
/// <param name="Count">How many there are.</param>
/// <param name="Samples">The first of them.</param>
public sealed record EndFigures(string Reason, bool HasAnswer, FailureClass FailureClass, long Count, IReadOnlyList<EndSample> Samples);

/// <summary>A request that has no usable answer.</summary>
/// <param name="Batch">The batch of its last attempt.</param>
/// <param name="Attempt">That attempt.</param>
public sealed record EndSample(BatchRecord Batch, AttemptRecord Attempt);

/// <summary>When a part of a job went through its stations. Times are in UTC, and null where it has not come there.</summary>
/// <param name="Part">The number of the part.</param>
/// <param name="Attempt">Which attempt at its requests it is.</param>
/// <param name="Round">The round of their conversations.</param>
/// <param name="State">Where it stands.</param>
/// <param name="Requests">The number of its requests.</param>
/// <param name="Answered">The number of its answers; before they are collected, as the service says.</param>
/// <param name="SealedAt">When its input was complete.</param>
/// <param name="CreatedAt">When the service has accepted it.</param>
/// <param name="EndedAt">When the service had finished it.</param>
/// <param name="CollectedAt">When its answers were on disk and in the books.</param>
public sealed record PartFigures(
    int Part,
    int Attempt,
    int Round,
    BatchState State,
    int Requests,
    long Answered,
    DateTime? SealedAt,
    DateTime? CreatedAt,
    DateTime? EndedAt,
    DateTime? CollectedAt);

/// <summary>How the attempts of one number ended, those among them that a later one has replaced.</summary>
/// <param name="Number">The number of the attempt, from 1.</param>
/// <param name="Parts">The number of their parts.</param>
/// <param name="Requests">The number of attempts.</param>
/// <param name="Answered">How many have an answer.</param>
/// <param name="Failed">How many have ended without one.</param>
/// <param name="CostInPicodollars">What they cost; null where a price is not known.</param>
public sealed record AttemptFigures(int Number, int Parts, long Requests, long Answered, long Failed, long? CostInPicodollars)
{
    internal static AttemptFigures Of(int number, IReadOnlyList<BatchTally> tallies) => new(
        number,
        tallies.Count,
        tallies.Sum(static t => t.Requests),
        tallies.Sum(static t => t.Of(Outcome.Succeeded)),
        tallies.Sum(static t => Enum.GetValues<Outcome>().Where(static o => o != Outcome.Succeeded).Sum(t.Of)),
        tallies.Aggregate((long?)0, static (sum, t) => sum + t.CostInPicodollars));
}
