using System.Text;
using System.Text.Json;
using ClaudeBatch.Core.Costs;
using ClaudeBatch.Core.Ledger;
using ClaudeBatch.Core.Results;

namespace ClaudeBatch.Report.Tests;

/// <summary>Jobs with figures that were made up, so that each number is on the page once.</summary>
internal static class Made
{
    private static readonly DateTime s_start = new(2026, 11, 20, 8, 0, 0, DateTimeKind.Utc);

    public static ReportContent Content(params ReportJob[] jobs) => new("Labels of November", s_start.AddDays(1), "9.8.7", jobs);

    public static ReportJob Job(string name = "haiku", string model = "claude-haiku-4-5")
    {
        JobRecord record = new()
        {
            Id = 1,
            Identity = Guid.NewGuid(),
            Name = name,
            BaseAddress = "https://localhost/",
            ApiVersion = "2023-06-01",
            Betas = string.Empty,
            MaxAttempts = 3,
            CreatedAt = s_start,
            UpdatedAt = s_start,
            SealedAt = s_start,
            SealedRows = 1_237,
            RefusedRows = 3,
            HighEstimateInPicodollars = 9_870_000_000_000,
        };
        JobTotals totals = new()
        {
            Requests = 1_234,
            Refused = 3,
            Succeeded = 1_201,
            Incomplete = 17,
            Errored = 19,
            Expired = 8,
            Canceled = 6,
            Attempts = 2,
            CostInPicodollars = 1_234_560_000_000,
        };
        TokenUsage tokens = new(111_111, 2_222, 0, 33_333, 44_444, 5);
        JobFigures figures = new(
            new JobReport(record, JobState.Finished, totals, 3, null),
            $"Job '{name}' has ended: 1,201 of 1,234 answered.",
            [],
            [new ModelUsage(model, 1_201, tokens, 1_234_560_000_000, 2_469_120_000_000, 55_000_000_000)],
            [Part(1, 1, 700, 0, 20), Part(2, 1, 534, 5, 65), Part(3, 2, 33, 90, 95)],
            [new AttemptFigures(1, 2, 1_234, 1_180, 54, 1_200_000_000_000), new AttemptFigures(2, 1, 33, 21, 12, 34_560_000_000)]);
        return new ReportJob(
            figures,
            [
                new ReportFailure("overloaded_error", HasAnswer: false, FailureClass.Transient, 19, [new ReportSample("row-7", "Overloaded.")]),
                new ReportFailure("cut at max_tokens", HasAnswer: true, FailureClass.None, 17, [new ReportSample("row-9", "Cut at max_tokens.")]),
            ]);
    }

    public static ReportEvaluation Evaluation(string job, double accuracy, string against) => new(job)
    {
        Rows = 200,
        Answered = 190,
        Unanswered = 10,
        Unparsable = 4,
        Unlabeled = 5,
        Correct = (long)(200 * accuracy),
        Accuracy = accuracy,
        AccuracyLow = accuracy - 0.05,
        AccuracyHigh = accuracy + 0.04,
        MacroF1 = 0.812,
        WeightedF1 = 0.823,
        Cost = 0.5m,
        CostPerCorrect = 0.003125m,
        Labels = [new ReportLabel("billing", 0.91, 0.92, 0.915, 120), new ReportLabel("<i>bug</i>", 0.71, null, 0.75, 80)],
        Confusion =
        [
            new ReportConfusion("billing", "billing", IsUnanswered: false, 110),
            new ReportConfusion("billing", "<i>bug</i>", IsUnanswered: false, 6),
            new ReportConfusion("billing", null, IsUnanswered: false, 4),
            new ReportConfusion("<i>bug</i>", "billing", IsUnanswered: false, 17),
            new ReportConfusion("<i>bug</i>", "<i>bug</i>", IsUnanswered: false, 57),
            new ReportConfusion("<i>bug</i>", null, IsUnanswered: true, 6),
        ],
        Against = [new ReportAgreement(against, 188, 0.835, 0.641, 21, 8, 0.0123)],
    };

    /// <summary>Writes a report into a file, and gives its path.</summary>
    public static string File(ReportContent content, IEnumerable<RowOf> rows)
    {
        string path = Path.Combine(Path.GetTempPath(), $"claudebatch-report-{Guid.NewGuid():N}.html");
        using FileStream file = new(path, FileMode.CreateNew);
        ReportWriter writer = new(file.Write);
        writer.Begin(content);
        foreach (RowOf row in rows)
        {
            writer.Add(new ReportRow
            {
                Job = row.Job,
                Outcome = row.Outcome,
                CustomId = row.Id,
                Attempt = 1,
                Model = row.Model,
                Cost = row.Cost,
                Reason = row.Reason,
                Expected = row.Expected,
                Actual = row.Actual,
                Rounds = row.Rounds,
                Calls = row.Calls,
                Variant = row.Variant,
                Text = row.Text is null ? default : Encoding.UTF8.GetBytes(row.Text),
                Source = row.Source is null ? default : Encoding.UTF8.GetBytes(row.Source),
            });
        }

        writer.End();
        return path;
    }

    /// <summary>Rows as a job has them: every tenth has failed, and labels come in turn.</summary>
    /// <param name="count">How many.</param>
    /// <param name="more">What stands at the end of each text, without a character that JSON escapes.</param>
    public static IEnumerable<RowOf> Rows(int count, string more = "") => Enumerable.Range(1, count).Select(i => new RowOf
    {
        Id = $"row-{i}",
        Outcome = i % 10 == 0 ? "Errored" : "Complete",
        Reason = i % 10 == 0 ? "Overloaded." : null,
        Text = i % 10 == 0 ? null : JsonSerializer.Serialize($"Answer {i}: the parcel of customer {i * 7} is on its way.{more}"),
        Expected = i % 2 == 0 ? "billing" : "shipping",
        Actual = i % 3 == 0 ? "billing" : "shipping",
        Cost = i * 0.00001m,
        Source = $$"""{"Number":{{count - i}},"Body":"Where is my parcel {{i}}?{{more}}","Empty":null}""",
    });

    private static PartFigures Part(int part, int attempt, int requests, int from, int to) => new(
        part,
        attempt,
        1,
        BatchState.Collected,
        requests,
        requests - 11,
        s_start.AddMinutes(from),
        s_start.AddMinutes(from + 1),
        s_start.AddMinutes(to),
        s_start.AddMinutes(to + 2));
}

/// <summary>A row of a made-up report. Text and source are JSON.</summary>
internal sealed record RowOf
{
    public int Job { get; init; }

    public string Outcome { get; init; } = "Complete";

    public string Id { get; init; } = "row";

    public string? Model { get; init; } = "claude-haiku-4-5";

    public decimal? Cost { get; init; }

    public string? Reason { get; init; }

    public string? Expected { get; init; }

    public string? Actual { get; init; }

    public string? Text { get; init; }

    public int Rounds { get; init; } = 1;

    public IReadOnlyList<ReportCall> Calls { get; init; } = [];

    public string? Variant { get; init; }

    public string? Source { get; init; }
}
