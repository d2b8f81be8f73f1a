namespace ClaudeBatch.Emulator.Identity;

/// <summary>Recognizes callers as the Claude API does: by an API key, or by an access token.</summary>
internal sealed class ClaudeEntrance(EmulatorPlan plan, TokenBook book, FaultBook faults, TimeProvider clock) : IEntrance
{
    private const string Beta = "oauth-2025-04-20";

    private const string TokenPrefix = "sk-ant-oat01-";

    public async Task<(Caller Caller, EmulatedRequest Request)> AdmitAsync(EmulatedRequest request, CancellationToken cancellationToken)
    {
        string? bearer = request.Bearer;
        string? key = request.Header("x-api-key") ?? bearer;
        if (string.IsNullOrWhiteSpace(key))
        {
            throw new ServiceError(401, "authentication_error", "x-api-key header is required");
        }

        Caller caller = request.Header("x-api-key") is null && key.StartsWith(TokenPrefix, StringComparison.Ordinal)
            ? await OfTokenAsync(key, request, cancellationToken).ConfigureAwait(false)
            : OfKey(key, request);
        return (caller, request);
    }

    private Caller OfKey(string key, EmulatedRequest request)
    {
        bool isBad = key.StartsWith(TokenPrefix, StringComparison.Ordinal)
            || (plan.ApiKey is null ? key.StartsWith("sk-ant-invalid", StringComparison.Ordinal) : key != plan.ApiKey);
        return isBad
            ? throw new ServiceError(401, "authentication_error", "API key is invalid.")
            : new Caller(Chosen(plan.ApiKeyWorkspaceIds is { Length: > 0 } several ? several : [plan.WorkspaceId], request));
    }

    private async Task<Caller> OfTokenAsync(string token, EmulatedRequest request, CancellationToken cancellationToken)
    {
        if (await faults.MeetAsync(cancellationToken, FaultKind.TokenRevoked).ConfigureAwait(false) is not null)
        {
            await book.RevokeAllAsync(cancellationToken).ConfigureAwait(false);
        }

        if (request.Header("anthropic-beta")?.Split(',').Any(static b => b.Trim() == Beta) != true)
        {
            throw new ServiceError(401, "authentication_error", "OAuth authentication is currently not supported.");
        }

        return book.Find(token) is { IsRevoked: false } issued && clock.GetUtcNow() < issued.ExpiresAt
            ? new Caller(Chosen(issued.WorkspaceIds, request), issued.Scope)
            : throw new ServiceError(401, "authentication_error", "Invalid bearer token");
    }

    private static string Chosen(string[] workspaces, EmulatedRequest request)
        => request.Header(EmulatedRequest.WorkspaceHeader) is not { } asked ? workspaces[0]
            : workspaces.Contains(asked) ? asked
            : throw new ServiceError(403, "permission_error", $"anthropic-workspace-id: '{asked}' is no workspace of this credential.");
}
