using ClaudeBatch.Core;
using ClaudeBatch.Core.Ledger;
using ClaudeBatch.Emulator;

namespace ClaudeBatch.Simulation;

/// <summary>One history: some processes do a job or two while things go wrong; then all is quiet, and it is looked at what has come of it.</summary>
internal sealed class History : IDisposable
{
    private const int MostCommands = 7;

    private static readonly TimeSpan[] s_skews = [TimeSpan.Zero, TimeSpan.FromHours(1), TimeSpan.FromHours(-1), TimeSpan.FromMinutes(7)];

    private static readonly TimeSpan[] s_pauses = [TimeSpan.FromMinutes(1), TimeSpan.FromSeconds(15), TimeSpan.FromMinutes(6), TimeSpan.FromHours(2)];

    private readonly World _world;

    private readonly Choices _choices;

    private readonly List<JobPlan> _jobs = [];

    private History(Choices choices)
    {
        _choices = choices;
        EmulatorPlan plan = new()
        {
            Latency = new[] { TimeSpan.FromMinutes(5), TimeSpan.FromSeconds(1), TimeSpan.FromHours(1) }[choices.Next(3, 2, 1)],
            Errored = new[] { 0, 0.4 }[choices.Next(2, 1)],
            Seed = choices.OneOf(4),
        };
        _world = new World(choices, plan);
        int rows = new[] { 2, 3, 4, 1, 6 }[choices.OneOf(5)];
        int maxAttempts = new[] { 1, 3 }[choices.Next(1, 1)];
        _jobs.Add(new JobPlan("a", rows, maxAttempts));
        if (choices.Next(3, 1) == 1)
        {
            _jobs.Add(new JobPlan("b", 2, 1, maxTokens: 9));
        }
    }

    /// <summary>Lives through a history.</summary>
    public static HistoryOutcome Of(Choices choices)
    {
        using History history = new(choices);
        Broken? broken = null;
        try
        {
            history.LiveThrough();
            history.EndQuietly();
        }
        catch (Broken e)
        {
            broken = e;
        }

        return new HistoryOutcome(choices.Made, choices.Count, broken, history._world.Trace);
    }

    public void Dispose() => _world.Dispose();

    private void LiveThrough()
    {
        int count = 2 + _choices.Next(4, 2) - (_choices.Next(6, 1) == 1 ? 1 : 0);
        SimulatedProcess[] processes = [.. Enumerable.Range(1, count).Select(i => new SimulatedProcess(_world, $"P{i}", p => Work(p, isFirst: i == 1)))];
        using JobLedger ledger = JobLedger.Open(_world.Folder, TimeProvider.System);
        Watch watch = new(_world, ledger);
        try
        {
            SimulatedProcess? last = null;
            while (processes.Where(static p => !p.IsOver).ToArray() is { Length: > 0 } alive)
            {
                SimulatedProcess[] ready = [.. alive.Where(p => p.WakesAt is null || p.WakesAt <= _world.Now)];
                if (ready.Length == 0)
                {
                    _world.PassTo(alive.Min(static p => p.WakesAt!.Value));
                    continue;
                }

                // The quiet way is to let the same process go on.
                SimulatedProcess[] ordered = [.. ready.Where(p => p == last), .. ready.Where(p => p != last)];
                last = ordered[ordered.Length == 1 ? 0 : _choices.OneOf(ordered.Length)];
                _world.Run(last);
                if (last.Failure is { } failure)
                {
                    throw failure as Broken ?? new Broken("Escaped", failure.ToString());
                }

                watch.Look(last);
            }

            watch.LookLast();
        }
        finally
        {
            foreach (SimulatedProcess process in processes.Where(static p => !p.IsOver))
            {
                process.End();
                _world.Run(process);
            }
        }
    }

    // One shell after another in the same window, until nobody types a command any more.
    private void Work(SimulatedProcess process, bool isFirst)
    {
        int commands = 0;
        bool isOver = false;
        while (!isOver)
        {
            try
            {
                process.Skew = s_skews[_choices.Next(8, 1, 1, 1)];
                using Person person = new(_world, process);
                for (; !isOver && commands < MostCommands; commands++)
                {
                    isOver = !CommandAsync(process, person, isFirst && commands == 0).GetAwaiter().GetResult();
                    process.Yield();
                }

                isOver = true;
            }
            catch (ProcessDied) when (!process.IsEnded)
            {
                commands++;
                process.Revive();
                process.Yield();
            }
        }
    }

    private async Task<bool> CommandAsync(SimulatedProcess process, Person person, bool submits)
    {
        int command = submits ? 1 : _choices.Next(1, 8, 12, 6, 6, 8, 2, 2, 2, 2, 2, 2, 2, 2, 2, 4);
        JobPlan plan = _jobs[_choices.OneOf(_jobs.Count)];
        process.BeginCommand($"command {command} for job {plan.Name}");
        try
        {
            await (command switch
            {
                1 => person.SubmitAsync(plan),
                2 => person.StepAsync(plan, isAsked: true),
                3 => person.StepAsync(plan, isAsked: false),
                4 => person.WaitAsync(plan),
                5 => PauseAsync(process),
                6 => person.StopAsync(plan),
                7 => person.StopBatchAsync(plan, _choices.OneOf(3)),
                8 => person.RetryAsync(plan),
                9 => Done(() => person.Remove(plan)),
                10 => Done(() => person.Abandon(plan, _choices.OneOf(3))),
                11 => person.AdoptAsync(plan, _choices.OneOf(3)),
                12 => person.RestartAsync(plan),
                13 => Done(() => person.Forget(plan, isForced: true)),
                14 => Done(() => person.Forget(plan, isForced: false)),
                15 => person.RetryCutAsync(plan),
                _ => Task.CompletedTask,
            });
        }
        catch (ClaudeBatchException failure)
        {
            _world.Told.Add(failure.Message);
            _world.Note(process.Name, $"fails: {failure.Message}");
        }

        return command != 0;
    }

    private Task PauseAsync(SimulatedProcess process)
    {
        process.Sleep(s_pauses[_choices.OneOf(s_pauses.Length)]);
        return Task.CompletedTask;
    }

    private static Task Done(Action work)
    {
        work();
        return Task.CompletedTask;
    }

    private void EndQuietly()
    {
        _world.IsQuiet = true;
        _world.Pass(TimeSpan.FromMinutes(1));
        SimulatedProcess healthy = new(_world, "healthy", process =>
        {
            using Person person = new(_world, process);
            new Ending(_world, process, person).RunAsync(_jobs).GetAwaiter().GetResult();
        });
        try
        {
            healthy.RunAlone();
        }
        catch (Exception e) when (e is not Broken)
        {
            throw new Broken("Escaped", e.ToString());
        }
    }
}

/// <summary>What has come of a history.</summary>
/// <param name="Choices">Its choices; they replay it.</param>
/// <param name="Count">How many choices there were, with those at the end that were quiet.</param>
/// <param name="Broken">What does not hold; null where all holds.</param>
/// <param name="Trace">What happened, in its order.</param>
internal sealed record HistoryOutcome(IReadOnlyList<int> Choices, int Count, Broken? Broken, IReadOnlyList<string> Trace);
