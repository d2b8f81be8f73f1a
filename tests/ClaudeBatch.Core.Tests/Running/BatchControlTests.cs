using ClaudeBatch.Core.Account;
using ClaudeBatch.Core.Ledger;
using ClaudeBatch.Core.Ledger.Files;
using ClaudeBatch.Core.Results;
using ClaudeBatch.Core.Running;

namespace ClaudeBatch.Core.Tests.Running;

/// <summary>What canceling, deleting and removing do to a batch in each of its states, and what stays.</summary>
public sealed class BatchControlTests : IDisposable
{
    private readonly EngineFixture _engine;

    private InterferingHandler? _network;

    public BatchControlTests() => _engine = new EngineFixture(between: service => _network = new InterferingHandler(service));

    private BatchControl Control => new(_engine.Ledger, _engine.Api);

    public void Dispose() => _engine.Dispose();

    [Fact]
    public async Task A_part_that_was_never_sent_is_given_up_without_a_call()
    {
        BatchRecord batch = _engine.Seal("job", "a").NewBatches[0];
        Offline();

        BatchRecord now = await CancelAsync(batch);

        Assert.Equal(BatchState.Abandoned, now.State);
        Assert.Equal("Given up before it was sent.", Assert.Single(_engine.Journal(EventKind.Abandoned)));
    }

    [Fact]
    public async Task A_part_that_another_process_sends_is_left_to_it()
    {
        BatchRecord batch = _engine.Seal("job", "a").NewBatches[0];
        using OwnershipLock? other = OwnershipLock.TryTake(_engine.Ledger.Folder, batch.LockName);

        Assert.Equal("BatchBusy", (await Assert.ThrowsAsync<ClaudeBatchException>(() => CancelAsync(batch))).Id);
        Assert.Equal(BatchState.Spooled, _engine.Now(batch).State);
    }

    [Fact]
    public async Task A_running_batch_is_canceled_at_the_service_also_when_it_was_sent_in_between()
    {
        BatchRecord seen = _engine.Seal("job", "a").NewBatches[0];
        await _engine.SendAsync(seen);

        BatchRecord now = await CancelAsync(seen);

        Assert.Equal(BatchState.Canceling, now.State);
        Assert.NotNull(Assert.Single(await _engine.AtServiceAsync()).CancelInitiatedAt);
        Assert.Equal("Canceled by request.", Assert.Single(_engine.Journal(EventKind.Canceling)));
    }

    [Fact]
    public async Task A_batch_that_is_over_is_given_as_it_is()
    {
        BatchRecord seen = _engine.Seal("job", "a").NewBatches[0];
        BatchRecord collected = await _engine.RunAsync(seen);
        Offline();

        Assert.Equal(BatchState.Collected, (await CancelAsync(seen)).State);
        Assert.Equal(BatchState.Collected, (await CancelAsync(collected)).State);
    }

    [Fact]
    public async Task A_batch_that_has_ended_before_the_cancel_arrives_is_told_as_ended()
    {
        BatchRecord running = await SentAsync("a");
        _engine.Clock.Advance(TimeSpan.FromHours(1));

        Assert.Equal(BatchState.Ended, (await CancelAsync(running)).State);
    }

    [Theory]
    [InlineData(400, null)]
    [InlineData(404, "not_found_error")]
    [InlineData(409, "conflict_error")]
    public async Task Another_refusal_of_a_cancel_is_an_error(int status, string? type)
    {
        BatchRecord running = await SentAsync("a");
        _network!.Before = request => request.Method == HttpMethod.Post ? InterferingHandler.Refusal(status, type) : null;

        Assert.Equal(status, (await Assert.ThrowsAsync<ClaudeBatchException>(() => CancelAsync(running))).Status);
        Assert.Equal(BatchState.InProgress, _engine.Now(running).State);
    }

    [Fact]
    public async Task What_the_service_does_not_have_is_deleted_without_a_call()
    {
        BatchRecord unsent = _engine.Seal("unsent", "a").NewBatches[0];
        BatchRecord deleted = await DeleteAsync(await EndedAsync("b"));
        Offline();

        Assert.Equal(BatchState.Spooled, (await DeleteAsync(unsent)).State);
        Assert.Equal(BatchState.Deleted, (await DeleteAsync(deleted)).State);
    }

