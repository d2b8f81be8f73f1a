using ClaudeBatch.Core.Api;
using ClaudeBatch.Core.Input;
using ClaudeBatch.Core.Ledger;
using ClaudeBatch.Core.Ledger.Files;
using ClaudeBatch.Core.Running;
using ClaudeBatch.Emulator;

namespace ClaudeBatch.Core.Tests.Running;

/// <summary>When a job has something left to do, and what one step of it sends, collects, tries again and tells.</summary>
public sealed class JobStepTests : IDisposable
{
    private readonly EngineFixture _engine;

    private InterferingHandler? _network;

    public JobStepTests() => _engine = new EngineFixture(between: service => _network = new InterferingHandler(service));

    public void Dispose() => _engine.Dispose();

    [Fact]
    public void A_job_whose_input_was_not_read_to_its_end_is_not_due()
    {
        using (JobInput input = _engine.OpenInput("job"))
        {
            Assert.False(IsDue(isNamed: true));
        }

        Assert.False(IsDue(isNamed: true));
    }

    [Fact]
    public void A_job_that_runs_or_needs_a_decision_is_due()
    {
        BatchRecord batch = Seal(1, "a")[0];
        Assert.True(IsDue());
        _engine.Change(batch, static b => b with { State = BatchState.Unconfirmed, Settlement = new Settlement { Ambiguity = "Two have its ids." } });
        Assert.True(IsDue());
        _engine.Ledger.Stop(_engine.Job("job"));
        Assert.True(IsDue());
    }

    [Fact]
    public async Task Of_a_stopped_job_only_what_may_have_been_accepted_is_searched_for()
    {
        BatchRecord batch = Seal(2, "a")[0];
        _engine.Ledger.Stop(_engine.Job("job"));
        Assert.False(IsDue(isNamed: true));
        Assert.Empty(await StepAsync());
        Assert.Equal(0, _network!.Creates);

        _engine.Change(batch, static b => b with { State = BatchState.Unconfirmed });
        Assert.True(IsDue());
    }

    [Fact]
    public async Task What_was_accepted_after_its_job_was_stopped_is_canceled_by_the_next_step_of_any_process()
    {
        BatchRecord batch = Seal(1, "a")[0];
        await _engine.SendAsync(batch);
        _engine.Ledger.Stop(_engine.Job("job")); // whoever has sent it ended before it could see that

        Assert.True(IsDue());
        Assert.Contains("job was stopped", Assert.Single(await StepAsync()).Message, StringComparison.Ordinal);

        Assert.NotNull(Assert.Single(await _engine.AtServiceAsync()).CancelInitiatedAt);
        Assert.False(_engine.Now(batch).OutlivesStop);
        Assert.False(IsDue());
    }

    [Theory]
    [InlineData(PauseCause.ApiKeyRejected, 59, false)]
    [InlineData(PauseCause.ApiKeyRejected, 60, true)]
    [InlineData(PauseCause.CanaryFailed, 60, true)]
    [InlineData(PauseCause.HumanReviewDisabled, 6000, false)]
    [InlineData(PauseCause.ForeignReply, 6000, false)]
    [InlineData(PauseCause.RepliesLost, 6000, false)]
    public void A_paused_job_is_tried_when_it_is_named_or_after_an_hour_where_that_may_help(PauseCause cause, int minutes, bool isDue)
    {
        BatchRecord batch = Seal(1, "a", "b")[0];
        Pause(cause);
        _engine.Clock.Advance(TimeSpan.FromMinutes(minutes));

        Assert.Equal(isDue, IsDue());
        Assert.True(IsDue(isNamed: true));
        _engine.Change(batch, static b => b with { State = BatchState.Unconfirmed });
        Assert.True(IsDue());
    }

    [Fact]
    public void A_pause_that_an_earlier_version_wrote_down_without_its_time_is_an_old_one()
    {
        Seal(1, "a");
        Pause(PauseCause.ApiKeyRejected);
        _engine.Ledger.Database.Execute("UPDATE job SET paused_at = NULL");

        Assert.True(IsDue());
    }

    [Fact]
    public async Task A_finished_job_is_due_when_the_service_is_to_be_asked_for_missing_answers()
    {
        foreach (BatchRecord part in Seal(1, "a", "b"))
        {
            await _engine.RunAsync(part);
        }

        Assert.False(IsDue(isNamed: true));
        _engine.Change(_engine.Ledger.Batches.Find("job/1")!, b => b with { AskAgainAt = _engine.Clock.GetUtcNow().UtcDateTime.AddHours(1) });
        Assert.False(IsDue(isNamed: true));

        _engine.Clock.Advance(TimeSpan.FromHours(1));

        Assert.True(IsDue());
    }

    [Fact]
    public async Task A_job_of_another_address_is_left_alone()
    {
        ServiceConnection elsewhere = new(new Uri("https://elsewhere.example/"), ApiCredential.FromKey("sk-ant-test"));
        using (JobInput input = JobInput.Open(_engine.Ledger, new JobInputOptions { Name = "job", Connection = elsewhere }))
        {
            EngineFixture.Seal(input, [EngineFixture.Request("a")]);
        }

        Assert.Equal("JobBoundElsewhere", (await Assert.ThrowsAsync<ClaudeBatchException>(() => StepAsync(isAsked: true))).Id);
    }

