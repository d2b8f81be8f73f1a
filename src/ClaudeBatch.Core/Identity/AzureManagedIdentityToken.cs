using System.Net;
using System.Text.Json;

namespace ClaudeBatch.Core.Identity;

/// <summary>
/// The token of an Azure resource's managed identity: from the metadata service of a virtual machine, or from the endpoint that App
/// Service, Functions and Container Apps have.
/// </summary>
/// <remarks>Azure keeps a token for up to 24 hours and gives the same one until then; there is no way to have a fresh one.</remarks>
/// <param name="audience">Who the token is for: the URI of the app registration for the Claude API, such as <c>api://…</c>. There is no
/// usual one, as Entra ID knows only what is registered in the tenant.</param>
/// <param name="environment">The environment; null for that of this process.</param>
/// <param name="clientId">The id of a user-assigned identity; null for that in <c>AZURE_CLIENT_ID</c>, or for the only one.</param>
/// <param name="metadata">The address of the metadata service; null for that in <c>AZURE_POD_IDENTITY_AUTHORITY_HOST</c>, which Azure's
/// own libraries read, or for the usual one.</param>
/// <param name="handler">The transport, which is not disposed; null for one that goes through no proxy.</param>
/// <param name="clock">The clock by which tries are spread; null for the system's.</param>
public sealed class AzureManagedIdentityToken(
    string? audience,
    EnvironmentVariables? environment = null,
    string? clientId = null,
    Uri? metadata = null,
    HttpMessageHandler? handler = null,
    TimeProvider? clock = null) : IdentityTokenSource
{
    private const string EndpointVariable = "IDENTITY_ENDPOINT";

    private const string MetadataVariable = "AZURE_POD_IDENTITY_AUTHORITY_HOST";

    private readonly EnvironmentVariables _environment = environment ?? EnvironmentVariables.OfProcess;

    public override string Description => "the Azure managed identity";

    public override string HowToRefresh => "Azure gives the same token for up to 24 hours and issues no fresh one before; where a second "
        + "exchange is refused, have check_jti switched off for the issuer in the Console.";

    /// <summary>Makes the error for an audience that was not given.</summary>
    public static ClaudeBatchException AudienceMissing() => new(
        FailureKind.InvalidArgument,
        "IdentityAudienceMissing",
        "A token of an Azure managed identity needs an audience: the Application ID URI of the app registration that stands for the "
            + "Claude API in your tenant, such as -IdentityAudience api://00000000-0000-0000-0000-000000000000.");

    public override async ValueTask<string> ReadAsync(CancellationToken cancellationToken)
    {
        if (string.IsNullOrWhiteSpace(audience))
        {
            throw AudienceMissing();
        }

        string resource = audience.Trim();
        string? identity = string.IsNullOrWhiteSpace(clientId) ? _environment["AZURE_CLIENT_ID"] : clientId.Trim();
        bool isAppService = IsAppService(out string? secret);
        Uri address = isAppService
            ? ProviderAddress.With(
                ProviderAddress.Checked(_environment[EndpointVariable]!, EndpointVariable),
                ("api-version", "2019-08-01"), ("resource", resource), ("client_id", identity))
            : ProviderAddress.With(
                new Uri(Metadata(), "metadata/identity/oauth2/token"),
                ("api-version", "2018-02-01"), ("resource", resource), ("client_id", identity));
        SocketsHttpHandler? own = handler is null
            ? new SocketsHttpHandler
            {
                AllowAutoRedirect = false,
                UseProxy = false,
                UseCookies = false,
                ConnectTimeout = TimeSpan.FromSeconds(2),
            }
            : null;
        using (own)
        {
            ProviderCall call = new("Azure's token service", handler ?? own!, clock ?? TimeProvider.System)
            {
                Again = Again,
                Secret = isAppService ? secret : null,
                Unreachable = "Look whether this is an Azure resource with a managed identity.",
            };
            string text = await call.TokenAsync(
                () => Request(address, isAppService, secret),
                static reply => reply.TryGetProperty("access_token", out JsonElement token) ? token : null,
                Advice,
                cancellationToken).ConfigureAwait(false);
            return Checked(text);
        }
    }

    // As Microsoft says for the metadata service: 404, 429 and 5xx with growing waits, and 410 for the 70 seconds of an update.
    private static TimeSpan? Again(HttpStatusCode? status, int tries) => status switch
    {
        null => tries <= 2 ? TimeSpan.FromSeconds(tries) : null,
        HttpStatusCode.Gone => tries <= 7 ? TimeSpan.FromSeconds(10) : null,
        HttpStatusCode.NotFound or HttpStatusCode.TooManyRequests or HttpStatusCode.RequestTimeout or >= (HttpStatusCode)500
            => tries <= 5 ? TimeSpan.FromSeconds(1 << (tries - 1)) : null,
        _ => null,
    };

    private static string? Advice(HttpStatusCode status, string words)
        => words.Contains("AADSTS50001", StringComparison.Ordinal) || words.Contains("AADSTS500011", StringComparison.Ordinal)
            ? "The tenant knows no such audience: register an app for it, with a service principal, and give its Application ID URI."
            : status == HttpStatusCode.BadRequest
                ? "Assign a managed identity to this resource; where it has several, set AZURE_CLIENT_ID to the client id of the one to "
                    + "use."
                : null;

    private static HttpRequestMessage Request(Uri address, bool isAppService, string? secret)
    {
        HttpRequestMessage request = new(HttpMethod.Get, address);
        if (isAppService)
        {
            request.Headers.TryAddWithoutValidation("X-IDENTITY-HEADER", secret);
        }
        else
        {
            request.Headers.TryAddWithoutValidation("Metadata", "true");
        }

        return request;
    }

    private bool IsAppService(out string? secret)
    {
        secret = _environment["IDENTITY_HEADER"];
        bool isThere = _environment[EndpointVariable] is not null;
        return isThere && (secret is null ? _environment["IMDS_ENDPOINT"] : _environment["IDENTITY_SERVER_THUMBPRINT"]) is not null
            ? throw new ClaudeBatchException(
                FailureKind.InvalidArgument,
                "IdentityProviderAbsent",
                $"This is {(secret is null ? "Azure Arc" : "Azure Service Fabric")}, whose way to a token of its managed identity is not known "
                    + "here. Have one written to a file and give -IdentityTokenPath.")
            : isThere && secret is not null;
    }

    private Uri Metadata()
    {
        Uri address = metadata
            ?? (_environment[MetadataVariable] is { } other
                ? ProviderAddress.Checked(other, MetadataVariable)
                : new Uri("http://169.254.169.254/"));
        return address.AbsoluteUri.EndsWith('/') ? address : new Uri(address.AbsoluteUri + "/");
    }
}
