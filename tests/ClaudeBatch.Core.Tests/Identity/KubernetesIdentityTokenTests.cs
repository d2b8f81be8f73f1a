using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using ClaudeBatch.Core.Identity;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace ClaudeBatch.Core.Tests.Identity;

public sealed class KubernetesIdentityTokenTests : IDisposable
{
    private const string Sent = """{"kind":"TokenRequest","status":{"token":"TOKEN","expirationTimestamp":"2026-11-28T00:00:00Z"}}""";

    private static readonly (string, string)[] s_pod = [("KUBERNETES_SERVICE_HOST", "10.96.0.1"), ("KUBERNETES_SERVICE_PORT", "443")];

    private static readonly string s_good = Sent.Replace("TOKEN", Tokens.Of("""{"aud":["a"]}"""), StringComparison.Ordinal);

    private readonly OwnFolder _folder = new();

    private readonly ImpatientClock _clock = new();

    public KubernetesIdentityTokenTests()
    {
        _folder.Write(Tokens.Of() + "\n", "token");
        _folder.Write("jobs\n", "namespace");
    }

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(null, "https://api.anthropic.com")]
    [InlineData("a\"b", "a\"b")]
    public async Task The_API_server_is_asked_for_a_token_of_the_pods_own_account(string? audience, string asked)
    {
        using ScriptedProvider provider = new((201, s_good));
        string token = await ReadAsync(provider, audience);
        (HttpMethod method, Uri address, string headers, string body) = provider.Requests.Single();
        using JsonDocument json = JsonDocument.Parse(body);
        JsonElement spec = json.RootElement.GetProperty("spec");

        Assert.Equal(Tokens.Of("""{"aud":["a"]}"""), token);
        Assert.Equal(HttpMethod.Post, method);
        Assert.Equal("https://10.96.0.1/api/v1/namespaces/jobs/serviceaccounts/nightly/token", address.AbsoluteUri);
        Assert.Contains($"Authorization: Bearer {Tokens.Of()}", headers, StringComparison.Ordinal);
        Assert.Equal("authentication.k8s.io/v1", json.RootElement.GetProperty("apiVersion").GetString());
        Assert.Equal("TokenRequest", json.RootElement.GetProperty("kind").GetString());
        Assert.Equal(asked, spec.GetProperty("audiences").EnumerateArray().Single().GetString());
        Assert.Equal(3600, spec.GetProperty("expirationSeconds").GetInt32());
    }

    [Fact]
    public async Task A_service_address_of_IPv6_gets_its_brackets()
    {
        using ScriptedProvider provider = new((201, s_good));
        await new KubernetesIdentityToken(
            null, Tokens.Environment(("KUBERNETES_SERVICE_HOST", "fd00::1"), ("KUBERNETES_SERVICE_PORT", "6443")), _folder[""], provider, _clock)
            .ReadAsync(default);

        Assert.StartsWith("https://[fd00::1]:6443/", provider.Requests.Single().Address.AbsoluteUri, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(403, "lacks the right 'create' on 'serviceaccounts/token' in the namespace 'jobs'", 1)]
    [InlineData(401, "Start the pod again", 1)]
    [InlineData(404, "no service account 'nightly' in the namespace 'jobs'", 1)]
    [InlineData(422, "Look at the audience", 1)]
    [InlineData(500, "HTTP 500", 4)]
    public async Task A_refusal_says_what_lacks(int status, string words, int tries)
    {
        using ScriptedProvider provider = new((status, """{"kind":"Status","status":"Failure","message":"no, said the server","code":1}"""));
        ClaudeBatchException refusal = await Assert.ThrowsAsync<ClaudeBatchException>(() => ReadAsync(provider));

        Assert.Equal("IdentityProviderRefused", refusal.Id);
        Assert.Contains(words, refusal.Message, StringComparison.Ordinal);
        Assert.Contains("It says: no, said the server.", refusal.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(Tokens.Of(), refusal.ToString(), StringComparison.Ordinal);
        Assert.Equal(tries, provider.Requests.Count);
    }

    [Fact]
    public async Task A_token_that_a_refusal_repeats_is_in_no_error_whole_or_cut()
    {
        string other = Tokens.Of("""{"sub":"another"}""");
        using ScriptedProvider provider = new((403, $$"""{"message":"{{new string('x', 390)}} {{Tokens.Of()}} {{other}}"}"""));
        ClaudeBatchException whole = await Assert.ThrowsAsync<ClaudeBatchException>(() => ReadAsync(provider));
        using ScriptedProvider cut = new((403, $$"""{"message":"not {{other[..20]}} nor {{Tokens.Of()[10..]}}"}"""));
        ClaudeBatchException part = await Assert.ThrowsAsync<ClaudeBatchException>(() => ReadAsync(cut));

        Assert.DoesNotContain("eyJ", whole.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("eyJ", part.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"status":"Failure"}""")]
    [InlineData("""{"status":{}}""")]
    [InlineData("<html>")]
    public async Task A_reply_without_a_token_is_said(string body)
    {
        using ScriptedProvider provider = new((201, body));

        Assert.Equal("IdentityProviderReplyInvalid", (await Assert.ThrowsAsync<ClaudeBatchException>(() => ReadAsync(provider))).Id);
    }

    [Fact]
    public async Task Outside_of_a_pod_and_without_a_token_of_its_own_it_is_absent()
    {
        using ScriptedProvider provider = new((201, s_good));
        await AbsentAsync("so this is no pod", Tokens.Environment(s_pod[0]), provider);
        _folder.Write(" ", "token");
        await AbsentAsync("is empty", Tokens.Environment(s_pod), provider);
        _folder.Write(Tokens.Of("""{"sub":"somebody"}"""), "token");
        await AbsentAsync("no token of a service account", Tokens.Environment(s_pod), provider);
        File.Delete(_folder["token"]);
        await AbsentAsync("automountServiceAccountToken: false", Tokens.Environment(s_pod), provider);

        Assert.Empty(provider.Requests);
    }

    [Theory]
    [InlineData(null, "ca.crt")]
    [InlineData("", "has no certificate")]
    [InlineData("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "ca.crt")]
    public async Task Without_the_clusters_certificate_nothing_is_sent(string? certificate, string words)
    {
        if (certificate is not null)
        {
            _folder.Write(certificate, "ca.crt");
        }

        await AbsentAsync(words, Tokens.Environment(s_pod), null);
    }

    [Fact]
    public async Task Only_a_server_that_the_clusters_certificate_vouches_for_gets_the_pods_token()
    {
        using X509Certificate2 cluster = Authority("cluster");
        using X509Certificate2 other = Authority("other");
        using X509Certificate2 server = Server(cluster);
        int asked = 0;
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration()
            .ConfigureKestrel(options => options.Listen(IPAddress.Loopback, 0, listen => listen.UseHttps(server)));
        await using WebApplication application = builder.Build();
        application.Run(context =>
        {
            asked++;
            context.Response.StatusCode = 201;
            return context.Response.WriteAsync(s_good);
        });
        await application.StartAsync();
        EnvironmentVariables pod = Tokens.Environment(
            ("KUBERNETES_SERVICE_HOST", "127.0.0.1"),
            ("KUBERNETES_SERVICE_PORT", new Uri(application.Urls.Single()).Port.ToString(CultureInfo.InvariantCulture)));
        KubernetesIdentityToken source = new(null, pod, _folder[""], clock: _clock);

        _folder.Write(other.ExportCertificatePem(), "ca.crt");
        ClaudeBatchException refusal = await Assert.ThrowsAsync<ClaudeBatchException>(async () => await source.ReadAsync(default));
        int askedByStranger = asked;
        _folder.Write($"{other.ExportCertificatePem()}\n{cluster.ExportCertificatePem()}\n", "ca.crt");
        string token = await source.ReadAsync(default);

        Assert.Equal("IdentityProviderUnreachable", refusal.Id);
        Assert.Equal(0, askedByStranger);
        Assert.Equal(Tokens.Of("""{"aud":["a"]}"""), token);
    }

    private static X509Certificate2 Authority(string name)
    {
        using RSA key = RSA.Create(2048);
        CertificateRequest request = new($"CN={name}", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        return request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
    }

    private static X509Certificate2 Server(X509Certificate2 authority)
    {
        using RSA key = RSA.Create(2048);
        CertificateRequest request = new("CN=kube-apiserver", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        SubjectAlternativeNameBuilder names = new();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        using X509Certificate2 certificate = request.Create(authority, authority.NotBefore, authority.NotAfter, [1, 2, 3]);
        using X509Certificate2 whole = certificate.CopyWithPrivateKey(key);
        // A key that was just made cannot serve TLS on Windows; one out of a file can.
        return new X509Certificate2(whole.Export(X509ContentType.Pfx));
    }

    private async Task AbsentAsync(string words, EnvironmentVariables environment, ScriptedProvider? provider)
    {
        KubernetesIdentityToken source = new(null, environment, _folder[""], provider, _clock);
        ClaudeBatchException refusal = await Assert.ThrowsAsync<ClaudeBatchException>(async () => await source.ReadAsync(default));

        Assert.Equal("IdentityProviderAbsent", refusal.Id);
        Assert.Contains(words, refusal.Message, StringComparison.Ordinal);
        Assert.Contains("-IdentityTokenPath", refusal.Message, StringComparison.Ordinal);
    }

    private Task<string> ReadAsync(ScriptedProvider provider, string? audience = null)
        => new KubernetesIdentityToken(audience, Tokens.Environment(s_pod), _folder[""], provider, _clock).ReadAsync(default).AsTask();
}
