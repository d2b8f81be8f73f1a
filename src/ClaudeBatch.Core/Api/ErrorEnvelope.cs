namespace ClaudeBatch.Core.Api;

/// <summary>The body of every error reply of the service.</summary>
internal sealed record ErrorEnvelope(ErrorBody? Error, string? RequestId);

internal sealed record ErrorBody(string? Type, string? Message, ErrorDetails? Details);

/// <param name="ErrorCode">What tells errors of one type apart.</param>
/// <param name="MaxSideLengthPixels">Of a picture that is too large: the most the service takes.</param>
/// <param name="Paths">Where in the request the fault is.</param>
internal sealed record ErrorDetails(string? ErrorCode, long? MaxSideLengthPixels = null, IReadOnlyList<string>? Paths = null);

/// <summary>What a delete answers with.</summary>
internal sealed record DeletedBatch(string? Id);
