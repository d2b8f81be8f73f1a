using ClaudeBatch.Core.Api;
using ClaudeBatch.Core.Input;
using ClaudeBatch.Core.Ledger;
using ClaudeBatch.Core.Requests;
using ClaudeBatch.Core.Running;

namespace ClaudeBatch.Core.Tests.Ledger;

/// <summary>Batches are found by their names, and a change of one is written only where the ledger still has it.</summary>
public sealed class BatchBooksTests : IDisposable
{
    private readonly EngineFixture _engine = new();

    private BatchBooks Books => _engine.Ledger.Batches;

    public void Dispose() => _engine.Dispose();

    [Fact]
    public async Task A_batch_is_found_by_the_services_id_and_by_its_key()
    {
        BatchRecord batch = (await _engine.SendAsync(_engine.Seal("job", "a").NewBatches[0])).Batch;
        _engine.Seal("other", "a");

        Assert.Equal(batch, Books.Find(batch.ServiceId!));
        Assert.Equal(batch, Books.Find("job/1"));
        Assert.Equal("other/1", Books.Find("other/1")?.Key);
        Assert.All(["job/2", "job/x", "job/", "/1", "1", "job", "nobody/1", "msgbatch_nobody"], name => Assert.Null(Books.Find(name)));
        Assert.True(Books.Knows(batch.ServiceId!));
        Assert.False(Books.Knows("msgbatch_nobody"));
    }

    [Fact]
    public async Task Two_parts_cannot_be_one_batch_of_the_service()
    {
        BatchRecord[] parts = Parts("a", "b");
        BatchRecord sent = (await _engine.SendAsync(parts[0])).Batch;

        ClaudeBatchException failure = Assert.Throws<ClaudeBatchException>(
            () => Books.Change(parts[1], parts[1] with { ServiceId = sent.ServiceId }));

        Assert.Equal(("BatchKnown", sent.ServiceId), (failure.Id, failure.Target));
        Assert.Contains("'job/1'", failure.Message, StringComparison.Ordinal);
        Assert.Null(_engine.Now(parts[1]).ServiceId);
        Assert.Equal("ours", _engine.Change(sent, static b => b with { Message = "ours" }).Message); // its own id hinders nothing
        Assert.Equal("msgbatch_new", _engine.Change(parts[1], static b => b with { ServiceId = "msgbatch_new" }).ServiceId);
    }

    [Fact]
    public void A_decision_is_a_new_version_and_counts_are_none()
    {
        BatchRecord batch = Parts("a")[0];

        BatchRecord counted = _engine.Change(batch, static b => b with { Counts = new RequestCounts(0, 1, 0, 0, 0) });
        BatchRecord decided = _engine.Change(batch, static b => b with { HasLineDigests = true, NotBefore = b.CreatedAt });

        Assert.Equal((batch.Version, 1), (counted.Version, counted.Counts.Succeeded));
        Assert.Equal((batch.Version + 1, true, null), (decided.Version, decided.HasLineDigests, decided.NotBefore));
        Assert.False(_engine.Change(batch, static b => b with { HasLineDigests = false }).HasLineDigests);
        ClaudeBatchException late = Assert.Throws<ClaudeBatchException>(() => Books.Change(batch, batch with { State = BatchState.Abandoned }));
        Assert.Equal((FailureCause.BatchChanged, "job/1"), (late.Cause, late.Target));
    }

    [Fact]
    public void Nothing_is_written_of_a_batch_that_was_removed()
    {
        BatchRecord batch = Parts("a")[0];
        Assert.NotEmpty(Books.SpoolDigest(batch.Id));
        new JobPruner(_engine.Ledger).Forget(_engine.Job("job"), evenUnfinished: true);
        BatchRecord other = _engine.Seal("job", "a").NewBatches[0];

        AssertGone("job/1", () => Books.Change(batch, batch with { State = BatchState.Abandoned }));
        AssertGone("job/1", () => Books.Get(batch));
        AssertGone("job/1", () => _engine.Ledger.Attempts.RecordOutcomes(batch, new OutcomeRecord[] { new() }, []));
        AssertGone("job/1", () => _engine.Ledger.Attempts.RecordDiscovered(batch, 0, ["b"]));
        AssertGone("job/1", () => _engine.Ledger.Attempts.RecordLineDigests(batch, [(0, 1)]));
        AssertGone(batch.Id, () => Books.Get(batch.Id));
        AssertGone(batch.Id, () => Books.SpoolDigest(batch.Id));
        Assert.Equal(other, _engine.Now(other));
        Assert.Single(_engine.Ledger.Attempts.OfBatch(other, -1, 10));

        // In another ledger, another batch may have the same number.
        AssertGone("job/1", () => Books.Change(other with { Identity = batch.Identity }, other with { Identity = batch.Identity, State = BatchState.Abandoned }));
        Assert.Equal(BatchState.Spooled, _engine.Now(other).State);

        static void AssertGone(object target, Action action)
        {
            ClaudeBatchException failure = Assert.Throws<ClaudeBatchException>(action);
            Assert.Equal(("BatchGone", FailureKind.NotFound, target), (failure.Id, failure.Kind, failure.Target));
        }
    }

    [Fact]
    public void Parts_that_were_held_back_are_released()
    {
        BatchRecord[] parts = Parts("a", "b");
        BatchRecord other = _engine.Seal("other", "a").NewBatches[0];
        _engine.Ledger.Database.Execute("UPDATE batch SET held_for = 'Canary' WHERE part = 2 OR job_id = $job", ("$job", other.JobId));

        Books.Release(parts[0].JobId);

        Assert.Equal((null, parts[1].Version + 1), (_engine.Now(parts[1]).HeldFor, _engine.Now(parts[1]).Version));
        Assert.Equal((parts[0].Version, Hold.Canary), (_engine.Now(parts[0]).Version, _engine.Now(other).HeldFor));
    }

