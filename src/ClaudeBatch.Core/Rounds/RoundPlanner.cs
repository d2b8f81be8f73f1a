using System.Globalization;
using ClaudeBatch.Core.Costs;
using ClaudeBatch.Core.Input;
using ClaudeBatch.Core.Json;
using ClaudeBatch.Core.Ledger;
using ClaudeBatch.Core.Ledger.Files;
using ClaudeBatch.Core.Models;
using ClaudeBatch.Core.Requests;

namespace ClaudeBatch.Core.Rounds;

/// <summary>
/// Plans the next round of a job's conversations: a new part of the requests whose answers ask for one, and have all that they wait for.
/// </summary>
/// <param name="ledger">The open ledger.</param>
/// <param name="catalog">Gives the models and their prices, for jobs with a budget.</param>
/// <param name="checker">Makes what reads the facts of requests, for jobs with a budget.</param>
public sealed class RoundPlanner(JobLedger ledger, Func<ModelCatalog> catalog, Func<RequestChecker> checker)
{
    /// <summary>How long requests that are ready wait for others that still run, where the user has not said it.</summary>
    public static readonly TimeSpan DefaultWait = TimeSpan.FromMinutes(15);

    private const string PausedTurn = "pause_turn";

    // Fewer go out only when nothing else runs: a batch of a few requests is hard to tell from a stranger's, and many small parts are slow.
    private const int FewestBesideOthers = 100;

    /// <summary>Seals the next round, where it is due.</summary>
    /// <param name="job">The job.</param>
    /// <param name="isIdle">Whether nothing of the job is with the service or waits to be sent.</param>
    /// <param name="takesRefused">Whether later rounds go out once more whose batch the service has refused, or a person has given up.</param>
    /// <exception cref="ClaudeBatchException"><c>JobBusy</c>, <c>SpoolChanged</c>, <c>ResultsChanged</c>, <c>ToolResultsChanged</c>,
    /// <c>PayloadRemoved</c>.</exception>
    public RoundPlan Plan(JobRecord job, bool isIdle, bool takesRefused)
    {
        using WaitingRows waiting = new(ledger);
        IReadOnlyList<BatchRecord> batches = waiting.Batches(job);
        BatchRecord[] refused = takesRefused ? [.. Refused(job)] : [];
        if (refused.Length == 0 && (batches.Count == 0 || !(isIdle || IsDueBesideOthers(job, waiting, batches))))
        {
            return RoundPlan.Nothing;
        }

        using OwnershipLock ownership = Ownership.TakeInput(ledger.Folder, job);
        job = ledger.Jobs.Get(job.Id);
        if (job.StoppedAt is not null)
        {
            return RoundPlan.Nothing; // while the calls ran
        }

        batches = waiting.Batches(job);
        using DraftBooks draft = ledger.BeginDraft(job.Id, isReadMeanwhile: true);
        using PartSpooler parts = new(ledger.Folder, job.Id, SpoolLimits.Of(job), draft);
        RequestChecker? facts = job.MaxCostInPicodollars is null ? null : checker();
        CostEstimate? estimate = facts is null ? null : new CostEstimate(catalog());
        long count = 0;
        foreach ((AttemptRecord attempt, byte[] item, int number, int round) in
            Continued(job, waiting, batches).Concat(Again(waiting, refused)))
        {
            estimate?.Add(facts!.Check(item));
            draft.Replace(parts.Append(attempt.Row, item, number, attempt.OutputSchema, round), attempt.Row);
            count++;
        }

        if (count == 0)
        {
            return RoundPlan.Nothing;
        }

        if (estimate is not null && Excess(job, estimate, job.MaxCostInPicodollars!.Value) is { } excess)
        {
            draft.Complete();
            ledger.DiscardDraft(job.Id);
            return new RoundPlan([], excess);
        }

        Milestone.Pass("round-planned");
        parts.CompletePart();
        draft.Complete();
        ledger.Write(draft.Seal);
        ledger.Events.Add(
            EventKind.RoundPlanned,
            $"{Sentence.Count(count, "request")} in {Sentence.Count(parts.Batches.Count, "part")}.",
            job.Id);
        Milestone.Pass("round-sealed");
        return new RoundPlan([.. parts.Batches.Select(ledger.Batches.Get)]);
    }

    /// <summary>Whether later rounds of a job have a batch that the service has refused, or a person has given up.</summary>
    public bool AnyRefused(JobRecord job) => Refused(job).Any();

