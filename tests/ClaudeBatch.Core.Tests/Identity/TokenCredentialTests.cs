using System.IO.Compression;
using System.Net;
using System.Text.Json;
using ClaudeBatch.Core.Identity;
using ClaudeBatch.Emulator;

namespace ClaudeBatch.Core.Tests.Identity;

/// <summary>When a token is exchanged, and how often.</summary>
public sealed class TokenCredentialTests
{
    [Fact]
    public async Task A_thousand_calls_cost_one_exchange_for_each_life_of_a_token()
    {
        using KeylessFixture keyless = new();
        for (int call = 0; call < 1000; call++)
        {
            await keyless.TokenAsync();
            keyless.Engine.Clock.Advance(TimeSpan.FromSeconds(10));
        }

        // 10,000 seconds, and a token of 3,600 is renewed 120 seconds before its end, behind the call that sees it.
        Assert.InRange(keyless.Exchanges, 3, 4);
    }

    [Fact]
    public async Task A_token_of_two_minutes_is_not_renewed_at_each_call()
    {
        using KeylessFixture keyless = new(static plan => plan.Federation!.Rules[0].TokenLifetimeSeconds = 120);
        for (int call = 0; call < 300; call++)
        {
            await keyless.TokenAsync();
            keyless.Engine.Clock.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.InRange(keyless.Exchanges, 3, 6);
    }

    [Fact]
    public async Task The_next_process_takes_the_token_that_is_kept()
    {
        using KeylessFixture keyless = new();
        string first = await keyless.TokenAsync();

        Assert.Equal(first, await KeylessFixture.TokenAsync(keyless.Another()));
        Assert.Equal(1, keyless.Exchanges);
    }

    [Fact]
    public async Task All_who_need_a_token_at_once_share_one_exchange()
    {
        using KeylessFixture keyless = new();
        TokenCredential[] processes = [keyless.Credential, keyless.Another(), keyless.Another()];

        string[] tokens = await Task.WhenAll(Enumerable.Range(0, 30).Select(i => Task.Run(() => KeylessFixture.TokenAsync(processes[i % 3]))));

        Assert.Single(tokens.Distinct());
        Assert.Equal(1, keyless.Exchanges);
    }

    [Fact]
    public async Task A_token_that_was_renewed_by_another_process_is_taken()
    {
        using KeylessFixture keyless = new();
        await keyless.TokenAsync();
        keyless.Engine.Clock.Advance(TimeSpan.FromSeconds(3580));
        string renewed = await KeylessFixture.TokenAsync(keyless.Another());

        Assert.Equal(renewed, await keyless.TokenAsync());
        Assert.Equal(2, keyless.Exchanges);
    }

    [Fact]
    public async Task A_token_is_used_while_it_lives_when_there_is_no_other()
    {
        using KeylessFixture keyless = new();
        string token = await keyless.TokenAsync();
        keyless.Source.Failure = new ClaudeBatchException(FailureKind.Authentication, "None", "There is none.");
        keyless.Engine.Clock.Advance(TimeSpan.FromSeconds(3590));

        Assert.Equal(token, await keyless.TokenAsync());
        keyless.Engine.Clock.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal("None", (await Assert.ThrowsAsync<ClaudeBatchException>(() => keyless.TokenAsync())).Id);
    }

    [Fact]
    public async Task A_process_that_ends_waits_for_the_renewal_behind_its_calls()
    {
        using KeylessFixture keyless = new();
        string first = await keyless.TokenAsync();
        keyless.Engine.Clock.Advance(TimeSpan.FromSeconds(3500));
        TaskCompletionSource begun = new();
        using ManualResetEventSlim goesOn = new();
        keyless.BeforeExchange = _ =>
        {
            begun.SetResult();
            goesOn.Wait();
            return null;
        };

        Assert.Equal(first, await keyless.TokenAsync());
        await begun.Task;
        Task end = Task.Run(() => keyless.Credential.Finish(TimeSpan.FromMinutes(5)));
        Assert.False(end.IsCompleted);
        goesOn.Set();
        await end;

        Assert.NotEqual(first, new CredentialsFile(keyless.TokenFile).Read()!.AccessToken);
    }

    [Fact]
    public async Task An_identity_token_is_never_sent_twice_and_the_error_says_so()
    {
        using KeylessFixture keyless = new();
        await keyless.TokenAsync();
        keyless.Source.IsStuck = true;
        keyless.Engine.Clock.Advance(TimeSpan.FromHours(1));

        ClaudeBatchException failure = await Assert.ThrowsAsync<ClaudeBatchException>(() => KeylessFixture.TokenAsync(keyless.Another()));

        Assert.Equal(("IdentityTokenUsed", 1), (failure.Id, keyless.Exchanges));
        Assert.Contains("was exchanged at 2026-11-21 03:00:00Z", failure.Message, StringComparison.Ordinal);
        Assert.Contains("Let the test give another.", failure.Message, StringComparison.Ordinal);
        keyless.Source.IsStuck = false;
        await keyless.TokenAsync();
        Assert.Equal(2, keyless.Exchanges);
    }

    [Fact]
    public async Task An_identity_token_without_an_id_may_be_sent_again()
    {
        using KeylessFixture keyless = new();
        string token = keyless.Issuer.Token(keyless.Now, lifetime: TimeSpan.FromHours(1), change: static (_, claims) => claims.Remove("jti"));
        keyless.Source.Given.Add(token);
        keyless.Source.IsStuck = true;
        await keyless.TokenAsync();
        File.Delete(keyless.TokenFile);

        await KeylessFixture.TokenAsync(keyless.Another());

        Assert.Equal(2, keyless.Exchanges);
    }

    [Fact]
    public async Task After_a_lost_reply_the_identity_token_is_not_sent_again()
    {
        using KeylessFixture keyless = new();
        keyless.AfterExchange = static (_, response) => throw new HttpRequestException("The connection was reset.");
        ClaudeBatchException lost = await Assert.ThrowsAsync<ClaudeBatchException>(() => keyless.TokenAsync());
        keyless.AfterExchange = static (_, response) => response;
        keyless.Source.IsStuck = true;

        ClaudeBatchException used = await Assert.ThrowsAsync<ClaudeBatchException>(() => KeylessFixture.TokenAsync(keyless.Another()));

        Assert.Equal(("TokenExchangeUnreachable", "IdentityTokenUsed", 1), (lost.Id, used.Id, keyless.Exchanges));
        Assert.Contains("was sent, and no access token came, at", used.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Whoever_asks_again_after_a_failed_exchange_is_told_what_had_come()
    {
        using KeylessFixture keyless = new();
        keyless.Source.IsStuck = true;
        keyless.BeforeExchange = static _ => InterferingHandler.Refusal(429, "rate_limit_error");
        Assert.Equal("TokenExchangeFailed", (await Assert.ThrowsAsync<ClaudeBatchException>(() => keyless.TokenAsync())).Id);

        ClaudeBatchException used = await Assert.ThrowsAsync<ClaudeBatchException>(() => keyless.TokenAsync());

        Assert.Equal(("IdentityTokenUsed", 1), (used.Id, keyless.Exchanges));
        Assert.Contains("rate_limit_error: No (status 429)", used.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Where_no_other_token_is_to_be_had_it_is_told_that_the_service_has_refused_the_last()
    {
        using KeylessFixture keyless = new();
        await keyless.TokenAsync();
        keyless.Source.IsStuck = true;
        keyless.Network.Before = static _ => InterferingHandler.Refusal(401, "authentication_error");

        ClaudeBatchException failure = await Assert.ThrowsAsync<ClaudeBatchException>(
            () => keyless.Engine.Api.ListAsync(1, null, CancellationToken.None));

        Assert.Equal("IdentityTokenUsed", failure.Id);
        Assert.StartsWith("The service has refused the access token, and there is no other. ", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_endpoint_that_was_not_reached_has_not_used_the_identity_token_up()
    {
        using KeylessFixture keyless = new();
        keyless.Source.IsStuck = true;
        keyless.BeforeExchange = static _ => throw new HttpRequestException(HttpRequestError.ConnectionError, "Connection refused.");
        Assert.Equal("TokenExchangeUnreachable", (await Assert.ThrowsAsync<ClaudeBatchException>(() => keyless.TokenAsync())).Id);
        keyless.BeforeExchange = static _ => null;

        await keyless.TokenAsync();

        Assert.Single(keyless.Source.Given);
    }

    [Theory]
    [InlineData(500, "api_error", "TokenExchangeFailed", "api_error: No (status 500)")]
    [InlineData(502, null, "TokenExchangeFailed", "not the service's own reply (status 502)")]
    [InlineData(307, null, "TokenExchangeFailed", "a redirect is not followed")]
    [InlineData(400, "invalid_request_error", "TokenExchangeRefused", "invalid_request_error: No (status 400)")]
    [InlineData(401, null, "TokenExchangeFailed", "not the service's own reply (status 401)")]
    public async Task An_endpoint_that_gives_no_token_is_told_in_its_words(int status, string? type, string id, string words)
    {
        using KeylessFixture keyless = new();
        keyless.BeforeExchange = _ => InterferingHandler.Refusal(status, type);

        ClaudeBatchException failure = await Assert.ThrowsAsync<ClaudeBatchException>(() => keyless.TokenAsync());

        Assert.Equal(id, failure.Id);
        Assert.Contains(words, failure.Message, StringComparison.Ordinal);
        Assert.Null(failure.Status);
        Assert.DoesNotContain(keyless.Source.Given.Single(), failure.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(401, 0)]
    [InlineData(401, 400)]
    [InlineData(500, 0)]
    [InlineData(200, 0)]
    public async Task Whatever_repeats_the_identity_token_no_part_of_it_is_told(int status, int before)
    {
        using KeylessFixture keyless = new();
        keyless.BeforeExchange = _ =>
        {
            string token = keyless.Source.Given[^1];
            HttpResponseMessage reply = InterferingHandler.Refusal(status, "authentication_error");
            reply.Content = new StringContent($$$"""{"type":"error","request_id":"{{{token}}}","error":{"type":"authentication_error","message":"{{{new string('x', before)}}} {{{token}}}"}}""");
            reply.Headers.Add("request-id", token);
            return reply;
        };

        ClaudeBatchException failure = await Assert.ThrowsAsync<ClaudeBatchException>(() => keyless.TokenAsync());

        string told = failure + failure.RequestId;
        Assert.Contains("(key)", told, StringComparison.Ordinal);
        Assert.All(keyless.Source.Given.Single().Split('.'), part => Assert.DoesNotContain(part[..20], told, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(HttpStatusCode.OK)]
    [InlineData(HttpStatusCode.Unauthorized)]
    public async Task A_reply_that_is_not_compressed_as_it_says_is_told_by_name(HttpStatusCode status)
    {
        using KeylessFixture keyless = new();
        keyless.AfterExchange = (_, _) => new HttpResponseMessage(status) { Content = new StreamContent(new GZipStream(new MemoryStream("no gzip"u8.ToArray()), CompressionMode.Decompress)) };

        Assert.Equal("TokenExchangeUnreachable", (await Assert.ThrowsAsync<ClaudeBatchException>(() => keyless.TokenAsync())).Id);
    }

    [Theory]
    [InlineData("<html>hello</html>")]
    [InlineData("""{"access_token":"a b","token_type":"Bearer","expires_in":60}""")]
    [InlineData("""{"access_token":"abc","token_type":"mac","expires_in":60}""")]
    [InlineData("""{"access_token":"abc","token_type":"Bearer","expires_in":"soon"}""")]
    [InlineData("""{"token_type":"Bearer","expires_in":60}""")]
    [InlineData("[]")]
    public async Task A_reply_that_is_no_token_is_told_and_kept_nowhere(string body)
    {
        using KeylessFixture keyless = new();
        keyless.BeforeExchange = _ => new HttpResponseMessage { Content = new StringContent(body) };

        Assert.Equal("TokenReplyUnreadable", (await Assert.ThrowsAsync<ClaudeBatchException>(() => keyless.TokenAsync())).Id);
        Assert.False(File.Exists(keyless.TokenFile));
    }

    [Fact]
    public async Task A_lifetime_that_is_a_text_is_taken()
    {
        using KeylessFixture keyless = new();
        keyless.BeforeExchange = static _ => new HttpResponseMessage
        {
            Content = new StringContent("""{"access_token":"abc","token_type":"bearer","expires_in":"600"}"""),
        };

        Assert.Equal("abc", await keyless.TokenAsync());
        Assert.Equal(keyless.Now.AddSeconds(600), keyless.Credential.Current!.ExpiresAt);
    }

    [Fact]
    public async Task What_is_wrong_with_an_identity_token_is_told_with_the_refusal()
    {
        using KeylessFixture keyless = new();
        keyless.Source.Given.Add(keyless.Issuer.Token(keyless.Now.AddHours(-2), lifetime: TimeSpan.FromHours(1)));
        keyless.Source.IsStuck = true;
        ClaudeBatchException expired = await Assert.ThrowsAsync<ClaudeBatchException>(() => keyless.TokenAsync());
        keyless.Source.Given.Add(keyless.Issuer.Token(keyless.Now.AddHours(1), lifetime: TimeSpan.FromHours(1)));
        ClaudeBatchException early = await Assert.ThrowsAsync<ClaudeBatchException>(() => keyless.TokenAsync());
        keyless.Source.Given.Add(keyless.Issuer.Token(keyless.Now, subject: "somebody-else"));
        ClaudeBatchException other = await Assert.ThrowsAsync<ClaudeBatchException>(() => keyless.TokenAsync());

        Assert.Contains("expired at 2026-11-21 02:00:00Z", expired.Message, StringComparison.Ordinal);
        Assert.Contains("is from the future: set the clock.", early.Message, StringComparison.Ordinal);
        Assert.Contains("subject 'somebody-else'", other.Message, StringComparison.Ordinal);
        Assert.EndsWith("taken once: another program may have sent it before. Let the test give another.", other.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_token_is_kept_for_its_owner_alone_and_no_identity_token_is_in_any_file()
    {
        using KeylessFixture keyless = new();
        string token = await keyless.TokenAsync();
        await keyless.SentAsync();

        foreach (string path in Directory.EnumerateFiles(Path.Combine(keyless.Engine.Root), "*", SearchOption.AllDirectories).Where(static p => !p.Contains("service", StringComparison.Ordinal)))
        {
            byte[] bytes = await File.ReadAllBytesAsync(path);
            Assert.Equal(path == keyless.TokenFile, bytes.AsSpan().IndexOf(System.Text.Encoding.UTF8.GetBytes(token)) >= 0);
            Assert.All(keyless.Source.Given, t => Assert.True(bytes.AsSpan().IndexOf(System.Text.Encoding.UTF8.GetBytes(t)) < 0, path));
        }

        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(keyless.TokenFile));
        }
    }

    [Fact]
    public async Task The_betas_that_a_call_has_stay_beside_that_of_the_token()
    {
        using KeylessFixture keyless = new();
        using HttpRequestMessage request = new(HttpMethod.Get, "https://emulator.invalid/");
        request.Headers.Add("anthropic-beta", "one,two");

        await keyless.Credential.ApplyAsync(request, default, CancellationToken.None);
        await keyless.Credential.ApplyAsync(request, default, CancellationToken.None);

        Assert.Equal("one,two,oauth-2025-04-20", request.Headers.GetValues("anthropic-beta").Single());
        Assert.False(request.Headers.Contains("x-api-key"));
    }

    [Theory]
    [InlineData("https://api.example", true)]
    [InlineData("http://localhost:1", true)]
    [InlineData("http://127.0.0.1:1", true)]
    [InlineData("http://[::1]:1", true)]
    [InlineData("http://127.0.0.2:1", false)]
    [InlineData("http://a.localhost:1", false)]
    [InlineData("http://api.example", false)]
    public void An_identity_token_goes_out_over_TLS_or_to_this_machine(string address, bool isTaken)
    {
        Exception? failure = Record.Exception(() => TokenExchange.CheckAddress(new Uri(address)));

        Assert.Equal(isTaken, failure is null);
    }
}
