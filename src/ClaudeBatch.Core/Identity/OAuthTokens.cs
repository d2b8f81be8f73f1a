namespace ClaudeBatch.Core.Identity;

/// <summary>Access tokens of a person who has signed in: the refresh token of the profile's credentials file gives new ones.</summary>
/// <param name="profile">The profile, of the type <see cref="ProfileType.UserOAuth"/>.</param>
/// <param name="exchange">The call that gives new tokens.</param>
/// <param name="clock">Tells whether a token has run out.</param>
public sealed class OAuthTokens(Profile profile, TokenExchange exchange, TimeProvider clock) : TokenSource
{
    // How long another process takes for a call is a matter of the real time, whatever the clock of a test says.
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(90);

    private readonly CredentialsFile _file = new(profile.CredentialsPath);

    public override string Description => $"profile {profile.Name}, in which a person has signed in";

    public override string Advice => $"Sign in again: ant auth login --profile {profile.Name}";

    public override string Path => profile.CredentialsPath;

    /// <summary>A person may be a member of several workspaces; the profile names the one to use.</summary>
    public override bool NamesWorkspace => true;

    internal override AccessToken? Read(SecretKeeper secrets)
        => StoredToken.Of(_file.Read(), secrets) ?? throw NoToken("it is not there or has none");

    internal override async Task<AccessToken> ObtainAsync(
        Func<string, bool> isOld, SecretKeeper secrets, CancellationToken cancellationToken)
    {
        using FileLock alone = await FileLock
            .TakeAsync(Path + ".lock", s_patience, TimeProvider.System, cancellationToken).ConfigureAwait(false);
        StoredCredentials stored = _file.Read() ?? throw NoToken("it is not there");
        if (StoredToken.Of(stored, secrets) is { } kept && !isOld(kept.Text) && kept.Left(clock.GetUtcNow()) > AccessToken.Least)
        {
            return kept;
        }

        if (stored.RefreshToken is not { } refresh || profile.ClientId is not { } client)
        {
            throw NoToken(stored.RefreshToken is null
                ? "its access token has run out, and it has no refresh_token"
                : $"its access token has run out, and '{profile.Path}' has no client_id to refresh it with");
        }

        // The service gives a new refresh token for the old one, so there must be a place for it before.
        using PreparedCredentials prepared = _file.Prepare();
        Milestone.Pass("refresh-prepared");
        TokenReply reply = await exchange.RefreshAsync(refresh, client, secrets, cancellationToken).ConfigureAwait(false);
        Milestone.Pass("token-given");
        AccessToken given = reply.Token ?? throw Told(reply.Failure!);
        try
        {
            prepared.Commit(new CredentialChanges(given.Text, given.ExpiresAt) { RefreshToken = reply.RefreshToken, Scope = given.Scope });
            Milestone.Pass("token-stored");
        }
        catch (ClaudeBatchException failure)
        {
            // This process can go on with what it has; the next one cannot, and must be told why.
            secrets.WarnOnce($"{failure.Message} This process goes on with the new token; if the next one is refused: {Advice}");
        }

        return given;
    }

    private ClaudeBatchException Told(ClaudeBatchException failure) => failure.Kind != FailureKind.Authentication ? failure
        : new ClaudeBatchException(failure.Kind, failure.Id, $"{failure.Message} {Advice}", failure)
        {
            Target = failure.Target,
            RequestId = failure.RequestId,
        };

    private ClaudeBatchException NoToken(string why) => new(
        FailureKind.Authentication,
        "ProfileNotSignedIn",
        $"Profile '{profile.Name}' has no access token in '{Path}': {why}. {Advice}")
    { Target = Path };
}
