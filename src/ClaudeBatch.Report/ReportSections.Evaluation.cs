using System.Globalization;

namespace ClaudeBatch.Report;

/// <content>How right the answers are.</content>
internal sealed partial class ReportSections
{
    private const int MostLabels = 200;

    private const int MostInMatrix = 30;

    private const string All = "; Measure-ClaudeBatchResult has all";

    private void WriteEvaluations()
    {
        bool isJudged = content.Evaluations.Any(static e => e.Correct is not null);
        bool hasPairs = content.Evaluations.Any(static e => e.Against.Count > 0);
        if (!isJudged && !hasPairs)
        {
            return;
        }

        Begin("evaluation", "Evaluation");
        if (isJudged)
        {
            WriteAccuracies();
        }

        if (hasPairs)
        {
            WriteAgreements();
        }

        for (int i = 0; i < content.Evaluations.Count; i++)
        {
            WriteLabels(content.Evaluations[i], i + 1);
        }

        End();
    }

    private void WriteAccuracies()
    {
        if (content.Evaluations.Any(static e => e.Accuracy is not null))
        {
            _html.Chart("chart-accuracy", "The share of right rows of each job with its interval; the table has the same numbers.");
        }

        _html.Table(
            "accuracy-table",
            "How many rows are right",
            [
                "Job", ">Rows", ">Right", ">Accuracy", ">95 % interval from", ">to", ">Macro F1", ">Weighted F1", ">Without an answer",
                ">Without a label", ">Left out", ">Cost", ">Cost a right row",
            ]);
        foreach (ReportEvaluation e in content.Evaluations)
        {
            _html.Row(
                e.Job,
                e.Rows,
                e.Correct,
                new Share(e.Accuracy),
                new Share(e.AccuracyLow),
                new Share(e.AccuracyHigh),
                e.MacroF1,
                e.WeightedF1,
                e.Unanswered,
                e.Unparsable,
                e.Unlabeled,
                e.Cost,
                e.CostPerCorrect);
        }

        _html.EndTable();
        Markup("<p class=hint>Rows without an answer count as wrong, and so do those whose answer is not complete or has no label. "
            + "Rows whose right label nobody knows are left out; what has not ended does not count. The interval is Wilson's.</p>\n");
    }

    private void WriteLabels(ReportEvaluation evaluation, int number)
    {
        if (evaluation.Labels.Count == 0)
        {
            return;
        }

        string which = evaluation.Labels.Count > MostLabels
            ? string.Create(CultureInfo.InvariantCulture, $", the {MostLabels} of {evaluation.Labels.Count:N0} that most rows have{All}")
            : string.Empty;
        _html.Table(
            $"labels-{number}", $"The labels of {evaluation.Job}{which}", ["Label", ">Precision", ">Recall", ">F1", ">Rows that have it"]);
        foreach (ReportLabel label in Largest(evaluation.Labels, MostLabels))
        {
            _html.Row(label.Label, label.Precision, label.Recall, label.F1, label.Support);
        }

        _html.EndTable();
        WriteConfusion(evaluation, number);
    }

    // Those that most rows have, in the order in which they came.
    private static ReportLabel[] Largest(IReadOnlyList<ReportLabel> labels, int most)
    {
        HashSet<ReportLabel> largest = [.. labels.OrderByDescending(static l => l.Support).Take(most)];
        return [.. labels.Where(largest.Contains)];
    }

    // The shade is a share of the row's label, so that rare labels are seen, too.
    private void WriteConfusion(ReportEvaluation evaluation, int number)
    {
        string[] labels = [.. Largest(evaluation.Labels, MostInMatrix).Select(static l => l.Label)];
        ConfusionMatrix matrix = ConfusionMatrix.Of(evaluation.Confusion, labels);
        string which = evaluation.Labels.Count > MostInMatrix
            ? string.Create(CultureInfo.InvariantCulture, $", of the {MostInMatrix} labels that most rows have{All}")
            : string.Empty;
        _html.Table(
            $"confusion-{number}",
            $"Confusion matrix of {evaluation.Job}: expected down, given across{which}",
            ["Expected", .. matrix.Columns.Select(static label => $">{label}")]);
        foreach (ConfusionLine line in matrix.Lines)
        {
            long sum = line.Counts.Sum();
            Markup("<tr><th scope=row>").Foreign(line.Expected).Markup("</th>");
            for (int column = 0; column < line.Counts.Length; column++)
            {
                string shade = ((double)line.Counts[column] / sum).ToString("0.00", CultureInfo.InvariantCulture);
                Markup($"<td class=\"n {(column == line.Right ? "right" : "wrong")}\" style=\"--shade:{shade}\">")
                    .Text(Html.Number(line.Counts[column])).Markup("</td>");
            }

            Markup("</tr>\n");
        }

        _html.EndTable();
    }

    private void WriteAgreements()
    {
        _html.Table(
            "against-table",
            "How the jobs agree, over the rows that both have answered",
            [
                "Job", "Against", ">Rows of both", ">Agreement", ">Cohen's kappa", ">Only the first right", ">Only the second right",
                ">McNemar's exact p",
            ]);
        foreach (ReportEvaluation evaluation in content.Evaluations)
        {
            foreach (ReportAgreement against in evaluation.Against)
            {
                _html.Row(
                    evaluation.Job,
                    against.Job,
                    against.Common,
                    new Share(against.Agreement),
                    against.Kappa,
                    against.OnlyThis,
                    against.OnlyOther,
                    new Chance(against.PValue));
            }
        }

        _html.EndTable();
        Markup("<p class=hint>Cohen's kappa is the agreement beyond what chance would give: 0 where there is none, 1 where all agree. "
            + "McNemar's p is how likely two that are equally good differ as much by chance.</p>\n");
    }
}
