using ClaudeBatch.Core.Costs;
using ClaudeBatch.Core.Results;

namespace ClaudeBatch.Report;

/// <content>When the parts went through, and how often requests were tried.</content>
internal sealed partial class ReportSections
{
    private void WriteTimeline()
    {
        Begin("timeline", "Timeline");
        WriteWaits();
        _html.Chart("chart-answers", "The answers of each job by the time since it was sealed; the table above says it in three numbers.")
            .Chart("chart-timeline", "When the first hundred parts were sealed, accepted, ended and collected; the table has all parts.")
            .Table(
                "timeline-table",
                "The parts from sealed to collected",
                [
                    "Job", ">Part", ">Attempt", "State", ">Requests", ">Answered", ">Sealed", ">Accepted", ">Ended", ">Collected",
                    ">With the service",
                ]);
        foreach (ReportJob job in Jobs)
        {
            foreach (PartFigures part in job.Figures.Parts)
            {
                _html.Row(
                    job.Name,
                    part.Part,
                    part.Attempt,
                    part.State.ToString(),
                    part.Requests,
                    part.Answered,
                    part.SealedAt,
                    part.CreatedAt,
                    part.EndedAt,
                    part.CollectedAt,
                    part.EndedAt - part.CreatedAt);
            }
        }

        _html.EndTable();
        End();
    }

    private void WriteWaits()
    {
        _html.Table(
            "waits-table",
            "How long the answers took, from the acceptance of their part to its end",
            ["Job", ">Half of the requests", ">Nine of ten", ">All that have ended", ">From sealed to the last collected"]);
        foreach (ReportJob job in Jobs)
        {
            PartFigures[] ended = [.. job.Figures.Parts.Where(static p => p.EndedAt is not null && p.CreatedAt is not null)
                .OrderBy(static p => p.EndedAt - p.CreatedAt)];
            _html.Row(
                job.Name,
                QuantileOf(ended, 0.5),
                QuantileOf(ended, 0.9),
                QuantileOf(ended, 1),
                job.Figures.Parts.Max(static p => p.CollectedAt) - job.Figures.Parts.Min(static p => p.SealedAt));
        }

        _html.EndTable();
    }

    // The time after which so large a share of the requests had ended, each counted with its part.
    private static TimeSpan? QuantileOf(PartFigures[] byDuration, double share)
    {
        double wanted = byDuration.Sum(static p => (long)p.Requests) * share;
        long reached = 0;
        foreach (PartFigures part in byDuration)
        {
            reached += part.Requests;
            if (reached >= wanted)
            {
                return part.EndedAt - part.CreatedAt;
            }
        }

        return null;
    }

    private void WriteAttempts()
    {
        Begin("attempts", "Attempts");
        _html.Chart("chart-attempts", "How the attempts ended; the table has the same numbers.").Table(
            "attempts-table",
            "The attempts by their number",
            ["Job", ">Attempt", ">Parts", ">Requests", ">Answered", ">Failed", ">Cost"]);
        foreach (ReportJob job in Jobs)
        {
            foreach (AttemptFigures attempt in job.Figures.Attempts)
            {
                _html.Row(
                    job.Name,
                    attempt.Number,
                    attempt.Parts,
                    attempt.Requests,
                    attempt.Answered,
                    attempt.Failed,
                    PriceList.ToDollars(attempt.CostInPicodollars));
            }
        }

        _html.EndTable();
        End();
    }
}
