namespace ClaudeBatch.Emulator.Identity;

/// <summary>What the emulated account remembers of tokens, on disk, so that it holds across processes. Tokens stand in it as digests.</summary>
internal sealed record TokenState
{
    /// <summary>The access tokens, by their digests.</summary>
    public Dictionary<string, IssuedToken> Tokens { get; init; } = [];

    /// <summary>The single-use tokens of issuers that were taken, by the digest of issuer and <c>jti</c>, and until when they are kept.</summary>
    public Dictionary<string, DateTimeOffset> Taken { get; init; } = [];

    /// <summary>The refresh tokens that were given or used, by their digests.</summary>
    public Dictionary<string, RefreshGrant> Refreshes { get; init; } = [];

    /// <summary>The latest exchanges, with why they were refused, as the account's authentication history shows them.</summary>
    public List<ExchangeEntry> History { get; init; } = [];
}
