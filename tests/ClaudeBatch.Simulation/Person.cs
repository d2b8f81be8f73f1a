using ClaudeBatch.Core;
using ClaudeBatch.Core.Api;
using ClaudeBatch.Core.Input;
using ClaudeBatch.Core.Ledger;
using ClaudeBatch.Core.Requests;
using ClaudeBatch.Core.Results;
using ClaudeBatch.Core.Retries;
using ClaudeBatch.Core.Running;
using ClaudeBatch.Core.Sending;
using ClaudeBatch.Emulator;

namespace ClaudeBatch.Simulation;

/// <summary>Somebody at a shell: runs the commands of the module, as the cmdlets call the engine.</summary>
internal sealed class Person : IDisposable
{
    private readonly World _world;

    private readonly SimulatedProcess _process;

    private readonly ServiceConnection _connection = new(EmulatorHandler.BaseAddress, ApiCredential.FromKey("sk-ant-simulated"));

    private readonly BatchApi _api;

    private readonly BatchRound _round;

    private readonly JobStep _step;

    public Person(World world, SimulatedProcess process)
    {
        _world = world;
        _process = process;
        SimulatedClock clock = new(world, process);
        TransportLimits none = new()
        {
            Answer = Timeout.InfiniteTimeSpan,
            Stall = Timeout.InfiniteTimeSpan,
            CreateReply = Timeout.InfiniteTimeSpan,
        };
        Ledger = JobLedger.Open(world.Folder, clock);
        SimulatedNetwork network = new(world, process) { Knows = Ledger.Batches.Knows };
        _api = new BatchApi(_connection, network, clock, none, chance: static () => 0);
        _round = new BatchRound(Ledger, _api);
        Collector = new BatchCollector(Ledger, _api, clock);
        _step = new JobStep(Ledger, _round, Collector);
    }

    public JobLedger Ledger { get; }

    public BatchCollector Collector { get; }

    public void Dispose()
    {
        Ledger.Dispose();
        _api.Dispose();
    }

    /// <summary>Submit-ClaudeBatch with the job's rows.</summary>
    public async Task SubmitAsync(JobPlan plan)
    {
        SealedInput sealedInput;
        using (JobInput input = JobInput.Open(
            Ledger, new JobInputOptions { Name = plan.Name, Connection = _connection, Limits = plan.Limits, MaxAttempts = plan.MaxAttempts }))
        {
            foreach (PreparedRequest request in plan.Requests)
            {
                input.Add(request.CustomId, request.Utf8.Span, "{\"row\":1}"u8);
                Milestone.Pass("reading-input");
            }

            sealedInput = input.Seal();
        }

        SecondSend.Permit(Ledger, Ledger.Jobs.Get(sealedInput.Job.Id));
        await DeliverAsync(sealedInput.ExistingBatches.Concat(sealedInput.NewBatches));
    }

    /// <summary>Resume-ClaudeBatch -Job.</summary>
    /// <returns>Whether there was something to do.</returns>
    public async Task<bool> StepAsync(JobPlan plan, bool isAsked)
    {
        if (Find(plan) is not { } job || !_step.IsDue(job, isAsked))
        {
            return false;
        }

        Tell(await _step.RunAsync(Ledger.Jobs.Get(job.Id), isAsked, CancellationToken.None));
        return true;
    }

    /// <summary>Wait-ClaudeBatch, one round of it.</summary>
    public async Task WaitAsync(JobPlan plan)
    {
        if (Find(plan) is { } job && Ledger.Batches.OfJob(job.Id) is { Count: > 0 } batches)
        {
            Tell((await _round.RunAsync(batches.Select(static b => b.Id), null, CancellationToken.None)).Notes);
        }
    }

    /// <summary>Stop-ClaudeBatch -Job.</summary>
    public async Task StopAsync(JobPlan plan)
    {
        if (Find(plan) is { } job)
        {
            Ledger.Stop(job);
            foreach (BatchRecord batch in Ledger.Batches.OfJob(job.Id).Where(static b => !b.IsTentative && b.State.IsRunning()))
            {
                await new BatchControl(Ledger, _api).CancelAsync(batch, CancellationToken.None);
            }
        }
    }

    /// <summary>Stop-ClaudeBatch -Id.</summary>
    public async Task StopBatchAsync(JobPlan plan, int number)
    {
        if (Batch(plan, number, static b => !b.IsTentative) is { } batch)
        {
            await new BatchControl(Ledger, _api).CancelAsync(batch, CancellationToken.None);
        }
    }

    /// <summary>Resume-ClaudeBatch -Job -Force.</summary>
    public async Task RestartAsync(JobPlan plan)
    {
        if (Find(plan) is { StoppedAt: not null } job)
        {
            Ledger.Restart(job);
        }

        await StepAsync(plan, isAsked: true);
    }

