using System.Globalization;
using ClaudeBatch.Core.Costs;
using ClaudeBatch.Core.Ledger;

namespace ClaudeBatch.Report;

/// <content>What the jobs are in a sentence and in numbers, and how right they are.</content>
internal sealed partial class ReportSections
{
    private const int MostAnswers = 12;

    private void WriteJobs()
    {
        Begin("summary", Jobs.Count == 1 ? "The job" : "The jobs");
        foreach (ReportJob job in Jobs)
        {
            Markup("<p class=sentence>").Foreign(job.Figures.Sentence).Markup("</p>\n");
            if (job.Note is { } note)
            {
                Markup("<p class=note>").Foreign(note).Markup("</p>\n");
            }
        }

        WriteAnswer();
        if (Jobs.Count == 1)
        {
            WriteTiles(Jobs[0]);
        }

        End();
        if (Jobs.Count > 1)
        {
            WriteSideBySide();
        }
    }

    // What the report was made for, where it was made to see how right the answers are.
    private void WriteAnswer()
    {
        ReportEvaluation[] judged = [.. content.Evaluations.Where(static e => e.Accuracy is not null)];
        if (judged.Length == 0)
        {
            return;
        }

        Markup("<dl class=tiles id=right>\n");
        foreach (ReportEvaluation e in judged.Take(MostAnswers))
        {
            Markup("<div><dt>").Foreign(judged.Length == 1 ? "Accuracy" : content.ShortNameOf(e)).Markup("</dt><dd>")
                .Text(Inv($"{e.Accuracy * 100:0.0} %{(judged.Length == 1 ? string.Empty : " right")}")).Markup("</dd><dd class=hint>")
                .Text(Inv($"{e.Correct:N0} of {e.Rows:N0}; 95\u00a0%: {e.AccuracyLow * 100:0.0} to {e.AccuracyHigh * 100:0.0}\u00a0%"))
                .Markup("</dd></div>\n");
        }

        Markup("</dl>\n");
        if (judged.Length > MostAnswers)
        {
            Markup("<p class=hint>").Text(Inv($"The first {MostAnswers} of {judged.Length}.")).Markup("</p>\n");
        }
    }

    private static string Inv(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private void WriteTiles(ReportJob job)
    {
        Markup("<dl class=tiles>\n");
        foreach ((string name, object? value) in Numbers(job))
        {
            Markup("<div><dt>").Text(name).Markup("</dt><dd>").Text(value as string ?? Figures.Alone(value)).Markup("</dd></div>\n");
        }

        Markup("</dl>\n");
    }

    private void WriteSideBySide()
    {
        Begin("side-by-side", "Side by side");
        _html.Table("jobs", "The numbers of each job", [string.Empty, .. Jobs.Select(static j => $">{j.Name}")]);
        (string Name, object? Value)[][] numbers = [.. Jobs.Select(Numbers)];
        for (int line = 0; line < numbers[0].Length; line++)
        {
            Markup("<tr><th scope=row>").Text(numbers[0][line].Name).Markup("</th>");
            object?[] values = [.. numbers.Select(n => n[line].Value)];
            Figures figures = Figures.Of(values);
            foreach (object? value in values)
            {
                Markup("<td class=n>").Text(value as string ?? figures.Text(value)).Markup("</td>");
            }

            Markup("</tr>\n");
        }

        _html.EndTable().Chart("chart-jobs", "What each job has answered and what it cost; the table has the same numbers.");
        End();
    }

    private static (string Name, object? Value)[] Numbers(ReportJob job)
    {
        JobTotals totals = job.Figures.Report.Totals;
        return
        [
            ("State", job.Figures.Report.State.ToString()),
            ("Requests", totals.Requests),
            ("Answered", totals.Succeeded),
            ("Incomplete", totals.Incomplete),
            ("Not accepted", totals.NotAccepted),
            ("Failed", totals.Failed),
            ("Pending", totals.Pending + totals.WaitingForTools),
            ("Rows refused", totals.Refused),
            ("Cost", PriceList.ToDollars(totals.CostInPicodollars)),
            ("Cost an answer", totals.Succeeded == 0 ? null : PriceList.ToDollars(totals.CostInPicodollars / totals.Succeeded)),
            ("Estimated at most", PriceList.ToDollars(job.Figures.Report.Job.HighEstimateInPicodollars)),
            ("Parts", job.Figures.Report.Batches),
            ("Most attempts", totals.Attempts),
        ];
    }
}
