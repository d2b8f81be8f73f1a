namespace ClaudeBatch.Core.Api;

/// <summary>The service's count of a prompt's tokens. The service calls it an estimate.</summary>
/// <param name="InputTokens">The tokens of the whole prompt.</param>
public sealed record TokenCount(long InputTokens);
