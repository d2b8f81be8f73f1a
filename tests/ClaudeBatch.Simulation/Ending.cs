using ClaudeBatch.Core;
using ClaudeBatch.Core.Ledger;

namespace ClaudeBatch.Simulation;

/// <summary>
/// The end of a history: a healthy process goes on with all jobs in peace, until each one is finished or stopped; what waits for a decision
/// of a person gets it. Then the rules are held against what is there.
/// </summary>
internal sealed class Ending(World world, SimulatedProcess process, Person person)
{
    private const int MostRounds = 80;

    private const int MostSubmits = 3;

    private readonly Dictionary<JobPlan, int> _submits = [];

    public async Task RunAsync(IReadOnlyList<JobPlan> jobs)
    {
        bool goesOn = true;
        for (int round = 0; goesOn; round++)
        {
            // Later rounds are far apart: a clock that was an hour ahead may have asked for patience.
            world.Pass(round < 15 ? TimeSpan.FromMinutes(1) : round < 40 ? TimeSpan.FromMinutes(10) : TimeSpan.FromHours(1));
            goesOn = false;
            foreach (JobPlan plan in jobs)
            {
                goesOn |= await GoOnAsync(plan);
            }

            if (goesOn && round == MostRounds)
            {
                throw new Broken("NoEnd", $"After {MostRounds} quiet rounds: {string.Join("; ", jobs.Select(Describe))}");
            }
        }

        world.Pass(TimeSpan.FromHours(2));
        await new Rules(world, person.Ledger).CheckAsync(jobs);
    }

    /// <returns>Whether there is more to do.</returns>
    private async Task<bool> GoOnAsync(JobPlan plan)
    {
        JobRecord? job = person.Find(plan);
        if (NeedsInput(job) && _submits.GetValueOrDefault(plan) < MostSubmits)
        {
            _submits[plan] = _submits.GetValueOrDefault(plan) + 1;
            await TryAsync($"submits {plan.Name}", async () =>
            {
                await person.SubmitAsync(plan);
                return true;
            });
            return true;
        }

        bool wasDue = await TryAsync($"resumes {plan.Name}", () => person.StepAsync(plan, isAsked: true));
        job = person.Find(plan)!;
        IReadOnlyList<BatchRecord> batches = person.Ledger.Batches.OfJob(job.Id);
        JobState state = JobStates.Of(person.Ledger, job, batches);
        if (state == JobState.Stopped && batches.FirstOrDefault(static b => b.OutlivesStop) is { } running)
        {
            throw new Broken("RunsOn", $"Part {running.Key} runs after a step of its stopped job.");
        }

        if (state == JobState.Ambiguous)
        {
            return await TryAsync($"decides about {plan.Name}", () => person.DecideAsync(plan));
        }

        return state == JobState.Stopped && batches.Any(IsOpen) ? await TryAsync($"waits for {plan.Name}", () => WaitAsync(plan)) : wasDue;
    }

    // Rows that were given up or refused are sent by the same line again.
    private bool NeedsInput(JobRecord? job)
        => job?.SealedAt is null || (job.StoppedAt is null && person.Ledger.Jobs.Totals(job).NotSubmitted > 0);

    private static bool IsOpen(BatchRecord batch) => batch.State.IsRunning() || batch.State is BatchState.Ended or BatchState.Downloaded;

    private async Task<bool> WaitAsync(JobPlan plan)
    {
        await person.WaitAsync(plan);
        foreach (BatchRecord ended in person.Ledger.Batches.OfJob(person.Find(plan)!.Id)
            .Where(static b => b.State is BatchState.Ended or BatchState.Downloaded))
        {
            await person.Collector.CollectAsync(ended.Id, null, CancellationToken.None);
        }

        return true;
    }

    private string Describe(JobPlan plan)
    {
        JobRecord job = person.Find(plan)!;
        IReadOnlyList<BatchRecord> batches = person.Ledger.Batches.OfJob(job.Id);
        return $"job {plan.Name} is {JobStates.Of(person.Ledger, job, batches)}: {job.PauseReason} "
            + string.Join(", ", batches.Select(static b => $"{b.Key} {b.State} {b.Message}"));
    }

    private async Task<bool> TryAsync(string what, Func<Task<bool>> work)
    {
        process.BeginCommand(what);
        try
        {
            return await work();
        }
        catch (ClaudeBatchException failure)
        {
            world.Told.Add(failure.Message);
            world.Note(process.Name, $"fails: {failure.Message}");
            return true;
        }
    }
}
