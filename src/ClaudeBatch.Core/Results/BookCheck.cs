using ClaudeBatch.Core.Ledger;

namespace ClaudeBatch.Core.Results;

/// <summary>The books of a job, and what keeps them from balancing.</summary>
public sealed record BookCheck(JobTotals Totals, int Batches, int Duplicated, int Foreign, IReadOnlyList<BookProblem> Problems)
{
    public bool IsReconciled => Problems.Count == 0;
}
