using ClaudeBatch.Core.Costs;
using ClaudeBatch.Core.Ledger;

namespace ClaudeBatch.Report;

/// <summary>The sections of the page that need no scripts: what the jobs are, how they ended, and what they cost.</summary>
internal sealed partial class ReportSections(ReportContent content)
{
    private readonly Html _html = new();

    private readonly List<(string Id, string Title)> _sections = [];

    private IReadOnlyList<ReportJob> Jobs => content.Jobs;

    public byte[] ToUtf8()
    {
        WriteJobs();
        WriteEvaluations();
        WriteOutcomes();
        WriteFailures();
        WriteCosts();
        WriteTimeline();
        WriteAttempts();
        return new Html().Markup(Header()).Markup("<main>\n").Markup(_html).ToUtf8();
    }

    private Html Header()
    {
        Html header = new Html().Markup("<header><h1>").Foreign(content.Title).Markup("</h1>\n<p class=made>Made ")
            .Text(Figures.Alone(content.MadeAt)).Markup(" by ClaudeBatch ").Text(content.Version)
            .Markup(". Times are in UTC, amounts in US dollars.</p></header>\n");
        if (content.IsRehearsal)
        {
            header.Markup("<p id=rehearsal><strong>Made on the emulator:</strong> answers, costs and times are not real.</p>\n");
        }

        header.Markup("<nav aria-label=\"On this page\">");
        foreach ((string id, string title) in _sections.Concat(content.HasRows ? [("rows", "Rows")] : []))
        {
            header.Markup($"<a href=#{id}>").Text(title).Markup("</a> ");
        }

        return header.Markup("</nav>\n");
    }

    private Html Markup(string markup) => _html.Markup(markup);

    private void Begin(string id, string title)
    {
        _sections.Add((id, title));
        Markup($"<section id={id}><h2>").Text(title).Markup("</h2>\n");
    }

    private void End() => Markup("</section>\n");

    private void WriteOutcomes()
    {
        Begin("outcomes", "Outcomes");
        _html.Chart("chart-outcomes", "How the requests of each job ended; the table has the same numbers.")
            .Table("outcomes-table", "Requests by outcome", ["Job", "Outcome", ">Requests", ">Share"]);
        foreach (ReportJob job in Jobs)
        {
            foreach ((string outcome, long count) in OutcomesOf(job).Where(static o => o.Count > 0))
            {
                _html.Row(job.Name, outcome, count, Share.Of(count, job.Figures.Report.Totals.Requests));
            }
        }

        _html.EndTable();
        End();
    }

    /// <summary>The requests of a job, each in one outcome: those that succeeded are complete or not.</summary>
    public static (string Outcome, long Count)[] OutcomesOf(ReportJob job)
    {
        JobTotals totals = job.Figures.Report.Totals;
        return
        [
            ("Complete", totals.Succeeded - totals.Incomplete),
            ("Incomplete", totals.Incomplete - totals.NotAccepted),
            ("NotAccepted", totals.NotAccepted),
            ("Errored", totals.Errored),
            ("Expired", totals.Expired),
            ("Canceled", totals.Canceled),
            ("Missing", totals.Missing),
            ("Unknown", totals.Unknown),
            ("NotSubmitted", totals.NotSubmitted),
            ("WaitingForTools", totals.WaitingForTools),
            ("Pending", totals.Pending),
        ];
    }

    private void WriteFailures()
    {
        Begin("failures", "Failures by reason");
        if (Jobs.All(static j => j.Failures.Count == 0))
        {
            Markup("<p>No request has ended without a usable answer.</p>\n");
            End();
            return;
        }

        _html.Chart("chart-failures", "The reasons by their number; the table has the same numbers.").Table(
            "failures-table",
            "Requests without a usable answer",
            ["Job", "Reason", "What can be done", ">Requests", "Of them for example"]);
        foreach (ReportJob job in Jobs)
        {
            foreach (ReportFailure failure in job.Failures)
            {
                WriteFailure(job, failure);
            }
        }

        _html.EndTable();
        End();
    }

    private void WriteFailure(ReportJob job, ReportFailure failure)
    {
        Markup("<tr><th scope=row>").Foreign(job.Name).Markup("</th><td>").Foreign(failure.Reason).Markup("</td><td>")
            .Text(ToDo(failure)).Markup("</td><td class=n>").Text(Figures.Alone(failure.Count)).Markup("</td><td>");
        foreach (ReportSample sample in failure.Samples)
        {
            Markup("<p class=sample><code>").Foreign(sample.CustomId).Markup("</code> ").Foreign(sample.Words).Markup("</p>");
        }

        Markup("</td></tr>\n");
    }

    private static string ToDo(ReportFailure failure) => failure.FailureClass switch
    {
        FailureClass.Transient => "The same request may work the next time.",
        FailureClass.Permanent => "The request must be changed.",
        FailureClass.OperatorFixable => "Something about the account must be changed.",
        _ when failure.HasAnswer => "The answer is there, and cannot be used as it is.",
        _ => string.Empty,
    };

    private void WriteCosts()
    {
        Begin("costs", "Tokens and cost by model");
        _html.Chart("chart-costs", "What each model's answers cost, and would have cost; the table has the same numbers.")
            .Table(
                "costs-table",
                "What the answers of all attempts used and cost",
                [
                    "Job", "Model", ">Answers", ">Input tokens", ">Written to the cache", ">Read from the cache", ">Output tokens",
                    ">Searches", ">Cost", ">Outside of a batch", ">Saved by the batch", ">Saved by the cache",
                ]);
        foreach (ReportJob job in Jobs)
        {
            foreach (ModelUsage usage in job.Figures.Models)
            {
                TokenUsage tokens = usage.Usage;
                _html.Row(
                    job.Name,
                    usage.Model,
                    usage.Answers,
                    tokens.InputTokens,
                    tokens.CacheWrite5mTokens + tokens.CacheWrite1hTokens,
                    tokens.CacheReadTokens,
                    tokens.OutputTokens,
                    tokens.WebSearches,
                    PriceList.ToDollars(usage.Cost),
                    PriceList.ToDollars(usage.StandardCost),
                    PriceList.ToDollars(usage.StandardCost - usage.Cost),
                    PriceList.ToDollars(usage.SavedByCache));
            }
        }

        _html.EndTable();
        Markup("<p class=hint>Outside of a batch: what the same answers would have cost through the Messages API. Saved by the cache: what "
            + "would have been paid more in a batch without it; where it is below zero, writing cost more than reading saved.</p>\n");
        End();
    }
}
