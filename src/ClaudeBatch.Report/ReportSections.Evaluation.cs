using System.Globalization;

namespace ClaudeBatch.Report;

/// <content>How right the answers are.</content>
internal sealed partial class ReportSections
{
    private void WriteEvaluations()
    {
        if (content.Evaluations.Count == 0)
        {
            return;
        }

        Begin("evaluation", "Evaluation");
        if (content.Evaluations.Any(static e => e.Accuracy is not null))
        {
            WriteAccuracies();
        }

        for (int i = 0; i < content.Evaluations.Count; i++)
        {
            WriteLabels(content.Evaluations[i], i + 1);
        }

        if (content.Evaluations.Any(static e => e.Against.Count > 0))
        {
            WriteAgreements();
        }

        End();
    }

    private void WriteAccuracies()
    {
        _html.Chart("chart-accuracy", "The share of right rows of each job with its interval; the table has the same numbers.").Table(
            "accuracy-table",
            "How many rows are right",
            [
                "Job", ">Rows", ">Right", ">Accuracy", ">95 % interval from", ">to", ">Macro F1", ">Weighted F1", ">Without an answer",
                ">Without a label", ">Cost", ">Cost a right row",
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
                e.Cost,
                e.CostPerCorrect);
        }

        _html.EndTable();
        Markup("<p class=hint>Rows without an answer, and those in whose answer there is no label, count as wrong. The interval is "
            + "Wilson's.</p>\n");
    }

    private void WriteLabels(ReportEvaluation evaluation, int number)
    {
        if (evaluation.Labels.Count == 0)
        {
            return;
        }

        _html.Table($"labels-{number}", $"The labels of {evaluation.Job}", ["Label", ">Precision", ">Recall", ">F1", ">Rows that have it"]);
        foreach (ReportLabel label in evaluation.Labels)
        {
            _html.Row(label.Label, label.Precision, label.Recall, label.F1, label.Support);
        }

        _html.EndTable();
        if (evaluation.Confusion is { } confusion)
        {
            WriteConfusion(evaluation.Job, confusion, number);
        }
    }

    // The shade is a share of the row's label, so that rare labels are seen, too.
    private void WriteConfusion(string job, ReportConfusion confusion, int number)
    {
        string caption = $"Confusion matrix of {job}: expected down, given across";
        _html.Table($"confusion-{number}", caption, ["Expected", .. confusion.Actual.Select(static label => $">{label}")]);
        for (int row = 0; row < confusion.Expected.Count; row++)
        {
            long sum = confusion.Counts[row].Sum();
            Markup("<tr><th scope=row>").Foreign(confusion.Expected[row]).Markup("</th>");
            for (int column = 0; column < confusion.Actual.Count; column++)
            {
                long count = confusion.Counts[row][column];
                bool isRight = confusion.Actual[column] == confusion.Expected[row];
                string shade = (sum == 0 ? 0 : (double)count / sum).ToString("0.00", CultureInfo.InvariantCulture);
                Markup($"<td class=\"n {(isRight ? "right" : "wrong")}\" style=\"--shade:{shade}\">").Text(Html.Number(count))
                    .Markup("</td>");
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
            ["Job", "Against", ">Rows of both", ">Agreement", ">Cohen's kappa", ">McNemar's exact p"]);
        foreach (ReportEvaluation evaluation in content.Evaluations)
        {
            foreach (ReportAgreement against in evaluation.Against)
            {
                _html.Row(
                    evaluation.Job, against.Job, against.Common, new Share(against.Agreement), against.Kappa, against.PValue);
            }
        }

        _html.EndTable();
    }
}
