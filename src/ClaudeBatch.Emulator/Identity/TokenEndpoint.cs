using System.Text.Json;

namespace ClaudeBatch.Emulator.Identity;

/// <summary>The call <c>POST /v1/oauth/token</c>: gives access tokens for the tokens of other issuers, and for refresh tokens.</summary>
internal sealed class TokenEndpoint(EmulatorPlan plan, TokenBook book, FaultBook faults, TimeProvider clock, Func<string, string> newId)
{
    public const string Path = "/v1/oauth/token";

    private const string Federation = "urn:ietf:params:oauth:grant-type:jwt-bearer";

    private const string FederationBeta = "oidc-federation-2026-04-01";

    /// <summary>The shortest life of a token, however little is left of what it is given for.</summary>
    private static readonly TimeSpan s_shortest = TimeSpan.FromSeconds(60);

    public async Task<EmulatedReply> ExchangeAsync(EmulatedRequest request, CancellationToken cancellationToken)
    {
        EmulatorFault? fault = await faults.MeetAsync(
            cancellationToken, FaultKind.ExchangeRefuse, FaultKind.ExchangeLostReply, FaultKind.ExchangeStall).ConfigureAwait(false);
        TokenRequest asked = await TokenRequest.ReadAsync(request, cancellationToken).ConfigureAwait(false);
        if (fault is { Kind: FaultKind.ExchangeRefuse, Accept: false })
        {
            return EmulatedReply.Refusal(fault);
        }

        if (fault?.Kind == FaultKind.ExchangeStall)
        {
            TimeSpan wait = fault.Duration > TimeSpan.Zero ? fault.Duration : Timeout.InfiniteTimeSpan;
            await Task.Delay(wait, clock, cancellationToken).ConfigureAwait(false);
        }

        byte[] granted = asked.Text("grant_type") switch
        {
            Federation => await FederateAsync(asked, cancellationToken).ConfigureAwait(false),
            "refresh_token" => await RefreshAsync(asked, cancellationToken).ConfigureAwait(false),
            _ => throw ServiceError.Invalid($"grant_type: Input should be '{Federation}' or 'refresh_token'"),
        };
        return fault?.Kind switch
        {
            FaultKind.ExchangeLostReply => EmulatedReply.Lost,
            FaultKind.ExchangeRefuse => EmulatedReply.Refusal(fault),
            _ => EmulatedReply.Json(granted),
        };
    }

    private async Task<byte[]> FederateAsync(TokenRequest asked, CancellationToken cancellationToken)
    {
        string assertion = asked.Text("assertion");
        string ruleId = asked.Id("federation_rule_id", WireId.Rule);
        string organization = asked.Text("organization_id");
        if (!Guid.TryParseExact(organization, "D", out _))
        {
            throw ServiceError.Invalid("organization_id: Input should be a valid UUID");
        }

        string? account = asked.Has("service_account_id") ? asked.Id("service_account_id", WireId.ServiceAccount) : null;
        string? workspace = !asked.Has("workspace_id") ? null
            : asked.Text("workspace_id") == "default" ? plan.WorkspaceId
            : asked.Id("workspace_id", WireId.Workspace);

        return await DecideAsync(ruleId, Grant, cancellationToken).ConfigureAwait(false);

        byte[] Grant(TokenState state)
        {
            DateTimeOffset now = clock.GetUtcNow();
            EmulatorRule rule = plan.Federation?.Rules.FirstOrDefault(r => r.Id == ruleId)
                ?? throw new ExchangeRefusal("The account has no such rule.");
            EmulatorIssuer issuer = plan.Federation.Issuers.FirstOrDefault(i => i.Issuer == rule.Issuer)
                ?? throw new ExchangeRefusal("The rule's issuer is not known.");
            Assertion token = Assertion.Read(assertion, issuer, now);
            Match(rule, token, organization, account);
            string bound = BoundTo(rule, workspace);
            if (issuer.CheckJti && token.TokenId is { } id
                && !state.Taken.TryAdd(TokenBook.Digest(issuer.Issuer + "\n" + id), token.TakenUntil))
            {
                throw new ExchangeRefusal("The token was exchanged before, and its issuer's tokens are taken once (jti).");
            }

            TimeSpan rest = 2 * (token.ExpiresAt - now);
            TimeSpan life = TimeSpan.FromSeconds(rule.TokenLifetimeSeconds);
            return Issue(state, [bound], rule.Scope, rest < life ? rest : life, null);
        }
    }

