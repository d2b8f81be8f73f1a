using ClaudeBatch.Core.Input;
using ClaudeBatch.Core.Ledger;
using ClaudeBatch.Core.Ledger.Files;
using ClaudeBatch.Core.Results;
using ClaudeBatch.Core.Running;

namespace ClaudeBatch.Core.Tests.Running;

/// <summary>What is deleted of a job and what is kept, when a person asks for it and when its time has come.</summary>
public sealed class JobPrunerTests : IDisposable
{
    private readonly EngineFixture _engine;

    private InterruptedFolder? _folder;

    public JobPrunerTests() => _engine = new EngineFixture(folder: root => _folder = new InterruptedFolder(root));

    private JobPruner Pruner => new(_engine.Ledger);

    public void Dispose() => _engine.Dispose();

    [Fact]
    public async Task What_is_still_to_be_done_is_told_in_words()
    {
        using (_engine.OpenInput("job"))
        {
            Assert.Equal("is being filled", Pruner.Unfinished(_engine.Job("job")));
        }

        // Its input was cut.
        Assert.Null(Pruner.Unfinished(_engine.Job("job")));
        BatchRecord batch = _engine.Seal("job", "a").NewBatches[0];
        Assert.Equal("has part 1 Spooled, whose answers are not here yet", Pruner.Unfinished(_engine.Job("job")));
        await _engine.RunAsync(batch);
        Assert.Null(Pruner.Unfinished(_engine.Job("job")));
    }

    [Fact]
    public async Task The_files_of_a_finished_job_go_and_the_same_line_sends_nothing_twice()
    {
        BatchRecord batch = await _engine.RunAsync(_engine.Seal("job", "a").NewBatches[0]);
        _engine.Change(batch, static b => b with { AskAgainAt = b.EndedAt });

        Pruner.RemovePayloads(_engine.Job("job"), evenUnfinished: false);
        Pruner.RemovePayloads(_engine.Job("job"), evenUnfinished: false);

        Assert.False(HasFiles(batch.JobId));
        Assert.Equal("The requests, rows and answers of the job were removed.", Assert.Single(_engine.Journal(EventKind.PayloadRemoved)));
        Assert.Null(_engine.Now(batch).AskAgainAt);
        Assert.Equal(1, _engine.Ledger.Jobs.Totals(_engine.Job("job")).Succeeded);
        Assert.Empty(_engine.Seal("job", "a").NewBatches);
    }

    [Fact]
    public async Task Requests_whose_rows_were_removed_can_be_sent_again()
    {
        await _engine.RunAsync(_engine.Seal("job", "a").NewBatches[0]);
        Pruner.RemovePayloads(_engine.Job("job"), evenUnfinished: false);

        BatchRecord again = await _engine.RunAsync(_engine.Seal("job", [EngineFixture.Request("a")], sendAgain: true).NewBatches[0]);

        using ResultReader reader = new(_engine.Ledger);
        Assert.Empty(Assert.Single(reader.InOrder([again])).Source);
    }

    [Fact]
    public void What_was_removed_before_it_was_sent_is_given_up_and_the_same_line_sends_it()
    {
        BatchRecord batch = _engine.Seal("job", "a").NewBatches[0];

        Pruner.RemovePayloads(_engine.Job("job"), evenUnfinished: true);

        Assert.Equal(BatchState.Abandoned, _engine.Now(batch).State);
        Assert.Equal(1, Assert.Single(_engine.Seal("job", "a").NewBatches).RequestCount);
    }

