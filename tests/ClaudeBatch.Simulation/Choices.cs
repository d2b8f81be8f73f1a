using System.Globalization;

namespace ClaudeBatch.Simulation;

/// <summary>
/// What happens in a history, as a list of small numbers: one for each time that something could have gone another way. They are drawn
/// from a seed and recorded, or read from a recorded list. Zero is always the quiet way, so that a shorter list with lower numbers is a
/// simpler history, and a list that is over is followed by quiet.
/// </summary>
internal sealed class Choices
{
    // How much more often the quiet way is taken. Histories with few faults reach places that those with many do not.
    private static readonly int[] s_calms = [1, 2, 4, 8];

    private readonly Random? _random;

    private readonly IReadOnlyList<int> _recorded;

    private readonly int _calm;

    private readonly List<int> _made = [];

    private Choices(Random? random, IReadOnlyList<int> recorded)
    {
        _random = random;
        _recorded = recorded;
        _calm = random is null ? 1 : s_calms[random.Next(s_calms.Length)];
    }

    public static Choices Drawn(int seed) => new(new Random(seed), []);

    public static Choices Recorded(IReadOnlyList<int> recorded) => new(null, recorded);

    /// <summary>The choices so far, without the zeros at the end.</summary>
    public IReadOnlyList<int> Made => [.. _made.Take(1 + _made.FindLastIndex(static c => c != 0))];

    public int Count => _made.Count;

    /// <summary>Makes a choice.</summary>
    /// <param name="weights">How often each way is taken, the quiet one first.</param>
    public int Next(params ReadOnlySpan<int> weights) => Record(
        _random is null ? Math.Min(Read(), weights.Length - 1) : Draw(weights));

    /// <summary>Makes a choice among equal ways.</summary>
    public int OneOf(int count) => count < 2 ? 0 : Record(_random is null ? Math.Min(Read(), count - 1) : _random.Next(count));

    public static IReadOnlyList<int> Parse(string text)
        => [.. text.Split([' ', '\n', '\r', '\t', ','], StringSplitOptions.RemoveEmptyEntries).Select(static n => int.Parse(n, CultureInfo.InvariantCulture))];

    public static string Text(IEnumerable<int> choices) => string.Join(' ', choices);

    private int Read() => _made.Count < _recorded.Count ? Math.Max(0, _recorded[_made.Count]) : 0;

    private int Draw(ReadOnlySpan<int> weights)
    {
        int sum = weights[0] * _calm;
        foreach (int weight in weights[1..])
        {
            sum += weight;
        }

        int drawn = _random!.Next(sum) - (weights[0] * _calm);
        int choice = 0;
        while (drawn >= 0)
        {
            drawn -= weights[++choice];
        }

        return choice;
    }

    private int Record(int choice)
    {
        _made.Add(choice);
        return choice;
    }
}
