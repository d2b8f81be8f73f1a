using ClaudeBatch.Emulator.Identity;

namespace ClaudeBatch.Emulator.Platforms;

/// <summary>Recognizes callers as Google Cloud does: by an access token of Google. The workspace stands in the path.</summary>
internal sealed class GoogleCloudEntrance(EmulatorGoogleCloud cloud) : IEntrance
{
    public Task<(Caller Caller, EmulatedRequest Request)> AdmitAsync(EmulatedRequest request, CancellationToken cancellationToken)
    {
        if (request.Path.Split('/', 10)
            is not ["", "v1", "projects", { } project, "locations", { } location, "workspaces", { } workspace, "invoke", { } rest]
            || !WireId.IsOf(workspace, WireId.Workspace))
        {
            throw Refused(404, "NOT_FOUND", "Requested entity was not found.");
        }

        if (string.IsNullOrEmpty(request.Bearer))
        {
            throw Refused(403, "PERMISSION_DENIED", "Method doesn't allow unregistered callers.");
        }

        if (cloud.AccessTokens is { Length: > 0 } known && !known.Contains(request.Bearer))
        {
            throw Refused(401, "UNAUTHENTICATED", "Request had invalid authentication credentials.");
        }

        if (project != cloud.Project || location != cloud.Location)
        {
            throw Refused(403, "PERMISSION_DENIED", $"Permission denied on projects/{project}/locations/{location} (or it may not exist).");
        }

        return Task.FromResult((new Caller(workspace), request with { Path = "/" + rest }));
    }

    private static ServiceError Refused(int status, string name, string message)
        => new(status, "google", message) { GoogleStatus = name };
}
