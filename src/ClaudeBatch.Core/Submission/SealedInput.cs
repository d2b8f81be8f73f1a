using ClaudeBatch.Core.Ledger;

namespace ClaudeBatch.Core.Submission;

/// <summary>What an input came to.</summary>
/// <param name="Job">The job, sealed.</param>
/// <param name="NewBatches">The parts to send, in order.</param>
/// <param name="ExistingBatches">The batches that hold the rows the job had already.</param>
/// <param name="Accepted">Rows that will be sent.</param>
/// <param name="AlreadyThere">Rows the job had already.</param>
/// <param name="Refused">Rows that cannot be sent.</param>
/// <param name="Warnings">What a person should know of the requests that are sent, each thing once.</param>
public sealed record SealedInput(
    JobRecord Job,
    IReadOnlyList<BatchRecord> NewBatches,
    IReadOnlyList<BatchRecord> ExistingBatches,
    long Accepted,
    long AlreadyThere,
    long Refused,
    IReadOnlyList<string> Warnings);
