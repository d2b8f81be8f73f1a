namespace ClaudeBatch.Core.Identity;

/// <summary>An access token of the service, which runs out.</summary>
/// <param name="Text">The token itself. It is sent to the service and shown nowhere.</param>
/// <param name="ExpiresAt">The UTC time at which it runs out, by this machine's clock; null for one that does not.</param>
/// <param name="Scope">What it may do, in the service's words, such as <c>workspace:developer</c>; null where the service has not said.</param>
public sealed record AccessToken(string Text, DateTimeOffset? ExpiresAt, string? Scope)
{
    /// <summary>
    /// What a token must have left for a new call: the official SDKs hold a shorter one for too old, whether it comes from a file or memory.
    /// </summary>
    internal static readonly TimeSpan Least = TimeSpan.FromSeconds(30);

    /// <summary>Gives the time that the token has left.</summary>
    internal TimeSpan Left(DateTimeOffset now) => ExpiresAt is { } end ? end - now : TimeSpan.MaxValue;

    /// <summary>Leaves the token out.</summary>
    public override string ToString() => "access token";
}
