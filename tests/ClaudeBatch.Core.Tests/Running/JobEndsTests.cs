using ClaudeBatch.Core.Input;
using ClaudeBatch.Core.Ledger;
using ClaudeBatch.Core.Running;

namespace ClaudeBatch.Core.Tests.Running;

/// <summary>What is told of a job's end, and done about it, once.</summary>
public sealed class JobEndsTests : IDisposable
{
    private readonly EngineFixture _engine = new();

    private readonly List<string?> _runs = [];

    private JobEnds Ends => new(_engine.Ledger, _engine.Step);

    private JobRecord Job => _engine.Job("job");

    public void Dispose() => _engine.Dispose();

    [Fact]
    public async Task A_job_that_runs_has_no_end_and_one_that_was_told_has_none_to_tell()
    {
        BatchRecord batch = _engine.Seal("job", "a").NewBatches[0];
        Assert.Null(Ends.Unreported(Job));
        await _engine.RunAsync(batch);
        Assert.Equal(batch.Id, Ends.Unreported(Job));
        DateTime updated = Job.UpdatedAt;

        _engine.Clock.Advance(TimeSpan.FromHours(1));
        _engine.Ledger.Jobs.MarkReported(Job, batch.Id);

        Assert.Null(Ends.Unreported(Job));
        Assert.Equal(updated, Job.UpdatedAt);
    }

    [Fact]
    public async Task A_job_that_gets_more_rows_ends_anew()
    {
        BatchRecord first = await RunJobAsync("a");
        _engine.Ledger.Jobs.MarkReported(Job, first.Id);
        Settle();

        BatchRecord more = _engine.Seal("job", "a", "b").NewBatches[0];
        Assert.Null(Ends.Unreported(Job));
        await _engine.RunAsync(more);

        Assert.Equal(more.Id, Ends.Unreported(Job));
        Settle();
        Settle();
        Assert.Equal([null, null], _runs);
    }

    [Fact]
    public async Task A_job_whose_failures_are_tried_again_by_the_next_step_has_not_ended()
    {
        _engine.Plan.Errored = 1;
        using (JobInput input = _engine.OpenInput("job", maxAttempts: 2))
        {
            EngineFixture.Seal(input, [EngineFixture.Request("a")]);
        }

        await _engine.RunAsync(_engine.Ledger.Batches.OfJob(Job.Id)[0]);

        Assert.Equal(JobState.Finished, JobStates.Of(_engine.Ledger, Job, _engine.Ledger.Batches.OfJob(Job.Id)));
        Assert.Null(Ends.Unreported(Job));
        Assert.False(Ends.IsOwed(Job));
    }

    [Fact]
    public async Task What_fails_is_owed_and_says_who_began_it()
    {
        await RunJobAsync("a");
        ClaudeBatchException failure = new(FailureKind.Conflict, "OnFinishedFailed", "The mail server is gone.");

        Assert.Same(failure, Assert.Throws<ClaudeBatchException>(() => Ends.Settle(Job, (_, _) => throw failure)));

        Assert.True(Ends.IsOwed(Job));
        Assert.Equal("The mail server is gone.", Assert.Single(_engine.Journal(EventKind.EndNotHandled)));
        Settle();
        Assert.StartsWith($"process {Environment.ProcessId} at ", Assert.Single(_runs), StringComparison.Ordinal);
        Assert.False(Ends.IsOwed(Job));
        Assert.Null(Job.FinishedClaim);
        Assert.Single(_engine.Journal(EventKind.EndHandled));
    }

    [Fact]
    public async Task While_a_process_is_at_it_another_leaves_it_alone()
    {
        await RunJobAsync("a");

        Ends.Settle(Job, (_, _) => Settle());

        Assert.Empty(_runs);
        Assert.False(Ends.IsOwed(Job));
    }

    [Fact]
    public async Task No_transaction_is_open_while_it_is_done()
    {
        await RunJobAsync("a");

        Ends.Settle(Job, (_, _) =>
        {
            using JobLedger other = JobLedger.Open(_engine.Ledger.Folder, _engine.Clock);
            other.Stop(Job);
        });

        Assert.NotNull(Job.StoppedAt);
    }

    [Fact]
    public async Task Jobs_that_had_ended_before_ends_were_watched_are_passed_over_but_what_was_begun_is_owed()
    {
        await RunJobAsync("a");
        await RunJobAsync("b", "begun");
        BatchRecord running = _engine.Seal("running", "c").NewBatches[0];
        Assert.Throws<ClaudeBatchException>(() => Ends.Settle(_engine.Job("begun"), static (_, _) => throw new ClaudeBatchException(FailureKind.Conflict, "OnFinishedFailed", "No.")));

        Ends.Watch();
        await _engine.RunAsync(running);
        await RunJobAsync("d", "later");
        Ends.Watch();

        Assert.Equal(
            ["begun", "running", "later"], _engine.Ledger.Jobs.All().Where(Ends.IsOwed).Select(static j => j.Name));
    }

    [Fact]
    public async Task A_job_that_was_removed_or_made_anew_meanwhile_is_left_alone()
    {
        await RunJobAsync("a");
        JobRecord before = Job;
        new JobPruner(_engine.Ledger).Forget(before, evenUnfinished: false);
        Ends.Settle(before, (_, claim) => _runs.Add(claim));
        _engine.Ledger.Jobs.MarkReported(before, 1);
        await RunJobAsync("a");

        Ends.Settle(before, (_, claim) => _runs.Add(claim));

        Assert.Empty(_runs);
        Assert.NotNull(Ends.Unreported(Job));
    }

    [Fact]
    public void Of_two_that_report_at_once_one_does()
    {
        using EndReport first = new(_engine.Ledger, isBooked: true);
        using EndReport second = new(_engine.Ledger, isBooked: true);
        using EndReport typed = new(_engine.Ledger, isBooked: false);

        Assert.False(first.IsElsewhere);
        Assert.True(second.IsElsewhere);
        Assert.False(typed.IsElsewhere);
    }

    private Task<BatchRecord> RunJobAsync(string id, string name = "job") => _engine.RunAsync(_engine.Seal(name, id).NewBatches[0]);

    private void Settle() => Ends.Settle(Job, (_, claim) => _runs.Add(claim));
}