    [Fact]
    public async Task A_job_with_something_to_do_is_removed_only_with_force()
    {
        BatchRecord batch = _engine.Seal("job", "a").NewBatches[0];

        ClaudeBatchException failure = Assert.Throws<ClaudeBatchException>(() => Pruner.RemovePayloads(_engine.Job("job"), evenUnfinished: false));

        Assert.Equal(("JobNotFinished", FailureKind.Conflict, "job"), (failure.Id, failure.Kind, failure.Target));
        Assert.Equal("Job 'job' has part 1 Spooled, whose answers are not here yet; it is removed only with -Force.", failure.Message);
        Assert.True(HasFiles(batch.JobId));

        // The refusal keeps nobody from going on with the job.
        Assert.Equal(BatchState.InProgress, (await _engine.SendAsync(batch)).Batch.State);
        Pruner.RemovePayloads(_engine.Job("job"), evenUnfinished: true);
        Assert.False(HasFiles(batch.JobId));
        Assert.Equal(BatchState.Collected, (await _engine.RunAsync(batch)).State);
    }

    [Fact]
    public async Task Of_a_job_that_is_forgotten_only_the_journal_tells()
    {
        BatchRecord batch = await _engine.RunAsync(_engine.Seal("job", "a").NewBatches[0]);

        Pruner.Forget(_engine.Job("job"), evenUnfinished: false);

        Assert.Null(_engine.Ledger.Jobs.Find("job"));
        Assert.Empty(_engine.Ledger.Batches.All());
        Assert.False(HasFiles(batch.JobId));
        Assert.Equal("Job 'job' was taken out of the books.", Assert.Single(_engine.Journal(EventKind.JobForgotten)));
    }

    [Fact]
    public void A_job_that_somebody_fills_or_sends_is_left_to_them()
    {
        BatchRecord batch = _engine.Seal("job", "a").NewBatches[0];
        foreach ((string taken, string id) in new[] { (_engine.Job("job").LockName, "JobBusy"), (batch.LockName, "BatchBusy") })
        {
            using OwnershipLock? other = OwnershipLock.TryTake(_engine.Ledger.Folder, taken);
            Assert.Equal(id, Assert.Throws<ClaudeBatchException>(() => Pruner.Forget(_engine.Job("job"), evenUnfinished: true)).Id);
        }

        Assert.True(HasFiles(batch.JobId));
        Pruner.Forget(_engine.Job("job"), evenUnfinished: true);
        Assert.Null(_engine.Ledger.Jobs.Find("job"));
    }

    [Fact]
    public void A_job_whose_input_was_cut_can_be_removed()
    {
        _engine.OpenInput("job").Dispose();

        Pruner.Forget(_engine.Job("job"), evenUnfinished: false);

        Assert.Null(_engine.Ledger.Jobs.Find("job"));
    }

    [Fact]
    public async Task Results_that_somebody_downloads_again_do_not_keep_a_job()
    {
        BatchRecord batch = await _engine.RunAsync(_engine.Seal("job", "a").NewBatches[0]);
        using OwnershipLock? other = OwnershipLock.TryTake(_engine.Ledger.Folder, batch.LockName);

        Pruner.Forget(_engine.Job("job"), evenUnfinished: false);

        Assert.Null(_engine.Ledger.Jobs.Find("job"));
    }

    [Fact]
    public void Another_ledgers_job_of_the_same_number_stays()
    {
        BatchRecord batch = _engine.Seal("job", "a").NewBatches[0];
        JobRecord another = _engine.Job("job") with { Identity = Guid.NewGuid() };

        ClaudeBatchException failure = Assert.Throws<ClaudeBatchException>(() => Pruner.Forget(another, evenUnfinished: true));

        Assert.Equal(("JobGone", "job"), (failure.Id, failure.Target));
        Assert.True(HasFiles(batch.JobId));
    }

    [Fact]
    public async Task Without_a_time_to_keep_them_files_stay_for_ever()
    {
        BatchRecord batch = await _engine.RunAsync(_engine.Seal("job", "a").NewBatches[0]);
        _engine.Clock.Advance(TimeSpan.FromDays(1000));

        Pruner.ApplyRetention();

        Assert.True(HasFiles(batch.JobId));
    }

