using System.Text.Json;
using Anthropic;
using Anthropic.Credentials;
using ClaudeBatch.Emulator.Server;
using ClaudeBatch.Tests;
using Microsoft.Extensions.Time.Testing;

namespace ClaudeBatch.Emulator.Tests;

/// <summary>Tests that set environment variables, which belong to the whole process; no other test runs beside them.</summary>
[CollectionDefinition(nameof(EnvironmentVariables), DisableParallelization = true)]
public sealed class EnvironmentVariables;

/// <summary>The official client without a key, unmodified, takes whole batches through the emulator's server.</summary>
[Collection(nameof(EnvironmentVariables))]
public sealed class OfficialIdentityTests : IAsyncLifetime
{
    private readonly IdentityFixture _account = new();

    private readonly FakeTimeProvider _clock = new(DateTimeOffset.UtcNow);

    private readonly Dictionary<string, string?> _before = [];

    private EmulatorServer? _server;

    private string Base => _server!.BaseAddress.AbsoluteUri.TrimEnd('/');

    private string Config => Path.Combine(_account.Service.Folder, "config");

    public async ValueTask InitializeAsync()
    {
        foreach (string name in Environment.GetEnvironmentVariables().Keys.Cast<string>().Where(static n => n.StartsWith("ANTHROPIC_", StringComparison.Ordinal)))
        {
            Set(name, null);
        }

        _server = await EmulatorServer.StartAsync(_account.Service.Folder, _account.Service.Plan, _clock);
        Set("ANTHROPIC_CONFIG_DIR", Config);
        Set("ANTHROPIC_BASE_URL", Base);
    }

    public async ValueTask DisposeAsync()
    {
        foreach ((string name, string? value) in _before)
        {
            Environment.SetEnvironmentVariable(name, value);
        }

        await _server!.DisposeAsync();
        _account.Dispose();
    }

    [Fact]
    public async Task Federation_by_environment_variables()
    {
        Set("ANTHROPIC_FEDERATION_RULE_ID", IdentityFixture.Rule);
        Set("ANTHROPIC_ORGANIZATION_ID", _account.Service.Plan.OrganizationId);
        Set("ANTHROPIC_SERVICE_ACCOUNT_ID", IdentityFixture.Account);
        Set("ANTHROPIC_IDENTITY_TOKEN_FILE", IdentityToken());
        using AnthropicClient client = new() { MaxRetries = 0 };

        await WholeBatch.RunAsync(client, _clock);

        Assert.Equal([IdentityFixture.Rule], Exchanges());
    }

    [Fact]
    public async Task A_profile_with_federation()
    {
        Write("configs/night.json", new
        {
            version = "1.0",
            authentication = new
            {
                type = "oidc_federation",
                federation_rule_id = IdentityFixture.Rule,
                service_account_id = IdentityFixture.Account,
                identity_token = new { source = "file", path = IdentityToken() },
            },
            organization_id = _account.Service.Plan.OrganizationId,
            base_url = Base,
        });
        using AnthropicClient client = OfProfile("night");

        await WholeBatch.RunAsync(client, _clock);

        Assert.Equal([IdentityFixture.Rule], Exchanges());
    }

    [Fact]
    public async Task A_profile_of_a_sign_in_is_refreshed_and_written_back()
    {
        Write("configs/laptop.json", new
        {
            version = "1.0",
            authentication = new { type = "user_oauth", client_id = "client-1" },
            organization_id = _account.Service.Plan.OrganizationId,
            workspace_id = _account.Service.Plan.WorkspaceId,
            base_url = Base,
        });
        string credentials = Write("credentials/laptop.json", new
        {
            version = "1.0",
            type = "oauth_token",
            access_token = "sk-ant-oat01-old",
            expires_at = DateTimeOffset.UtcNow.AddHours(-1).ToUnixTimeSeconds(),
            refresh_token = "sk-ant-ort01-first",
            account_email = "somebody@example.com",
        });
        using AnthropicClient client = OfProfile("laptop");

        await WholeBatch.RunAsync(client, _clock);

        Assert.Equal(["client-1"], Exchanges());
        using JsonDocument written = JsonDocument.Parse(await File.ReadAllBytesAsync(credentials));
        Assert.NotEqual("sk-ant-ort01-first", written.RootElement.GetProperty("refresh_token").GetString());
        Assert.Equal("somebody@example.com", written.RootElement.GetProperty("account_email").GetString());
    }

    [Fact]
    public async Task A_revoked_token_is_exchanged_again_within_the_call()
    {
        _account.Service.Plan.Faults = [new EmulatorFault(FaultKind.TokenRevoked) { Skip = 3 }];
        _account.Service.Plan.Federation!.Issuers[0].CheckJti = false;
        Set("ANTHROPIC_FEDERATION_RULE_ID", IdentityFixture.Rule);
        Set("ANTHROPIC_ORGANIZATION_ID", _account.Service.Plan.OrganizationId);
        Set("ANTHROPIC_IDENTITY_TOKEN_FILE", IdentityToken());
        using AnthropicClient client = new() { MaxRetries = 0 };

        await WholeBatch.RunAsync(client, _clock);

        Assert.Equal([IdentityFixture.Rule, IdentityFixture.Rule], Exchanges());
    }

    private static AnthropicClient OfProfile(string name)
    {
        CredentialResult found = AnthropicCredentials.Resolve(name, null, null)!;
        return new AnthropicClient(new() { Credentials = found.Credentials, ExtraHeaders = found.ExtraHeaders, MaxRetries = 0 });
    }

    private void Set(string name, string? value)
    {
        _before.TryAdd(name, Environment.GetEnvironmentVariable(name));
        Environment.SetEnvironmentVariable(name, value);
    }

    private string IdentityToken()
    {
        string path = Path.Combine(_account.Service.Folder, "identity-token");
        File.WriteAllText(path, _account.Issuer.Token(_clock.GetUtcNow(), lifetime: TimeSpan.FromHours(1)));
        Restrict(path);
        return path;
    }

    private string Write(string name, object content)
    {
        string path = Path.Combine(Config, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, JsonSerializer.Serialize(content));
        Restrict(path);
        return path;
    }

    private static void Restrict(string path)
    {
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }
    }

    private List<string?> Exchanges()
    {
        using JsonDocument state = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(_account.Service.Folder, "tokens")));
        return [.. state.RootElement.GetProperty("History").EnumerateArray()
            .Where(static e => e.GetProperty("Refusal").ValueKind == JsonValueKind.Null)
            .Select(static e => e.GetProperty("Of").GetString())];
    }
}