    [Fact]
    public async Task A_job_whose_batch_is_in_another_workspace_is_left_alone_and_waiting_for_it_is_an_error()
    {
        BatchRecord batch = (await _engine.SendAsync(Seal(1, "a")[0])).Batch;
        _network!.After = static (_, response) =>
        {
            response.Headers.Remove("anthropic-workspace-id");
            response.Headers.Add("anthropic-workspace-id", "wrkspc_other");
            return response;
        };

        RoundNote note = Assert.Single((await new BatchRound(_engine.Ledger, _engine.Api).RunAsync([batch.Id], sent: null, CancellationToken.None)).Notes);

        Assert.Equal((NoteWeight.Error, "JobBoundElsewhere"), (note.Weight, note.Failure!.Id));
        Assert.Equal("JobBoundElsewhere", (await Assert.ThrowsAsync<ClaudeBatchException>(() => StepAsync())).Id);
    }

    [Fact]
    public async Task What_something_on_the_way_has_refused_is_sent_again_when_a_person_asks()
    {
        Seal(1, "a");
        Pause(PauseCause.ForeignReply);
        Assert.Empty(await StepAsync());
        Assert.Equal(0, _network!.Creates);

        Assert.Empty(await StepAsync(isAsked: true));

        Assert.Equal((1, null), (_network.Creates, _engine.Job("job").PausedFor));
    }

    [Fact]
    public async Task A_refusal_of_what_is_sent_is_told()
    {
        Seal(1, "a");
        _engine.Plan.Faults = [new EmulatorFault(FaultKind.Refuse) { Status = 400 }];

        RoundNote note = Assert.Single(await StepAsync());

        Assert.Equal(("RequestInvalid", NoteWeight.Error), (note.Failure!.Id, note.Weight));
    }

    [Theory]
    [InlineData("busy", "BatchBusy", NoteWeight.Detail)]
    [InlineData("cut", "ResultsCut", NoteWeight.Warning)]
    [InlineData("none", "ResultsUnreadable", NoteWeight.Warning)]
    [InlineData("unknown", "ResultsNotFound", NoteWeight.Error)]
    public async Task Results_that_do_not_come_are_told_and_the_others_are_collected(string what, string id, NoteWeight weight)
    {
        BatchRecord[] parts = await SentAsync(1, "a", "b");
        using OwnershipLock? other = what == "busy" ? OwnershipLock.TryTake(_engine.Ledger.Folder, parts[0].LockName) : null;
        _engine.Plan.Faults = what == "cut" ? [new EmulatorFault(FaultKind.DownloadCut)] : what == "none" ? [new EmulatorFault(FaultKind.MissingLines)] : [];
        _network!.Before = request => what == "unknown" && IsResultsOf(parts[0], request) ? InterferingHandler.Refusal(404, "not_found_error") : null;

        RoundNote note = Assert.Single(await StepAsync());

        Assert.Equal((id, weight, "job/1"), (note.Failure!.Id, note.Weight, note.Batch.Key));
        Assert.Equal(note.Failure.Message, note.Message);
        Assert.Equal([BatchState.Ended, BatchState.Collected], parts.Select(State));
    }

    [Fact]
    public async Task A_rejected_key_ends_the_step()
    {
        BatchRecord[] parts = await SentAsync(1, "a", "b");
        _network!.Before = request => IsResultsOf(parts[0], request) ? InterferingHandler.Refusal(401, "authentication_error") : null;

        Assert.Equal("ApiKeyRejected", (await Assert.ThrowsAsync<ClaudeBatchException>(() => StepAsync())).Id);
        Assert.Equal([BatchState.Ended, BatchState.Ended], parts.Select(State));
    }

    [Theory]
    [InlineData("claude-haiku-4-5", null, 2)]
    [InlineData("claude-none", "CanaryFailed", 1)]
    public async Task The_step_that_collects_the_canary_sends_the_rest_or_says_why_not(string model, string? failure, int creates)
    {
        using (JobInput input = _engine.OpenInput("job", staging: new Staging(1, warmCache: false)))
        {
            EngineFixture.Seal(input, [EngineFixture.Request("a", model: model), EngineFixture.Request("b")]);
        }

        Assert.Empty(await StepAsync());
        _engine.Clock.Advance(TimeSpan.FromHours(1));

        RoundNote note = Assert.Single(await StepAsync());

        Assert.Equal((failure, creates), (note.Failure?.Id, _network!.Creates));
        Assert.StartsWith("Canary of job 'job': 1 sent", note.Message, StringComparison.Ordinal);
    }

    private static bool IsResultsOf(BatchRecord batch, HttpRequestMessage request)
        => request.RequestUri!.AbsolutePath.EndsWith($"{batch.ServiceId}/results", StringComparison.Ordinal);

    // Each request is a part.
    private BatchRecord[] Seal(int maxAttempts, params string[] ids)
    {
        using JobInput input = _engine.OpenInput("job", new SpoolLimits(MaxRequests: 1), maxAttempts: maxAttempts);
        return [.. EngineFixture.Seal(input, ids.Select(static id => EngineFixture.Request(id))).NewBatches];
    }

    // The parts end before the next step.
    private async Task<BatchRecord[]> SentAsync(int maxAttempts, params string[] ids)
    {
        BatchRecord[] parts = Seal(maxAttempts, ids);
        await StepAsync();
        _engine.Clock.Advance(TimeSpan.FromHours(1));
        return [.. parts.Select(_engine.Now)];
    }

    private bool IsDue(bool isNamed = false) => _engine.Step.IsDue(_engine.Job("job"), isNamed);

    private Task<IReadOnlyList<RoundNote>> StepAsync(bool isAsked = false)
        => _engine.Step.RunAsync(_engine.Job("job"), isAsked, CancellationToken.None);

    private BatchState State(BatchRecord batch) => _engine.Now(batch).State;

    private void Pause(PauseCause cause) => _engine.Ledger.Jobs.Pause(_engine.Job("job"), cause, "A person must act.");
}
