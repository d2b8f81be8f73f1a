using System.Text;
using ClaudeBatch.Core.Api;
using ClaudeBatch.Core.Input;
using ClaudeBatch.Core.Ledger;
using ClaudeBatch.Core.Ledger.Sqlite;
using ClaudeBatch.Core.Sending;
using ClaudeBatch.Emulator;

namespace ClaudeBatch.Core.Tests.Sending;

/// <summary>What a send leaves in the ledger, the journal and the error, where nothing goes wrong and where something does.</summary>
public sealed class SendRecordTests : IDisposable
{
    private readonly EngineFixture _engine;

    private InterferingHandler? _network;

    public SendRecordTests() => _engine = new EngineFixture(
        new EmulatorPlan { Latency = TimeSpan.FromHours(3) }, service => _network = new InterferingHandler(service));

    private InterferingHandler Network => _network!;

    public void Dispose() => _engine.Dispose();

    [Fact]
    public async Task What_the_list_has_shown_and_whose_account_it_is_is_kept()
    {
        string theirs = await _engine.StrangerAsync("x", "y");

        BatchRecord sent = (await _engine.SendAsync(_engine.Seal("job", "a").NewBatches[0])).Batch;

        Assert.Equal([theirs], SubmissionIntent.Of(sent).KnownIds);
        Assert.Equal("1 batches listed before the create.", Assert.Single(_engine.Journal(EventKind.Uploading)));
        Assert.Equal((_engine.Plan.OrganizationId, _engine.Plan.WorkspaceId), (sent.OrganizationId, sent.WorkspaceId));
        JobRecord job = _engine.Job("job");
        Assert.Equal((_engine.Plan.OrganizationId, _engine.Plan.WorkspaceId), (job.OrganizationId, job.WorkspaceId));
        Assert.Equal("The last byte is about to go.", Assert.Single(_engine.Journal(EventKind.Unconfirmed)));
        EventRecord made = _engine.Ledger.Events.Read(null, null, 0, 100).Single(static e => e.Kind == nameof(EventKind.InProgress));
        Assert.Equal($"The service made batch {sent.ServiceId}.", made.Message);
        Assert.NotNull(made.RequestId);
    }

    [Fact]
    public async Task Nothing_is_sent_of_a_part_that_another_process_has_told_to_wait_for_room_meanwhile()
    {
        BatchRecord batch = _engine.Seal("job", "a").NewBatches[0];
        DuringList(() => _engine.Ledger.Batches.WaitForRoom(batch.JobId, 1));

        SendResult result = await _engine.SendAsync(batch);

        Assert.Equal(("BatchBusy", (object)"job/1", true), (result.Failure!.Id, result.Failure.Target, result.IsWaiting));
        Assert.Equal((BatchState.Spooled, 1, 0), (result.Batch.State, result.Batch.WaitsForRoom, Network.Creates));
        Assert.Empty(_engine.Journal(EventKind.Uploading));
        Assert.Equal(BatchState.InProgress, (await _engine.SendAsync(batch)).Batch.State);
    }

    [Theory]
    [InlineData(true, BatchState.Abandoned)]
    [InlineData(false, BatchState.Uploading)]
    public async Task Nothing_is_sent_of_a_part_that_another_process_has_changed_since_an_upload_that_broke_off(bool isGivenUp, BatchState state)
    {
        BatchRecord batch = _engine.Seal("job", "a").NewBatches[0];
        string same = new SubmissionIntent([], null).ToJson();
        string other = new SubmissionIntent(["msgbatch_1"], null).ToJson();
        _engine.Change(batch, b => b with { State = BatchState.Uploading, Intent = same });
        DuringList(() => _engine.Change(batch, b => isGivenUp ? b with { State = BatchState.Abandoned } : b with { Intent = other }));

        SendResult result = await _engine.SendAsync(batch);

        Assert.Equal(("BatchBusy", state, 0), (result.Failure!.Id, result.Batch.State, Network.Creates));
    }

