namespace ClaudeBatch.Core.Api;

/// <summary>The body of every error reply of the service: <c>{"type":"error","error":{"type":…,"message":…}}</c>.</summary>
internal sealed record ErrorEnvelope(ErrorBody Error, string? RequestId);

internal sealed record ErrorBody(string Type, string? Message, ErrorDetails? Details);

/// <summary>The details of an error (<c>error.details</c>).</summary>
/// <param name="ErrorCode">A code that tells errors of one type apart; null when there is none.</param>
/// <param name="MaxSideLengthPixels">For a picture that is too large: the most pixels on a side that the service takes.</param>
/// <param name="Paths">The places in the request that are at fault.</param>
internal sealed record ErrorDetails(string? ErrorCode, long? MaxSideLengthPixels = null, IReadOnlyList<string>? Paths = null);
