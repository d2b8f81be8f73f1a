using System.Text.Json;
using System.Text.Json.Nodes;
using Anthropic;
using ClaudeBatch.Core.Api;

namespace ClaudeBatch.Clients.Tests;

/// <summary>The official client and this project use one profile in turn, and each goes on with what the other has written.</summary>
[Collection(nameof(EnvironmentVariables))]
public sealed class SharedProfileTests
{
    [Fact]
    public async Task A_sign_in_is_refreshed_in_turn_and_each_takes_the_token_that_the_other_has_written()
    {
        await using Clients clients = await Clients.StartAsync();
        clients.WriteSignInProfile("laptop");
        clients.WriteExpiredCredentials("laptop", "sk-ant-ort01-first");
        string file = clients.CredentialsPath("laptop");
        List<string?> refreshTokens = [];
        foreach (Func<Clients, Task> refreshing in new[] { OfficialAsync, OursAsync, OfficialAsync, OursAsync })
        {
            Func<Clients, Task> other = refreshing == OfficialAsync ? OursAsync : OfficialAsync;
            refreshTokens.Add(Clients.Read(file, "refresh_token"));
            string? before = Clients.Read(file, "access_token");

            await refreshing(clients);
            byte[] written = await File.ReadAllBytesAsync(file);
            await other(clients);

            Assert.Equal(written, await File.ReadAllBytesAsync(file));
            Assert.Equal(refreshTokens.Count, clients.Exchanges().Count);
            Assert.NotEqual(before, Clients.Read(file, "access_token"));
            AssertWhole(file);
            Expire(file);
        }

        Assert.Equal(4, refreshTokens.Distinct().Count());
        Assert.All(clients.Exchanges(), static e => Assert.Equal(Clients.ClientId, e));

        static Task OfficialAsync(Clients clients) => UseOfficialAsync("laptop");
        static Task OursAsync(Clients clients) => UseOursAsync(clients, "laptop");
    }

    [Fact]
    public async Task A_federation_profile_whose_token_was_stored_serves_the_official_client_and_the_stored_token_stays()
    {
        await using Clients clients = await Clients.StartAsync();
        clients.WriteFederationProfile("night");
        clients.WriteIdentityToken();
        await UseOursAsync(clients, "night");
        byte[] written = await File.ReadAllBytesAsync(clients.CredentialsPath("night"));

        clients.WriteIdentityToken();
        await UseOfficialAsync("night");
        await UseOursAsync(clients, "night");

        Assert.Equal(written, await File.ReadAllBytesAsync(clients.CredentialsPath("night")));
        Assert.Equal([Clients.Rule, Clients.Rule], clients.Exchanges()); // the official client keeps its token in memory
    }

    private static async Task UseOfficialAsync(string profile)
    {
        using AnthropicClient client = Keyless.OfficialByProfile(profile);
        await client.Messages.Batches.List();
    }

    private static async Task UseOursAsync(Clients clients, string profile)
    {
        using BatchApi api = new(Keyless.OurByProfile(clients, profile), HttpTransport.Create(), clients.Clock);
        await api.ListAsync(1, null, CancellationToken.None);
    }

    private static void AssertWhole(string file)
    {
        Assert.Equal("somebody@example.com", Clients.Read(file, "account_email"));
        Assert.Equal("""{"kept":true}""", Clients.Read(file, "of_another_version")!.Replace(" ", null, StringComparison.Ordinal).ReplaceLineEndings(string.Empty));
        Assert.Equal("oauth_token", Clients.Read(file, "type"));
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        }
    }

    private static void Expire(string file)
    {
        JsonNode json = JsonNode.Parse(File.ReadAllBytes(file))!;
        json["expires_at"] = DateTimeOffset.UtcNow.AddHours(-1).ToUnixTimeSeconds();
        Clients.Write(file, json.ToJsonString(new JsonSerializerOptions { WriteIndented = true }));
    }
}
