namespace ClaudeBatch.Core.Measures;

/// <summary>How often which answer was given where which was right. What has no answer, or no label in it, is wrong.</summary>
public sealed class ConfusionTable
{
    private readonly Dictionary<(int Expected, int Actual), long> _counts = [];

    public long Rows { get; private set; }

    public long Unanswered { get; private set; }

    public long Unparsable { get; private set; }

    public long Answered => Rows - Unanswered - Unparsable;

    public long Correct { get; private set; }

    /// <summary>The pairs that came, with how often. An answer without a label is a number below 0.</summary>
    public IEnumerable<(int Expected, int Actual, long Count)> Counts
        => _counts.Select(static c => (c.Key.Expected, c.Key.Actual, c.Value));

    public void Add(MeasuredRow row)
    {
        Rows++;
        Unanswered += row.Actual == MeasuredRow.Unanswered ? 1 : 0;
        Unparsable += row.Actual == MeasuredRow.Unparsable ? 1 : 0;
        Correct += row.HasLabel && row.Actual == row.Expected ? 1 : 0;
        _counts[(row.Expected, row.Actual)] = _counts.GetValueOrDefault((row.Expected, row.Actual)) + 1;
    }

    /// <summary>Scores each label that a row or an answer has.</summary>
    public IReadOnlyList<LabelScore> Scores()
    {
        Dictionary<int, LabelScore> scores = [];
        LabelScore Of(int label) => scores.GetValueOrDefault(label) ?? new LabelScore(label, 0, 0, 0);
        foreach ((int expected, int actual, long count) in Counts)
        {
            scores[expected] = Of(expected) with { Support = Of(expected).Support + count };
            if (actual >= 0)
            {
                LabelScore score = Of(actual);
                scores[actual] = score with
                {
                    Predicted = score.Predicted + count,
                    Correct = score.Correct + (actual == expected ? count : 0),
                };
            }
        }

        return [.. scores.Values];
    }

    /// <summary>The mean of the labels' F1, each label weighing the same; null where there are none.</summary>
    public static double? MacroF1(IReadOnlyList<LabelScore> scores) => scores.Count == 0 ? null : scores.Average(static s => s.F1);

    /// <summary>The mean of the labels' F1, each weighing as many as the rows that have it; null where there are none.</summary>
    public static double? WeightedF1(IReadOnlyList<LabelScore> scores)
    {
        long rows = scores.Sum(static s => s.Support);
        return rows == 0 ? null : scores.Sum(static s => s.F1 * s.Support) / rows;
    }
}
