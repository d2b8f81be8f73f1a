using ClaudeBatch.Core;
using ClaudeBatch.Core.Ledger;
using ClaudeBatch.Core.Results;

namespace ClaudeBatch.Simulation;

/// <summary>The end of a history: one healthy process goes on with the jobs in peace, and the rules are held against what is there then.</summary>
internal sealed class Ending(World world, SimulatedProcess process, Person person)
{
    private const int MostSteps = 80;

    private const int MostSubmits = 4;

    public async Task RunAsync(IReadOnlyList<JobPlan> jobs)
    {
        foreach (JobPlan plan in jobs)
        {
            await FinishAsync(plan);
        }

        // A job may have waited for a part of another one.
        foreach (JobPlan plan in jobs)
        {
            await FinishAsync(plan);
        }

        world.Pass(TimeSpan.FromHours(2));
        await new Rules(world, person.Ledger).CheckAsync(jobs);
    }

    private async Task FinishAsync(JobPlan plan)
    {
        for (int submits = 0; submits < MostSubmits; submits++)
        {
            JobRecord? job = person.Find(plan);
            bool isCut = job is null || job.SealedAt is null;
            if (isCut || (job!.StoppedAt is null && person.Ledger.Jobs.Totals(job).NotSubmitted > 0))
            {
                await TryAsync($"submits {plan.Name}", () => person.SubmitAsync(plan));
            }
            else if (submits > 0)
            {
                return;
            }

            await GoOnAsync(plan);
        }
    }

    private async Task GoOnAsync(JobPlan plan)
    {
        for (int steps = 0; steps < MostSteps; steps++)
        {
            bool wasDue = await TryAsync($"resumes {plan.Name}", () => person.StepAsync(plan, isAsked: true));
            JobRecord job = person.Find(plan) ?? throw new Broken("JobGone", plan.Name);
            IReadOnlyList<BatchRecord> batches = person.Ledger.Batches.OfJob(job.Id);
            JobState state = JobStates.Of(person.Ledger.Folder, job, batches);
            // Of a stopped job nothing is sent, and what runs is waited for.
            if (state == JobState.Stopped && batches.Any(static b => b.State.IsRunning() || b.State is BatchState.Ended or BatchState.Downloaded))
            {
                await TryAsync($"waits for {plan.Name}", async () =>
                {
                    await person.WaitAsync(plan);
                    foreach (BatchRecord ended in person.Ledger.Batches.OfJob(job.Id).Where(static b => b.State is BatchState.Ended or BatchState.Downloaded))
                    {
                        await person.Collector.CollectAsync(ended.Id, null, CancellationToken.None);
                    }

                    return true;
                });
            }
            else if (!wasDue || state == JobState.Ambiguous || (state == JobState.Finished && !batches.Any(static b => !b.State.IsFinal())))
            {
                if (!wasDue || state == JobState.Ambiguous)
                {
                    return;
                }
            }

            world.Pass(steps < 15 ? TimeSpan.FromMinutes(1) : steps < 40 ? TimeSpan.FromMinutes(10) : TimeSpan.FromHours(1));
        }

        JobRecord left = person.Find(plan)!;
        IReadOnlyList<BatchRecord> open = person.Ledger.Batches.OfJob(left.Id);
        throw new Broken("NoEnd", $"Job {plan.Name} is {JobStates.Of(person.Ledger.Folder, left, open)} after {MostSteps} quiet steps: {left.PauseReason} {string.Join("; ", open.Select(static b => $"{b.Key} {b.State} {b.Message}"))}");
    }

    private async Task<T?> TryAsync<T>(string what, Func<Task<T>> work)
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
            return default;
        }
    }

    private async Task TryAsync(string what, Func<Task> work) => await TryAsync(what, async () =>
    {
        await work();
        return true;
    });
}