    private async Task<byte[]> RefreshAsync(TokenRequest asked, CancellationToken cancellationToken)
    {
        string refresh = asked.Text("refresh_token");
        string clientId = asked.Text("client_id");
        if (asked.Beta?.Contains(FederationBeta, StringComparison.Ordinal) == true)
        {
            throw ServiceError.Invalid($"anthropic-beta: {FederationBeta} does not go with the grant_type refresh_token");
        }

        return await DecideAsync(clientId, Grant, cancellationToken).ConfigureAwait(false);

        byte[] Grant(TokenState state)
        {
            string digest = TokenBook.Digest(refresh);
            RefreshGrant grant = state.Refreshes.GetValueOrDefault(digest) ?? new RefreshGrant(digest, IsUsed: false);
            EmulatorOAuthClient client = plan.OAuthClients
                .FirstOrDefault(c => c.ClientId == clientId && TokenBook.Digest(c.RefreshToken) == grant.Origin)
                ?? throw new ExchangeRefusal("The refresh token is not one of this client's.");
            if (grant.IsUsed)
            {
                throw new ExchangeRefusal("The refresh token was used before.");
            }

            string next = newId("sk-ant-ort01-");
            state.Refreshes[digest] = grant with { IsUsed = true };
            state.Refreshes[TokenBook.Digest(next)] = grant;
            string[] workspaces = client.WorkspaceIds is { Length: > 0 } several ? several : [plan.WorkspaceId];
            return Issue(state, workspaces, client.Scope, TimeSpan.FromSeconds(client.TokenLifetimeSeconds), next);
        }
    }

    // A refusal is written to the history, too, so it leaves the work of the book as a value.
    private async Task<byte[]> DecideAsync(string of, Func<TokenState, byte[]> grant, CancellationToken cancellationToken)
        => await book.ChangeAsync(
            state =>
            {
                try
                {
                    byte[] granted = grant(state);
                    book.Tell(state, of, null);
                    return granted;
                }
                catch (ExchangeRefusal refusal)
                {
                    book.Tell(state, of, refusal.Message);
                    return null;
                }
            },
            cancellationToken).ConfigureAwait(false)
            ?? throw new ServiceError(401, "authentication_error", "Authentication failed");

    private void Match(EmulatorRule rule, Assertion token, string organization, string? account)
    {
        if (!string.Equals(organization, plan.OrganizationId, StringComparison.OrdinalIgnoreCase))
        {
            throw new ExchangeRefusal("The rule is not of this organization.");
        }

        if (rule.Subject is not null && token.Subject != rule.Subject)
        {
            throw new ExchangeRefusal($"The claim sub is '{token.Subject}', not '{rule.Subject}'.");
        }

        if (rule.Audience is not null && !token.Audiences.Contains(rule.Audience))
        {
            throw new ExchangeRefusal($"The claim aud is '{string.Join(", ", token.Audiences)}', not '{rule.Audience}'.");
        }

        if (account is not null && rule.ServiceAccountId is not null && account != rule.ServiceAccountId)
        {
            throw new ExchangeRefusal($"The rule is for the service account '{rule.ServiceAccountId}', not '{account}'.");
        }
    }

    private string BoundTo(EmulatorRule rule, string? workspace)
    {
        string[] covered = rule.WorkspaceIds is { Length: > 0 } several ? several : [plan.WorkspaceId];
        return workspace is null && covered.Length == 1 ? covered[0]
            : workspace is null ? throw new ExchangeRefusal("The rule covers several workspaces, and the exchange names none.")
            : covered.Contains(workspace) ? workspace
            : throw new ExchangeRefusal($"The rule does not cover the workspace '{workspace}'.");
    }

    private byte[] Issue(TokenState state, string[] workspaces, string scope, TimeSpan life, string? refresh)
    {
        int seconds = (int)(life < s_shortest ? s_shortest : life).TotalSeconds;
        string access = newId("sk-ant-oat01-");
        state.Tokens[TokenBook.Digest(access)] = new IssuedToken(workspaces, scope, clock.GetUtcNow().AddSeconds(seconds));
        using MemoryStream stream = new();
        using (Utf8JsonWriter writer = new(stream, EmulatorJson.Writing))
        {
            writer.WriteStartObject();
            writer.WriteString("access_token"u8, access);
            writer.WriteString("token_type"u8, "Bearer"u8);
            writer.WriteNumber("expires_in"u8, seconds);
            writer.WriteString("scope"u8, scope);
            if (refresh is not null)
            {
                writer.WriteString("refresh_token"u8, refresh);
            }

            writer.WriteEndObject();
        }

        return stream.ToArray();
    }
}
