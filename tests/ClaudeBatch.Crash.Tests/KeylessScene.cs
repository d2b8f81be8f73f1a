using System.Text.Json;
using ClaudeBatch.Emulator;
using ClaudeBatch.Tests;

namespace ClaudeBatch.Crash.Tests;

/// <summary>A scene whose processes have no key: their tokens come from a federation rule, or from a profile of a sign-in.</summary>
internal sealed class KeylessScene : IAsyncDisposable
{
    private readonly TestIssuer _issuer;

    private KeylessScene(Scene scene, TestIssuer issuer) => (Scene, _issuer) = (scene, issuer);

    public Scene Scene { get; }

    /// <summary>The options of a probe that exchanges identity tokens.</summary>
    public string ByRule => $"--identity-token {IdentityToken} --token-file {TokenFile}";

    /// <summary>The options of a probe that uses the profile.</summary>
    public string ByProfile => $"--profiles {Profiles}";

    public string Credentials => Path.Combine(Profiles, "credentials", "default.json");

    public string TokenFile => Path.Combine(Scene.Root, "tokens", "token.json");

    private string IdentityToken => Path.Combine(Scene.Root, "identity-token");

    private string Profiles => Path.Combine(Scene.Root, "profiles");

    public static async Task<KeylessScene> StartAsync(params EmulatorFault[] faults)
    {
        TestIssuer issuer = new();
        // Hours pass in a test: a token lasts for all of it.
        EmulatorPlan plan = new()
        {
            Speed = 120,
            Latency = TimeSpan.FromSeconds(30),
            Faults = faults,
            Federation = new EmulatorFederation
            {
                Issuers = [new EmulatorIssuer { Issuer = issuer.Issuer, Keys = issuer.Key, MaxLifetime = TimeSpan.FromDays(2) }],
                Rules = [new EmulatorRule { Id = "fdrl_01Test", Issuer = issuer.Issuer, TokenLifetimeSeconds = 86_400 }],
            },
            OAuthClients = [new EmulatorOAuthClient { ClientId = "client-1", RefreshToken = "sk-ant-ort01-first", TokenLifetimeSeconds = 86_400 }],
        };
        KeylessScene keyless = new(await Scene.StartAsync(plan), issuer);
        keyless.Rotate();
        Write(Path.Combine(keyless.Profiles, "configs", "default.json"), new
        {
            version = "1.0",
            authentication = new { type = "user_oauth", client_id = "client-1" },
            organization_id = plan.OrganizationId,
        });
        keyless.SignIn("sk-ant-ort01-first");
        return keyless;
    }

    /// <summary>Writes a fresh identity token.</summary>
    /// <param name="isForOnce">Whether it has an id, and is taken once.</param>
    public void Rotate(bool isForOnce = true) => File.WriteAllText(IdentityToken, _issuer.Token(
        Scene.Clock.GetUtcNow(), lifetime: TimeSpan.FromDays(1), change: isForOnce ? null : static (_, claims) => claims.Remove("jti")));

    /// <summary>Writes what a sign-in leaves, with an access token that has run out.</summary>
    public void SignIn(string refreshToken) => Write(Credentials, new
    {
        version = "1.0",
        type = "oauth_token",
        access_token = "sk-ant-oat01-old",
        expires_at = DateTimeOffset.UtcNow.AddHours(-1).ToUnixTimeSeconds(),
        refresh_token = refreshToken,
    });

    /// <summary>What became of the exchanges and refreshes that the service has seen: null for each that gave a token.</summary>
    public IReadOnlyList<string?> Exchanges()
    {
        string path = Path.Combine(Scene.Root, "service", "tokens");
        if (!File.Exists(path))
        {
            return [];
        }

        using JsonDocument state = JsonDocument.Parse(File.ReadAllBytes(path));
        return [.. state.RootElement.GetProperty("History").EnumerateArray().Select(static e => e.GetProperty("Refusal").GetString())];
    }

    public async ValueTask DisposeAsync()
    {
        await Scene.DisposeAsync();
        _issuer.Dispose();
    }

    private static void Write(string path, object content)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, JsonSerializer.Serialize(content));
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }
    }
}
