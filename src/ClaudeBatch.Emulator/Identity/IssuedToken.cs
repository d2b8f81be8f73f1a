namespace ClaudeBatch.Emulator.Identity;

/// <summary>An access token that was issued.</summary>
/// <param name="WorkspaceIds">The workspaces it can be used for, the default one first.</param>
/// <param name="Scope">What it may be used for.</param>
/// <param name="ExpiresAt">The end of its life, in the emulator's time.</param>
/// <param name="IsRevoked">Whether it was revoked before.</param>
internal sealed record IssuedToken(string[] WorkspaceIds, string Scope, DateTimeOffset ExpiresAt, bool IsRevoked = false);

/// <summary>A refresh token.</summary>
/// <param name="Origin">The digest of the plan's refresh token from which it descends.</param>
/// <param name="IsUsed">Whether it was used, which ends it.</param>
internal sealed record RefreshGrant(string Origin, bool IsUsed);

/// <summary>An exchange in the account's history.</summary>
/// <param name="At">When it was, in the emulator's time.</param>
/// <param name="Of">The rule or the client it was for.</param>
/// <param name="Refusal">Why it was refused; null where a token was given.</param>
internal sealed record ExchangeEntry(DateTimeOffset At, string Of, string? Refusal);
