using ClaudeBatch.Core.Api;
using ClaudeBatch.Core.Ledger;

namespace ClaudeBatch.Core.Account;

/// <summary>Cancels batches at the service.</summary>
internal static class BatchCanceler
{
    /// <summary>Cancels a batch that the service processes, and records what it has replied.</summary>
    /// <param name="ledger">The open ledger.</param>
    /// <param name="bound">A client that is bound to the batch's job.</param>
    /// <param name="batch">A batch that the service has accepted.</param>
    /// <param name="why">One sentence for the journal.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="ClaudeBatchException">What the service says; status 400 where the batch has ended.</exception>
    public static async Task<BatchRecord> CancelAsync(
        JobLedger ledger, BatchApi bound, BatchRecord batch, string why, CancellationToken cancellationToken)
    {
        Reply<MessageBatch> reply = await bound.CancelAsync(batch.ServiceId!, cancellationToken).ConfigureAwait(false);
        Milestone.Pass("canceled-at-service");
        return ledger.Decide(batch, b => b.ServiceId == reply.Value.Id && b.State.IsRunning()
            ? new Decision(b.With(reply.Value), EventKind.Canceling, why, reply.Headers.RequestId)
            : null);
    }
}
