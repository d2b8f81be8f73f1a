namespace ClaudeBatch.Core.Api;

/// <summary>What came back of a create: a batch, or a failure together with whether the whole body had left.</summary>
/// <param name="Batch">The batch the service made, with its headers; null when there is none to be sure of.</param>
/// <param name="Failure">Why there is none.</param>
/// <param name="LastByteHandedOver">The service may have accepted the batch whatever it answered.</param>
public sealed record CreateReply(Reply<MessageBatch>? Batch, ClaudeBatchException? Failure, bool LastByteHandedOver);
