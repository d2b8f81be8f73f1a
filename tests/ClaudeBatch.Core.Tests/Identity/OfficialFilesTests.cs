using System.Text.Json;
using Anthropic.Credentials;
using ClaudeBatch.Core.Identity;

namespace ClaudeBatch.Core.Tests.Identity;

/// <summary>Files that the official C# SDK reads and writes, beside ours.</summary>
public sealed class OfficialFilesTests : IDisposable
{
    private const string Refreshed = """{"access_token":"sk-ant-oat01-theirs","token_type":"Bearer","expires_in":3600,"refresh_token":"sk-ant-ort01-theirs"}""";

    private readonly OwnFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Tokens_that_we_write_the_official_SDK_uses()
    {
        CredentialsFile file = new(_folder["credentials", "default.json"]);
        file.Write(new CredentialChanges("sk-ant-oat01-ours", DateTimeOffset.UtcNow.AddHours(1)) { RefreshToken = "sk-ant-ort01-ours" });
        using ScriptedProvider network = new((500, ""));
        using HttpClient client = new(network);
        using CredentialsFileProvider official = new(file.Path, "http://127.0.0.1", client, "client-1");

        Assert.Equal("sk-ant-oat01-ours", (await official.GetTokenAsync(false, CancellationToken.None)).Token);
        Assert.Empty(network.Requests);
    }

    [Fact]
    public async Task Tokens_that_the_official_SDK_has_refreshed_are_read_and_written_over_and_it_goes_on_with_ours()
    {
        CredentialsFile file = new(_folder["credentials", "default.json"]);
        file.Write(new CredentialChanges("sk-ant-oat01-ours", DateTimeOffset.UtcNow.AddHours(-1)) { RefreshToken = "sk-ant-ort01-ours" });
        using ScriptedProvider network = new((200, Refreshed));
        using HttpClient client = new(network);
        using (CredentialsFileProvider official = new(file.Path, "http://127.0.0.1", client, "client-1"))
        {
            await official.GetTokenAsync(false, CancellationToken.None);
        }

        StoredCredentials theirs = file.Read()!;
        file.Write(new CredentialChanges("sk-ant-oat01-again", DateTimeOffset.UtcNow.AddHours(1)));
        using CredentialsFileProvider next = new(file.Path, "http://127.0.0.1", client, "client-1");
        string again = (await next.GetTokenAsync(false, CancellationToken.None)).Token;

        Assert.Contains("sk-ant-ort01-ours", network.Requests.Single().Body, StringComparison.Ordinal);
        Assert.Equal(("sk-ant-oat01-theirs", "sk-ant-ort01-theirs"), (theirs.AccessToken, theirs.RefreshToken));
        Assert.True(theirs.ExpiresAt > DateTimeOffset.UtcNow.AddMinutes(30));
        Assert.Equal("sk-ant-oat01-again", again);
        Assert.Equal("sk-ant-ort01-theirs", file.Read()!.RefreshToken);
    }

    [Fact]
    public async Task A_profile_says_the_same_to_the_official_SDK_and_to_us()
    {
        Assert.SkipWhen(
            EnvironmentVariables.OfProcess["ANTHROPIC_API_KEY"] is not null || EnvironmentVariables.OfProcess["ANTHROPIC_AUTH_TOKEN"] is not null,
            "A key in the environment hides the profile from the official SDK.");
        string token = _folder.Write(Tokens.Of(), "token");
        _folder.Write(
            $$"""
            {"authentication":{"type":"oidc_federation","federation_rule_id":"fdrl_1","service_account_id":"svac_1",
             "identity_token":{"source":"file","path":{{JsonSerializer.Serialize(token)}}},"later":[1]},
             "organization_id":"org-1","workspace_id":"wrkspc_1","base_url":"http://127.0.0.1:9"}
            """,
            "configs",
            "work.json");
        Profile ours = Profile.Load(ProfileFolder.Find(Tokens.Environment(("ANTHROPIC_CONFIG_DIR", _folder[""])))!, "work");
        using ScriptedProvider network = new((200, Refreshed));
        using HttpClient client = new(network);
        Environment.SetEnvironmentVariable("ANTHROPIC_CONFIG_DIR", _folder[""]);
        try
        {
            await AnthropicCredentials.Resolve("work", httpClient: client)!.Credentials.GetTokenAsync(false, CancellationToken.None);
        }
        finally
        {
            Environment.SetEnvironmentVariable("ANTHROPIC_CONFIG_DIR", null);
        }

        using JsonDocument sent = JsonDocument.Parse(network.Requests.Single().Body);
        string? Sent(string name) => sent.RootElement.GetProperty(name).GetString();
        Assert.Equal(
            (ours.FederationRuleId, ours.ServiceAccountId, ours.OrganizationId, ours.WorkspaceId),
            (Sent("federation_rule_id"), Sent("service_account_id"), Sent("organization_id"), Sent("workspace_id")));
        Assert.Equal(await ours.IdentityToken(Tokens.Environment())!.ReadAsync(default), Sent("assertion"));
        Assert.StartsWith(ours.BaseUrl!.AbsoluteUri, network.Requests.Single().Address.AbsoluteUri, StringComparison.Ordinal);
    }
}
