namespace ClaudeBatch.Core.Api;

/// <summary>A file at the service.</summary>
/// <param name="Id">Its id.</param>
/// <param name="ExpiresAt">When the service removes it; null for never.</param>
public sealed record StoredFile(string Id, DateTimeOffset? ExpiresAt);
