using System.Net;
using ClaudeBatch.Core.Account;
using ClaudeBatch.Core.Api;
using ClaudeBatch.Core.Identity;
using ClaudeBatch.Core.Ledger;
using ClaudeBatch.Core.Results;
using ClaudeBatch.Core.Running;
using ClaudeBatch.Core.Sending;
using ClaudeBatch.Emulator;

namespace ClaudeBatch.Core.Tests.Identity;

/// <summary>A job whose token is refused, is not to be had or is another's.</summary>
public sealed class KeylessJobTests
{
    [Fact]
    public async Task A_job_runs_from_end_to_end_without_a_key()
    {
        using KeylessFixture keyless = new();

        BatchRecord done = await keyless.Engine.RunAsync(keyless.Engine.Seal("job", "a", "b").NewBatches.Single());

        Assert.Equal(BatchState.Collected, done.State);
        Assert.Equal(2, keyless.Exchanges); // an hour passes in it
    }

    [Fact]
    public async Task A_token_that_was_revoked_is_renewed_once_and_the_call_is_made_once_more()
    {
        using KeylessFixture keyless = new();
        BatchRecord sent = await keyless.SentAsync();
        int refusals = 0;
        keyless.Network.Before = request => refusals++ == 0 ? InterferingHandler.Refusal(401, "authentication_error") : null;

        BatchRecord polled = await new BatchPoller(keyless.Engine.Ledger, keyless.Engine.Api, keyless.Engine.Clock).RefreshAsync(sent, CancellationToken.None);

        Assert.Equal((BatchState.InProgress, 2), (polled.State, keyless.Exchanges));
    }

