using ClaudeBatch.Core.Ledger;
using ClaudeBatch.Core.Measures;
using ClaudeBatch.Report;

namespace ClaudeBatch.Commands;

/// <content>How right the answers are, with the figures of Measure-ClaudeBatchResult.</content>
public sealed partial class ExportClaudeBatchReportCommand
{
    private IReadOnlyList<ReportEvaluation> EvaluateAll(CancellationToken cancellationToken)
    {
        LookForVariants(_collected.Select(static c => c.Job));
        foreach ((JobRecord job, IReadOnlyList<BatchRecord> batches) in _collected)
        {
            _measured.Add(Measure(job, batches, cancellationToken));
        }

        MeasuredJob[] all = [.. _measured.SelectMany(static m => m)];
        CheckMeasured(all);
        // Two jobs, or variants, agree as far either way round, and stand in the page once.
        return [.. all.SelectMany((job, i) => Evaluate(job, all.Skip(i + 1))).Select(ReportOf)];
    }

    private static ReportEvaluation ReportOf(Evaluation evaluation) => new(evaluation.ToString())
    {
        Rows = evaluation.Rows,
        Answered = evaluation.Answered,
        Unanswered = evaluation.Unanswered,
        Unparsable = evaluation.Unparsable,
        Unlabeled = evaluation.Unlabeled,
        Correct = evaluation.Correct,
        Accuracy = evaluation.Accuracy,
        AccuracyLow = evaluation.AccuracyLow,
        AccuracyHigh = evaluation.AccuracyHigh,
        MacroF1 = evaluation.MacroF1,
        WeightedF1 = evaluation.WeightedF1,
        Cost = evaluation.Cost,
        CostPerCorrect = evaluation.CostPerCorrect,
        Labels = Array.ConvertAll(evaluation.Labels, static l => new ReportLabel(l.Label!, l.Precision, l.Recall, l.F1, l.Support)),
        Confusion = Array.ConvertAll(
            evaluation.Confusion,
            static c => new ReportConfusion(c.Expected!, c.Actual, c.Reason == nameof(Evaluation.Unanswered), c.Count)),
        Against = Array.ConvertAll(
            evaluation.Against,
            static a => new ReportAgreement(a.ToString(), a.Rows, a.Agreement, a.Kappa, a.OnlyThis, a.OnlyOther, a.McNemarP)),
    };
}
