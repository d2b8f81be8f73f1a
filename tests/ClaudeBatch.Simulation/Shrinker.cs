namespace ClaudeBatch.Simulation;

/// <summary>Makes a history that breaks a rule smaller, as long as it breaks the same one.</summary>
internal static class Shrinker
{
    private const int MostTries = 1_500;

    public static HistoryOutcome Shrink(HistoryOutcome broken)
    {
        int tries = 0;
        HistoryOutcome best = broken;
        bool goesOn = true;
        while (goesOn)
        {
            goesOn = false;
            foreach (IReadOnlyList<int> candidate in Smaller(best.Choices))
            {
                if (++tries > MostTries)
                {
                    return best;
                }

                HistoryOutcome outcome = History.Of(Choices.Recorded(candidate));
                if (outcome.Broken?.Rule == broken.Broken!.Rule && IsSmaller(outcome.Choices, best.Choices))
                {
                    best = outcome;
                    goesOn = true;
                    break;
                }
            }
        }

        return best;
    }

    private static bool IsSmaller(IReadOnlyList<int> one, IReadOnlyList<int> other)
        => one.Count < other.Count || (one.Count == other.Count && one.Sum() < other.Sum());

    private static IEnumerable<IReadOnlyList<int>> Smaller(IReadOnlyList<int> choices)
    {
        for (int size = choices.Count / 2; size > 0; size = size == 1 ? 0 : Math.Max(1, size / 2))
        {
            for (int from = choices.Count - size; from >= 0; from -= size)
            {
                yield return [.. choices.Take(from), .. choices.Skip(from + size)];
                if (choices.Skip(from).Take(size).Any(static c => c != 0))
                {
                    yield return [.. choices.Take(from), .. Enumerable.Repeat(0, size), .. choices.Skip(from + size)];
                }
            }
        }

        for (int at = choices.Count - 1; at >= 0; at--)
        {
            if (choices[at] > 1)
            {
                yield return [.. choices.Take(at), choices[at] / 2, .. choices.Skip(at + 1)];
                yield return [.. choices.Take(at), choices[at] - 1, .. choices.Skip(at + 1)];
            }
        }
    }
}
