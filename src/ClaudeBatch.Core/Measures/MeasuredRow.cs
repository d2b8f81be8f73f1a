namespace ClaudeBatch.Core.Measures;

/// <summary>What is known of a row of one job, in the numbers of <see cref="LabelCodes"/>.</summary>
/// <param name="Expected">The label that is right; <see cref="LabelCodes.None"/> where none is known.</param>
/// <param name="Actual">The label of the answer, <see cref="Unparsable"/> or <see cref="Unanswered"/>.</param>
/// <param name="Group">The group that it is in.</param>
public readonly record struct MeasuredRow(int Expected, int Actual, int Group)
{
    /// <summary>Stands for an answer in which there is no label.</summary>
    public const int Unparsable = LabelCodes.None;

    /// <summary>Stands for a request without an answer.</summary>
    public const int Unanswered = -2;

    /// <summary>Stands for a row that the job does not have.</summary>
    public static readonly MeasuredRow Absent = new(LabelCodes.None, Unanswered, LabelCodes.None);

    public bool HasLabel => Actual >= 0;
}
