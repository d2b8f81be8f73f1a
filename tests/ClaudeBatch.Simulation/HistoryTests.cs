using System.Diagnostics;
using System.Globalization;

namespace ClaudeBatch.Simulation;

public sealed class HistoryTests(ITestOutputHelper output)
{
    private const int DefaultHistories = 500;

    [Fact]
    public void Whatever_goes_wrong_nothing_is_paid_twice_and_nothing_is_lost()
    {
        int count = Number("SIMULATION_HISTORIES", DefaultHistories);
        int first = Number("SIMULATION_SEED", 1);
        int choices = 0;
        Stopwatch watch = Stopwatch.StartNew();
        ThreadPool.SetMinThreads(32, 32); // a simulated process that waits for its turn may hold a thread of the pool
        HistoryOutcome? broken = null;
        int seedOfBroken = 0;
        object gate = new();
        Parallel.For(first, first + count, new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount }, (seed, loop) =>
        {
            HistoryOutcome outcome = History.Of(Choices.Drawn(seed));
            Interlocked.Add(ref choices, outcome.Count);
            if (outcome.Broken is null)
            {
                return;
            }

            lock (gate)
            {
                // The lowest seed, whichever thread was first.
                if (broken is null || seed < seedOfBroken)
                {
                    (broken, seedOfBroken) = (outcome, seed);
                }
            }

            loop.Break();
        });
        string figures = string.Create(
            CultureInfo.InvariantCulture, $"{count} histories, {choices} choices, {count / watch.Elapsed.TotalSeconds:0} histories a second");
        output.WriteLine(figures);
        if (broken is not null)
        {
            Assert.Fail(Report(Shrinker.Shrink(broken), $"Seed {seedOfBroken} of the {figures}."));
        }
    }

    [Fact]
    public void A_history_that_is_repeated_is_the_same()
    {
        for (int seed = 1; seed <= 20; seed++)
        {
            HistoryOutcome drawn = History.Of(Choices.Drawn(seed));
            Assert.Equal(drawn.Trace, History.Of(Choices.Recorded(drawn.Choices)).Trace);
        }
    }

    private static int Number(string variable, int otherwise)
        => int.TryParse(Environment.GetEnvironmentVariable(variable), CultureInfo.InvariantCulture, out int number) ? number : otherwise;

    private static string Report(HistoryOutcome outcome, string what)
        => $"{what}\n{outcome.Broken!.Message}\nReplay: {Choices.Text(outcome.Choices)}\n{string.Join('\n', Shortened(outcome.Trace))}";

    // What is done over and over until somebody gives up is shown once.
    private static IEnumerable<string> Shortened(IReadOnlyList<string> trace)
    {
        const int time = 10;
        return trace.Where((line, i) => !trace.Skip(Math.Max(0, i - 6)).Take(Math.Min(i, 6)).Any(earlier => earlier[time..] == line[time..]));
    }
}
