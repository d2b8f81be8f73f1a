using ClaudeBatch.Core.Account;
using ClaudeBatch.Core.Input;
using ClaudeBatch.Core.Ledger;
using ClaudeBatch.Core.Ledger.Files;
using ClaudeBatch.Core.Results;
using ClaudeBatch.Core.Retries;
using ClaudeBatch.Core.Running;
using ClaudeBatch.Core.Sending;
using ClaudeBatch.Emulator;

namespace ClaudeBatch.Core.Tests.Ledger;

/// <summary>Two processes decide about one batch: what one has written is not taken back by what the other has read before.</summary>
public sealed class DecisionTests : IDisposable
{
    private readonly EngineFixture _engine;

    private InterferingHandler? _network;

    public DecisionTests() => _engine = new EngineFixture(between: service => _network = new InterferingHandler(service));

    public void Dispose() => _engine.Dispose();

    [Fact]
    public async Task A_poll_that_comes_late_leaves_a_collected_batch_collected()
    {
        BatchRecord running = (await _engine.SendAsync(_engine.Seal("job", "a", "b").NewBatches[0])).Batch;
        _engine.Clock.Advance(TimeSpan.FromHours(1));
        DuringNext(
            static request => request.Method == HttpMethod.Get,
            () => RefreshAndCollect(running));

        BatchRecord now = await new BatchPoller(_engine.Ledger, _engine.Api, _engine.Clock).RefreshAsync(running, CancellationToken.None);

        Assert.Equal(BatchState.Collected, now.State);
        Assert.Equal(2, _engine.Ledger.Jobs.Totals(_engine.Job("job")).Succeeded);
    }

    [Fact]
    public async Task A_cancel_that_comes_late_leaves_a_collected_batch_collected()
    {
        BatchRecord running = (await _engine.SendAsync(_engine.Seal("job", "a", "b").NewBatches[0])).Batch;
        DuringNext(static request => request.RequestUri!.AbsolutePath.EndsWith("/cancel", StringComparison.Ordinal), () =>
        {
            _engine.Clock.Advance(TimeSpan.FromHours(1));
            RefreshAndCollect(running);
        });

        BatchRecord now = await new BatchControl(_engine.Ledger, _engine.Api).CancelAsync(running, CancellationToken.None);

        Assert.Equal(BatchState.Collected, now.State);
    }

    [Fact]
    public async Task A_denial_that_comes_late_loses_no_collected_batch()
    {
        BatchRecord running = (await _engine.SendAsync(_engine.Seal("job", "a").NewBatches[0])).Batch;
        _engine.Ledger.Batches.Change(running, running with { NotFoundSince = _engine.Clock.GetUtcNow().UtcDateTime });
        running = _engine.Ledger.Batches.Get(running.Id);
        _engine.Clock.Advance(TimeSpan.FromHours(1));
        bool denies = true;
        _network!.After = (request, response) =>
        {
            if (!denies || request.Method != HttpMethod.Get)
            {
                return response;
            }

            denies = false;
            RefreshAndCollect(running);
            _network.After = static (_, r) => r;
            return new HttpResponseMessage(System.Net.HttpStatusCode.NotFound)
            {
                Content = new StringContent("""{"type":"error","error":{"type":"not_found_error","message":"No."}}"""),
            };
        };

        await new BatchPoller(_engine.Ledger, _engine.Api, _engine.Clock).RefreshAsync(running, CancellationToken.None);

        Assert.Equal(BatchState.Collected, _engine.Ledger.Batches.Get(running.Id).State);
    }

    [Fact]
    public void A_decision_from_an_older_version_is_not_written()
    {
        BatchRecord batch = _engine.Seal("job", "a").NewBatches[0];
        _engine.Ledger.Batches.Change(batch, batch with { State = BatchState.Uploading });

        ClaudeBatchException failure = Assert.Throws<ClaudeBatchException>(
            () => _engine.Ledger.Batches.Change(batch, batch with { State = BatchState.Abandoned }));

        Assert.Equal(FailureCause.BatchChanged, failure.Cause);
        Assert.Equal(BatchState.Uploading, _engine.Ledger.Batches.Get(batch.Id).State);
    }

    [Fact]
    public void Counts_of_two_polls_do_not_stand_in_each_others_way()
    {
        BatchRecord batch = _engine.Seal("job", "a", "b").NewBatches[0];
        _engine.Ledger.Batches.Change(batch, batch with { Counts = batch.Counts with { Succeeded = 1 } });

        _engine.Ledger.Batches.Change(batch, batch with { Counts = batch.Counts with { Succeeded = 2 } });

        Assert.Equal(2, _engine.Ledger.Batches.Get(batch.Id).Counts.Succeeded);
    }

