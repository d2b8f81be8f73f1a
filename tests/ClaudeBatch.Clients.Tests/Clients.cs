using System.Text.Json;
using ClaudeBatch.Emulator;
using ClaudeBatch.Emulator.Server;
using ClaudeBatch.Tests;
using Microsoft.Extensions.Time.Testing;

namespace ClaudeBatch.Clients.Tests;

/// <summary>Tests that set environment variables, which belong to the whole process; no other test runs beside them.</summary>
[CollectionDefinition(nameof(EnvironmentVariables), DisableParallelization = true)]
public sealed class EnvironmentVariables;

/// <summary>An emulated account on a port, behind one that records, which the official client and this project call in turn.</summary>
internal sealed class Clients : IAsyncDisposable
{
    public const string Rule = "fdrl_01Test";

    public const string Account = "svac_01Test";

    public const string ClientId = "client-1";

    private readonly EmulatorServer _server;

    private readonly TestIssuer _issuer;

    private readonly Dictionary<string, string?> _before = [];

    private Clients(string folder, EmulatorServer server, EmulatorPlan plan, TestIssuer issuer, FakeTimeProvider clock)
    {
        (Folder, _server, Plan, _issuer, Clock) = (folder, server, plan, issuer, clock);
        Front = new RecordingFront(server.BaseAddress);
        foreach (string name in Environment.GetEnvironmentVariables().Keys.Cast<string>().Where(static n => n.StartsWith("ANTHROPIC_", StringComparison.Ordinal)))
        {
            Set(name, null);
        }

        Set("ANTHROPIC_CONFIG_DIR", Config);
        Set("ANTHROPIC_BASE_URL", Base);
    }

    public string Folder { get; }

    public EmulatorPlan Plan { get; }

    public FakeTimeProvider Clock { get; }

    public RecordingFront Front { get; }

    public string Base => Front.Address.AbsoluteUri.TrimEnd('/');

    public string Config => Path.Combine(Folder, "config");

    public string IdentityTokenPath => Path.Combine(Folder, "identity-token");

    public static async Task<Clients> StartAsync(Action<EmulatorPlan>? change = null)
    {
        TestIssuer issuer = new();
        EmulatorPlan plan = new()
        {
            Federation = new EmulatorFederation
            {
                Issuers = [new EmulatorIssuer { Issuer = issuer.Issuer, Keys = issuer.Key }],
                Rules = [new EmulatorRule { Id = Rule, Issuer = issuer.Issuer, Subject = "batch-job", Audience = "https://api.anthropic.com", ServiceAccountId = Account }],
            },
            OAuthClients = [new EmulatorOAuthClient { ClientId = ClientId, RefreshToken = "sk-ant-ort01-first" }],
        };
        change?.Invoke(plan);
        string folder = Directory.CreateTempSubdirectory("claudebatch-clients-").FullName;
        FakeTimeProvider clock = new(DateTimeOffset.UtcNow);
        string state = Path.Combine(folder, "service");
        Directory.CreateDirectory(state);
        return new Clients(folder, await EmulatorServer.StartAsync(state, plan, clock), plan, issuer, clock);
    }

    /// <summary>Sets a variable until the end of the test.</summary>
    public void Set(string name, string? value)
    {
        _before.TryAdd(name, Environment.GetEnvironmentVariable(name));
        Environment.SetEnvironmentVariable(name, value);
    }

    /// <summary>Writes a fresh identity token, as whatever rotates it does.</summary>
    public void WriteIdentityToken() => Write(IdentityTokenPath, _issuer.Token(Clock.GetUtcNow(), lifetime: TimeSpan.FromHours(1)));

    public void WriteFederationProfile(string name) => Write(Path.Combine(Config, "configs", $"{name}.json"), JsonSerializer.Serialize(new
    {
        version = "1.0",
        authentication = new
        {
            type = "oidc_federation",
            federation_rule_id = Rule,
            service_account_id = Account,
            identity_token = new { source = "file", path = IdentityTokenPath },
        },
        organization_id = Plan.OrganizationId,
        base_url = Base,
    }));

    public void WriteSignInProfile(string name) => Write(Path.Combine(Config, "configs", $"{name}.json"), JsonSerializer.Serialize(new
    {
        version = "1.0",
        authentication = new { type = "user_oauth", client_id = ClientId },
        organization_id = Plan.OrganizationId,
        workspace_id = Plan.WorkspaceId,
        base_url = Base,
    }));

    public string CredentialsPath(string profile) => Path.Combine(Config, "credentials", $"{profile}.json");

    /// <summary>Writes what a sign-in has left, an hour after its access token has run out.</summary>
    public void WriteExpiredCredentials(string profile, string refreshToken) => Write(CredentialsPath(profile), JsonSerializer.Serialize(new
    {
        version = "1.0",
        type = "oauth_token",
        access_token = "sk-ant-oat01-old",
        expires_at = DateTimeOffset.UtcNow.AddHours(-1).ToUnixTimeSeconds(),
        refresh_token = refreshToken,
        account_email = "somebody@example.com",
        of_another_version = new { kept = true },
    }));

    /// <summary>Reads a field of a file; null where it is not there.</summary>
    public static string? Read(string path, string field)
    {
        using JsonDocument json = JsonDocument.Parse(File.ReadAllBytes(path));
        return json.RootElement.TryGetProperty(field, out JsonElement value) ? value.ToString() : null;
    }

    /// <summary>Writes a file that is its owner's alone.</summary>
    public static void Write(string path, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }
    }

    /// <summary>The rules and clients that tokens were given for, in order.</summary>
    public List<string?> Exchanges()
    {
        using JsonDocument state = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Folder, "service", "tokens")));
        return [.. state.RootElement.GetProperty("History").EnumerateArray()
            .Select(static e => e.GetProperty("Refusal") is { ValueKind: JsonValueKind.String } refusal ? refusal.GetString() : e.GetProperty("Of").GetString())];
    }

    public async ValueTask DisposeAsync()
    {
        foreach ((string name, string? value) in _before)
        {
            Environment.SetEnvironmentVariable(name, value);
        }

        await Front.DisposeAsync();
        await _server.DisposeAsync();
        _issuer.Dispose();
        Directory.Delete(Folder, recursive: true);
    }
}
