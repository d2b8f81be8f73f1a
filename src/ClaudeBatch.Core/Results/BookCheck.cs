using ClaudeBatch.Core.Ledger;

namespace ClaudeBatch.Core.Results;

/// <summary>The result of checking a job's records: its totals, and every problem that was found.</summary>
/// <param name="Totals">The counts and the cost of the job.</param>
/// <param name="Batches">The number of its batches.</param>
/// <param name="Duplicated">The number of result lines that repeat a custom id.</param>
/// <param name="Foreign">The number of result lines whose custom id was not in their batch.</param>
/// <param name="Problems">The problems; empty where the records agree.</param>
public sealed record BookCheck(JobTotals Totals, int Batches, int Duplicated, int Foreign, IReadOnlyList<BookProblem> Problems)
{
    public bool IsReconciled => Problems.Count == 0;
}
