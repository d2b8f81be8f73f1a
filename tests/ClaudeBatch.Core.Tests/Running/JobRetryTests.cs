using ClaudeBatch.Core.Input;
using ClaudeBatch.Core.Ledger;
using ClaudeBatch.Core.Ledger.Files;
using ClaudeBatch.Core.Running;

namespace ClaudeBatch.Core.Tests.Running;

/// <summary>What a step of a job sends again by itself, and what it leaves to a person or to a later step.</summary>
public sealed class JobRetryTests : IDisposable
{
    private readonly EngineFixture _engine;

    private InterferingHandler? _network;

    public JobRetryTests() => _engine = new EngineFixture(between: service => _network = new InterferingHandler(service));

    public void Dispose() => _engine.Dispose();

    [Fact]
    public async Task What_fails_is_sent_again_in_the_step_that_collects_it_as_often_as_the_job_allows()
    {
        _engine.Plan.Errored = 1;
        await SentAsync(2, "a");

        Assert.Empty(await StepAsync());

        Assert.Equal(2, _network!.Creates);
        _engine.Clock.Advance(TimeSpan.FromHours(1));
        Assert.Empty(await StepAsync());
        Assert.Equal((2, false), (_network.Creates, IsDue(isNamed: true)));
    }

    [Theory]
    [InlineData(1, null, 0, 1, 0, false)]
    [InlineData(3, null, 0, 1, 0, true)]
    [InlineData(3, null, 1, 0, 0, false)]
    [InlineData(3, null, 0, 0, 1, false)]
    [InlineData(3, PauseCause.OperatorFixable, 0, 1, 0, true)]
    [InlineData(3, PauseCause.OperatorFixable, 1, 0, 0, true)]
    [InlineData(3, PauseCause.OperatorFixable, 0, 0, 1, false)]
    public async Task Failures_are_tried_again_by_their_class(
        int maxAttempts, PauseCause? pause, double unpaid, double errored, double invalid, bool again)
    {
        (_engine.Plan.Unpaid, _engine.Plan.Errored, _engine.Plan.Invalid) = (unpaid, errored, invalid);
        await _engine.RunAsync(Seal(maxAttempts, "a")[0]);
        _engine.Ledger.Jobs.Unpause(_engine.Job("job"));
        if (pause is { } cause)
        {
            Pause(cause);
        }

        Assert.Equal(again || pause is not null, IsDue(isNamed: true));
        await StepAsync();

        Assert.Equal(again ? 2 : 1, _network!.Creates);
    }

    [Fact]
    public async Task A_step_that_pauses_the_job_leaves_what_failed_to_the_next_one()
    {
        _engine.Plan.Unpaid = 1;
        await SentAsync(3, "a");

        await StepAsync();
        Assert.Equal((PauseCause.OperatorFixable, 1), (_engine.Job("job").PausedFor, _network!.Creates));

        await StepAsync();
        Assert.Equal(2, _network.Creates);
    }

    [Fact]
    public async Task Retries_wait_until_nothing_of_the_job_runs()
    {
        _engine.Plan.Errored = 1;
        BatchRecord[] parts = Seal(3, "a", "b");
        await _engine.SendAsync(parts[0]);
        _engine.Plan.Latency = TimeSpan.FromHours(10);
        await _engine.SendAsync(parts[1]);
        _engine.Clock.Advance(TimeSpan.FromHours(1));
        await StepAsync();
        Assert.Equal([BatchState.Collected, BatchState.InProgress], parts.Select(State));
        Assert.Equal(2, _network!.Creates);

        _engine.Clock.Advance(TimeSpan.FromHours(10));
        await StepAsync();

        Assert.Equal(4, _network.Creates);
    }

    [Fact]
    public async Task A_stopped_job_sends_nothing_again()
    {
        _engine.Plan.Errored = 1;
        await _engine.RunAsync(Seal(3, "a")[0]);
        _engine.Ledger.Stop(_engine.Job("job"));

        await StepAsync();

        Assert.Single(_engine.Ledger.Batches.OfJob(_engine.Job("job").Id));
    }

    [Fact]
    public async Task A_retry_leaves_a_job_that_is_being_filled_to_who_fills_it()
    {
        _engine.Plan.Errored = 1;
        await SentAsync(3, "a");
        using OwnershipLock? other = OwnershipLock.TryTake(_engine.Ledger.Folder, _engine.Job("job").LockName);

        RoundNote note = Assert.Single(await StepAsync());

        Assert.Equal(("JobBusy", NoteWeight.Warning, "job/1"), (note.Failure!.Id, note.Weight, note.Batch.Key));
        Assert.Equal(note.Failure.Message, note.Message);
        Assert.Equal(1, _network!.Creates);
    }

    [Fact]
    public async Task Requests_that_were_changed_on_the_disk_or_removed_from_it_are_not_sent_again()
    {
        _engine.Plan.Errored = 1;
        BatchRecord[] parts = await SentAsync(3, "a", "b");
        string[] spools = [.. parts.Select(p => _engine.Ledger.Folder.Spool(p.JobId, p.Part))];
        File.Delete(spools[0]);
        string sealedText = await File.ReadAllTextAsync(spools[1]);
        await File.WriteAllTextAsync(spools[1], sealedText.Replace("\"Hi\"", "\"Ho\"", StringComparison.Ordinal));

        Assert.Equal("SpoolChanged", (await Assert.ThrowsAsync<ClaudeBatchException>(() => StepAsync())).Id);
        await File.WriteAllTextAsync(spools[1], sealedText);
        await StepAsync();

        Assert.Equal(3, _network!.Creates);
    }

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
