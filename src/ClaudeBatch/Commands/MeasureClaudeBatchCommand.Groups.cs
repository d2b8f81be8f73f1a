using System.Management.Automation;
using ClaudeBatch.Core;
using ClaudeBatch.Core.Costs;
using ClaudeBatch.Core.Ledger;
using ClaudeBatch.Output;
using ClaudeBatch.Sessions;

namespace ClaudeBatch.Commands;

/// <content>Reports what batches have cost: by model, by job or by day.</content>
public sealed partial class MeasureClaudeBatchCommand
{
    private const string ByDay = "Day";

    private const string ByModel = "Model";

    private const string ByJob = "Job";

    private const string ByVariant = VariantGroups.Column;

    private void CheckGroup()
    {
        if (GroupBy is not null && !IsBy(ByModel))
        {
            throw new ClaudeBatchException(
                FailureKind.InvalidArgument,
                "GroupByUnused",
                $"These are requests, which have no {GroupBy.ToLowerInvariant()} yet: an estimate has one report a model. Leave -GroupBy out, or "
                    + "give it batches or jobs.")
            { Target = GroupBy };
        }
    }

    private bool IsBy(string group) => string.Equals(GroupBy, group, StringComparison.OrdinalIgnoreCase);

    // One job is told by its models, several are told by jobs, and a time by the models of all of it.
    private void WriteCost()
    {
        UsageBooks books = new(Open().Ledger, new PriceList(KnownModels.Of(Connection)));
        IReadOnlyList<ModelUsage> models = books.Of(_batches.Values);
        WarnOfCache(models);
        ModelUsage total = models.Aggregate(s_total, static (all, m) => all.Plus(m));
        string[] jobs = [.. _batches.Values.Select(static b => b.Job).Distinct()];
        string whole = jobs.Length == 1 && ParameterSetName != SinceSet ? jobs[0] : s_total.Model;
        IEnumerable<CostReport> reports = IsBy(ByDay) ? Days(books, whole)
            : IsBy(ByVariant) ? Variants(books, whole)
            : IsBy(ByJob) || (GroupBy is null && ParameterSetName != SinceSet && jobs.Length > 1)
                ? jobs.Select(j => CostReport.From(Sum(books, _batches.Values.Where(b => b.Job == j)), j))
            : models.Select(m => CostReport.From(m, whole));
        foreach (CostReport report in reports.Append(CostReport.From(total, whole)))
        {
            WriteOutput(IsBy(ByDay) ? report.By(ByDay) : IsBy(ByVariant) ? report.By(ByVariant) : report);
        }
    }

    // A batch that was not sent yet has no day, and no costs.
    private IEnumerable<CostReport> Days(UsageBooks books, string job) => _batches.Values
        .Where(static b => b.CreatedAt is not null)
        .GroupBy(static b => b.CreatedAt.ToShell()!.Value.Date)
        .OrderBy(static day => day.Key)
        .Select(day => CostReport.From(Sum(books, day), job, day.Key));

    // The models of each variant: two variants may share one.
    private IEnumerable<CostReport> Variants(UsageBooks books, string job) => books.OfVariants([.. _batches.Values]).Select(v =>
    {
        CostReport report = CostReport.From(v.Usage, job);
        report.Variant = v.Variant.Name;
        return report;
    });

    private static ModelUsage Sum(UsageBooks books, IEnumerable<BatchRecord> batches)
        => books.Of([.. batches]).Aggregate(s_total, static (all, m) => all.Plus(m));
}
