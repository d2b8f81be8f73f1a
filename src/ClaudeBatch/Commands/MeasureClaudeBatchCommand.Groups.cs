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

    private const string Estimate = nameof(Estimate);

    private const string EstimateByVariant = Estimate + ByVariant;

    private void CheckGroup()
    {
        if (GroupBy is not null && !IsBy(ByModel) && !IsBy(ByVariant))
        {
            throw new ClaudeBatchException(
                FailureKind.InvalidArgument,
                "GroupByUnused",
                $"These are requests, which have no {GroupBy.ToLowerInvariant()} yet: an estimate is by model, or by variant. Leave -GroupBy out, "
                    + "say Variant, or give it batches or jobs.")
            { Target = GroupBy };
        }
    }

    private bool IsBy(string group) => string.Equals(GroupBy, group, StringComparison.OrdinalIgnoreCase);

    // One job is told by its models, several are told by jobs, and a time by the models of all of it.
    private void WriteCost()
    {
        UsageBooks books = new(Open().Ledger, new PriceList(KnownModels.Of(Connection)));
        BatchRecord[] batches = [.. _batches.Values];
        IReadOnlyList<ModelUsage> models = books.Of(batches);
        WarnOfCache(models);
        IGrouping<string, BatchRecord>[] jobs = [.. batches.GroupBy(static b => b.Job)];
        bool isOfOne = jobs.Length == 1 && ParameterSetName != SinceSet;
        string whole = isOfOne ? jobs[0].Key : s_total.Model;
        bool isByJob = IsBy(ByJob) || (GroupBy is null && ParameterSetName != SinceSet && jobs.Length > 1);
        (string? group, IEnumerable<CostReport> given) = IsBy(ByDay) ? (ByDay, Days(books, batches, whole))
            : IsBy(ByVariant) ? (ByVariant, jobs.SelectMany(j => Variants(books, [.. j], j.Key)))
            : isByJob ? (ByJob, jobs.Select(j => Of(books, [.. j], j.Key)))
            : (null, models.Select(m => CostReport.From(m, whole, books.RequestsOf(batches, m.Model))));
        List<CostReport> reports = [.. given];
        if (group is null || reports.Count != 1)
        {
            CostReport total = Of(books, batches, whole);
            total.Model = s_total.Model;
            reports.Add(total);
        }

        foreach (CostReport report in reports)
        {
            WriteOutput(group is null ? report : report.By(group));
        }
    }

    // A batch that was not sent yet has no day, and no costs.
    private static IEnumerable<CostReport> Days(UsageBooks books, BatchRecord[] batches, string job) => batches
        .Where(static b => b.CreatedAt is not null)
        .GroupBy(static b => b.CreatedAt.ToShell()!.Value.Date)
        .OrderBy(static day => day.Key)
        .Select(day =>
        {
            CostReport report = Of(books, [.. day], job);
            report.Day = day.Key;
            return report;
        });

    // The models of each variant: two variants may share one. Two jobs may have variants of one name, which need not be the same.
    private static IEnumerable<CostReport> Variants(UsageBooks books, BatchRecord[] batches, string job)
        => books.OfVariants(batches).Select(v =>
        {
            CostReport report = CostReport.From(v.Usage, job, books.RequestsOf(batches, v.Usage.Model, v.Variant));
            report.Variant = v.Variant.Name;
            return report;
        });

    private static IEnumerable<CostReport> Models(VariantEstimate of, string basis) => of.Estimate.Models.Select(m =>
    {
        CostReport report = CostReport.From(m, basis);
        report.Variant = of.Name;
        return report;
    });

    // What batches have cost together, whatever their models.
    private static CostReport Of(UsageBooks books, BatchRecord[] batches, string job)
    {
        IReadOnlyList<ModelUsage> models = books.Of(batches);
        ModelUsage sum = models.Aggregate(s_total, static (all, m) => all.Plus(m));
        CostReport report = CostReport.From(sum, job, books.RequestsOf(batches));
        report.Model = string.Join(", ", models.Select(static m => m.Model));
        return report;
    }

    private sealed record VariantEstimate(string? Name, CostEstimate Estimate);
}
