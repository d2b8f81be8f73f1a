using System.Management.Automation;
using ClaudeBatch.Core.Costs;
using ClaudeBatch.Core.Measures;

namespace ClaudeBatch;

/// <summary>
/// How right the answers of a job are, or of one group of its rows. What has no answer and what has no label in it counts as wrong. A figure is
/// null where nothing says which answer is right, or there is nothing to have it of.
/// </summary>
public sealed class Evaluation
{
    public string? Job { get; set; }

    /// <summary>The group of rows; null where none was asked for.</summary>
    public string? Group { get; set; }

    /// <summary>The rows that count: of a job that is not finished those that have ended, and with expected labels those that have one.</summary>
    public long Rows { get; set; }

    /// <summary>
    /// How many have an answer with a label; Unanswered and Unparsable are the others. What jobs and reports call answered has an answer, with a
    /// label or not.
    /// </summary>
    public long Answered { get; set; }

    public long? Correct { get; set; }

    /// <summary>The share of the rows, 0 to 1, whose answer is right.</summary>
    public double? Accuracy { get; set; }

    /// <summary>The low end of the 95 % Wilson interval of the accuracy.</summary>
    public double? AccuracyLow { get; set; }

    /// <summary>The high end of the 95 % Wilson interval of the accuracy.</summary>
    public double? AccuracyHigh { get; set; }

    /// <summary>The mean F1 of the labels, each weighing the same.</summary>
    public double? MacroF1 { get; set; }

    /// <summary>The mean F1 of the labels, each weighing as many as the rows that have it.</summary>
    public double? WeightedF1 { get; set; }

    /// <summary>How many have no answer. They are wrong.</summary>
    public long Unanswered { get; set; }

    /// <summary>How many have an answer without a label, or one that is not complete. They are wrong.</summary>
    public long Unparsable { get; set; }

    /// <summary>How many rows have no expected label. They are left out.</summary>
    public long Unlabeled { get; set; }

    /// <summary>The cost of the rows, with all attempts, in USD; null where some of it is not known.</summary>
    public decimal? Cost { get; set; }

    /// <summary>The cost by the number of right answers, to the millionth of a millionth that costs are known to.</summary>
    public decimal? CostPerCorrect { get; set; }

    public LabelMeasure[] Labels { get; set; } = [];

    public ConfusionCount[] Confusion { get; set; } = [];

    /// <summary>The job beside each of the others.</summary>
    public JobAgreement[] Against { get; set; } = [];

    public override string ToString() => NameOf(Job, Group);

    /// <summary>Names a job, or a variant or group of it; rows that are in none have the name of the job.</summary>
    internal static string NameOf(string? job, string? group) => string.IsNullOrEmpty(group) ? job ?? string.Empty : $"{job}, {group}";

    /// <summary>Gives the object as one that is shown with what it has: with its group, and without figures that nothing was expected for.</summary>
    internal PSObject Shown(bool isJudged)
    {
        PSObject shown = new(this);
        if (!isJudged || Group is not null)
        {
            shown.TypeNames.Insert(0, "ClaudeBatch.Evaluation#" + (isJudged ? nameof(Group) : "Bare"));
        }

        return shown;
    }

    internal static Evaluation From(MeasuredJob job, int group, string? groupName, LabelCodes labels)
    {
        GroupFigures figures = job.Groups.GetValueOrDefault(group) ?? new GroupFigures(job.NeedsLabel);
        ConfusionTable table = figures.Confusion;
        Evaluation evaluation = new()
        {
            Job = job.Name,
            Group = groupName,
            Rows = table.Rows,
            Answered = table.Answered,
            Unanswered = table.Unanswered,
            Unparsable = table.Unparsable,
            Unlabeled = figures.Unlabeled,
            Cost = figures.Unpriced > 0 ? null : PriceList.ToDollars(figures.Picodollars),
        };
        if (job.NeedsLabel)
        {
            evaluation.Judge(table, labels);
        }

        return evaluation;
    }

    private void Judge(ConfusionTable table, LabelCodes labels)
    {
        Correct = table.Correct;
        Accuracy = Statistics.Share(table.Correct, table.Rows);
        (double Low, double High)? interval = Statistics.Wilson(table.Correct, table.Rows);
        AccuracyLow = interval?.Low;
        AccuracyHigh = interval?.High;
        CostPerCorrect = table.Correct > 0 && Cost is { } cost ? decimal.Round(cost / table.Correct, 12) : null;
        IReadOnlyList<LabelScore> scores = table.Scores();
        MacroF1 = ConfusionTable.MacroF1(scores);
        WeightedF1 = ConfusionTable.WeightedF1(scores);
        // People read them: get_card stands before getting_card, as in the lists of a report.
        StringComparer order = StringComparer.InvariantCultureIgnoreCase;
        Labels = [.. scores.Select(s => LabelMeasure.From(s, labels)).OrderBy(static l => l.Label, order)];
        Confusion =
        [
            .. table.Counts.Select(c => ConfusionCount.From(c.Expected, c.Actual, c.Count, labels))
                .OrderBy(static c => c.Expected, order).ThenByDescending(static c => c.Count)
                .ThenBy(static c => c.Actual, order),
        ];
    }
}