    [Fact]
    public async Task A_second_refusal_is_final()
    {
        using KeylessFixture keyless = new();
        BatchRecord sent = await keyless.SentAsync();
        keyless.Network.Before = static _ => InterferingHandler.Refusal(401, "authentication_error");

        ClaudeBatchException failure = await Assert.ThrowsAsync<ClaudeBatchException>(
            () => new BatchPoller(keyless.Engine.Ledger, keyless.Engine.Api, keyless.Engine.Clock).RefreshAsync(sent, CancellationToken.None));

        Assert.Equal((FailureKind.Authentication, 2), (failure.Kind, keyless.Exchanges));
        Assert.Contains("rule fdrl_01Test with the test's provider", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_create_that_is_refused_for_its_token_is_listed_and_sent_again_once(bool wholeBodyWasSent)
    {
        using KeylessFixture keyless = new();
        BatchRecord part = keyless.Engine.Seal("job", "a", "b").NewBatches.Single();
        List<string> calls = [];
        RefuseCreates(keyless, 1, wholeBodyWasSent, calls);

        SendResult sent = await keyless.Engine.SendAsync(part);

        Assert.Equal(BatchState.InProgress, sent.Batch.State);
        Assert.Null(sent.Failure);
        Assert.Equal(["list", "create", "list", "create", "list"], calls);
        Assert.Equal(2, keyless.Exchanges);
        AccountList account = await AccountList.FetchAsync(keyless.Engine.Api, DateTimeOffset.MinValue, CancellationToken.None);
        Assert.Single(account.Batches);
    }

    [Fact]
    public async Task A_create_that_is_refused_with_the_new_token_too_pauses_the_job()
    {
        using KeylessFixture keyless = new();
        BatchRecord part = keyless.Engine.Seal("job", "a", "b").NewBatches.Single();
        List<string> calls = [];
        RefuseCreates(keyless, 2, wholeBodyWasSent: true, calls);

        SendResult refused = await keyless.Engine.SendAsync(part);

        Assert.Equal((BatchState.Spooled, FailureKind.Authentication), (refused.Batch.State, refused.Failure!.Kind));
        Assert.Equal(["list", "create", "list", "create"], calls);
        Assert.NotNull(keyless.Engine.Ledger.Jobs.Get(part.JobId).PauseReason);
    }

    [Fact]
    public async Task Where_a_script_gives_the_token_the_next_step_renews_lists_and_sends()
    {
        using KeylessFixture keyless = new(needsPipeline: true);
        BatchRecord part = keyless.Engine.Seal("job", "a", "b").NewBatches.Single();
        List<string> calls = [];
        RefuseCreates(keyless, 1, wholeBodyWasSent: true, calls);

        SendResult refused = await keyless.Engine.SendAsync(part);
        Assert.Equal((BatchState.Spooled, "CredentialExpired", 1), (refused.Batch.State, refused.Failure!.Id, keyless.Exchanges));
        Assert.Null(keyless.Engine.Ledger.Jobs.Get(part.JobId).PauseReason);

        SendResult sent = await keyless.Engine.SendAsync(refused.Batch);
        Assert.Equal((BatchState.InProgress, 2), (sent.Batch.State, keyless.Exchanges));
        Assert.Equal(["list", "create", "list", "create", "list"], calls);
    }

    [Fact]
    public async Task A_refused_create_whose_token_cannot_be_renewed_stays_unsent_and_the_job_goes_on_later()
    {
        using KeylessFixture keyless = new();
        BatchRecord part = keyless.Engine.Seal("job", "a", "b").NewBatches.Single();
        List<string> calls = [];
        RefuseCreates(keyless, 1, wholeBodyWasSent: true, calls, () => keyless.Source.Failure = new ClaudeBatchException(FailureKind.Authentication, "None", "There is none."));

        SendResult refused = await keyless.Engine.SendAsync(part);
        Assert.Equal((BatchState.Spooled, "CredentialExpired"), (refused.Batch.State, refused.Failure!.Id));
        Assert.Contains("There is none.", refused.Failure.Message, StringComparison.Ordinal);

        keyless.Source.Failure = null;
        Assert.Equal(BatchState.InProgress, (await keyless.Engine.SendAsync(refused.Batch)).Batch.State);
    }

    [Fact]
    public async Task Nothing_is_sent_while_there_is_no_token_and_the_job_is_not_paused()
    {
        using KeylessFixture keyless = new();
        BatchRecord part = keyless.Engine.Seal("job", "a", "b").NewBatches.Single();
        keyless.BeforeExchange = static _ => InterferingHandler.Refusal(500, null);

        SendResult held = await keyless.Engine.SendAsync(part);

        Assert.Equal((BatchState.Spooled, "TokenExchangeFailed"), (held.Batch.State, held.Failure!.Id));
        Assert.Null(keyless.Engine.Ledger.Jobs.Get(part.JobId).PauseReason);
        Assert.Equal(0, keyless.Network.Creates);
        keyless.BeforeExchange = static _ => null;
        Assert.Equal(BatchState.InProgress, (await keyless.Engine.SendAsync(held.Batch)).Batch.State);
    }

    [Theory]
    [InlineData(401, "authentication_error", true)]
    [InlineData(500, null, false)]
    public async Task A_round_ends_with_the_error_where_nobody_will_get_a_token_and_waits_where_somebody_may(int status, string? type, bool ends)
    {
        using KeylessFixture keyless = new();
        BatchRecord part = keyless.Engine.Seal("job", "a", "b").NewBatches.Single();
        keyless.BeforeExchange = _ => InterferingHandler.Refusal(status, type);
        BatchRound round = new(keyless.Engine.Ledger, keyless.Engine.Api);

        Exception? ended = await Record.ExceptionAsync(() => round.RunAsync([part.Id], null, CancellationToken.None));

        Assert.Equal(ends ? "TokenExchangeRefused" : null, (ended as ClaudeBatchException)?.Id);
        Assert.Equal(BatchState.Spooled, keyless.Engine.Ledger.Batches.Get(part.Id).State);
        Assert.Equal(!ends, keyless.Engine.Api.Outage is not null);
    }

    [Fact]
    public async Task Waiting_goes_on_where_the_file_of_the_identity_token_is_late_and_says_so()
    {
        using KeylessFixture keyless = new(static plan => plan.Federation!.Rules[0].TokenLifetimeSeconds = 600);
        BatchRecord sent = await keyless.SentAsync();
        string path = Path.Combine(keyless.Engine.Root, "late.jwt");
        await File.WriteAllTextAsync(path, keyless.Issuer.Token(keyless.Now, lifetime: TimeSpan.FromHours(1)));
        TokenCredential process = keyless.Another(new FileIdentityToken(path));
        keyless.Engine.Clock.Advance(TimeSpan.FromMinutes(11));
        await KeylessFixture.TokenAsync(process);
        keyless.Engine.Clock.Advance(TimeSpan.FromMinutes(11));
        using BatchApi api = new(
            new ServiceConnection(keyless.Engine.Api.Connection.BaseAddress, process),
            new EmulatorHandler(Path.Combine(keyless.Engine.Root, "service"), keyless.Engine.Plan, keyless.Engine.Clock),
            keyless.Engine.Clock);

        RoundNote note = Assert.Single((await new BatchRound(keyless.Engine.Ledger, api).RunAsync([sent.Id], sent: null, CancellationToken.None)).Notes);

        Assert.Equal((NoteWeight.Warning, "IdentityTokenUsed"), (note.Weight, note.Failure!.Id));
        Assert.Contains(path, note.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_job_of_another_workspace_is_an_error_by_name()
    {
        using KeylessFixture keyless = new();
        BatchRecord sent = await keyless.SentAsync();
        keyless.Network.After = static (_, response) =>
        {
            response.Headers.Remove("anthropic-workspace-id");
            response.Headers.Add("anthropic-workspace-id", "wrkspc_other");
            return response;
        };

        ClaudeBatchException failure = await Assert.ThrowsAsync<ClaudeBatchException>(
            () => new BatchPoller(keyless.Engine.Ledger, keyless.Engine.Api, keyless.Engine.Clock).RefreshAsync(sent, CancellationToken.None));

        Assert.Equal("JobBoundElsewhere", failure.Id);
        Assert.Contains("belongs to the workspace 'wrkspc_01Emulated0000000000000', and this connection leads to 'wrkspc_other'", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_names_the_workspace_in_which_the_job_was_begun_and_a_token_of_a_rule_does_not()
    {
        using EngineFixture engine = new();
        using KeylessFixture keyless = new();
        foreach ((EngineFixture each, string?[] expected) in new[] { (engine, new string?[] { null, "wrkspc_01Emulated0000000000000" }), (keyless.Engine, [null, null]) })
        {
            BatchRecord sent = (await each.SendAsync(each.Seal("job", "a").NewBatches.Single())).Batch;
            List<string?> named = [];
            using Listener network = new(new ClaudeBatch.Emulator.EmulatorHandler(Path.Combine(each.Root, "service"), each.Plan, each.Clock), named);
            using BatchApi api = new(each.Connection, network, each.Clock);
            await api.ListAsync(1, null, CancellationToken.None);
            await new BatchPoller(each.Ledger, api, each.Clock).RefreshAsync(sent, CancellationToken.None);
            Assert.Equal(expected, named);
        }
    }

    [Fact]
    public async Task A_job_of_a_key_for_several_workspaces_stays_in_its_own()
    {
        const string first = "wrkspc_01Emulated0000000000000";
        const string second = "wrkspc_02Emulated0000000000000";
        using EngineFixture engine = new(new ClaudeBatch.Emulator.EmulatorPlan { ApiKeyWorkspaceIds = [first, second] });
        BatchRecord part = engine.Seal("job", "a").NewBatches.Single();
        ServiceConnection named = new(engine.Connection.BaseAddress, engine.Connection.Credential) { WorkspaceId = second };
        using (BatchApi api = new(named, new ClaudeBatch.Emulator.EmulatorHandler(Path.Combine(engine.Root, "service"), engine.Plan, engine.Clock), engine.Clock))
        {
            part = (await new BatchSender(engine.Ledger, api).SendAsync(part.Id, null, CancellationToken.None)).Batch;
        }

        engine.Clock.Advance(TimeSpan.FromHours(1));
        BatchRecord ended = await new BatchPoller(engine.Ledger, engine.Api, engine.Clock).RefreshAsync(part, CancellationToken.None);

        Assert.Equal((second, BatchState.Ended), (part.WorkspaceId, ended.State));
        Assert.Empty((await AccountList.FetchAsync(engine.Api, DateTimeOffset.MinValue, CancellationToken.None)).Batches);
    }

    private static void RefuseCreates(KeylessFixture keyless, int count, bool wholeBodyWasSent, List<string> calls, Action? then = null)
        => keyless.Network.Before = request =>
        {
            calls.Add(InterferingHandler.IsCreate(request) ? "create" : "list");
            if (!InterferingHandler.IsCreate(request) || count-- <= 0)
            {
                return null;
            }

            if (wholeBodyWasSent)
            {
                request.Content!.CopyToAsync(Stream.Null).GetAwaiter().GetResult();
            }

            then?.Invoke();
            return InterferingHandler.Refusal(401, "authentication_error");
        };

    private sealed class Listener(HttpMessageHandler inner, List<string?> named) : DelegatingHandler(inner)
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            named.Add(request.Headers.TryGetValues("anthropic-workspace-id", out IEnumerable<string>? values) ? values.Single() : null);
            return base.SendAsync(request, cancellationToken);
        }
    }
}
