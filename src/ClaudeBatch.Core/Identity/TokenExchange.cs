using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using ClaudeBatch.Core.Api;

namespace ClaudeBatch.Core.Identity;

/// <summary>The call <c>POST /v1/oauth/token</c>, which gives access tokens. It is never repeated here.</summary>
/// <param name="baseAddress">The service's address, with a slash at its end.</param>
/// <param name="http">Sends the calls; it follows no redirect, which could carry a proof to another host.</param>
/// <param name="clock">Tells when a token runs out.</param>
public sealed class TokenExchange(Uri baseAddress, Lazy<HttpMessageInvoker> http, TimeProvider clock)
{
    private const string FederationBeta = "oidc-federation-2026-04-01";

    private const int LongestReply = 1024 * 1024;

    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(60);

    /// <summary>Exchanges an identity token for an access token.</summary>
    internal Task<TokenReply> ExchangeAsync(
        FederationRule rule, string assertion, SecretKeeper secrets, CancellationToken cancellationToken)
        => CallAsync(
            new Dictionary<string, string?>
            {
                ["grant_type"] = "urn:ietf:params:oauth:grant-type:jwt-bearer",
                ["assertion"] = assertion,
                ["federation_rule_id"] = rule.RuleId,
                ["organization_id"] = rule.OrganizationId,
                ["service_account_id"] = rule.ServiceAccountId,
                ["workspace_id"] = rule.WorkspaceId,
            },
            $"{TokenCredential.Beta},{FederationBeta}",
            secrets,
            cancellationToken);

    /// <summary>Gets an access token for a refresh token.</summary>
    internal Task<TokenReply> RefreshAsync(string refreshToken, string clientId, SecretKeeper secrets, CancellationToken cancellationToken)
        => CallAsync(
            new Dictionary<string, string?>
            {
                ["grant_type"] = "refresh_token",
                ["refresh_token"] = refreshToken,
                ["client_id"] = clientId,
            },
            TokenCredential.Beta,
            secrets,
            cancellationToken);

    /// <summary>Checks that a proof may be sent to an address: over TLS, or to this machine by one of its three names.</summary>
    /// <exception cref="ClaudeBatchException"><c>TokenAddressNotSecure</c>.</exception>
    public static void CheckAddress(Uri address)
    {
        if (address.Scheme != Uri.UriSchemeHttps && address.Host is not ("localhost" or "127.0.0.1" or "[::1]"))
        {
            throw new ClaudeBatchException(
                FailureKind.InvalidArgument,
                "TokenAddressNotSecure",
                $"'{address}' is plain http, and the identity token would travel unprotected. Use https; on this machine http to localhost, "
                    + "127.0.0.1 or [::1] is taken.")
            { Target = address };
        }
    }

    private async Task<TokenReply> CallAsync(
        Dictionary<string, string?> fields, string betas, SecretKeeper secrets, CancellationToken cancellationToken)
    {
        Uri address = new(baseAddress, "v1/oauth/token");
        CheckAddress(address);
        using HttpRequestMessage request = new(HttpMethod.Post, address);
        request.Headers.TryAddWithoutValidation("anthropic-beta", betas);
        request.Headers.TryAddWithoutValidation("User-Agent", "ClaudeBatch");
        request.Content = new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(
            fields.Where(static f => !string.IsNullOrEmpty(f.Value)).ToDictionary(static f => f.Key, static f => f.Value)));
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");

