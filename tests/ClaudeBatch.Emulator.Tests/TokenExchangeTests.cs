using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using ClaudeBatch.Emulator;
using ClaudeBatch.Tests;

namespace ClaudeBatch.Emulator.Tests;

/// <summary>The call for an access token, by the rules that the service documents.</summary>
public sealed class TokenExchangeTests
{
    [Theory]
    [InlineData("RS256")]
    [InlineData("RS384")]
    [InlineData("RS512")]
    [InlineData("PS256")]
    [InlineData("PS384")]
    [InlineData("PS512")]
    [InlineData("ES256")]
    [InlineData("ES384")]
    [InlineData("ES512")]
    public async Task A_token_of_a_known_issuer_is_exchanged(string algorithm)
    {
        using IdentityFixture account = new(algorithm);

        (HttpStatusCode status, JsonElement reply) = await account.ExchangeAsync(
            account.Federation(), "application/json; charset=utf-8", "oauth-2025-04-20,oidc-federation-2026-04-01");

        Assert.Equal(HttpStatusCode.OK, status);
        Assert.StartsWith("sk-ant-oat01-", reply.GetProperty("access_token").GetString(), StringComparison.Ordinal);
        Assert.Equal("Bearer", reply.GetProperty("token_type").GetString());
        Assert.Equal(1_200, reply.GetProperty("expires_in").GetInt32());
        Assert.Equal("workspace:developer", reply.GetProperty("scope").GetString());
        Assert.False(reply.TryGetProperty("refresh_token", out _));
    }