    [Fact]
    public async Task Files_go_when_their_job_is_finished_and_older_than_they_are_kept()
    {
        _engine.Ledger.Settings.RetentionDays = 7;
        BatchRecord old = await _engine.RunAsync(_engine.Seal("old", "a").NewBatches[0]);
        BatchRecord unfinished = _engine.Seal("unfinished", "b", "c").NewBatches[0];
        TimeSpan age = _engine.Clock.GetUtcNow().UtcDateTime - _engine.Job("old").UpdatedAt;
        _engine.Clock.Advance(TimeSpan.FromDays(7) - age);
        Pruner.ApplyRetention();
        Assert.True(HasFiles(old.JobId));

        _engine.Clock.Advance(TimeSpan.FromSeconds(1));
        BatchRecord recent = await _engine.RunAsync(_engine.Seal("recent", "d", "e", "f").NewBatches[0]);
        Pruner.ApplyRetention();
        Pruner.ApplyRetention();

        Assert.Equal([false, true, true], new[] { old, unfinished, recent }.Select(b => HasFiles(b.JobId)));
        Assert.Single(_engine.Journal(EventKind.PayloadRemoved));
    }

    [Theory]
    [InlineData("fills")]
    [InlineData("forgets")]
    [InlineData("adds")]
    public async Task A_job_that_another_process_uses_or_removes_meanwhile_does_not_end_the_sweep(string what)
    {
        _engine.Ledger.Settings.RetentionDays = 7;
        JobRecord[] jobs = [(await FinishedAsync("one", "a")), (await FinishedAsync("two", "b", "c"))];
        _engine.Clock.Advance(TimeSpan.FromDays(8));
        OwnershipLock? taken = null;
        _folder!.BeforeLock = (jobs[0].LockName, () =>
        {
            using JobLedger other = JobLedger.Open(new LedgerFolder(_folder.Root), _engine.Clock);
            if (what == "fills")
            {
                taken = OwnershipLock.TryTake(other.Folder, jobs[0].LockName);
            }
            else if (what == "forgets")
            {
                new JobPruner(other).Forget(jobs[0], evenUnfinished: false);
            }
            else
            {
                using JobInput input = JobInput.Open(other, new JobInputOptions { Name = "one", Connection = _engine.Connection });
                EngineFixture.Seal(input, [EngineFixture.Request("more")]);
            }
        });

        Pruner.ApplyRetention();

        Assert.Equal((what != "forgets", false), (HasFiles(jobs[0].Id), HasFiles(jobs[1].Id)));
        taken?.Dispose();
    }

    [Fact]
    public async Task A_disk_that_fails_is_told()
    {
        _engine.Ledger.Settings.RetentionDays = 7;
        JobRecord job = await FinishedAsync("one", "a");
        _engine.Clock.Advance(TimeSpan.FromDays(8));
        _folder!.BeforeLock = (job.LockName, static () => throw new UnauthorizedAccessException("Denied."));

        Assert.Equal("LedgerNotWritable", Assert.Throws<ClaudeBatchException>(() => Pruner.ApplyRetention()).Id);
    }

    private async Task<JobRecord> FinishedAsync(string name, params string[] ids)
    {
        await _engine.RunAsync(_engine.Seal(name, ids).NewBatches[0]);
        return _engine.Job(name);
    }

    private bool HasFiles(long jobId)
        => Directory.Exists(_engine.Ledger.Folder.Job(jobId)) && Directory.EnumerateFiles(_engine.Ledger.Folder.Job(jobId)).Any();

    /// <summary>A ledger's folder in which something happens right before a lock is taken.</summary>
    private sealed class InterruptedFolder(string root) : LedgerFolder(root)
    {
        public (string Name, Action Happens)? BeforeLock { get; set; }

        private protected override LedgerFile Open(string path, FileStreamOptions options)
        {
            if (BeforeLock is { } before && Path.GetFileName(path) == before.Name + ".lock")
            {
                BeforeLock = null;
                before.Happens();
            }

            return base.Open(path, options);
        }
    }
}