        using CancellationTokenSource timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(s_limit);
        try
        {
            using HttpResponseMessage response = await http.Value.SendAsync(request, timeout.Token).ConfigureAwait(false);
            (byte[] body, bool isWhole) = await ReadAsync(response, timeout.Token).ConfigureAwait(false);
            return response.IsSuccessStatusCode ? Read(body, isWhole, response, secrets) : Refused(body, response, secrets);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return Lost(address, $"there was no answer within {s_limit.TotalSeconds:0} seconds", isSent: true);
        }
        catch (Exception e) when (e is HttpRequestException or IOException or InvalidDataException)
        {
            bool isSent = e is not HttpRequestException
            {
                HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError
                    or HttpRequestError.SecureConnectionError or HttpRequestError.ProxyTunnelError,
            };
            return Lost(address, secrets.Remove(e.GetBaseException().Message).TrimEnd('.'), isSent);
        }
    }

    private static TokenReply Lost(Uri address, string why, bool isSent) => new(
        null,
        null,
        new ClaudeBatchException(
            FailureKind.Network,
            "TokenExchangeUnreachable",
            $"No access token could be had from '{address}': {why}. Nothing else was sent; the same line goes on when that is mended.")
        { Target = address, IsTransient = true },
        isSent ? ProofUse.Unknown : ProofUse.None);

    private TokenReply Read(byte[] body, bool isWhole, HttpResponseMessage response, SecretKeeper secrets)
    {
        try
        {
            using JsonDocument document = isWhole ? JsonDocument.Parse(body) : throw new JsonException();
            JsonElement reply = document.RootElement;
            string? token = Text(reply, "access_token");
            string? type = Text(reply, "token_type");
            if (string.IsNullOrWhiteSpace(token) || token.Any(static c => c is <= ' ' or > '~')
                || !"Bearer".Equals(type ?? "Bearer", StringComparison.OrdinalIgnoreCase))
            {
                throw new JsonException();
            }

            secrets.Add(token);
            string? refresh = Text(reply, "refresh_token");
            secrets.Add(refresh);
            DateTimeOffset? end = Seconds(reply) is { } seconds ? clock.GetUtcNow() + TimeSpan.FromSeconds(seconds) : null;
            return new TokenReply(
                new AccessToken(token, end, Text(reply, "scope")),
                string.IsNullOrEmpty(refresh) ? null : refresh,
                null,
                ProofUse.Exchanged);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or OverflowException)
        {
            string? id = IdOf(response, null, secrets);
            return new TokenReply(
                null,
                null,
                new ClaudeBatchException(
                    FailureKind.InvalidData,
                    "TokenReplyUnreadable",
                    $"What '{baseAddress}' has replied to the call for an access token is none of the service's replies"
                        + $"{(id is null ? string.Empty : $" (request {id})")}. Something between here and the service may have answered.")
                { Target = baseAddress, RequestId = id },
                ProofUse.Unknown);
        }
    }

    // The body of a refusal may repeat what was sent, so only the service's own fields of it are told.
    private TokenReply Refused(byte[] body, HttpResponseMessage response, SecretKeeper secrets)
    {
        int status = (int)response.StatusCode;
        ErrorEnvelope? envelope = Envelope(body);
        string? id = IdOf(response, envelope, secrets);
        string call = string.Create(CultureInfo.InvariantCulture, $"status {status}{(id is null ? string.Empty : $", request {id}")}");
        string words = envelope is null ? "it is not the service's own reply" : $"{envelope.Error.Type}: {envelope.Error.Message}";
        words = ServiceFailure.Shorten(secrets.Remove(words)).TrimEnd('.');
        if (status is 400 or 401 or 403 or 404 && envelope is not null)
        {
            string clock = response.Headers.Date is { } theirs && (theirs - this.Now).Duration() > TimeSpan.FromMinutes(2)
                ? string.Create(CultureInfo.InvariantCulture, $" The service's clock says {theirs:u}, and this machine's {this.Now:u}.")
                : string.Empty;
            return new TokenReply(
                null,
                null,
                new ClaudeBatchException(
                    FailureKind.Authentication,
                    "TokenExchangeRefused",
                    $"The service gives no access token; it says: {words} ({call}).{clock}")
                { Target = baseAddress, RequestId = id },
                status == 400 ? ProofUse.None : ProofUse.Refused);
        }

        bool isRedirect = response.StatusCode is >= HttpStatusCode.MultipleChoices and < HttpStatusCode.BadRequest;
        return new TokenReply(
            null,
            null,
            new ClaudeBatchException(
                status == 429 ? FailureKind.RateLimited : FailureKind.Service,
                "TokenExchangeFailed",
                $"'{baseAddress}' gave no access token: {words} ({call}){(isRedirect ? "; a redirect is not followed" : string.Empty)}. "
                    + "Nothing else was sent; run the same line again.")
            { Target = baseAddress, RequestId = id, IsTransient = !isRedirect },
            ProofUse.Unknown);
    }

    // Whatever answers in the service's place may repeat what was sent there, too.
    private static string? IdOf(HttpResponseMessage response, ErrorEnvelope? envelope, SecretKeeper secrets)
        => (ReplyHeaders.First(response.Headers, "request-id") ?? envelope?.RequestId) is { } id
            ? ServiceFailure.Shorten(secrets.Remove(id))
            : null;

    private DateTimeOffset Now => clock.GetUtcNow();

    private static ErrorEnvelope? Envelope(byte[] body)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(body);
            return ApiJson.Error(document.RootElement);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    private static async Task<(byte[] Body, bool IsWhole)> ReadAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        Stream stream = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        await using (stream.ConfigureAwait(false))
        {
            using MemoryStream kept = new();
            byte[] buffer = new byte[8192];
            int count;
            while (kept.Length <= LongestReply && (count = await stream.ReadAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0)
            {
                kept.Write(buffer, 0, count);
            }

            return (kept.ToArray(), kept.Length <= LongestReply);
        }
    }

    private static string? Text(JsonElement reply, string name)
        => reply.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    // The service once sent the number as a text.
    private static double? Seconds(JsonElement reply)
        => !reply.TryGetProperty("expires_in", out JsonElement value) || value.ValueKind == JsonValueKind.Null ? null
            : value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out double number) && IsTime(number) ? number
            : value.ValueKind == JsonValueKind.String
                && double.TryParse(value.GetString(), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double text)
                && IsTime(text) ? text
            : throw new JsonException();

    private static bool IsTime(double seconds) => seconds is > 0 and < 1e9;
}