    [Theory]
    [InlineData("grant_type", null, "grant_type: Field required")]
    [InlineData("grant_type", "password", "grant_type: ")]
    [InlineData("assertion", null, "assertion: Field required")]
    [InlineData("federation_rule_id", null, "federation_rule_id: Field required")]
    [InlineData("federation_rule_id", "rule-1", "federation_rule_id: ")]
    [InlineData("organization_id", null, "organization_id: Field required")]
    [InlineData("organization_id", "org_01", "organization_id: ")]
    [InlineData("service_account_id", "me", "service_account_id: ")]
    [InlineData("workspace_id", "", "workspace_id: ")]
    [InlineData("workspace_id", "mine", "workspace_id: ")]
    public async Task A_field_that_is_missing_or_malformed_is_named(string field, string? value, string message)
    {
        using IdentityFixture account = new();
        Dictionary<string, object?> body = account.Federation();
        body[field] = value;

        (HttpStatusCode status, JsonElement reply) = await account.ExchangeAsync(body);

        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Equal("invalid_request_error", reply.GetProperty("error").GetProperty("type").GetString());
        Assert.StartsWith(message, reply.GetProperty("error").GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_form_is_no_body_of_an_exchange()
    {
        using IdentityFixture account = new();

        (HttpStatusCode status, _) = await account.ExchangeAsync(account.Federation(), "application/x-www-form-urlencoded");

        Assert.Equal(HttpStatusCode.BadRequest, status);
    }

    public static TheoryData<string, Action<JsonObject, JsonObject>> BadTokens => new()
    {
        { "The signature (none)", static (header, _) => header["alg"] = "none" },
        { "The signature (ES384)", static (header, _) => header["alg"] = "ES384" },
        { "The signature (HS256)", static (header, _) => header["alg"] = "HS256" },
        { "has no kid", static (header, _) => header.Remove("kid") },
        { "no key", static (header, _) => header["kid"] = "key-2" },
        { "claim iss", static (_, claims) => claims["iss"] = "https://other.example" },
        { "has no sub", static (_, claims) => claims.Remove("sub") },
        { "claim sub", static (_, claims) => claims["sub"] = "somebody" },
        { "claim aud", static (_, claims) => claims.Remove("aud") },
        { "claim aud", static (_, claims) => claims["aud"] = "https://other.example" },
        { "has no iat", static (_, claims) => claims.Remove("iat") },
        { "has no exp", static (_, claims) => claims.Remove("exp") },
        { "malformed", static (_, claims) => claims["exp"] = "tomorrow" },
        { "has expired", static (_, claims) => Shift(claims, "exp", -631) },
        { "not valid yet", static (_, claims) => Shift(claims, "iat", 60) },
        { "not valid yet", static (_, claims) => claims["nbf"] = claims["iat"]!.GetValue<long>() + 60 },
        { "lives longer", static (_, claims) => Shift(claims, "exp", 3_001) },
        { "16 KiB", static (_, claims) => claims["padding"] = new string('x', 16_000) },
    };

    [Theory]
    [MemberData(nameof(BadTokens), DisableDiscoveryEnumeration = true)]
    public async Task Every_other_refusal_is_the_same_and_its_reason_is_in_the_history_alone(string reason, Action<JsonObject, JsonObject> change)
    {
        using IdentityFixture account = new();

        await RefusedAsync(account, account.Federation(account.Issuer.Token(account.Now, change: change)));

        using JsonDocument state = JsonDocument.Parse(await File.ReadAllBytesAsync(Path.Combine(account.Service.Folder, "tokens")));
        JsonElement entry = Assert.Single(state.RootElement.GetProperty("History").EnumerateArray());
        Assert.Contains(reason, entry.GetProperty("Refusal").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("RS256")]
    [InlineData("PS256")]
    [InlineData("ES256")]
    public async Task A_token_of_another_key_or_in_pieces_is_refused(string algorithm)
    {
        using IdentityFixture account = new(algorithm);
        using TestIssuer stranger = new(algorithm: algorithm);
        string good = account.Issuer.Token(account.Now);

        await RefusedAsync(account, account.Federation(stranger.Token(account.Now)));
        await RefusedAsync(account, account.Federation(good[..^10]));
        await RefusedAsync(account, account.Federation(good.Replace('.', '/')));
        await RefusedAsync(account, account.Federation("no token"));
        await account.TokenAsync(account.Federation(good));
    }

    [Theory]
    [InlineData("federation_rule_id", "fdrl_01Other")]
    [InlineData("organization_id", "00000000-0000-4000-8000-000000000009")]
    [InlineData("service_account_id", "svac_01Other")]
    [InlineData("workspace_id", "wrkspc_01Other")]
    public async Task What_the_rule_does_not_cover_is_refused(string field, string value)
    {
        using IdentityFixture account = new();
        Dictionary<string, object?> body = account.Federation();
        body[field] = value;

        await RefusedAsync(account, body);
    }

    [Fact]
    public async Task The_clocks_may_differ_by_30_seconds()
    {
        using IdentityFixture account = new();
        DateTimeOffset now = account.Now;

        await account.TokenAsync(account.Federation(account.Issuer.Token(now.AddSeconds(30))));
        await account.TokenAsync(account.Federation(account.Issuer.Token(now.AddSeconds(-89), lifetime: TimeSpan.FromSeconds(60))));
        await RefusedAsync(account, account.Federation(account.Issuer.Token(now.AddSeconds(31))));
        await RefusedAsync(account, account.Federation(account.Issuer.Token(now.AddSeconds(-90), lifetime: TimeSpan.FromSeconds(60))));
    }

    [Theory]
    [InlineData(3_600, 3_600, 3_600)]
    [InlineData(3_600, 600, 1_200)]
    [InlineData(600, 600, 600)]
    [InlineData(3_600, 20, 60)]
    public async Task A_token_lives_as_long_as_the_rule_says_and_at_most_twice_the_rest_of_what_it_was_given_for(int rule, int rest, int expected)
    {
        using IdentityFixture account = new(change: plan => plan.Federation!.Rules[0].TokenLifetimeSeconds = rule);

        (_, JsonElement reply) = await account.ExchangeAsync(
            account.Federation(account.Issuer.Token(account.Now, lifetime: TimeSpan.FromSeconds(rest))));

        Assert.Equal(expected, reply.GetProperty("expires_in").GetInt32());
    }

    [Fact]
    public async Task A_token_with_a_jti_is_taken_once_by_whichever_process()
    {
        using IdentityFixture account = new();
        string token = account.Issuer.Token(account.Now);
        string bare = account.Issuer.Token(account.Now, change: static (_, claims) => claims.Remove("jti"));

        await account.TokenAsync(account.Federation(token));
        await RefusedAsync(account, account.Federation(token));
        await account.TokenAsync(account.Federation(bare));
        await account.TokenAsync(account.Federation(bare));
    }

    [Fact]
    public async Task Of_many_exchanges_of_one_token_at_once_one_is_granted()
    {
        using IdentityFixture account = new();
        Dictionary<string, object?> body = account.Federation();

        (HttpStatusCode Status, JsonElement Body)[] replies = await Task.WhenAll(
            Enumerable.Range(0, 8).Select(_ => Task.Run(() => account.ExchangeAsync(body))));

        Assert.Single(replies, static r => r.Status == HttpStatusCode.OK);
        Assert.Equal(7, replies.Count(static r => r.Status == HttpStatusCode.Unauthorized));
    }

    [Fact]
    public async Task A_refused_exchange_does_not_use_up_a_token_and_an_issuer_need_not_check()
    {
        using IdentityFixture account = new();
        string token = account.Issuer.Token(account.Now);
        Dictionary<string, object?> wrong = account.Federation(token);
        wrong["service_account_id"] = "svac_01Other";

        await RefusedAsync(account, wrong);
        await account.TokenAsync(account.Federation(token));
        account.Service.Plan.Federation!.Issuers[0].CheckJti = false;
        await account.TokenAsync(account.Federation(token));
    }

    [Fact]
    public async Task A_rule_of_several_workspaces_needs_one_and_default_is_the_accounts()
    {
        using IdentityFixture account = new(change: static plan => plan.Federation!.Rules[0].WorkspaceIds = ["wrkspc_01A", plan.WorkspaceId]);
        Dictionary<string, object?> body = account.Federation();

        await RefusedAsync(account, body);
        body["workspace_id"] = "default";
        string ofDefault = await account.TokenAsync(body);
        (body["workspace_id"], body["assertion"]) = ("wrkspc_01A", account.Issuer.Token(account.Now));
        string ofA = await account.TokenAsync(body);

        Assert.Equal(account.Service.Plan.WorkspaceId, await WorkspaceAsync(account, ofDefault));
        Assert.Equal("wrkspc_01A", await WorkspaceAsync(account, ofA));
    }

    [Fact]
    public async Task A_refresh_token_is_good_once_and_the_next_one_follows()
    {
        using IdentityFixture account = new();

        (HttpStatusCode status, JsonElement first) = await account.ExchangeAsync(IdentityFixture.Refresh("sk-ant-ort01-first"), beta: "oauth-2025-04-20");
        string next = first.GetProperty("refresh_token").GetString()!;
        await RefusedAsync(account, IdentityFixture.Refresh("sk-ant-ort01-first"));
        (_, JsonElement second) = await account.ExchangeAsync(IdentityFixture.Refresh(next));

        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal(3_600, first.GetProperty("expires_in").GetInt32());
        Assert.NotEqual(next, second.GetProperty("refresh_token").GetString());
        Assert.NotEqual(first.GetProperty("access_token").GetString(), second.GetProperty("access_token").GetString());
        Assert.NotNull(await WorkspaceAsync(account, second.GetProperty("access_token").GetString()!));
    }

    [Fact]
    public async Task A_refresh_of_another_client_or_with_the_beta_of_federation_is_refused()
    {
        using IdentityFixture account = new();
        Dictionary<string, object?> other = IdentityFixture.Refresh("sk-ant-ort01-first");
        other["client_id"] = "client-2";
        Dictionary<string, object?> nobody = IdentityFixture.Refresh("sk-ant-ort01-first");
        nobody.Remove("client_id");

        await RefusedAsync(account, other);
        await RefusedAsync(account, IdentityFixture.Refresh("sk-ant-ort01-unknown"));
        Assert.Equal(HttpStatusCode.BadRequest, (await account.ExchangeAsync(nobody)).Status);
        (HttpStatusCode status, JsonElement reply) = await account.ExchangeAsync(
            IdentityFixture.Refresh("sk-ant-ort01-first"), beta: "oauth-2025-04-20,oidc-federation-2026-04-01");
        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Contains("anthropic-beta", reply.GetProperty("error").GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Keys_of_a_file_are_read_at_each_exchange()
    {
        using IdentityFixture account = new();
        string path = Path.Combine(account.Service.Folder, "jwks.json");
        using TestIssuer rotated = new(algorithm: "RS256", keyId: "key-2");
        await File.WriteAllTextAsync(path, account.Issuer.Jwks);
        account.Service.Plan.Federation!.Issuers[0].Keys = path;

        await account.TokenAsync(account.Federation(account.Issuer.Token(account.Now)));
        await RefusedAsync(account, account.Federation(rotated.Token(account.Now)));
        await File.WriteAllTextAsync(path, rotated.Jwks);
        await account.TokenAsync(account.Federation(rotated.Token(account.Now)));
    }

    [Fact]
    public async Task No_token_stands_in_the_state_folder()
    {
        using IdentityFixture account = new();
        string assertion = account.Issuer.Token(account.Now);

        string access = await account.TokenAsync(account.Federation(assertion));
        (_, JsonElement refreshed) = await account.ExchangeAsync(IdentityFixture.Refresh("sk-ant-ort01-first"));
        await account.CallAsync(access, HttpMethod.Post, body: ServiceFixture.Body("a"));

        string[] secrets = [access, assertion, refreshed.GetProperty("access_token").GetString()!, refreshed.GetProperty("refresh_token").GetString()!, "sk-ant-ort01-first"];
        foreach (string file in Directory.EnumerateFiles(account.Service.Folder, "*", SearchOption.AllDirectories))
        {
            string text = await File.ReadAllTextAsync(file);
            Assert.All(secrets, secret => Assert.DoesNotContain(secret, text, StringComparison.Ordinal));
        }
    }

    private static void Shift(JsonObject claims, string name, long seconds) => claims[name] = claims[name]!.GetValue<long>() + seconds;

    private static async Task<string?> WorkspaceAsync(IdentityFixture account, string token)
    {
        (HttpResponseMessage response, string body) = await account.CallAsync(token);
        Assert.True(response.IsSuccessStatusCode, body);
        return Assert.Single(response.Headers.GetValues("anthropic-workspace-id"));
    }

    private static async Task RefusedAsync(IdentityFixture account, Dictionary<string, object?> body)
    {
        (HttpStatusCode status, JsonElement reply) = await account.ExchangeAsync(body);

        Assert.Equal(HttpStatusCode.Unauthorized, status);
        Assert.Equal("authentication_error", reply.GetProperty("error").GetProperty("type").GetString());
        Assert.Equal("Authentication failed", reply.GetProperty("error").GetProperty("message").GetString());
    }
}
