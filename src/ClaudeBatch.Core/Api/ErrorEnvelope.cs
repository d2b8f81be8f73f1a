namespace ClaudeBatch.Core.Api;

/// <summary>The body of every error reply of the service.</summary>
internal sealed record ErrorEnvelope(ErrorBody? Error, string? RequestId);

internal sealed record ErrorBody(string? Type, string? Message, ErrorDetails? Details);

internal sealed record ErrorDetails(string? ErrorCode);

/// <summary>What a delete answers with.</summary>
internal sealed record DeletedBatch(string? Id);