    [Fact]
    public async Task An_upload_that_broke_off_is_sent_anew_when_the_same_list_comes()
    {
        BatchRecord batch = _engine.Seal("job", "a").NewBatches[0];
        Network.Refuse(static () => throw new HttpRequestException("no route"));
        await _engine.SendAsync(batch);
        _engine.Change(batch, static b => b with { State = BatchState.Uploading, Message = null });
        Network.Recover();

        Assert.Equal(BatchState.InProgress, (await _engine.SendAsync(batch)).Batch.State);
    }

    [Fact]
    public async Task A_list_that_fails_sends_nothing_and_pauses_nothing()
    {
        BatchRecord batch = _engine.Seal("job", "a").NewBatches[0];
        Network.Before = static _ => CreateFaults.Error(500, "api_error");

        SendResult result = await _engine.SendAsync(batch);

        Assert.Equal(("ServiceFailed", BatchState.Spooled, 0), (result.Failure!.Id, result.Batch.State, Network.Creates));
        Assert.Null(_engine.Job("job").PauseReason);
    }

    [Fact]
    public async Task A_ledger_that_does_not_take_the_intent_ends_everything_before_the_create()
    {
        BatchRecord batch = _engine.Seal("job", "a").NewBatches[0];
        Refuse($"NEW.state = {SqlWord.Uploading}");

        ClaudeBatchException failure = await Assert.ThrowsAsync<ClaudeBatchException>(() => _engine.SendAsync(batch));

        Assert.Equal((FailureKind.Storage, 0), (failure.Kind, Network.Creates));
    }

    [Fact]
    public async Task A_ledger_that_does_not_take_the_last_byte_keeps_it_here_and_the_part_is_sent_later()
    {
        BatchRecord batch = _engine.Seal("job", "a").NewBatches[0];
        Refuse($"NEW.state = {SqlWord.Unconfirmed}");

        SendResult result = await _engine.SendAsync(batch);

        Assert.Equal((FailureKind.Storage, BatchState.Spooled), (result.Failure!.Kind, result.Batch.State));
        Assert.Empty(await _engine.AtServiceAsync());
        _engine.Ledger.Database.Execute("DROP TRIGGER refuses");
        Assert.Equal(BatchState.InProgress, (await _engine.SendAsync(batch)).Batch.State);
    }

    [Fact]
    public async Task An_id_that_the_ledger_does_not_take_is_in_the_error_and_the_journal_with_the_reply_it_came_in()
    {
        BatchRecord batch = _engine.Seal("job", "a").NewBatches[0];
        Refuse("NEW.service_id IS NOT NULL");

        ClaudeBatchException failure = await Assert.ThrowsAsync<ClaudeBatchException>(() => _engine.SendAsync(batch));

        string id = Assert.Single(await _engine.AtServiceAsync()).Id;
        Assert.Equal(("BatchIdNotStored", FailureKind.Storage, (object)id), (failure.Id, failure.Kind, failure.Target));
        Assert.Contains($"Repair-ClaudeBatch -Id 'job/1' -Adopt {id}", failure.Message, StringComparison.Ordinal);
        EventRecord written = _engine.Ledger.Events.Read(null, null, 0, 100).Single(static e => e.Kind == nameof(EventKind.IdNotStored));
        Assert.Equal((failure.RequestId, "job", 1), (written.RequestId, written.Job, written.Part));
        Assert.NotNull(failure.RequestId);
        Assert.True(File.Exists(Path.Combine(_engine.Ledger.Folder.Root, "reserve"))); // it is for a full disk
    }

    [Fact]
    public async Task An_id_of_a_part_that_another_process_has_given_another_batch_meanwhile_is_told()
    {
        BatchRecord batch = _engine.Seal("job", "a").NewBatches[0];
        _engine.Between = _ => Adopt(batch, "msgbatch_other");

        ClaudeBatchException failure = await Assert.ThrowsAsync<ClaudeBatchException>(() => _engine.SendAsync(batch));

        Assert.Equal("BatchIdNotStored", failure.Id);
        Assert.Contains("InProgress now, as batch 'msgbatch_other'", failure.Message, StringComparison.Ordinal);
        Assert.Equal("msgbatch_other", _engine.Now(batch).ServiceId);
    }

