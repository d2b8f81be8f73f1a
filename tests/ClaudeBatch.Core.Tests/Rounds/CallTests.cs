using ClaudeBatch.Core.Ledger;
using ClaudeBatch.Core.Ledger.Files;
using ClaudeBatch.Core.Rounds;
using ClaudeBatch.Core.Running;
using ClaudeBatch.Emulator;

namespace ClaudeBatch.Core.Tests.Rounds;

/// <summary>What becomes of calls that are stopped, whose process ends, or that a person is asked about.</summary>
public sealed class CallTests : IDisposable
{
    private readonly RoundFixture _it = new(new EmulatorPlan { ToolRounds = 1, Seed = 7 });

    private readonly FakeBench _bench = new("Get-Order", "Send-Refund");

    public void Dispose() => _it.Dispose();

    [Fact]
    public async Task A_call_whose_process_ends_is_not_run_again_and_a_person_says_what_it_gave()
    {
        await ToCallsAsync("a", "b");
        _bench.Gives = static _ => throw new InvalidOperationException("The power failed.");
        await Assert.ThrowsAsync<InvalidOperationException>(() => StepAsync(_bench));

        FakeBench after = new("Get-Order", "Send-Refund");
        IReadOnlyList<RoundNote> notes = await StepAsync(after);

        Assert.Equal((JobState.Ambiguous, 1), (_it.State, after.Ran.Count)); // the other row goes on
        Assert.Equal("ToolCallUnknown", Assert.Single(notes, static n => n.Failure is not null).Failure!.Id);
        (_, ToolCallRecord call) = Assert.Single(new ToolSettler(_it.Ledger).Unknown(_it.Job));

        new ToolSettler(_it.Ledger).Ran(_it.Job, call.CallId, "refunded by hand", isError: false);
        await _it.RunAsync(after);

        Assert.Equal((JobState.Finished, 1), (_it.State, after.Ran.Count));
        Assert.Contains("refunded by hand", _it.SentInRound(2), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_call_that_did_not_run_runs_when_a_person_has_said_so()
    {
        await ToCallsAsync("a");
        _bench.Gives = static _ => throw new InvalidOperationException("The power failed.");
        await Assert.ThrowsAsync<InvalidOperationException>(() => StepAsync(_bench));
        (_, ToolCallRecord call) = Assert.Single(new ToolSettler(_it.Ledger).Unknown(_it.Job));

        new ToolSettler(_it.Ledger).DidNotRun(_it.Job, call.CallId);
        FakeBench after = new("Get-Order", "Send-Refund");
        await _it.RunAsync(after);

        Assert.Equal((JobState.Finished, 1), (_it.State, after.Ran.Count));
    }

    [Fact]
    public async Task An_id_that_is_no_call_without_an_outcome_is_an_error()
    {
        await ToCallsAsync("a");

        ClaudeBatchException failure = Assert.Throws<ClaudeBatchException>(
            () => new ToolSettler(_it.Ledger).DidNotRun(_it.Job, "toolu_else"));

        Assert.Equal("ToolCallNotFound", failure.Id);
    }

    [Fact]
    public async Task A_call_that_only_reads_is_run_again_by_itself_and_not_a_third_time()
    {
        _bench.Repeatable.UnionWith(["Get-Order", "Send-Refund"]);
        await ToCallsAsync("a", "b");
        _bench.Gives = static c => c.CustomId == "b"
            ? throw new InvalidOperationException("The power failed.")
            : new ToolOutcome("ran", IsError: false, TimeSpan.Zero);
        await Assert.ThrowsAsync<InvalidOperationException>(() => StepAsync(_bench));
        Assert.Equal(JobState.Running, _it.State);
        await Assert.ThrowsAsync<InvalidOperationException>(() => StepAsync(_bench));

        Assert.Equal(JobState.Ambiguous, _it.State);
        await StepAsync(_bench);

        // What had ended before it stays, and only the one that has ended two processes waits.
        Assert.Equal(["a", "b", "b"], _bench.Ran.Select(static r => r[..1]));
        Assert.Equal("b", Assert.Single(_it.Ledger.Attempts.All(_it.Ledger.Batches.OfJob(_it.Job.Id)[0]), a => a.Row == Unknown().Row).CustomId);
    }

    [Fact]
    public async Task A_call_that_was_stopped_is_not_known_unless_it_only_reads()
    {
        await ToCallsAsync("a");
        _bench.Gives = static _ => new ToolOutcome("stopped", IsError: true, TimeSpan.FromSeconds(3), IsUnknown: true);

        await StepAsync(_bench);

        Assert.Equal((JobState.Ambiguous, ToolCallState.Stopped), (_it.State, Unknown().State));
    }

    [Fact]
    public async Task A_call_that_only_reads_and_was_stopped_runs_again()
    {
        _bench.Repeatable.UnionWith(["Get-Order", "Send-Refund"]);
        await ToCallsAsync("a");
        _bench.Gives = static _ => new ToolOutcome("stopped", IsError: true, TimeSpan.FromSeconds(3), IsUnknown: true);
        await StepAsync(_bench);
        Assert.NotEqual(JobState.Ambiguous, _it.State);

        FakeBench after = new("Get-Order", "Send-Refund");
        await _it.RunAsync(after);

        Assert.Equal((JobState.Finished, 1), (_it.State, after.Ran.Count));
    }

    [Fact]
    public async Task What_ended_before_the_run_was_stopped_is_recorded_and_the_rest_did_not_begin()
    {
        using CancellationTokenSource stop = new();
        await ToCallsAsync("a", "b", "c");
        _bench.Repeatable.UnionWith(["Get-Order", "Send-Refund"]);
        _bench.Gives = c =>
        {
            if (c.CustomId == "b")
            {
                stop.Cancel();
            }

            return new ToolOutcome("ran", IsError: false, TimeSpan.Zero);
        };
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _it.Step(_bench).RunAsync(_it.Job, isAsked: false, stop.Token));

        FakeBench after = new("Get-Order", "Send-Refund");
        await _it.RunAsync(after);

        Assert.Equal("c", Assert.Single(after.Ran)[..1]);
    }

    // Groups of them run while the next begin and those before are recorded.
    [Theory]
    [InlineData(0, false)]
    [InlineData(499, true)]
    [InlineData(700, false)]
    [InlineData(700, true)]
    [InlineData(1_199, false)]
    public async Task Of_many_calls_none_runs_twice_that_has_ended_and_each_runs_that_has_not(int failing, bool isStop)
    {
        using CancellationTokenSource stop = new();
        string[] ids = [.. Enumerable.Range(0, 1_200).Select(static i => $"row-{i:0000}")];
        await ToCallsAsync(ids);
        _bench.Repeatable.UnionWith(["Get-Order", "Send-Refund"]);
        _bench.Gives = c =>
        {
            if (c.CustomId == ids[failing])
            {
                (isStop ? stop.Cancel : (Action)(static () => throw new InvalidOperationException("The power failed.")))();
            }

            return new ToolOutcome("ran", IsError: false, TimeSpan.Zero);
        };
        await Assert.ThrowsAnyAsync<Exception>(() => _it.Step(_bench).RunAsync(_it.Job, isAsked: false, stop.Token));
        Assert.Equal(failing + 1, _bench.Ran.Count);
        IReadOnlyList<ToolCallRecord> calls = _it.Ledger.Tools.Calls(_it.Ledger.Batches.OfJob(_it.Job.Id)[0], 0, long.MaxValue >> 32);
        Assert.Equal(isStop ? (failing + 1, 0) : (failing, 1), (calls.Count(c => c.State == ToolCallState.Done), calls.Count(c => c.State == ToolCallState.Begun)));

        FakeBench after = new("Get-Order", "Send-Refund");
        after.Repeatable.UnionWith(["Get-Order", "Send-Refund"]);
        await _it.RunAsync(after);

        Assert.Equal(ids[(isStop ? failing + 1 : failing)..], after.Ran.Select(static r => r[..8]));
        Assert.Equal((JobState.Finished, 1_200), (_it.State, _it.Totals.Succeeded));
    }

    [Fact]
    public async Task A_call_that_the_user_does_not_confirm_leaves_its_row_waiting()
    {
        await ToCallsAsync("a", "b");
        _bench.Permits = static c => c.CustomId == "b";

        await _it.RunAsync(_bench, most: 3);

        Assert.Equal("b", Assert.Single(_bench.Ran)[..1]);
        Assert.Equal((1, JobState.Paused), (_it.Totals.WaitingForTools, _it.State));
        Assert.Contains("1 request of job 'job' waits for calls that were not confirmed", _it.Job.PauseReason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_process_that_runs_the_tools_is_named_and_left_alone()
    {
        await ToCallsAsync("a");
        using OwnershipLock elsewhere = OwnershipLock.TryTake(_it.Ledger.Folder, _it.Job.ToolsLockName)!;

        IReadOnlyList<RoundNote> notes = await StepAsync(_bench);

        Assert.Contains($"by process {Environment.ProcessId}", Assert.Single(notes, static n => n.Failure?.Id == "ToolsBusy").Message, StringComparison.Ordinal);
        Assert.Equal((0, JobState.Running), (_bench.Ran.Count, _it.State));
    }

    [Fact]
    public async Task A_result_that_was_changed_on_the_disk_is_not_sent()
    {
        await ToCallsAsync("a");
        _it.Ledger.Jobs.SetRounds(_it.Job, 6, wait: null);
        await new ToolRun(_it.Ledger, _bench).RunAsync(_it.Job, CancellationToken.None);
        string file = _it.Ledger.Folder.ToolResults(_it.Job.Id, 1);
        File.WriteAllText(file, File.ReadAllText(file).Replace("ran", "ram", StringComparison.Ordinal));

        IReadOnlyList<RoundNote> notes = await StepAsync(_bench);

        Assert.Contains(notes, static n => n.Failure?.Id == "ToolResultsChanged");
        Assert.Single(_it.Ledger.Batches.OfJob(_it.Job.Id));
    }

    [Fact]
    public async Task What_calls_gave_is_removed_with_the_files_of_the_job_and_nothing_goes_on()
    {
        await ToCallsAsync("a");
        await new ToolRun(_it.Ledger, _bench).RunAsync(_it.Job, CancellationToken.None);
        JobPruner pruner = new(_it.Ledger);
        Assert.Equal("has answers that wait for their tools", pruner.Unfinished(_it.Job));

        pruner.RemovePayloads(_it.Job, evenUnfinished: true);

        Assert.False(File.Exists(_it.Ledger.Folder.ToolResults(_it.Job.Id, 1)));
        Assert.Equal((JobState.Finished, 1), (_it.State, _it.Totals.Incomplete));
    }

    [Fact]
    public async Task A_job_that_is_stopped_while_its_calls_run_begins_no_other_and_sends_nothing()
    {
        await ToCallsAsync("a", "b", "c");
        _bench.Gives = c =>
        {
            _it.Ledger.Stop(_it.Job);
            return new ToolOutcome("ran", IsError: false, TimeSpan.Zero);
        };

        await StepAsync(_bench);

        Assert.Equal((1, JobState.Stopped), (_bench.Ran.Count, _it.State));
        Assert.Single(_it.Ledger.Batches.OfJob(_it.Job.Id));
        Assert.Contains("-Force -Tool …", JobReport.Of(_it.Ledger, _it.Job).Message, StringComparison.Ordinal);

        _it.Ledger.Restart(_it.Job);
        FakeBench after = new("Get-Order", "Send-Refund");
        await _it.RunAsync(after);
        Assert.Equal((2, JobState.Finished, 3), (after.Ran.Count, _it.State, _it.Totals.Succeeded));
    }

    [Fact]
    public async Task A_call_whose_answer_was_replaced_while_others_ran_does_not_begin()
    {
        await ToCallsAsync("a", "b");
        bool isFirst = true;
        _bench.Gives = c =>
        {
            if (isFirst)
            {
                isFirst = false;
                _it.Engine.Seal("job", [RoundFixture.Request("b")], sendAgain: true);
            }

            return new ToolOutcome("ran", IsError: false, TimeSpan.Zero);
        };

        await StepAsync(_bench);

        Assert.Equal("a", Assert.Single(_bench.Ran)[..1]);
    }

    [Fact]
    public async Task Rounds_that_end_while_others_ran_begin_no_call()
    {
        await ToCallsAsync("a", "b");
        _bench.Gives = c =>
        {
            _it.Ledger.Jobs.SetRounds(_it.Job, maxRounds: 1, wait: null);
            return new ToolOutcome("ran", IsError: false, TimeSpan.Zero);
        };

        await StepAsync(_bench);

        Assert.Equal((1, JobState.Finished, 2), (_bench.Ran.Count, _it.State, _it.Totals.Incomplete));
        Assert.Single(_it.Ledger.Batches.OfJob(_it.Job.Id));
    }

    [Fact]
    public async Task While_somebody_runs_the_tools_another_step_sends_no_small_round()
    {
        await ToCallsAsync("a", "b");
        _bench.Permits = static c => c.CustomId == "a";
        await new ToolRun(_it.Ledger, _bench).RunAsync(_it.Job, CancellationToken.None);
        using (OwnershipLock elsewhere = OwnershipLock.TryTake(_it.Ledger.Folder, _it.Job.ToolsLockName)!)
        {
            await StepAsync(bench: null);
            Assert.Single(_it.Ledger.Batches.OfJob(_it.Job.Id));
        }

        await StepAsync(bench: null);
        Assert.Equal(2, _it.Ledger.Batches.OfJob(_it.Job.Id).Count);
    }

    [Fact]
    public async Task A_job_is_not_removed_while_somebody_runs_its_tools()
    {
        await ToCallsAsync("a");
        using OwnershipLock elsewhere = OwnershipLock.TryTake(_it.Ledger.Folder, _it.Job.ToolsLockName)!;

        Assert.Equal("ToolsBusy", Assert.Throws<ClaudeBatchException>(() => new JobPruner(_it.Ledger).Forget(_it.Job, evenUnfinished: true)).Id);
        Assert.NotNull(_it.Ledger.Jobs.Find("job"));
    }

    private ToolCallRecord Unknown() => Assert.Single(new ToolSettler(_it.Ledger).Unknown(_it.Job)).Call;

    // The first answers are there, and no call was run.
    private async Task ToCallsAsync(params string[] ids)
    {
        _it.Seal(6, ids);
        await StepAsync(bench: null);
        _it.Engine.Clock.Advance(TimeSpan.FromHours(1));
        await StepAsync(bench: null);
    }

    private Task<IReadOnlyList<RoundNote>> StepAsync(IToolBench? bench) => _it.Step(bench).RunAsync(_it.Job, isAsked: false, CancellationToken.None);
}