    [Fact]
    public async Task A_batch_without_its_answers_is_gone_when_it_is_deleted()
    {
        BatchRecord ended = _engine.Change(await EndedAsync("a"), static b => b with { Message = "2 requests lack.", AskAgainAt = b.EndedAt });

        BatchRecord now = await DeleteAsync(ended);

        Assert.Equal((BatchState.Deleted, null, null), (now.State, now.Message, now.AskAgainAt));
        Assert.Empty(await _engine.AtServiceAsync());
        Assert.Equal($"Batch {ended.ServiceId} was deleted at the service.", Assert.Single(_engine.Journal(EventKind.Deleted)));
        Assert.StartsWith("req_", _engine.Ledger.Events.Read(null, null, 0, 100)[^1].RequestId, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Answers_that_are_here_stay_and_the_service_is_not_asked_for_more()
    {
        BatchRecord collected = _engine.Change(await _engine.RunAsync(_engine.Seal("job", "a").NewBatches[0]), static b => b with { AskAgainAt = b.EndedAt });

        BatchRecord now = await DeleteAsync(collected);

        Assert.Equal((BatchState.Collected, null), (now.State, now.AskAgainAt));
        Assert.Empty(await _engine.AtServiceAsync());
        using ResultReader reader = new(_engine.Ledger);
        Assert.Equal(Outcome.Succeeded, Assert.Single(reader.InOrder([now])).Attempt.Outcome);
    }

    [Fact]
    public async Task A_batch_that_somebody_has_deleted_before_is_deleted()
    {
        BatchRecord ended = await EndedAsync("a");
        await _engine.Api.DeleteAsync(ended.ServiceId!, CancellationToken.None);

        Assert.Equal(BatchState.Deleted, (await DeleteAsync(ended)).State);
        Assert.StartsWith("req_", _engine.Ledger.Events.Read(null, null, 0, 100)[^1].RequestId, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(404, null)]
    [InlineData(400, "invalid_request_error")]
    public async Task A_batch_that_may_still_be_there_is_not_taken_for_deleted(int status, string? type)
    {
        BatchRecord ended = await EndedAsync("a");
        _network!.Before = request => request.Method == HttpMethod.Delete ? InterferingHandler.Refusal(status, type) : null;

        Assert.Equal(status, (await Assert.ThrowsAsync<ClaudeBatchException>(() => DeleteAsync(ended))).Status);
        Assert.Equal(BatchState.Ended, _engine.Now(ended).State);
    }

    [Fact]
    public async Task A_part_that_turns_out_to_be_another_batch_meanwhile_is_not_deleted()
    {
        BatchRecord ended = await EndedAsync("a");
        Milestone.Passed = name =>
        {
            if (name == "deleted-at-service")
            {
                _engine.Change(ended, static b => b with { State = BatchState.Unconfirmed, ServiceId = null });
            }
        };

        Assert.Equal(BatchState.Unconfirmed, (await DeleteAsync(ended)).State);
    }

    [Fact]
    public async Task The_files_of_a_batch_are_removed_only_when_its_answers_are_here_or_with_force()
    {
        BatchRecord running = await SentAsync("a");

        ClaudeBatchException failure = Assert.Throws<ClaudeBatchException>(() => Control.RemovePayloads(running, evenOpen: false));
        Assert.Equal(("BatchNotCollected", FailureKind.Conflict, "job/1"), (failure.Id, failure.Kind, failure.Target));
        Assert.Equal(
            "Batch 'job/1' is InProgress: its answers are not here yet and would be lost. Collect them with Get-ClaudeBatchResult, or use -Force.",
            failure.Message);
        Assert.Equal(["part-0001.json", "source.jsonl"], Files(running));

        Control.RemovePayloads(running, evenOpen: true);

        // Its answers still come, and the rows belong to them.
        Assert.Equal(["source.jsonl"], Files(running));
    }

    [Fact]
    public async Task The_files_of_a_batch_are_not_removed_while_another_process_works_on_it()
    {
        BatchRecord collected = await _engine.RunAsync(_engine.Seal("job", "a").NewBatches[0]);
        using OwnershipLock? other = OwnershipLock.TryTake(_engine.Ledger.Folder, collected.LockName);

        Assert.Equal("BatchBusy", Assert.Throws<ClaudeBatchException>(() => Control.RemovePayloads(collected, evenOpen: true)).Id);
        Assert.Equal(3, Files(collected).Length);
    }

    [Fact]
    public async Task What_is_removed_is_written_down_once_and_the_service_is_not_asked_for_more()
    {
        BatchRecord collected = _engine.Change(await _engine.RunAsync(_engine.Seal("job", "a").NewBatches[0]), static b => b with { AskAgainAt = b.EndedAt });

        Control.RemovePayloads(collected, evenOpen: false);
        Control.RemovePayloads(collected, evenOpen: false);

        Assert.Empty(Files(collected));
        Assert.Null(_engine.Now(collected).AskAgainAt);
        Assert.Equal(
            ["The spool and the results were removed.", "The rows of the job were removed with its last batch."],
            _engine.Journal(EventKind.PayloadRemoved));
        Assert.Equal(1, _engine.Ledger.Jobs.Totals(_engine.Job("job")).Succeeded);
    }

    [Fact]
    public async Task The_rows_stay_as_long_as_a_part_needs_them_or_somebody_adds_some()
    {
        BatchRecord first = await _engine.RunAsync(_engine.Seal("job", "a").NewBatches[0]);
        BatchRecord second = await _engine.RunAsync(_engine.Seal("job", "b").NewBatches[0]);
        Control.RemovePayloads(first, evenOpen: false);
        Assert.Contains("source.jsonl", Files(second));
        File.Delete(_engine.Ledger.Folder.Spool(second.JobId, second.Part)); // somebody has made room, and the answers are there
        Control.RemovePayloads(first, evenOpen: false);
        Assert.Contains("source.jsonl", Files(second));

        using (OwnershipLock? input = OwnershipLock.TryTake(_engine.Ledger.Folder, _engine.Job("job").LockName))
        {
            Control.RemovePayloads(second, evenOpen: false);
            Assert.Equal(["source.jsonl"], Files(second));
        }

        Control.RemovePayloads(first, evenOpen: false);
        Assert.Empty(Files(second));
    }

    [Fact]
    public async Task Requests_whose_rows_were_removed_can_be_sent_again()
    {
        Control.RemovePayloads(await _engine.RunAsync(_engine.Seal("job", "a").NewBatches[0]), evenOpen: false);

        BatchRecord again = await _engine.RunAsync(_engine.Seal("job", [EngineFixture.Request("a")], sendAgain: true).NewBatches[0]);

        using ResultReader reader = new(_engine.Ledger);
        Assert.Empty(Assert.Single(reader.InOrder([again])).Source);
    }

    private void Offline() => _network!.Before = static _ => throw new HttpRequestException("no network");

    private async Task<BatchRecord> SentAsync(string id) => (await _engine.SendAsync(_engine.Seal("job", id).NewBatches[0])).Batch;

    private async Task<BatchRecord> EndedAsync(string id)
    {
        BatchRecord running = await SentAsync(id);
        _engine.Clock.Advance(TimeSpan.FromHours(1));
        return await new BatchPoller(_engine.Ledger, _engine.Api, _engine.Clock).RefreshAsync(running, CancellationToken.None);
    }

    private Task<BatchRecord> CancelAsync(BatchRecord batch) => Control.CancelAsync(batch, CancellationToken.None);

    private Task<BatchRecord> DeleteAsync(BatchRecord batch) => Control.DeleteAsync(batch, CancellationToken.None);

    private string?[] Files(BatchRecord batch)
        => [.. Directory.GetFiles(_engine.Ledger.Folder.Job(batch.JobId)).Select(Path.GetFileName).Where(static n => n != "schemas.jsonl").Order()];
}
