using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using ClaudeBatch.Core.Api;

namespace ClaudeBatch.Core.Identity;

/// <summary>The identity token of a job of GitHub Actions, which GitHub issues anew each time it is asked.</summary>
/// <param name="audience">Who the token is for; null for <see cref="IdentityTokenSource.DefaultAudience"/>.</param>
/// <param name="environment">The environment; null for that of this process.</param>
/// <param name="handler">The transport, which is not disposed; null for one of its own.</param>
/// <param name="clock">The clock by which tries are spread; null for the system's.</param>
public sealed class GitHubActionsIdentityToken(
    string? audience = null,
    EnvironmentVariables? environment = null,
    HttpMessageHandler? handler = null,
    TimeProvider? clock = null) : IdentityTokenSource
{
    private const string AddressVariable = "ACTIONS_ID_TOKEN_REQUEST_URL";

    private const string SecretVariable = "ACTIONS_ID_TOKEN_REQUEST_TOKEN";

    private readonly EnvironmentVariables _environment = environment ?? EnvironmentVariables.OfProcess;

    public override string Description => "GitHub Actions";

    public override string HowToRefresh => "GitHub issues a fresh token each time: run the line again within the job.";

    public override async ValueTask<string> ReadAsync(CancellationToken cancellationToken)
    {
        if (_environment[AddressVariable] is not { } address || _environment[SecretVariable] is not { } secret)
        {
            bool isJob = _environment["GITHUB_ACTIONS"] is not null;
            throw new ClaudeBatchException(
                FailureKind.Authentication,
                "IdentityProviderAbsent",
                $"GitHub Actions gives no identity token here: {AddressVariable} and {SecretVariable} are not both set. "
                    + (isJob
                        ? "Write in the workflow, at its top or in the job, 'permissions:' with 'id-token: write' and 'contents: read'. "
                            + "Runs of pull requests from forks get none."
                        : "This is no job of GitHub Actions; in one, its workflow needs 'permissions: id-token: write'."));
        }

        Uri whole = ProviderAddress.With(ProviderAddress.Checked(address, AddressVariable), ("audience", AudienceOr(audience)));
        HttpMessageHandler transport = handler ?? HttpTransport.Create();
        try
        {
            ProviderCall call = new("GitHub Actions", transport, clock ?? TimeProvider.System) { Secret = secret };
            string text = await call.TokenAsync(
                () => Request(whole, secret),
                static reply => reply.TryGetProperty("value", out JsonElement token) ? token : null,
                static (status, _) => status is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden
                    ? "The job may be over, or lack 'permissions: id-token: write'."
                    : null,
                cancellationToken).ConfigureAwait(false);
            return Checked(text);
        }
        finally
        {
            if (handler is null)
            {
                transport.Dispose();
            }
        }
    }

    private static HttpRequestMessage Request(Uri address, string secret)
    {
        HttpRequestMessage request = new(HttpMethod.Get, address);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", secret);
        request.Headers.TryAddWithoutValidation("Accept", "application/json; api-version=2.0");
        return request;
    }
}