    [Fact]
    public async Task What_went_before_an_acceptance_does_not_count_after_it()
    {
        BatchRecord batch = _engine.Seal("job", "a").NewBatches[0];
        Network.Refuse(static () => CreateFaults.Error(529, "overloaded_error"));
        await _engine.SendAsync(batch);
        Network.Recover();
        _engine.Change(batch, b => b with { Resends = 2 });
        _engine.Clock.Advance(TimeSpan.FromMinutes(1));

        BatchRecord sent = (await _engine.SendAsync(batch)).Batch;

        Assert.Equal((BatchState.InProgress, 0, null, null), (sent.State, sent.Resends, sent.Refusal, sent.NotBefore));
    }

    [Fact]
    public async Task A_try_begins_without_what_the_one_before_has_left()
    {
        BatchRecord batch = _engine.Seal("job", "a").NewBatches[0];
        Network.Refuse(static () => CreateFaults.Error(529, "overloaded_error"));
        await _engine.SendAsync(batch);
        _engine.Clock.Advance(TimeSpan.FromMinutes(1));
        Network.Swallow(static () => throw new HttpRequestException("reset"));

        BatchRecord lost = (await _engine.SendAsync(batch)).Batch;

        Assert.Equal((BatchState.Unconfirmed, null, null), (lost.State, lost.Refusal, lost.NotBefore));
    }

    [Fact]
    public async Task An_acceptance_as_old_as_a_list_may_lag_is_one()
    {
        await _engine.SendAsync(_engine.Seal("first", "x", "y").NewBatches[0]);
        string at = $"\"created_at\":\"{_engine.Clock.GetUtcNow():yyyy-MM-ddTHH:mm}";
        _engine.Clock.Advance(TimeSpan.FromMinutes(1));
        await _engine.SendAsync(_engine.Seal("newer", "x", "y", "z").NewBatches[0]);
        string later = $"\"created_at\":\"{_engine.Clock.GetUtcNow():yyyy-MM-ddTHH:mm}";
        Network.ReplyInstead(response => Rewrite(response, text => text.Replace(later, at, StringComparison.Ordinal)));

        SendResult sent = await _engine.SendAsync(_engine.Seal("job", "b").NewBatches[0]);

        Assert.Equal(_engine.Clock.GetUtcNow().UtcDateTime.AddMinutes(-1), sent.Batch.CreatedAt);
        Assert.Equal(BatchState.InProgress, sent.Batch.State);
    }

    [Fact]
    public async Task An_acceptance_of_another_number_of_requests_is_none_and_is_named()
    {
        Network.ReplyInstead(static response => Rewrite(response, static text => text.Replace("\"processing\":2", "\"processing\":3", StringComparison.Ordinal)));

        SendResult sent = await _engine.SendAsync(_engine.Seal("job", "a", "b").NewBatches[0]);

        string id = Assert.Single(await _engine.AtServiceAsync()).Id;
        Assert.Equal((BatchState.Unconfirmed, "BatchUnconfirmed", (object)"job/1"), (sent.Batch.State, sent.Failure!.Id, sent.Failure.Target));
        Assert.Contains($"names '{id}', which is not a new batch of 2 requests", sent.Failure.Message, StringComparison.Ordinal);
    }

    private void DuringList(Action happens) => Network.After = (request, response) =>
    {
        if (request.Method == HttpMethod.Get)
        {
            Network.Recover();
            happens();
        }

        return response;
    };

    // The disk does not take such a change of a part.
    private void Refuse(string change) => _engine.Ledger.Database.Execute(
        $"CREATE TRIGGER refuses BEFORE UPDATE ON batch WHEN {change} BEGIN SELECT RAISE(ABORT, 'disk I/O error'); END");

    private void Adopt(BatchRecord batch, string id)
        => _engine.Change(batch, b => b with { State = BatchState.InProgress, ServiceId = id, Adopted = Adoption.Tentative });

    private static HttpResponseMessage Rewrite(HttpResponseMessage response, Func<string, string> rewrite) => new(response.StatusCode)
    {
        Content = new StringContent(rewrite(response.Content.ReadAsStringAsync().GetAwaiter().GetResult()), Encoding.UTF8),
    };
}
