using System.Globalization;
using ClaudeBatch.Emulator.Identity;
using ClaudeBatch.Emulator.Platforms;

namespace ClaudeBatch.Emulator;

/// <content>Who calls, on which platform, and what every reply says of it.</content>
public sealed partial class EmulatedService
{
    // What the platforms name in results_url is not known; whoever follows it there gets nowhere.
    private readonly Uri _address = plan.Aws is null && plan.GoogleCloud is null ? address : new Uri("https://results.invalid/");

    private TokenBook? _tokens;

    private TokenEndpoint? _tokenEndpoint;

    private IEntrance? _entrance;

    private TokenBook Tokens => _tokens ??= new TokenBook(stateFolder, _store, clock);

    private TokenEndpoint Exchange => _tokenEndpoint ??= new TokenEndpoint(plan, Tokens, Faults, clock, _newId);

    private IEntrance Entrance => _entrance ??=
        plan.Aws is { } aws ? new AwsEntrance(aws, plan, clock)
        : plan.GoogleCloud is { } cloud ? new GoogleCloudEntrance(cloud)
        : new ClaudeEntrance(plan, Tokens, Faults, clock);

    private static void CheckVersion(string? version)
    {
        if (version is null)
        {
            throw ServiceError.Invalid("anthropic-version: header is required");
        }

        if (version is not ("2023-01-01" or "2023-06-01" or "2026-10-21"))
        {
            throw ServiceError.Invalid($"anthropic-version: \"{version}\" is not a valid version");
        }
    }

    private void AddHeaders(EmulatedReply reply, string requestId, Caller? caller)
    {
        reply.Headers["request-id"] = requestId;
        reply.Headers["Date"] = clock.GetUtcNow().ToString("r", CultureInfo.InvariantCulture);
        if (plan.Aws is not null)
        {
            reply.Headers["x-amzn-requestid"] = Guid.NewGuid().ToString();
        }

        if (caller is not null)
        {
            reply.Headers["anthropic-organization-id"] = plan.OrganizationId;
            reply.Headers[EmulatedRequest.WorkspaceHeader] = caller.WorkspaceId;
        }
    }
}
