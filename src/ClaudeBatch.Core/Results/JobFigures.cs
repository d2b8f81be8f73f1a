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