    [Fact]
    public async Task All_unsent_parts_of_a_job_wait_for_room_and_its_other_parts_do_not()
    {
        BatchRecord[] parts = Parts("a", "b", "c");
        await _engine.SendAsync(parts[0]);
        BatchRecord other = _engine.Seal("other", "a").NewBatches[0];
        Assert.Equal(1, Books.CountRunning());

        Books.WaitForRoom(parts[0].JobId, Books.CountRunning());

        Assert.Equal([0, 1, 1, 0], parts.Append(other).Select(p => _engine.Now(p).WaitsForRoom));
        Assert.Equal(parts[1].Version + 1, _engine.Now(parts[1]).Version);
    }

    [Fact]
    public async Task Parts_in_place_of_one_that_the_service_has_after_all_count_for_nothing()
    {
        BatchRecord given = Parts("a", "b")[0];
        _engine.Change(given, static b => b with { State = BatchState.Abandoned });
        BatchRecord instead = Assert.Single(_engine.Seal("job", "a", "b").NewBatches);
        Assert.Equal(instead.Id, Assert.Single(Books.Replacing(given)).Id);
        BatchRecord collected = await _engine.RunAsync(_engine.Ledger.Batches.Find("job/2")!);
        Assert.Equal((1, 1), (Totals.Succeeded, Totals.Pending)); // the counts of what was collected are kept from now on

        int taken = 0;
        _engine.Ledger.Write(() => taken = Books.TakeBackReplacing(given));

        Assert.Equal(1, taken);
        Assert.Empty(Books.Replacing(given));
        Assert.Equal([given.Id, collected.Id], Books.OfJob(given.JobId).Select(static b => b.Id));
        Assert.Equal((1, 1, 0), (Totals.Succeeded, Totals.NotSubmitted, Totals.Pending));
    }

    [Fact]
    public async Task What_was_collected_is_counted_anew_when_the_part_in_its_place_is_taken_back()
    {
        BatchRecord collected = await _engine.RunAsync(Parts("a")[0]);
        _engine.Seal("job", [EngineFixture.Request("a")], sendAgain: true);
        Assert.Equal((0, 1), (Totals.Succeeded, Totals.Pending));

        _engine.Ledger.Write(() => Books.TakeBackReplacing(collected));

        Assert.Equal((1, 0), (Totals.Succeeded, Totals.Pending));
    }

    [Fact]
    public void Of_a_part_that_is_taken_back_the_requests_of_its_own_are_given_up_and_the_next_input_sends_them()
    {
        BatchRecord given = Assert.Single(_engine.Seal("job", "a", "b").NewBatches);
        _engine.Change(given, static b => b with { State = BatchState.Rejected });
        BatchRecord instead = Assert.Single(_engine.Seal("job", "a", "b", "c", "d").NewBatches);
        _engine.Change(given, static b => b with { State = BatchState.InProgress, ServiceId = "msgbatch_1" });

        _engine.Ledger.Write(() => Books.TakeBackReplacing(_engine.Now(given)));

        Assert.Equal((BatchState.Abandoned, 2), (_engine.Now(instead).State, _engine.Now(instead).RequestCount));
        Assert.Equal((4, 2, 2), (Totals.Requests, Totals.Pending, Totals.NotSubmitted));
        SealedInput again = _engine.Seal("job", "a", "b", "c", "d");
        Assert.Equal((2L, 2L), (again.Accepted, again.AlreadyThere));
        Assert.Equal(
            ["c", "d"],
            _engine.Ledger.Attempts.OfBatch(Assert.Single(again.NewBatches), -1, 10).Select(static a => a.CustomId));
    }

    [Fact]
    public void A_request_that_was_corrected_in_the_part_that_is_taken_back_is_again_what_the_service_has()
    {
        BatchRecord given = Assert.Single(_engine.Seal("job", "a", "b").NewBatches);
        RequestRecord before = Requests[0];
        _engine.Change(given, static b => b with { State = BatchState.Rejected });
        PreparedRequest[] corrected = [EngineFixture.Request("a", "corrected"), EngineFixture.Request("b")];
        _engine.Change(Assert.Single(_engine.Seal("job", corrected).NewBatches), static b => b with { State = BatchState.Rejected });
        _engine.Seal("job", [EngineFixture.Request("a", "corrected once more"), EngineFixture.Request("b")]);
        Assert.NotEqual(before.Digest, Requests[0].Digest);

        _engine.Change(given, static b => b with { State = BatchState.InProgress, ServiceId = "msgbatch_1" });
        _engine.Ledger.Write(() => Books.TakeBackReplacing(_engine.Now(given)));

        Assert.Equal(before, Requests[0] with { Digest = before.Digest });
        Assert.Equal(before.Digest, Requests[0].Digest);
        Assert.Equal((0L, 2L), (_engine.Seal("job", "a", "b").Accepted, _engine.Seal("job", "a", "b").AlreadyThere));
        Assert.Throws<ClaudeBatchException>(() => _engine.Seal("job", corrected));
    }

    private IReadOnlyList<RequestRecord> Requests => _engine.Ledger.Attempts.Requests(_engine.Job("job").Id, -1, 10);

    private JobTotals Totals => _engine.Ledger.Jobs.Totals(_engine.Job("job"));

    private BatchRecord[] Parts(params string[] ids)
        => [.. _engine.Seal("job", ids.Select(static id => EngineFixture.Request(id)), new SpoolLimits(MaxRequests: 1)).NewBatches];
}
