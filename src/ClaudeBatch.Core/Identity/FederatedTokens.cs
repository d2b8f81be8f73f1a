using System.Globalization;

namespace ClaudeBatch.Core.Identity;

/// <summary>Access tokens that the service gives for identity tokens of the customer's own provider, by a federation rule.</summary>
/// <param name="rule">The rule.</param>
/// <param name="identity">Where identity tokens come from.</param>
/// <param name="exchange">The call that exchanges them.</param>
/// <param name="file">The file that keeps the access token for the next process.</param>
/// <param name="clock">Tells when a token was used.</param>
/// <param name="isOwn">Whether the file is this module's alone, and holds nothing but what can be had again.</param>
public sealed class FederatedTokens(
    FederationRule rule, IdentityTokenSource identity, TokenExchange exchange, CredentialsFile file, TimeProvider clock, bool isOwn = true)
    : TokenSource
{
    // How long another process takes for a call is a matter of the real time, whatever the clock of a test says.
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(90);

    private readonly string _note = UsedToken.PathFor(file.Path);

    // How the last exchange of this process failed: whoever asks again is told that, too.
    private (string Digest, ClaudeBatchException Failure)? _failed;

    public override string Description => $"rule {rule.RuleId} with {identity.Description}";

    public override string Advice
        => $"The token was had by rule {rule.RuleId} with {identity.Description}. Look at the rule and its workspace in the Console, "
            + "and run the same line again.";

    public override string Path => file.Path;

    /// <summary>The token is one for a single workspace.</summary>
    public override bool NamesWorkspace => false;

    public override bool NeedsPipeline => identity.NeedsPipeline;

    /// <summary>The rule by which tokens are exchanged.</summary>
    public FederationRule Rule => rule;

    public override async Task<ClaudeBatchException?> FaultAsync(CancellationToken cancellationToken)
    {
        if (identity is not (FileIdentityToken or VariableIdentityToken))
        {
            return null;
        }

        try
        {
            await identity.ReadAsync(cancellationToken).ConfigureAwait(false);
            return null;
        }
        catch (ClaudeBatchException fault)
        {
            return fault;
        }
    }

    internal override AccessToken? Read(SecretKeeper secrets)
    {
        try
        {
            return StoredToken.Of(file.Read(), secrets);
        }
        catch (ClaudeBatchException broken) when (isOwn && broken.Cause == FailureCause.CredentialsFileInvalid)
        {
            return null; // what was half written can be had again; ObtainAsync puts it out of the way
        }
    }

    internal override async Task<AccessToken> ObtainAsync(
        Func<string, bool> isOld, SecretKeeper secrets, CancellationToken cancellationToken)
    {
        // A script may call this module itself, and would wait for the lock for ever.
        string? assertion = identity.NeedsPipeline ? await identity.ReadAsync(cancellationToken).ConfigureAwait(false) : null;
        using FileLock alone = await FileLock
            .TakeAsync(file.Path + ".lock", s_patience, TimeProvider.System, cancellationToken).ConfigureAwait(false);
        if (Read(secrets) is { } kept && !isOld(kept.Text) && kept.Left(clock.GetUtcNow()) > AccessToken.Least)
        {
            return kept;
        }

        DropBroken(secrets);
        assertion ??= await identity.ReadAsync(cancellationToken).ConfigureAwait(false);
        secrets.Add(assertion);
        return await ExchangeAsync(assertion, secrets, cancellationToken).ConfigureAwait(false);
    }

    private void DropBroken(SecretKeeper secrets)
    {
        try
        {
            _ = isOwn ? file.Read() : null;
        }
        catch (ClaudeBatchException broken) when (broken.Cause == FailureCause.CredentialsFileInvalid)
        {
            File.Delete(file.Path);
            secrets.WarnOnce($"'{file.Path}', which keeps the access token, was not whole, and is made anew.");
        }
    }

    private async Task<AccessToken> ExchangeAsync(string assertion, SecretKeeper secrets, CancellationToken cancellationToken)
    {
        Jwt? token = Jwt.Read(assertion);
        string digest = UsedToken.DigestOf(assertion);
        bool isForOnce = token?.Id is not null;
        if (isForOnce && UsedToken.Read(_note) is { } used && used.Digest == digest && used.Use != ProofUse.None)
        {
            throw Used(used, token!);
        }

        // Who can write neither note nor token would use the identity token up, and the next process had none.
        using PreparedCredentials prepared = file.Prepare();
        UsedToken note = new(digest, clock.GetUtcNow(), ProofUse.Unknown);
        Note(note, isForOnce);
        Milestone.Pass("exchange-noted");
        TokenReply reply = await exchange.ExchangeAsync(rule, assertion, secrets, cancellationToken).ConfigureAwait(false);
        Milestone.Pass("token-given");
        if (reply.Token is not { } given)
        {
            Note(note with { Use = reply.Use }, isForOnce);
            ClaudeBatchException failure = reply.Use == ProofUse.None ? reply.Failure! : Told(reply.Failure!, token);
            _failed = (digest, failure);
            throw failure;
        }

        prepared.Commit(new CredentialChanges(given.Text, given.ExpiresAt)
        {
            Scope = given.Scope,
            OrganizationId = rule.OrganizationId,
        });
        Milestone.Pass("token-stored");
        Note(note with { Use = ProofUse.Exchanged }, isForOnce);
        return given;
    }

    private void Note(UsedToken note, bool isForOnce)
    {
        if (isForOnce)
        {
            note.Write(_note);
        }
    }

    // A file is written anew before its token expires, so that waiting helps; nothing else gives another token by itself.
    private ClaudeBatchException Used(UsedToken used, Jwt token)
    {
        bool isAwaited = identity is FileIdentityToken && used.Use != ProofUse.Refused && !token.IsExpired(clock.GetUtcNow());
        string how = used.Use switch
        {
            ProofUse.Exchanged => "was exchanged",
            ProofUse.Refused => "was refused",
            _ => "was sent, and no access token came,",
        };
        ClaudeBatchException? failure = _failed is { } last && last.Digest == used.Digest ? last.Failure : null;
        return new ClaudeBatchException(
            isAwaited ? FailureKind.Busy : FailureKind.Authentication,
            FailureCause.IdentityTokenUsed,
            $"The identity token from {identity.Description} {how} at {Text(used.At)}, and one with an id (jti) is taken once: it was not sent "
                + $"again. {identity.HowToRefresh} Or switch check_jti off at the issuer in the Console."
                + (failure is null ? string.Empty : $" What had come: {failure.Message}"),
            failure)
        { IsTransient = isAwaited };
    }

    private static string Text(DateTimeOffset time) => time.UtcDateTime.ToString("u", CultureInfo.InvariantCulture);

    // The service's refusal is the same for every cause, so what the token says of itself is told with it.
    private ClaudeBatchException Told(ClaudeBatchException failure, Jwt? token)
    {
        DateTimeOffset now = clock.GetUtcNow();
        string? why = failure.Kind != FailureKind.Authentication || token is null ? null
            : token.IsExpired(now)
                ? $" The identity token from {identity.Description} expired at {Text(token.ExpiresAt!.Value)}, and this machine's clock "
                    + $"says {Text(now)}. {identity.HowToRefresh}"
            : token.IsFromTheFuture(now)
                ? $" By this machine's clock, {Text(now)}, the identity token from {identity.Description} is from the future: set the "
                    + "clock."
            : $" The identity token came from {identity.Description}: issuer '{token.Issuer}', subject '{token.Subject}', audience "
                + $"'{string.Join("', '", token.Audiences)}', for rule {rule.RuleId}, organization {rule.OrganizationId}, "
                + $"service account {rule.ServiceAccountId ?? "none"}, "
                + $"workspace {rule.WorkspaceId ?? "none"}. Which does not fit says the Console's history of authentications."
                + (token.Id is null ? string.Empty
                    : $" It has an id (jti) and is taken once: another program may have sent it before. {identity.HowToRefresh}");
        return why is null ? failure : new ClaudeBatchException(failure.Kind, failure.Id, failure.Message + why, failure)
        {
            Target = failure.Target,
            RequestId = failure.RequestId,
        };
    }
}