    [Fact]
    public void Three_others_that_were_quicker_are_a_busy_batch()
    {
        BatchRecord batch = _engine.Seal("job", "a").NewBatches[0];
        int others = 0;

        ClaudeBatchException failure = Assert.Throws<ClaudeBatchException>(() => _engine.Ledger.Decide(batch, seen =>
        {
            _engine.Ledger.Batches.Change(seen, seen with { Message = $"other {++others}" });
            return new Decision(seen with { State = BatchState.Abandoned });
        }));

        Assert.Equal(("BatchBusy", 3), (failure.Id, others));
        Assert.Equal(BatchState.Spooled, _engine.Ledger.Batches.Get(batch.Id).State);
    }

    [Fact]
    public async Task The_last_byte_stays_when_another_process_has_given_the_part_up_meanwhile()
    {
        BatchRecord batch = _engine.Seal("job", "a").NewBatches[0];
        _network!.Before = request =>
        {
            if (InterferingHandler.IsCreate(request))
            {
                BatchRecord uploading = _engine.Ledger.Batches.Get(batch.Id);
                _engine.Ledger.Batches.Change(uploading, uploading with { State = BatchState.Abandoned });
            }

            return null;
        };

        SendResult sent = await _engine.SendAsync(batch);

        Assert.Equal(BatchState.Abandoned, sent.Batch.State);
        Assert.Empty(await _engine.AtServiceAsync());
    }

