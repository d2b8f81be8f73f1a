using ClaudeBatch.Core.Ledger;
using ClaudeBatch.Core.Requests;

namespace ClaudeBatch.Core.Input;

/// <summary>What an input came to.</summary>
/// <param name="Job">The job, sealed.</param>
/// <param name="NewBatches">The parts to send, in order.</param>
/// <param name="ExistingBatches">The batches that hold the rows the job had already.</param>
/// <param name="Accepted">Rows that will be sent.</param>
/// <param name="AlreadyThere">Rows the job had already.</param>
/// <param name="Refused">Rows that cannot be sent.</param>
/// <param name="Findings">Why rows cannot be sent, and what a person should know of those that are.</param>
public sealed record SealedInput(
    JobRecord Job,
    IReadOnlyList<BatchRecord> NewBatches,
    IReadOnlyList<BatchRecord> ExistingBatches,
    long Accepted,
    long AlreadyThere,
    long Refused,
    IReadOnlyList<Finding> Findings);
