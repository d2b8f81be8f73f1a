using System.Net;
using System.Text;
using System.Text.Json;

namespace ClaudeBatch.Emulator.Tests;

/// <summary>What can go wrong with an exchange and with a token, by the plan.</summary>
public sealed class IdentityFaultTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_exchange_can_be_refused_by_the_service_or_by_a_proxy_without_using_up_the_token(bool errorBody)
    {
        using IdentityFixture account = With(new EmulatorFault(FaultKind.ExchangeRefuse) { Status = 500, ErrorBody = errorBody });
        Dictionary<string, object?> body = account.Federation();

        (HttpStatusCode status, JsonElement reply) = await account.ExchangeAsync(body);

        Assert.Equal(HttpStatusCode.InternalServerError, status);
        Assert.Equal(errorBody, reply.ValueKind == JsonValueKind.Object);
        await account.TokenAsync(body);
    }

    [Fact]
    public async Task The_reply_to_an_exchange_can_be_lost_and_then_its_token_is_used_up()
    {
        using IdentityFixture account = With(new EmulatorFault(FaultKind.ExchangeLostReply));
        Dictionary<string, object?> body = account.Federation();

        await Assert.ThrowsAsync<HttpRequestException>(() => account.ExchangeAsync(body));

        Assert.Equal(HttpStatusCode.Unauthorized, (await account.ExchangeAsync(body)).Status);
        await account.TokenAsync();
    }

    [Fact]
    public async Task An_exchange_can_be_slow_by_the_emulators_time()
    {
        using IdentityFixture account = With(new EmulatorFault(FaultKind.ExchangeStall) { Duration = TimeSpan.FromMinutes(2) });

        Task<string> slow = account.TokenAsync(); // all up to the wait runs on this thread
        account.Service.Clock.Advance(TimeSpan.FromSeconds(119));
        Assert.False(slow.IsCompleted);
        account.Service.Clock.Advance(TimeSpan.FromSeconds(1));

        Assert.StartsWith("sk-ant-oat01-", await slow, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_exchange_can_be_without_an_end()
    {
        using IdentityFixture account = With(new EmulatorFault(FaultKind.ExchangeStall));
        using CancellationTokenSource stop = new();
        using HttpClient client = new(new EmulatorHandler(account.Service.Folder, account.Service.Plan, account.Service.Clock)) { BaseAddress = EmulatorHandler.BaseAddress };
        using StringContent body = new(JsonSerializer.Serialize(account.Federation()), Encoding.UTF8, "application/json");

        Task<HttpResponseMessage> stalled = client.PostAsync("v1/oauth/token", body, stop.Token);
        account.Service.Clock.Advance(TimeSpan.FromDays(1));
        Assert.False(stalled.IsCompleted);
        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => stalled);
    }

    [Fact]
    public async Task Tokens_can_be_revoked_at_a_call_and_those_after_it_are_good()
    {
        using IdentityFixture account = With(new EmulatorFault(FaultKind.TokenRevoked) { Skip = 1 });
        string first = await account.TokenAsync();
        string second = await account.TokenAsync();

        Assert.Equal(HttpStatusCode.OK, (await account.CallAsync(first)).Response.StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await account.CallAsync(first)).Response.StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await account.CallAsync(second)).Response.StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await account.CallAsync(await account.TokenAsync())).Response.StatusCode);
    }

    private static IdentityFixture With(EmulatorFault fault) => new(change: plan => plan.Faults = [fault]);
}