    [Fact]
    public async Task An_id_whose_part_was_removed_while_it_was_sent_is_in_the_journal_and_the_error()
    {
        BatchRecord batch = _engine.Seal("job", "a").NewBatches[0];
        _engine.Between = _ => _engine.Ledger.Jobs.Forget(_engine.Job("job"));

        ClaudeBatchException failure = await Assert.ThrowsAsync<ClaudeBatchException>(() => _engine.SendAsync(batch));

        string id = Assert.Single(await _engine.AtServiceAsync()).Id;
        Assert.Equal("BatchIdNotStored", failure.Id);
        Assert.Contains(id, failure.Message, StringComparison.Ordinal);
        Assert.Contains(_engine.Ledger.Events.Read(null, null, 0, 100), e => e.Message.Contains(id, StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_id_is_in_the_error_when_the_ledger_was_deleted_while_it_was_sent()
    {
        BatchRecord batch = _engine.Seal("job", "a").NewBatches[0];
        _engine.Between = _ => _engine.Ledger.Database.Execute("DROP TABLE batch");

        ClaudeBatchException failure = await Assert.ThrowsAsync<ClaudeBatchException>(() => _engine.SendAsync(batch));

        Assert.Equal("BatchIdNotStored", failure.Id);
        Assert.Contains(Assert.Single(await _engine.AtServiceAsync()).Id, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Numbers_of_jobs_and_batches_are_used_once()
    {
        BatchRecord first = _engine.Seal("job", "a").NewBatches[0];
        new JobPruner(_engine.Ledger).Forget(_engine.Job("job"), evenUnfinished: true);

        BatchRecord second = _engine.Seal("job", "a").NewBatches[0];

        Assert.NotEqual((first.Id, first.JobId, first.Identity), (second.Id, second.JobId, second.Identity));
        Assert.True(second.Id > first.Id && second.JobId > first.JobId);
        Assert.Equal("BatchGone", Assert.Throws<ClaudeBatchException>(() => _engine.Ledger.Batches.Get(first)).Id);
        Assert.Equal("JobGone", Assert.Throws<ClaudeBatchException>(() => _engine.Ledger.Jobs.Get(first.JobId)).Id);
    }

    [Fact]
    public void A_job_that_is_sent_while_somebody_is_asked_whether_to_remove_it_stays()
    {
        _engine.Seal("job", "a");
        JobRecord asked = _engine.Job("job");
        new BatchRepair(_engine.Ledger, _engine.Api).Abandon(_engine.Ledger.Batches.OfJob(asked.Id)[0]);
        JobPruner pruner = new(_engine.Ledger);
        Assert.Null(pruner.Unfinished(asked));

        // Another shell submits while the question stands.
        _engine.Seal("job", "b");
        ClaudeBatchException failure = Assert.Throws<ClaudeBatchException>(() => pruner.Forget(asked, evenUnfinished: false));

        Assert.Equal("JobNotFinished", failure.Id);
        Assert.NotNull(_engine.Ledger.Jobs.Find("job"));
    }

    [Fact]
    public async Task A_job_is_not_removed_while_another_process_sends_a_part_of_it()
    {
        BatchRecord batch = _engine.Seal("job", "a").NewBatches[0];
        ClaudeBatchException? failure = null;
        _engine.Between = _ => failure = Assert.Throws<ClaudeBatchException>(
            () => new JobPruner(_engine.Ledger).Forget(_engine.Job("job"), evenUnfinished: true));

        Assert.Equal(BatchState.InProgress, (await _engine.SendAsync(batch)).Batch.State);
        Assert.Equal("BatchBusy", failure!.Id);
    }

    [Fact]
    public async Task A_part_that_is_accepted_after_its_job_was_stopped_is_canceled()
    {
        BatchRecord batch = _engine.Seal("job", "a").NewBatches[0];
        _engine.Between = _ => _engine.Ledger.Stop(_engine.Job("job"));

        SendResult sent = await _engine.SendAsync(batch);

        Assert.Equal(BatchState.Canceling, sent.Batch.State);
        Assert.NotNull(Assert.Single(await _engine.AtServiceAsync()).CancelInitiatedAt);
    }

    [Fact]
    public async Task A_part_that_was_abandoned_too_late_is_canceled_at_the_service()
    {
        BatchRecord seen = _engine.Seal("job", "a").NewBatches[0];
        await _engine.SendAsync(seen);

        BatchRecord now = await new BatchControl(_engine.Ledger, _engine.Api).CancelAsync(seen, CancellationToken.None);

        Assert.Equal(BatchState.Canceling, now.State);
    }

    [Theory]
    [InlineData("GET", "")]
    [InlineData("POST", "/cancel")]
    [InlineData("DELETE", "")]
    public async Task A_reply_about_another_batch_is_an_error_and_changes_nothing(string method, string end)
    {
        BatchRecord ours = (await _engine.SendAsync(_engine.Seal("job", "a").NewBatches[0])).Batch;
        _network!.After = (request, response) => request.Method.Method == method
            && request.RequestUri!.AbsolutePath.EndsWith(ours.ServiceId + end, StringComparison.Ordinal)
            ? new HttpResponseMessage(System.Net.HttpStatusCode.OK)
            {
                Content = new StringContent(response.Content.ReadAsStringAsync().GetAwaiter().GetResult()
                    .Replace(ours.ServiceId!, "msgbatch_another", StringComparison.Ordinal)),
            }
            : response;
        BatchControl control = new(_engine.Ledger, _engine.Api);

        ClaudeBatchException failure = await Assert.ThrowsAsync<ClaudeBatchException>(() => method switch
        {
            "GET" => new BatchPoller(_engine.Ledger, _engine.Api, _engine.Clock).RefreshAsync(ours, CancellationToken.None),
            "POST" => control.CancelAsync(ours, CancellationToken.None),
            _ => control.DeleteAsync(ours, CancellationToken.None),
        });

        Assert.Equal("AnotherBatch", failure.Id);
        Assert.Equal(ours, _engine.Ledger.Batches.Get(ours.Id) with { Settlement = ours.Settlement });
    }

    [Theory]
    [InlineData("""{"data":[],"has_more":true,"last_id":null}""", "ListEndless")]
    [InlineData("""{"data":[],"has_more":true,"last_id":"msgbatch_1"}""", "ListEndless")]
    [InlineData("""{"data":[{"id":"msgbatch_1","processing_status":"ended","request_counts":{},"created_at":"2026-11-21T03:00:00Z"}],"has_more":true,"last_id":"msgbatch_1"}""", "ListEndless")]
    [InlineData("""{"data":[{"id":"msgbatch_1"}],"has_more":false}""", "ResponseUnreadable")]
    [InlineData("""{"data":[{"id":"a/b","processing_status":"ended","request_counts":{},"created_at":"2026-11-21T03:00:00Z"}]}""", "ResponseUnreadable")]
    [InlineData("""{"has_more":false}""", "ResponseUnreadable")]
    [InlineData("[]", "ResponseUnreadable")]
    public async Task A_list_that_is_none_sends_nothing_and_ends(string list, string id)
    {
        BatchRecord batch = _engine.Seal("job", "a").NewBatches[0];
        int calls = 0;
        _network!.Before = request => request.Method == HttpMethod.Get && calls++ < 100
            ? new HttpResponseMessage(System.Net.HttpStatusCode.OK) { Content = new StringContent(list) }
            : null;

        SendResult sent = await _engine.SendAsync(batch);

        Assert.Equal((BatchState.Spooled, id), (sent.Batch.State, sent.Failure!.Id));
        Assert.InRange(calls, 1, 3);
        Assert.Equal(0, _network.Creates);
    }

    [Fact]
    public async Task A_part_that_another_process_has_sent_before_its_lock_was_ours_is_not_sent_again()
    {
        BeforeLockFolder? folder = null;
        using EngineFixture engine = new(
            between: service => _network = new InterferingHandler(service), folder: root => folder = new BeforeLockFolder(root));
        BatchRecord batch = engine.Seal("job", "a").NewBatches[0];
        folder!.BeforeLock = () =>
        {
            using JobLedger other = JobLedger.Open(new LedgerFolder(folder.Root), engine.Clock);
            new BatchSender(other, engine.Api).SendAsync(batch.Id, null, CancellationToken.None).GetAwaiter().GetResult();
        };

        SendResult sent = await engine.SendAsync(batch);

        Assert.Equal((BatchState.InProgress, null), (sent.Batch.State, sent.Failure));
        Assert.Equal(1, _network!.Creates);
        Assert.Equal(Assert.Single(await engine.AtServiceAsync()).Id, sent.Batch.ServiceId);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(1)]
    public async Task A_spool_of_another_length_is_told_before_anybody_is_called(int more)
    {
        BatchRecord batch = _engine.Seal("job", "a").NewBatches[0];
        string spool = _engine.Ledger.Folder.Spool(batch.JobId, batch.Part);
        using (FileStream file = new(spool, FileMode.Open))
        {
            file.SetLength(file.Length + more);
        }

        _network!.Before = static _ => throw new InvalidOperationException("Nobody is called.");
        SendResult sent = await _engine.SendAsync(batch);

        Assert.Equal((BatchState.Abandoned, "SpoolChanged"), (sent.Batch.State, sent.Failure?.Id));
        Assert.Contains(spool, sent.Failure!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_spool_that_was_edited_is_not_sent_to_its_end()
    {
        BatchRecord batch = _engine.Seal("job", "a").NewBatches[0];
        string spool = _engine.Ledger.Folder.Spool(batch.JobId, batch.Part);
        string text = await File.ReadAllTextAsync(spool);
        await File.WriteAllTextAsync(spool, text.Replace("\"Hi\"", "\"Ho\"", StringComparison.Ordinal));

        SendResult sent = await _engine.SendAsync(batch);

        Assert.Equal((BatchState.Abandoned, FailureCause.SpoolChanged), (sent.Batch.State, sent.Failure!.Cause));
        Assert.Contains(spool, sent.Failure.Message, StringComparison.Ordinal);
        Assert.Empty(await _engine.AtServiceAsync());
        BatchRecord anew = Assert.Single(_engine.Seal("job", "a").NewBatches);
        Assert.Equal(BatchState.InProgress, (await _engine.SendAsync(anew)).Batch.State);
    }

    [Fact]
    public async Task The_rows_go_with_the_last_payload_of_a_job()
    {
        BatchRecord first = await _engine.RunAsync(_engine.Seal("job", "a").NewBatches[0]);
        BatchRecord second = await _engine.RunAsync(_engine.Seal("job", "a", "b").NewBatches[0]);
        string rows = _engine.Ledger.Folder.Source(first.JobId);
        BatchControl control = new(_engine.Ledger, _engine.Api);

        control.RemovePayloads(first, evenOpen: false);
        Assert.True(File.Exists(rows));
        control.RemovePayloads(second, evenOpen: false);

        Assert.False(File.Exists(rows));
        Assert.True(new Reconciler(_engine.Ledger).Check(_engine.Job("job")).IsReconciled);
    }

    [Fact]
    public void A_full_database_is_told_as_a_full_disk()
    {
        _engine.Seal("job", "a");
        long pages = _engine.Ledger.Database.Scalar("PRAGMA page_count");
        _engine.Ledger.Database.Scalar($"PRAGMA max_page_count = {pages}");

        ClaudeBatchException failure = Assert.Throws<ClaudeBatchException>(
            () => _engine.Seal("large", Enumerable.Range(0, 5_000).Select(static i => EngineFixture.Request($"row-{i}"))));

        Assert.Equal("LedgerFull", failure.Id);
        Assert.True(LedgerFailure.IsFull(failure));
    }

    [Fact]
    public void A_damaged_database_is_called_one()
    {
        _engine.Seal("job", Enumerable.Range(0, 2_000).Select(static i => EngineFixture.Request($"row-{i}")));
        string path = _engine.Ledger.Folder.Database;
        byte[] bytes = File.ReadAllBytes(path);
        // Behind the pages of the schema, of which a ledger is known for one when it is opened.
        for (int page = 40; page < bytes.Length / 4096; page++)
        {
            bytes.AsSpan((page * 4096) + 100, 40).Fill(0xA5);
        }

        File.WriteAllBytes(path, bytes);

        using JobLedger damaged = JobLedger.Open(_engine.Ledger.Folder, _engine.Clock);
        ClaudeBatchException failure = Assert.Throws<ClaudeBatchException>(() =>
        {
            using JobInput input = JobInput.Open(damaged, new JobInputOptions { Name = "job", Connection = _engine.Connection });
            for (int i = 0; i < 2_000; i++)
            {
                input.Add($"row-{i}", EngineFixture.Request($"row-{i}").Utf8.Span, """{"row":1}"""u8);
            }

            input.Seal();
        });

        Assert.Equal("LedgerUnreadable", failure.Id);
    }

    [Fact]
    public async Task What_has_no_spool_any_more_is_not_retried_for_ever()
    {
        _network!.After = static (request, response) => request.RequestUri!.AbsolutePath.EndsWith("/results", StringComparison.Ordinal)
            ? new HttpResponseMessage(System.Net.HttpStatusCode.OK)
            {
                Content = new StringContent(
                    """{"custom_id":"a","result":{"type":"errored","error":{"type":"error","error":{"type":"api_error","message":"Later."}}}}"""
                        + "\n"),
            }
            : response;
        using JobInput input = JobInput.Open(
            _engine.Ledger, new JobInputOptions { Name = "job", Connection = _engine.Connection, MaxAttempts = 3 });
        input.Add("a", EngineFixture.Request("a").Utf8.Span, default);
        BatchRecord batch = await _engine.RunAsync(input.Seal().NewBatches[0]);
        input.Dispose();
        JobStep step = _engine.Step;
        Assert.True(step.IsDue(_engine.Job("job"), isNamed: true));

        new BatchControl(_engine.Ledger, _engine.Api).RemovePayloads(batch, evenOpen: false);

        Assert.False(step.IsDue(_engine.Job("job"), isNamed: true));
    }

    [Fact]
    public async Task Retries_keep_the_limits_of_the_jobs_parts()
    {
        _network!.After = static (request, response) => request.RequestUri!.AbsolutePath.EndsWith("/results", StringComparison.Ordinal)
            ? Errored(response)
            : response;
        SealedInput input = _engine.Seal(
            "job", Enumerable.Range(0, 6).Select(static i => EngineFixture.Request($"row-{i}")), new SpoolLimits(MaxRequests: 2));
        foreach (BatchRecord batch in input.NewBatches)
        {
            await _engine.RunAsync(batch);
        }

        JobRecord job = _engine.Job("job");
        IReadOnlyList<BatchRecord> again = new RetryPlanner(_engine.Ledger).Plan(job, new RetryFilter(), SpoolLimits.Of(job));

        Assert.Equal([2, 2, 2], again.Select(static b => b.RequestCount));
    }

    private static HttpResponseMessage Errored(HttpResponseMessage response)
    {
        string text = response.Content.ReadAsStringAsync().GetAwaiter().GetResult();
        IEnumerable<string> lines = text.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(static line => System.Text.Json.Nodes.JsonNode.Parse(line)!["custom_id"]!.GetValue<string>())
            .Select(static id => $"{{\"custom_id\":\"{id}\",\"result\":" + """
                {"type":"errored","error":{"type":"error","error":{"type":"api_error","message":"Later."}}}}
                """);
        return new HttpResponseMessage(response.StatusCode) { Content = new StringContent(string.Join('\n', lines) + "\n") };
    }

    private void RefreshAndCollect(BatchRecord batch)
    {
        using JobLedger other = JobLedger.Open(_engine.Ledger.Folder, _engine.Clock);
        new BatchPoller(other, _engine.Api, _engine.Clock).RefreshAsync(other.Batches.Get(batch.Id), CancellationToken.None)
            .GetAwaiter().GetResult();
        new BatchCollector(other, _engine.Api, _engine.Clock).CollectAsync(batch.Id, null, CancellationToken.None).GetAwaiter().GetResult();
    }

    /// <summary>Has something happen between the service's reply to the next such call and the moment when it is read.</summary>
    private void DuringNext(Func<HttpRequestMessage, bool> call, Action happens)
    {
        bool isDone = false;
        _network!.After = (request, response) =>
        {
            if (!isDone && call(request))
            {
                isDone = true;
                happens();
            }

            return response;
        };
    }
}