    /// <summary>Invoke-ClaudeBatchRetry -Job.</summary>
    public async Task RetryAsync(JobPlan plan)
    {
        if (Find(plan) is { SealedAt: not null } job)
        {
            await DeliverAsync(new RetryPlanner(Ledger).Plan(job, new RetryFilter(), SpoolLimits.Of(job)));
        }
    }

    /// <summary>Invoke-ClaudeBatchRetry -Job -Incomplete: what was paid for and is cut is asked for, and paid, once more.</summary>
    public async Task RetryCutAsync(JobPlan plan)
    {
        if (Find(plan) is { SealedAt: not null } job)
        {
            IReadOnlyList<BatchRecord> parts = new RetryPlanner(Ledger).Plan(job, new RetryFilter { TakesIncomplete = true }, SpoolLimits.Of(job));
            _world.Account.Permit(parts.SelectMany(b => Ledger.Attempts.All(b)).Select(static a => a.CustomId));
            await DeliverAsync(parts);
        }
    }

    /// <summary>Remove-ClaudeBatchJob -Job.</summary>
    public void Remove(JobPlan plan)
    {
        if (Find(plan) is { } job)
        {
            new JobPruner(Ledger).RemovePayloads(job, evenUnfinished: false);
        }
    }

    /// <summary>
    /// Remove-ClaudeBatchJob -Job -All, with -Force or with yes to its question, before which the others go on. The same line sends the job again
    /// afterwards, and is meant to.
    /// </summary>
    public void Forget(JobPlan plan, bool isForced)
    {
        if (Find(plan) is { } job)
        {
            JobPruner pruner = new(Ledger);
            if (isForced)
            {
                _world.Forced.Add(job.Id);
            }
            else if (pruner.Unfinished(job) is { } why)
            {
                throw JobPruner.NotFinished(job, why);
            }
            else
            {
                _process.Yield();
            }

            // What another process is sending is not removed: it is an error, and nothing is permitted by it.
            pruner.Forget(job, isForced);
            _world.Account.Permit(plan.Requests.Select(static r => r.CustomId));
        }
    }

    /// <summary>Repair-ClaudeBatch -Abandon.</summary>
    public void Abandon(JobPlan plan, int number)
    {
        if (Batch(plan, number, static b => b.State is BatchState.Unconfirmed or BatchState.Spooled or BatchState.Lost) is { } batch)
        {
            if (batch.Intent is not null)
            {
                _world.Account.Permit(Ledger.Attempts.All(batch).Select(static a => a.CustomId));
            }

            new BatchRepair(Ledger, _api).Abandon(batch);
        }
    }

    /// <summary>Repair-ClaudeBatch -Adopt with the first candidate.</summary>
    public async Task AdoptAsync(JobPlan plan, int number)
    {
        BatchRepair repair = new(Ledger, _api);
        if (Batch(plan, number, static b => b.State == BatchState.Unconfirmed) is { } batch
            && await repair.CandidatesAsync(batch, CancellationToken.None) is [var candidate, ..])
        {
            await repair.AdoptAsync(batch, candidate.Id, CancellationToken.None);
        }
    }

    /// <summary>Decides what an ambiguous part is, as a person does who has looked into the account: Repair-ClaudeBatch.</summary>
    public async Task<bool> DecideAsync(JobPlan plan)
    {
        BatchRepair repair = new(Ledger, _api);
        BatchRecord batch = Ledger.Batches.OfJob(Find(plan)!.Id).First(static b => b.IsAmbiguous);
        string[] ids = [.. Ledger.Attempts.All(batch).Select(static a => a.CustomId)];
        string? found = _world.Account.Ours.LastOrDefault(m => !Ledger.Batches.Knows(m.Id) && m.CustomIds.SequenceEqual(ids))?.Id;
        if (found is not null)
        {
            await repair.AdoptAsync(batch, found, CancellationToken.None);
        }
        else
        {
            repair.Abandon(batch);
        }

        return true;
    }

    public JobRecord? Find(JobPlan plan) => Ledger.Jobs.Find(plan.Name);

    private BatchRecord? Batch(JobPlan plan, int number, Func<BatchRecord, bool> may)
        => Find(plan) is { } job && Ledger.Batches.OfJob(job.Id).Where(may).ToArray() is { Length: > 0 } batches
            ? batches[number % batches.Length]
            : null;

    // What holds one part up holds the next one up, too.
    private async Task DeliverAsync(IEnumerable<BatchRecord> batches)
    {
        foreach (BatchRecord batch in batches.Where(static b => b.State.IsUnsent() || b.State == BatchState.Unconfirmed))
        {
            RoundReport report = await _round.DeliverAsync([batch.Id], null, CancellationToken.None);
            Tell(report.Notes);
            if (report.Batches[0].State.IsUnsent())
            {
                return;
            }
        }
    }

    private void Tell(IEnumerable<RoundNote> notes)
    {
        foreach (RoundNote note in notes)
        {
            _world.Told.Add(note.Message);
            _world.Note(_process.Name, $"is told: {note.Message}");
        }
    }
}
