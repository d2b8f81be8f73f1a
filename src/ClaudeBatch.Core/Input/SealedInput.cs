using ClaudeBatch.Core.Ledger;
using ClaudeBatch.Core.Requests;

namespace ClaudeBatch.Core.Input;

/// <summary>The result of a sealed input.</summary>
/// <param name="Job">The job as it is recorded after the seal.</param>
/// <param name="NewBatches">The parts that are to be sent, in order.</param>
/// <param name="ExistingBatches">The batches that have the rows which the job had already.</param>
/// <param name="Accepted">The number of rows that will be sent.</param>
/// <param name="AlreadyThere">The number of rows that the job had already.</param>
/// <param name="Refused">The number of rows that cannot be sent.</param>
/// <param name="Findings">The faults of rows that cannot be sent, and the warnings about rows that can.</param>
public sealed record SealedInput(
    JobRecord Job,
    IReadOnlyList<BatchRecord> NewBatches,
    IReadOnlyList<BatchRecord> ExistingBatches,
    long Accepted,
    long AlreadyThere,
    long Refused,
    IReadOnlyList<Finding> Findings)
{
    /// <summary>Of the rows that were there already, those that differ from what was sent, which stands.</summary>
    public long Kept { get; init; }

    /// <summary>Of the rows that will be sent, those that the job has had with another request.</summary>
    public long Replaced { get; init; }

    /// <summary>Which rows of the job this input has.</summary>
    public required InputRows Rows { get; init; }
}
