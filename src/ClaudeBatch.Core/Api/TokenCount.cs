namespace ClaudeBatch.Core.Api;

/// <summary>The service's estimate of a prompt's size.</summary>
public sealed record TokenCount(long InputTokens);
