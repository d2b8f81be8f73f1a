using ClaudeBatch.Core.Identity;

namespace ClaudeBatch.Core.Tests.Identity;

public sealed class GitHubActionsIdentityTokenTests
{
    private const string Secret = "request-secret-0123456789";

    private static readonly (string, string)[] s_job =
    [
        ("GITHUB_ACTIONS", "true"),
        ("ACTIONS_ID_TOKEN_REQUEST_URL", "https://pipelines.example/token/1?api-version=2.0"),
        ("ACTIONS_ID_TOKEN_REQUEST_TOKEN", Secret),
    ];

    private readonly ImpatientClock _clock = new();

    [Theory]
    [InlineData(null, "https%3A%2F%2Fapi.anthropic.com")]
    [InlineData(" ", "https%3A%2F%2Fapi.anthropic.com")]
    [InlineData("a&b=c", "a%26b%3Dc")]
    public async Task GitHub_is_asked_with_the_secret_of_the_job_for_an_audience(string? audience, string asked)
    {
        using ScriptedProvider provider = new((200, $$"""{"count":1,"value":"{{Tokens.Of()}}"}"""));

        Assert.Equal(Tokens.Of(), await ReadAsync(provider, audience));
        Assert.Equal($"https://pipelines.example/token/1?api-version=2.0&audience={asked}", provider.Requests.Single().Address.AbsoluteUri);
        Assert.Contains($"Authorization: Bearer {Secret}", provider.Requests.Single().Headers, StringComparison.Ordinal);
        Assert.Contains("api-version=2.0", provider.Requests.Single().Headers, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Each_reading_asks_anew()
    {
        using ScriptedProvider provider = new((200, $$"""{"value":"{{Tokens.Of()}}"}"""), (200, $$"""{"value":"{{Tokens.Of("{}")}}"}"""));

        Assert.NotEqual(await ReadAsync(provider), await ReadAsync(provider));
    }

    [Theory]
    [InlineData("true", "'id-token: write'")]
    [InlineData("", "no job of GitHub Actions")]
    public async Task Without_the_permission_the_line_of_the_workflow_is_said(string actions, string words)
    {
        GitHubActionsIdentityToken source = new(null, Tokens.Environment(("GITHUB_ACTIONS", actions), s_job[1]));
        ClaudeBatchException refusal = await Assert.ThrowsAsync<ClaudeBatchException>(async () => await source.ReadAsync(default));

        Assert.Equal("IdentityProviderAbsent", refusal.Id);
        Assert.Contains(words, refusal.Message, StringComparison.Ordinal);
        Assert.Contains("id-token: write", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_passing_fault_is_waited_for()
    {
        using ScriptedProvider provider = new((503, ""), (429, ""), (500, ""), (200, $$"""{"value":"{{Tokens.Of()}}"}"""));

        Assert.Equal(Tokens.Of(), await ReadAsync(provider));
        Assert.Equal(4, provider.Requests.Count);
    }

    [Theory]
    [InlineData(401, """{"message":"The job is over"}""", "IdentityProviderRefused", "The job is over.", 1)]
    [InlineData(401, """{"message":"You sent Bearer request-secret-0123456789"}""", "IdentityProviderRefused", "You sent Bearer (key).", 1)]
    [InlineData(403, "no", "IdentityProviderRefused", "HTTP 403", 1)]
    [InlineData(302, "", "IdentityProviderRefused", "HTTP 302", 1)]
    [InlineData(503, "<html>", "IdentityProviderRefused", "HTTP 503", 4)]
    [InlineData(200, "<html>Sign in</html>", "IdentityProviderReplyInvalid", "20 bytes", 1)]
    [InlineData(200, """{"value":7}""", "IdentityProviderReplyInvalid", "without a token", 1)]
    [InlineData(200, """["value"]""", "IdentityProviderReplyInvalid", "without a token", 1)]
    [InlineData(200, """{"value":"\ud800"}""", "IdentityProviderReplyInvalid", "without a token", 1)]
    [InlineData(200, """{"value":"opaque"}""", "IdentityTokenInvalid", "GitHub Actions", 1)]
    [InlineData(200, """{"value":""}""", "IdentityTokenMissing", "GitHub Actions", 1)]
    public async Task A_refusal_is_one_clear_error(int status, string body, string id, string words, int tries)
    {
        using ScriptedProvider provider = new((status, body));
        ClaudeBatchException refusal = await Assert.ThrowsAsync<ClaudeBatchException>(() => ReadAsync(provider));

        Assert.Equal(id, refusal.Id);
        Assert.Contains(words, refusal.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(Secret, refusal.ToString(), StringComparison.Ordinal);
        Assert.Equal(tries, provider.Requests.Count);
    }

    [Fact]
    public async Task A_network_that_fails_is_tried_again_and_then_said()
    {
        using ScriptedProvider provider = new() { Failure = new HttpRequestException($"The name is not known to {Secret}") };
        ClaudeBatchException failure = await Assert.ThrowsAsync<ClaudeBatchException>(() => ReadAsync(provider));

        Assert.Equal(("IdentityProviderUnreachable", FailureKind.Network), (failure.Id, failure.Kind));
        Assert.True(failure.IsTransient);
        Assert.Contains("The name is not known to (key). Run the line again.", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(Secret, failure.ToString(), StringComparison.Ordinal);
        Assert.Equal(4, provider.Requests.Count);
    }

    [Fact]
    public async Task A_secret_that_no_header_can_have_is_not_sent()
    {
        using ScriptedProvider provider = new((200, ""));
        GitHubActionsIdentityToken source = new(
            null, Tokens.Environment(s_job[1], ("ACTIONS_ID_TOKEN_REQUEST_TOKEN", $"{Secret}\r\nHost: a")), provider, _clock);
        ClaudeBatchException refusal = await Assert.ThrowsAsync<ClaudeBatchException>(async () => await source.ReadAsync(default));

        Assert.Equal("IdentityProviderAbsent", refusal.Id);
        Assert.DoesNotContain(Secret, refusal.ToString(), StringComparison.Ordinal);
        Assert.Empty(provider.Requests);
    }

    [Theory]
    [InlineData("http://pipelines.example/token")]
    [InlineData("pipelines.example")]
    [InlineData("ftp://127.0.0.1/")]
    public async Task The_secret_of_the_job_goes_to_no_address_that_is_not_secure(string address)
    {
        using ScriptedProvider provider = new((200, ""));
        GitHubActionsIdentityToken source = new(
            null, Tokens.Environment(("ACTIONS_ID_TOKEN_REQUEST_URL", address), s_job[2]), provider, _clock);
        ClaudeBatchException refusal = await Assert.ThrowsAsync<ClaudeBatchException>(async () => await source.ReadAsync(default));

        Assert.Equal("IdentityProviderAddressInvalid", refusal.Id);
        Assert.Empty(provider.Requests);
    }

    private Task<string> ReadAsync(ScriptedProvider provider, string? audience = null)
        => new GitHubActionsIdentityToken(audience, Tokens.Environment(s_job), provider, _clock).ReadAsync(default).AsTask();
}