    private IEnumerable<BatchRecord> Refused(JobRecord job) => ledger.Batches.WithLastAttempts(job.Id)
        .Where(static b => b.Round > 1 && b.State is BatchState.Rejected or BatchState.Abandoned);

    private bool IsDueBesideOthers(JobRecord job, WaitingRows waiting, IReadOnlyList<BatchRecord> batches)
    {
        DateTime before = ledger.Clock.GetUtcNow().UtcDateTime - (job.RoundWait ?? DefaultWait);
        return batches.Any(b => b.CollectedAt is null || b.CollectedAt <= before)
            && batches.SelectMany(b => waiting.Of(b, static r => r)).Sum(static p => p.Count(static r => r.IsReady)) >= FewestBesideOthers;
    }

    private IEnumerable<Planned> Continued(JobRecord job, WaitingRows waiting, IReadOnlyList<BatchRecord> batches)
    {
        using ToolResults results = new(ledger);
        InputRules rules = new(SpoolLimits.Of(job), checker: null);
        foreach (BatchRecord batch in batches)
        {
            List<(long Row, string Why)> ends = [];
            foreach ((AttemptRecord attempt, byte[]? next, string? end) in
                waiting.Of(batch, row => Next(row, waiting, results, rules)).SelectMany(static page => page))
            {
                if (end is not null)
                {
                    ends.Add((attempt.Row, end));
                }
                else if (next is not null)
                {
                    yield return new Planned(attempt, next, Number: 1, batch.Round + 1);
                }
            }

            if (ends.Count > 0)
            {
                ledger.Tools.End(batch, ends);
            }
        }
    }

    // The next request of a row, or why its conversation ends; neither where it waits.
    private static NextTurn Next(WaitingRow row, WaitingRows waiting, ToolResults results, InputRules rules)
    {
        if (!row.IsReady)
        {
            return new NextTurn(row.Attempt, null, row.CallsTools && row.Calls.Count == 0 ? "Its conversation does not go on." : null);
        }

        byte[] item = waiting.Request(row.Batch, row.Attempt);
        byte[] next = row.CallsTools || row.Attempt.StopReason == PausedTurn
            ? ConversationTurn.After(item, row.Line, [.. row.Records.Select(r => results.Read(row.Batch, r))])
            : ConversationTurn.AfterNothing(item);
        return Fault(rules, row.Attempt.CustomId, next) is { } fault
            ? new NextTurn(row.Attempt, null, $"Its conversation cannot go on: {fault}")
            : new NextTurn(row.Attempt, next, null);
    }

    // What the service sends may hold half of a character. Sent back it would have the whole batch refused.
    private static string? Fault(InputRules rules, string customId, byte[] next) => rules.OfEnvelope(customId, next.Length)?.Message
        ?? (JsonTexts.HaveHalfPair(next) ? "Its answer has half of a surrogate pair in it, with which the service takes no batch." : null);

    private IEnumerable<Planned> Again(WaitingRows waiting, IEnumerable<BatchRecord> refused) => refused.SelectMany(
        b => ledger.Attempts.All(b, onlyLast: true).Select(a => new Planned(a, waiting.Request(b, a), b.Attempt, b.Round)));

    private string? Excess(JobRecord job, CostEstimate round, long most)
    {
        decimal limit = PriceList.ToDollars(most);
        string what = $"The next round of job '{job.Name}' is not sent:";
        if (ledger.Jobs.Totals(job).CostInPicodollars is not { } spent)
        {
            return $"{what} what the job has cost so far is not known, so -MaxCost {PriceList.Text(limit)} cannot be held.";
        }

        decimal left = PriceList.ToDollars(most - spent);
        if (round.High is { } high && PriceList.ToDollars(high) <= left)
        {
            return null;
        }

        string costs = round.High is { } known ? PriceList.Text(PriceList.ToDollars(known)) : "more than is known here";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{what} the job has cost {PriceList.Text(PriceList.ToDollars(spent))}, its {round.Requests} requests may cost {costs}, and "
                + $"-MaxCost is {PriceList.Text(limit)}. Raise it: Invoke-ClaudeBatch -Job {job.Name} -Tool … -MaxCost …");
    }

    // What follows an answer: the next request, or why there is none; neither where the answer waits.
    private sealed record NextTurn(AttemptRecord Attempt, byte[]? Next, string? End);

    // A request of the round that is planned.
    private sealed record Planned(AttemptRecord Attempt, byte[] Item, int Number, int Round);
}
