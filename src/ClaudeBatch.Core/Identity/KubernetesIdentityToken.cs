using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;

namespace ClaudeBatch.Core.Identity;

/// <summary>
/// A token for a Kubernetes service account, which the cluster's API server issues anew each time: the request is <c>TokenRequest</c>, and
/// the pod's own token pays for it.
/// </summary>
/// <param name="audience">Who the token is for; null for <see cref="IdentityTokenSource.DefaultAudience"/>.</param>
/// <param name="environment">The environment; null for that of this process.</param>
/// <param name="folder">The folder with the pod's token, namespace and certificate; null for the usual one.</param>
/// <param name="handler">The transport, which is not disposed; null for one that goes through no proxy and trusts the certificate in the
/// folder alone.</param>
/// <param name="clock">The clock by which tries are spread; null for the system's.</param>
public sealed class KubernetesIdentityToken(
    string? audience = null,
    EnvironmentVariables? environment = null,
    string? folder = null,
    HttpMessageHandler? handler = null,
    TimeProvider? clock = null) : IdentityTokenSource
{
    private const string UsualFolder = "/var/run/secrets/kubernetes.io/serviceaccount";

    private const string SubjectStart = "system:serviceaccount:";

    private const string Instead = "A projected token volume needs no right: give its file as -IdentityTokenPath.";

    // The lifetime of an issuer that says nothing else; the access token lives up to twice what is left of it.
    private const int Seconds = 3600;

    private readonly EnvironmentVariables _environment = environment ?? EnvironmentVariables.OfProcess;

    private readonly string _folder = folder ?? UsualFolder;

    public override string Description => "the Kubernetes service account";

    public override string HowToRefresh => "The cluster issues a fresh token each time: run the line again.";

    public override async ValueTask<string> ReadAsync(CancellationToken cancellationToken)
    {
        if (_environment["KUBERNETES_SERVICE_HOST"] is not { } host || _environment["KUBERNETES_SERVICE_PORT"] is not { } port)
        {
            throw Absent("KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT are not both set, so this is no pod");
        }

        string own = await TextAsync("token", cancellationToken).ConfigureAwait(false);
        (string space, string name) = await AccountAsync(own, cancellationToken).ConfigureAwait(false);
        string server = host.Contains(':') && !host.StartsWith('[') ? $"[{host}]" : host;
        string path = $"api/v1/namespaces/{Uri.EscapeDataString(space)}/serviceaccounts/{Uri.EscapeDataString(name)}/token";
        Uri address = Uri.TryCreate($"https://{server}:{port}/{path}", UriKind.Absolute, out Uri? whole)
            ? whole
            : throw Absent($"KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT ('{host}', '{port}') make no address");
        using SocketsHttpHandler? transport = handler is null ? Transport() : null;
        ProviderCall call = new("The Kubernetes API server", handler ?? transport!, clock ?? TimeProvider.System) { Secret = own };
        string text = await call.TokenAsync(
            () => Request(address, own),
            static reply => reply.TryGetProperty("status", out JsonElement status) && status.ValueKind == JsonValueKind.Object
                && status.TryGetProperty("token", out JsonElement token) ? token : null,
            (status, _) => Advice(status, space, name),
            cancellationToken).ConfigureAwait(false);
        return Checked(text);
    }

    private static string? Advice(HttpStatusCode status, string space, string name) => status switch
    {
        HttpStatusCode.Forbidden => $"The service account '{name}' lacks the right 'create' on 'serviceaccounts/token' in the namespace "
            + $"'{space}': give it a Role with that, and a RoleBinding. {Instead}",
        HttpStatusCode.Unauthorized => "The pod's own token is not accepted: it has expired, or the service account was made anew. Start "
            + "the pod again.",
        HttpStatusCode.NotFound => $"There is no service account '{name}' in the namespace '{space}'.",
        HttpStatusCode.BadRequest or HttpStatusCode.UnprocessableEntity => "Look at the audience.",
        _ => null,
    };

    private HttpRequestMessage Request(Uri address, string own)
    {
        string spec = $$"""{"audiences":["{{JsonEncodedText.Encode(AudienceOr(audience))}}"],"expirationSeconds":{{Seconds}} }""";
        string body = $$"""{"apiVersion":"authentication.k8s.io/v1","kind":"TokenRequest","spec":{{spec}} }""";
        HttpRequestMessage request = new(HttpMethod.Post, address)
        {
            Content = new StringContent(body, Encoding.UTF8, "application/json"),
        };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", own);
        return request;
    }

    // The token names the account; the namespace has a file of its own besides.
    private async Task<(string Namespace, string Name)> AccountAsync(string own, CancellationToken cancellationToken)
    {
        string[] subject = Jwt.Read(own)?.Subject is { } text && text.StartsWith(SubjectStart, StringComparison.Ordinal)
            ? text[SubjectStart.Length..].Split(':')
            : [];
        return subject is [{ Length: > 0 }, { Length: > 0 } name]
            ? (await TextAsync("namespace", cancellationToken).ConfigureAwait(false), name)
            : throw Absent($"'{Path.Combine(_folder, "token")}' is no token of a service account");
    }

    private async Task<string> TextAsync(string file, CancellationToken cancellationToken)
    {
        string path = Path.Combine(_folder, file);
        try
        {
            string text = (await File.ReadAllTextAsync(path, cancellationToken).ConfigureAwait(false)).Trim();
            return text.Length > 0 ? text : throw Absent($"'{path}' is empty");
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw Absent($"'{path}' does not exist: the pod may have automountServiceAccountToken: false", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Absent($"'{path}' cannot be read: {Sentence.Of(e.Message).TrimEnd('.')}", e);
        }
    }

    private SocketsHttpHandler Transport()
    {
        string path = Path.Combine(_folder, "ca.crt");
        X509ChainPolicy trust = new()
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
        };
        try
        {
            trust.CustomTrustStore.ImportFromPemFile(path);
        }
        catch (Exception e) when (e is CryptographicException or IOException or UnauthorizedAccessException)
        {
            throw Absent($"the cluster's certificate '{path}' cannot be read: {Sentence.Of(e.Message).TrimEnd('.')}", e);
        }

        return trust.CustomTrustStore.Count == 0
            ? throw Absent($"'{path}' has no certificate")
            : new SocketsHttpHandler
            {
                AllowAutoRedirect = false,
                UseProxy = false,
                UseCookies = false,
                ConnectTimeout = TimeSpan.FromSeconds(5),
                SslOptions = new SslClientAuthenticationOptions { CertificateChainPolicy = trust },
            };
    }

    private static ClaudeBatchException Absent(string why, Exception? cause = null) => new(
        FailureKind.Authentication,
        "IdentityProviderAbsent",
        $"Kubernetes gives no identity token here: {why}. {Instead}",
        cause);
}
