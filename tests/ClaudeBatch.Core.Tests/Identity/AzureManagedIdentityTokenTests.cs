using System.Net;
using System.Net.Sockets;
using ClaudeBatch.Core.Identity;

namespace ClaudeBatch.Core.Tests.Identity;

public sealed class AzureManagedIdentityTokenTests
{
    private const string Audience = "api://11111111-2222-3333-4444-555555555555";

    private const string EscapedAudience = "api%3A%2F%2F11111111-2222-3333-4444-555555555555";

    private static readonly string s_good = $$"""{"access_token":"{{Tokens.Of()}}","expires_on":"1700003600","resource":"{{Audience}}"}""";

    private readonly ImpatientClock _clock = new();

    [Fact]
    public async Task A_virtual_machine_asks_the_metadata_service()
    {
        using ScriptedProvider provider = new((200, s_good));

        Assert.Equal(Tokens.Of(), await ReadAsync(provider));
        Assert.Equal(
            $"http://169.254.169.254/metadata/identity/oauth2/token?api-version=2018-02-01&resource={EscapedAudience}",
            provider.Requests.Single().Address.AbsoluteUri);
        Assert.Equal("Metadata: true", provider.Requests.Single().Headers.Trim());
    }

    [Fact]
    public async Task One_of_several_identities_is_chosen_by_its_client_id()
    {
        using ScriptedProvider provider = new((200, s_good));
        await ReadAsync(provider, ("AZURE_CLIENT_ID", "client-1"));
        await new AzureManagedIdentityToken(Audience, Tokens.Environment(), "client-2", handler: provider, clock: _clock).ReadAsync(default);

        Assert.EndsWith("&client_id=client-1", provider.Requests[0].Address.AbsoluteUri, StringComparison.Ordinal);
        Assert.EndsWith("&client_id=client-2", provider.Requests[1].Address.AbsoluteUri, StringComparison.Ordinal);
    }

    [Fact]
    public async Task App_Service_and_Container_Apps_ask_their_own_endpoint_with_their_secret()
    {
        using ScriptedProvider provider = new((200, s_good));
        await ReadAsync(provider, ("IDENTITY_ENDPOINT", "http://127.0.0.1:41013/msi/token/"), ("IDENTITY_HEADER", "header-secret"));

        Assert.Equal(
            $"http://127.0.0.1:41013/msi/token/?api-version=2019-08-01&resource={EscapedAudience}",
            provider.Requests.Single().Address.AbsoluteUri);
        Assert.Equal("X-IDENTITY-HEADER: header-secret", provider.Requests.Single().Headers.Trim());
    }

    [Theory]
    [InlineData("http://169.254.130.2:8081/msi/token", true)]
    [InlineData("https://localhost:2377/metadata", true)]
    [InlineData("http://10.0.0.4/msi/token", false)]
    [InlineData("http://identity.example/token", false)]
    public async Task The_secret_of_the_app_stays_on_its_machine(string address, bool isAsked)
    {
        using ScriptedProvider provider = new((200, s_good));
        Exception? refusal = await Record.ExceptionAsync(
            () => ReadAsync(provider, ("IDENTITY_ENDPOINT", address), ("IDENTITY_HEADER", "header-secret")));

        Assert.Equal(isAsked ? null : "IdentityProviderAddressInvalid", (refusal as ClaudeBatchException)?.Id);
        Assert.Equal(isAsked, provider.Requests.Count == 1);
    }

    [Theory]
    [InlineData("IMDS_ENDPOINT", null, "Azure Arc")]
    [InlineData("IDENTITY_SERVER_THUMBPRINT", "header-secret", "Azure Service Fabric")]
    public async Task What_is_asked_otherwise_is_named(string variable, string? header, string name)
    {
        using ScriptedProvider provider = new((200, s_good));
        ClaudeBatchException refusal = await Assert.ThrowsAsync<ClaudeBatchException>(() => ReadAsync(
            provider, ("IDENTITY_ENDPOINT", "http://localhost:40342/token"), (variable, "x"), ("IDENTITY_HEADER", header ?? "")));

        Assert.Equal("IdentityProviderAbsent", refusal.Id);
        Assert.Contains(name, refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("  ")]
    public async Task An_audience_must_be_given_as_Entra_knows_no_usual_one(string? audience)
    {
        using ScriptedProvider provider = new((200, s_good));
        AzureManagedIdentityToken source = new(audience, Tokens.Environment(), handler: provider);
        ClaudeBatchException refusal = await Assert.ThrowsAsync<ClaudeBatchException>(async () => await source.ReadAsync(default));

        Assert.Equal("IdentityAudienceMissing", refusal.Id);
        Assert.Contains("-IdentityAudience api://", refusal.Message, StringComparison.Ordinal);
        Assert.Empty(provider.Requests);
    }

    [Fact]
    public async Task An_update_of_the_metadata_service_is_waited_for()
    {
        DateTimeOffset start = _clock.GetUtcNow();
        using ScriptedProvider provider = new((404, ""), (429, ""), (500, ""), (410, ""), (410, ""), (200, s_good));

        Assert.Equal(Tokens.Of(), await ReadAsync(provider));
        Assert.Equal(TimeSpan.FromSeconds(1 + 2 + 4 + 10 + 10), _clock.GetUtcNow() - start);
    }

    [Theory]
    [InlineData(400, FailureKind.Authentication, """{"error":"invalid_request","error_description":"Identity not found"}""", "Identity not found. Assign a managed identity", 1)]
    [InlineData(400, FailureKind.Authentication, """{"error":"invalid_resource","error_description":"AADSTS500011: The resource principal was not found"}""", "register an app", 1)]
    [InlineData(403, FailureKind.Authentication, "", "HTTP 403", 1)]
    [InlineData(404, FailureKind.Authentication, "", "HTTP 404", 6)]
    [InlineData(500, FailureKind.Service, "<html>", "HTTP 500", 6)]
    [InlineData(410, FailureKind.Authentication, "", "HTTP 410", 8)]
    public async Task A_refusal_is_one_clear_error(int status, FailureKind kind, string body, string words, int tries)
    {
        using ScriptedProvider provider = new((status, body));
        ClaudeBatchException refusal = await Assert.ThrowsAsync<ClaudeBatchException>(() => ReadAsync(provider));

        Assert.Equal("IdentityProviderRefused", refusal.Id);
        Assert.Equal((status, kind), (refusal.Status!.Value, refusal.Kind));
        Assert.Contains(words, refusal.Message, StringComparison.Ordinal);
        Assert.Equal(tries, provider.Requests.Count);
    }

    [Fact]
    public async Task A_machine_that_is_not_in_Azure_is_told_so()
    {
        using TcpListener closed = new(IPAddress.Loopback, 0);
        closed.Start();
        string address = $"http://{closed.LocalEndpoint}";
        closed.Stop();
        AzureManagedIdentityToken source = new(
            Audience, Tokens.Environment(("AZURE_POD_IDENTITY_AUTHORITY_HOST", address)), clock: _clock);
        ClaudeBatchException failure = await Assert.ThrowsAsync<ClaudeBatchException>(async () => await source.ReadAsync(default));

        Assert.Equal("IdentityProviderUnreachable", failure.Id);
        Assert.Contains("an Azure resource with a managed identity", failure.Message, StringComparison.Ordinal);
    }

    private Task<string> ReadAsync(ScriptedProvider provider, params (string, string)[] variables)
        => new AzureManagedIdentityToken(Audience, Tokens.Environment(variables), handler: provider, clock: _clock).ReadAsync(default).AsTask();
}
