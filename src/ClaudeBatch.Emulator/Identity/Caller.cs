namespace ClaudeBatch.Emulator.Identity;

/// <summary>Who makes a call, as far as the service tells them apart.</summary>
/// <param name="WorkspaceId">The workspace in which the call acts.</param>
/// <param name="Scope">What the caller may do, where a token says it; null for everything.</param>
internal sealed record Caller(string WorkspaceId, string? Scope = null)
{
    private string[] Granted => Scope?.Split(' ') ?? [Scopes.Developer];

    /// <summary>Throws when what the caller may do does not include batches.</summary>
    public void NeedsBatches() => Needs(Granted.Contains(Scopes.Developer));

    /// <summary>Throws when what the caller may do does not include messages and models.</summary>
    public void NeedsInference() => Needs(Granted.Contains(Scopes.Developer) || Granted.Contains(Scopes.Inference));

    private void Needs(bool isGranted)
    {
        if (!isGranted)
        {
            throw new ServiceError(403, "permission_error", $"The scope of the access token ({Scope}) does not allow this call.");
        }
    }
}
