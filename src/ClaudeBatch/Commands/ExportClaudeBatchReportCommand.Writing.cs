using System.Globalization;
using System.Runtime.CompilerServices;
using ClaudeBatch.Core;
using ClaudeBatch.Core.Costs;
using ClaudeBatch.Core.Ledger;
using ClaudeBatch.Core.Measures;
using ClaudeBatch.Core.Results;
using ClaudeBatch.Emulator;
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

    private readonly List<(JobRecord Job, IReadOnlyList<BatchRecord> Batches)> _collected = [];

    // The jobs by their places, each as one or as its variants; none where nothing is measured.
    private readonly List<IReadOnlyCollection<MeasuredJob>> _measured = [];

    private bool HasRows => Array.Exists(Include, static i => !i.Equals(None, StringComparison.OrdinalIgnoreCase));

    private async Task WriteAsync(List<JobRecord> jobs, WholeFile file, CancellationToken cancellationToken)
    {
        CheckedResults results = new(this, Choice(), Write);
        List<ReportJob> reported = [];
        PriceList prices = new(KnownModels.Of(Connection));
        foreach (JobRecord job in jobs)
        {
            _collected.Add((job, await results.CollectAsync(job, cancellationToken)));
            reported.Add(ReportOf(JobFigures.Of(Open().Ledger, Open().Ledger.Jobs.Get(job.Id), prices, SamplesOfReason)));
            _places.Add(job.Name, _places.Count);
        }

        // Its section stands before the rows, and so they are read for it first; of each a few numbers are kept.
        IReadOnlyList<ReportEvaluation> evaluations = IsMeasuring ? EvaluateAll(cancellationToken) : [];
        _report = new ReportWriter(file.Write);
        _report.Begin(new ReportContent(
            Title ?? $"{(jobs.Count == 1 ? "Job" : "Jobs")} {string.Join(", ", jobs.Select(static j => j.Name))}",
            Open().Clock.GetUtcNow().UtcDateTime,
            GetType().Assembly.GetName().Version!.ToString(3),
            reported)
        {
            Evaluations = evaluations,
            HasRows = HasRows,
            RowsSentence = RowsSentence(),
            // A ledger is the emulator's or a service's; jobs know which, and a ledger may be read without a connection.
            IsRehearsal = jobs.Exists(static j => j.BaseAddress == EmulatorHandler.BaseAddress.AbsoluteUri),
        });
        foreach ((JobRecord job, IReadOnlyList<BatchRecord> batches) in HasRows ? _collected : [])
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
}
