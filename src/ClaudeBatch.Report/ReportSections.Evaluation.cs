namespace ClaudeBatch.Report;

/// <content>How right the answers are.</content>
internal sealed partial class ReportSections
{
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
            WriteMistakes(content.Evaluations[i], i + 1);
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
