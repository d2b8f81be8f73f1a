using System.Text;
using ClaudeBatch.Core.Ledger;
using ClaudeBatch.Core.Results;

namespace ClaudeBatch.Simulation;

/// <summary>What must hold at the end of every history.</summary>
internal sealed class Rules(World world, JobLedger ledger)
{
    public async Task CheckAsync(IReadOnlyList<JobPlan> jobs)
    {
        await CheckPaymentsAsync();
        foreach (JobPlan plan in jobs)
        {
            if (ledger.Jobs.Find(plan.Name) is { SealedAt: not null } job)
            {
                CheckBooks(plan, job);
                CheckAnswers(job);
                CheckLastWords(job);
            }
        }

        CheckKnown(jobs);
    }

    // An answer costs once. A request that has failed is not billed, and may be sent again.
    private async Task CheckPaymentsAsync()
    {
        Dictionary<string, List<string>> paid = [];
        foreach (MadeBatch batch in world.Account.Ours)
        {
            foreach ((string id, bool hasSucceeded) in await world.Account.AnswersAsync(batch))
            {
                if (hasSucceeded)
                {
                    (paid.TryGetValue(id, out List<string>? batches) ? batches : paid[id] = []).Add(batch.Id);
                }
            }
        }

        foreach ((string id, List<string> batches) in paid)
        {
            int permitted = 1 + world.Account.Permitted(id);
            if (batches.Count > permitted)
            {
                throw new Broken("PaidTwice", $"{id} was answered and paid {batches.Count} times, in {string.Join(", ", batches)}; {permitted} was permitted.");
            }
        }
    }

    private void CheckBooks(JobPlan plan, JobRecord job)
    {
        IReadOnlyList<BatchRecord> batches = ledger.Batches.OfJob(job.Id);
        JobTotals totals = ledger.Jobs.Totals(job);
        if (totals.Requests != plan.Requests.Count || totals.Sum != totals.Requests)
        {
            throw new Broken("Buckets", $"Job {plan.Name} has {totals.Requests} of {plan.Requests.Count} rows, {totals.Sum} of them in buckets: {totals}");
        }

        JobState state = JobStates.Of(ledger, job, batches);
        if (state is not (JobState.Finished or JobState.Stopped))
        {
            throw new Broken("NotFinished", $"Job {plan.Name} is {state}: {job.PauseReason}");
        }

        if (state == JobState.Finished && new Reconciler(ledger).Check(job) is { IsReconciled: false } books)
        {
            throw new Broken("NotBalanced", $"Job {plan.Name}: {string.Join(" ", books.Problems.Select(static p => p.Message))}");
        }
    }

    // No answer of a stranger is ours, and each of ours is that of its row.
    private void CheckAnswers(JobRecord job)
    {
        Dictionary<string, MadeBatch> made = world.Account.Made.ToDictionary(static m => m.Id);
        using ResultReader reader = new(ledger);
        foreach (BatchRecord batch in ledger.Batches.OfJob(job.Id).Where(static b => b.State == BatchState.Collected))
        {
            AttemptRecord[] attempts = [.. ledger.Attempts.All(batch)];
            if (!made.TryGetValue(batch.ServiceId!, out MadeBatch? source) || !source.IsOurs
                || !source.CustomIds.Order().SequenceEqual(attempts.Select(static a => a.CustomId).Order()))
            {
                throw new Broken("Foreign", $"Part {batch.Key} has the answers of '{batch.ServiceId}', which is not it.");
            }

            if (!File.Exists(ledger.Folder.Results(batch.JobId, batch.Part, batch.ResultsFile)))
            {
                continue;
            }

            foreach (AttemptRecord attempt in attempts.Where(static a => a.Outcome == Outcome.Succeeded))
            {
                string line = Encoding.UTF8.GetString(reader.Read(batch, attempt with { SourceLength = 0 }).Line);
                if (!line.Contains(JobPlan.AnswerOf(attempt.CustomId), StringComparison.Ordinal))
                {
                    throw new Broken("Foreign", $"Row {attempt.Row} of part {batch.Key} has the answer of another one: {line}");
                }
            }
        }
    }

    // A paid answer stays the word of its request until another answer comes. What waits in a stopped job may still become one.
    private void CheckLastWords(JobRecord job)
    {
        BatchRecord[] batches = [.. ledger.Batches.OfJob(job.Id)];
        if (job.StoppedAt is not null)
        {
            return;
        }

        HashSet<long> answered = [.. batches.SelectMany(b => ledger.Attempts.All(b)).Where(static a => a.Outcome == Outcome.Succeeded).Select(static a => a.Row)];
        foreach ((BatchRecord batch, AttemptRecord attempt) in ledger.Attempts.LastOf(batches))
        {
            if (answered.Contains(attempt.Row) && attempt.Outcome != Outcome.Succeeded)
            {
                throw new Broken("Hidden", $"The last word on row {attempt.Row} is {attempt.Outcome} of part {batch.Key}, and it has an answer.");
            }
        }
    }

    // What is paid is in the books, in the journal, or in an error that names it; or a person has been asked about it, or has given it up.
    // Of a batch that the service itself has denied nobody can know, unless it is to be sent again.
    private void CheckKnown(IReadOnlyList<JobPlan> jobs)
    {
        string told = string.Join('\n', world.Told.Concat(ledger.Events.Read(null, null, 0, 10_000).Select(static e => e.Message)));
        foreach (MadeBatch batch in world.Account.Ours.Where(m => !m.IsListedAtOnce && !ledger.Batches.Knows(m.Id) && !told.Contains(m.Id, StringComparison.Ordinal)))
        {
            JobPlan plan = jobs.Single(j => batch.CustomIds.All(id => j.Requests.Any(r => r.CustomId == id)));
            bool isAsked = ledger.Jobs.Find(plan.Name) is { } job
                && ledger.Batches.OfJob(job.Id).Any(b => b.State == BatchState.Unconfirmed && b.RequestCount == batch.CustomIds.Count);
            if (!isAsked && !batch.CustomIds.All(id => world.Account.Permitted(id) > 0))
            {
                throw new Broken("Forgotten", $"{batch.Id} of {string.Join(',', batch.CustomIds)} is paid, and nothing says so.");
            }
        }
    }
}
