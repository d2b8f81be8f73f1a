using System.Diagnostics;
using System.Globalization;

namespace ClaudeBatch.Simulation;

/// <summary>
/// Histories of fixed seeds, or of others: <c>SIMULATION_HISTORIES</c> says how many, <c>SIMULATION_SEED</c> from which seed on, and
/// <c>SIMULATION_REPLAY</c> has the choices of a single one (docs/testing.md).
/// </summary>
public sealed class HistoryTests(ITestOutputHelper output)
{
    private const int DefaultHistories = 500;

    [Fact]
    public void Whatever_goes_wrong_nothing_is_paid_twice_and_nothing_is_lost()
    {
        ThreadPool.SetMinThreads(32, 32); // a simulated process that waits for its turn may hold a thread of the pool
        if (Environment.GetEnvironmentVariable("SIMULATION_REPLAY") is { Length: > 0 } replay)
        {
            HistoryOutcome replayed = History.Of(Choices.Recorded(Choices.Parse(replay)));
            output.WriteLine(string.Join('\n', replayed.Trace));
            Assert.True(replayed.Broken is null, replayed.Broken?.Message);
            return;
        }

        int count = Number("SIMULATION_HISTORIES", DefaultHistories);
        Stopwatch watch = Stopwatch.StartNew();
        (HistoryOutcome? broken, int seed, long choices) = Run(Number("SIMULATION_SEED", 1), count);
        string figures = string.Create(
            CultureInfo.InvariantCulture, $"{count} histories, {choices} choices, {count / watch.Elapsed.TotalSeconds:0} histories a second");
        if (broken is not null)
        {
            Assert.Fail(Report(Shrinker.Shrink(broken), string.Create(CultureInfo.InvariantCulture, $"Seed {seed} breaks a rule.")));
        }

        output.WriteLine(figures);
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

    [Theory]
    [MemberData(nameof(Mends))]
    public void What_was_mended_stays_mended(string file)
    {
        HistoryOutcome outcome = History.Of(Choices.Recorded(Choices.Parse(File.ReadAllText(Path.Combine(MendsFolder, file)))));
        Assert.True(outcome.Broken is null, outcome.Broken?.Message);
    }

    public static TheoryData<string> Mends => [.. Directory.EnumerateFiles(MendsFolder, "*.history").Select(static file => Path.GetFileName(file)).Order()];

    private static string MendsFolder => Path.Combine(AppContext.BaseDirectory, "mends");

    // Of several histories that break a rule it is the one with the lowest seed, whichever thread was first.
    private static (HistoryOutcome? Broken, int Seed, long Choices) Run(int first, int count)
    {
        HistoryOutcome? broken = null;
        int seedOfBroken = int.MaxValue;
        long choices = 0;
        object gate = new();
        Parallel.For(first, first + count, new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount }, (seed, loop) =>
        {
            HistoryOutcome outcome = History.Of(Choices.Drawn(seed));
            Interlocked.Add(ref choices, outcome.Count);
            if (outcome.Broken is null)
            {
                return;
            }

            loop.Break();
            lock (gate)
            {
                (broken, seedOfBroken) = seed < seedOfBroken ? (outcome, seed) : (broken, seedOfBroken);
            }
        });
        return (broken, seedOfBroken, choices);
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
