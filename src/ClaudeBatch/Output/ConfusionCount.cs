using ClaudeBatch.Core.Measures;

namespace ClaudeBatch;

/// <summary>How often one answer was given where one label was right. Pairs that do not come are left out.</summary>
public sealed class ConfusionCount
{
    public string? Expected { get; set; }

    /// <summary>The label of the answer; null where there is none.</summary>
    public string? Actual { get; set; }

    /// <summary>Why there is no label: <c>Unanswered</c> or <c>Unparsable</c>; null where there is one.</summary>
    public string? Reason { get; set; }

    public long Count { get; set; }

    public override string ToString() => $"{Expected} -> {Actual ?? Reason}: {Count}";

    internal static ConfusionCount From(int expected, int actual, long count, LabelCodes labels) => new()
    {
        Expected = labels[expected],
        Actual = actual < 0 ? null : labels[actual],
        Reason = actual switch
        {
            MeasuredRow.Unanswered => nameof(Evaluation.Unanswered),
            MeasuredRow.Unparsable => nameof(Evaluation.Unparsable),
            _ => null,
        },
        Count = count,
    };
}
