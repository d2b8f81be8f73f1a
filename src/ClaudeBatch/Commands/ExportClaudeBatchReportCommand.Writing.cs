using System.Globalization;
using System.Runtime.CompilerServices;
using ClaudeBatch.Core;
using ClaudeBatch.Core.Costs;
using ClaudeBatch.Core.Ledger;
using ClaudeBatch.Core.Results;
using ClaudeBatch.Json;
using ClaudeBatch.Pipeline;
using ClaudeBatch.Report;
using ClaudeBatch.Sessions;

namespace ClaudeBatch.Commands;

/// <content>Collects the jobs, and writes their figures and rows.</content>
public sealed partial class ExportClaudeBatchReportCommand
{
    private const int SamplesOfReason = 3;

    private ReportWriter? _report;

    // The place of each job among those of the report, by its name.
    private readonly Dictionary<string, int> _places = new(StringComparer.Ordinal);

    private bool HasRows => Array.Exists(Include, static i => !i.Equals(None, StringComparison.OrdinalIgnoreCase));

    private async Task WriteAsync(JobRecord[] jobs, WholeFile file, CancellationToken cancellationToken)
    {
        CheckedResults results = new(this, Choice(), Write);
        List<(JobRecord Job, IReadOnlyList<BatchRecord> Collected)> collected = [];
        List<ReportJob> reported = [];
        PriceList prices = new(KnownModels.Of(Connection));
        foreach (JobRecord job in jobs)
        {
            collected.Add((job, await results.CollectAsync(job, cancellationToken)));
            reported.Add(ReportOf(JobFigures.Of(Open().Ledger, Open().Ledger.Jobs.Get(job.Id), prices, SamplesOfReason)));
            _places.Add(job.Name, _places.Count);
        }

        _report = new ReportWriter(file.Write);
        _report.Begin(new ReportContent(
            Title ?? $"{(jobs.Length == 1 ? "Job" : "Jobs")} {string.Join(", ", jobs.Select(static j => j.Name))}",
            Open().Clock.GetUtcNow().UtcDateTime,
            GetType().Assembly.GetName().Version!.ToString(3),
            reported)
        { HasRows = HasRows, RowsSentence = RowsSentence() });
        foreach ((JobRecord job, IReadOnlyList<BatchRecord> batches) in HasRows ? collected : [])
        {
            results.Give(job, batches, cancellationToken);
        }

        _report.End();
        results.Close();
    }

    private ResultChoice Choice()
    {
        bool isAll = Array.Exists(Include, static i => i.Equals(All, StringComparison.OrdinalIgnoreCase));
        string[] statuses = isAll ? [] :
        [
            .. Include.SelectMany(static i => i.Equals(Failed, StringComparison.OrdinalIgnoreCase) ? s_failed
                : i.Equals(ResultChoice.Incomplete, StringComparison.OrdinalIgnoreCase) ? [ResultChoice.Incomplete] : []),
        ];
        return new ResultChoice(statuses, []) { Ordered = true, LeavesUnfinished = true, First = First ?? long.MaxValue };
    }

    private string RowsSentence()
    {
        string which = Choice().IsOfAll
            ? "All rows that have ended"
            : $"Only rows that are {string.Join(" or ", Include).ToLowerInvariant()}";
        string first = First is { } most ? string.Create(CultureInfo.InvariantCulture, $", the first {most:N0} of each job") : string.Empty;
        return $"{which}{first}{(NoSource ? ", without the columns they were made from" : string.Empty)}.";
    }

    private ReportJob ReportOf(JobFigures figures)
    {
        string? removed = null;
        using ResultReader reader = new(Open().Ledger);
        List<ReportFailure> failures = [];
        foreach (EndFigures end in figures.Ends)
        {
            List<ReportSample> samples = [];
            foreach (EndSample sample in removed is null ? end.Samples : [])
            {
                try
                {
                    BatchResult result = BatchResult.From(reader.Read(sample.Batch, sample.Attempt));
                    samples.Add(new ReportSample(sample.Attempt.CustomId, result.Reason ?? string.Empty));
                }
                catch (ClaudeBatchException failure) when (failure.Id == "PayloadRemoved" && !HasRows)
                {
                    removed = "The files of this job were removed: there are no examples of what failed.";
                    break;
                }
            }

            failures.Add(new ReportFailure(end.Reason, end.HasAnswer, end.FailureClass, end.Count, samples));
        }

        return new ReportJob(figures, failures) { Note = removed };
    }

    [MethodImpl(Hot.AtOnce)]
    private void Write(BatchResult result)
    {
        PlainAnswer answer = default;
        bool isPlain = result.IsAsRead && result.ReadText is null && PlainAnswer.TryRead(result.LineBytes, out answer);
        _report!.Add(new ReportRow
        {
            Job = _places[result.Job!],
            Outcome = OutcomeOf(result),
            CustomId = result.CustomId!,
            Attempt = result.Attempt,
            Model = result.Model,
            Cost = result.Cost,
            Reason = result.Reason,
            Text = isPlain ? answer.Text : default,
            Words = isPlain ? null : WordsOf(result),
            Source = NoSource ? default : result.SourceBytes,
        });
    }

    private static string OutcomeOf(BatchResult result)
        => result.Status != nameof(Outcome.Succeeded) ? result.Status! : result.IsComplete ? "Complete" : ResultChoice.Incomplete;

    // An answer may say nothing but what it passes to the tool that it had to call.
    private static string? WordsOf(BatchResult result)
        => result.Text is { Length: > 0 } text ? text : result.Output is { } output ? JsonText.Text(output) : result.Text;
}
