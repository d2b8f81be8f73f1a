namespace ClaudeBatch.Core.Api;

/// <summary>
/// The outcome of a create call: the batch, or a failure. After a failure the batch may exist if the whole body was sent.
/// </summary>
/// <param name="Batch">The batch that the service made, with the headers of its reply; null when the call failed.</param>
/// <param name="Failure">Why the call failed; null when it succeeded.</param>
/// <param name="LastByteHandedOver">Whether the last byte of the body was given to the network, so that the service may have made the batch
/// whatever it replied.</param>
public sealed record CreateReply(Reply<MessageBatch>? Batch, ClaudeBatchException? Failure, bool LastByteHandedOver)
{
    /// <summary>Whether the credential that the service has refused was renewed.</summary>
    public Renewal Renewal { get; init; }

    /// <summary>Why the credential could not be renewed; null where nothing has failed.</summary>
    public ClaudeBatchException? RenewalFailure { get; init; }
}
