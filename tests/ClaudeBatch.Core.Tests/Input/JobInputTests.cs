using System.Text;
using ClaudeBatch.Core.Input;
using ClaudeBatch.Core.Ledger;
using ClaudeBatch.Core.Requests;

namespace ClaudeBatch.Core.Tests.Input;

public sealed class JobInputTests : IDisposable
{
    private readonly EngineFixture _engine = new();

    public void Dispose() => _engine.Dispose();

    [Fact]
    public void Parts_end_at_the_count()
    {
        SealedInput input = _engine.Seal("job", Enumerable.Range(0, 25).Select(static i => EngineFixture.Request($"r{i}")), new SpoolLimits(MaxRequests: 10));

        Assert.Equal([10, 10, 5], input.NewBatches.Select(static b => b.RequestCount));
        Assert.Equal([1, 2, 3], input.NewBatches.Select(static b => b.Part));
        Assert.All(input.NewBatches, static b => Assert.Equal(BatchState.Spooled, b.State));
    }

    [Fact]
    public void A_part_may_have_the_last_byte_that_is_allowed()
    {
        PreparedRequest[] requests = [EngineFixture.Request("a"), EngineFixture.Request("b")];
        int both = requests.Sum(static r => r.Utf8.Length) + """{"requests":[,]}""".Length;

        Assert.Single(_engine.Seal("fits", requests, new SpoolLimits(MaxBytes: both)).NewBatches);
        Assert.Equal(2, _engine.Seal("too-many", requests, new SpoolLimits(MaxBytes: both - 1)).NewBatches.Count);
    }

    [Theory]
    [InlineData(1_000)]
    [InlineData(1_003)]
    [InlineData(5_000)]
    public void Parts_end_at_the_exact_byte(long maxBytes)
    {
        PreparedRequest[] requests = [.. Enumerable.Range(0, 60).Select(static i => EngineFixture.Request($"r{i}", new string('é', i)))];

        SealedInput input = _engine.Seal("job", requests, new SpoolLimits(MaxBytes: maxBytes));

        foreach (BatchRecord batch in input.NewBatches)
        {
            long size = new FileInfo(_engine.Ledger.Folder.Spool(batch.JobId, batch.Part)).Length;
            Assert.Equal(size, batch.SizeInBytes);
            Assert.True(size <= maxBytes);
        }

        // Every part is full: one more request would not have fitted into it.
        for (int i = 0, next = 0; i < input.NewBatches.Count - 1; i++)
        {
            next += input.NewBatches[i].RequestCount;
            Assert.True(input.NewBatches[i].SizeInBytes + 1 + requests[next].Utf8.Length > maxBytes);
        }
    }

    [Fact]
    public void The_spool_is_the_exact_body()
    {
        PreparedRequest[] requests = [EngineFixture.Request("a", "ä\n\"x\""), EngineFixture.Request("b")];

        BatchRecord batch = Assert.Single(_engine.Seal("job", requests).NewBatches);

        Assert.Equal(
            "{\"requests\":[" + Encoding.UTF8.GetString(requests[0].Utf8.Span) + "," + Encoding.UTF8.GetString(requests[1].Utf8.Span) + "]}",
            File.ReadAllText(_engine.Ledger.Folder.Spool(batch.JobId, batch.Part)));
    }

    [Fact]
    public void The_same_input_again_is_not_sent_again()
    {
        SealedInput first = _engine.Seal("job", "a", "b");

        SealedInput again = _engine.Seal("job", "a", "b");

        Assert.Empty(again.NewBatches);
        Assert.Equal(2, again.AlreadyThere);
        Assert.Equal(first.NewBatches.Select(static b => b.Id), again.ExistingBatches.Select(static b => b.Id));
        Assert.Equal(2, _engine.Ledger.Jobs.Totals(_engine.Job("job")).Requests);
    }

    [Fact]
    public void A_row_more_becomes_a_new_part_of_that_row_alone()
    {
        _engine.Seal("job", "a", "b");

        SealedInput again = _engine.Seal("job", "a", "b", "c");

        Assert.Equal(1, Assert.Single(again.NewBatches).RequestCount);
        Assert.Equal(2, again.NewBatches[0].Part);
        Assert.Equal(3, _engine.Ledger.Jobs.Totals(_engine.Job("job")).Requests);
    }

    [Fact]
    public void Another_part_size_plays_no_role()
    {
        _engine.Seal("job", Requests(6), new SpoolLimits(MaxRequests: 2));

        SealedInput again = _engine.Seal("job", Requests(6), new SpoolLimits(MaxRequests: 5));

        Assert.Equal((0L, 6L, 0, 3), (again.Accepted, again.AlreadyThere, again.NewBatches.Count, again.ExistingBatches.Count));
    }

    [Fact]
    public void A_forced_input_that_was_cut_replaces_nothing()
    {
        _engine.Seal("job", Requests(6), new SpoolLimits(MaxRequests: 2));
        using (JobInput cut = _engine.OpenInput("job", new SpoolLimits(MaxRequests: 2), sendAgain: true))
        {
            foreach (PreparedRequest request in Requests(5))
            {
                cut.Add(request.CustomId, request.Utf8.Span, default);
            }
        }

        Assert.Equal((6L, 6L), (_engine.Ledger.Jobs.Totals(_engine.Job("job")).Requests, _engine.Ledger.Jobs.Totals(_engine.Job("job")).Pending));
        SealedInput again = _engine.Seal("job", Requests(6), sendAgain: true);
        Assert.Equal(6, again.Accepted);
        Assert.Equal(6, _engine.Ledger.Jobs.Totals(_engine.Job("job")).Pending);
    }

    [Fact]
    public void A_changed_row_is_a_conflict_and_nothing_is_kept()
    {
        _engine.Seal("job", "a", "b");

        ClaudeBatchException conflict = Assert.Throws<ClaudeBatchException>(
            () => _engine.Seal("job", [EngineFixture.Request("a", "other"), EngineFixture.Request("c")]));

        Assert.Equal("CustomIdConflict", conflict.Id);
        Assert.Contains("(a)", conflict.Message, StringComparison.Ordinal);
        Assert.Single(_engine.Ledger.Batches.All());
        Assert.Equal(2, _engine.Ledger.Jobs.Totals(_engine.Job("job")).Requests);
    }

    [Fact]
    public void Force_sends_all_again_as_a_further_attempt()
    {
        _engine.Seal("job", "a", "b");

        SealedInput again = _engine.Seal("job", [EngineFixture.Request("a", "changed"), EngineFixture.Request("b")], sendAgain: true);

        BatchRecord batch = Assert.Single(again.NewBatches);
        Assert.Equal((2, 2), (batch.RequestCount, batch.Attempt));
        JobTotals totals = _engine.Ledger.Jobs.Totals(_engine.Job("job"));
        Assert.Equal((2, 2, 2), (totals.Requests, totals.Sum, totals.Pending));
    }

    [Fact]
    public void Refused_rows_are_kept_with_their_reason_and_the_others_go_on()
    {
        using JobInput input = _engine.OpenInput("job", new SpoolLimits(MaxBytes: 400));
        InputVerdict[] verdicts =
        [
            Add(input, "good"), Add(input, "bad id"), Add(input, "good"), Add(input, new string('x', 65)), Add(input, "large", new string('x', 500)),
            Add(input, "fine"),
        ];
        SealedInput done = input.Seal();

        Assert.Equal(
            [InputVerdict.Accepted, InputVerdict.Refused, InputVerdict.Refused, InputVerdict.Refused, InputVerdict.Refused, InputVerdict.Accepted],
            verdicts);
        Assert.Equal((2, 4), (done.Accepted, done.Refused));
        JobTotals totals = _engine.Ledger.Jobs.Totals(done.Job);
        Assert.Equal((2, 4), (totals.Requests, totals.Refused));
        Assert.Equal(
            ["CustomIdInvalid", "CustomIdDuplicated", "CustomIdInvalid", "RequestTooLarge"],
            _engine.Ledger.Attempts.Requests(done.Job.Id, -1, 100).Where(static r => r.Refusal is not null).Select(static r => r.Refusal!.Split(':')[0]));
    }

    [Fact]
    public void An_input_that_was_cut_leaves_nothing_to_send_and_starts_anew()
    {
        using (JobInput cut = _engine.OpenInput("job", new SpoolLimits(MaxRequests: 1)))
        {
            Add(cut, "a");
            Add(cut, "b");
        }

        JobState afterTheCut = JobStates.Of(_engine.Ledger, _engine.Job("job"), _engine.Ledger.Batches.OfJob(_engine.Job("job").Id));
        SealedInput anew = _engine.Seal("job", "a", "b", "c");

        Assert.Equal(JobState.InputCut, afterTheCut);
        Assert.Equal(3, anew.Accepted);
        Assert.Equal(3, _engine.Ledger.Jobs.Totals(_engine.Job("job")).Requests);
    }

    [Fact]
    public void A_job_that_is_being_filled_is_busy()
    {
        using JobInput open = _engine.OpenInput("job");

        ClaudeBatchException busy = Assert.Throws<ClaudeBatchException>(() => _engine.OpenInput("JOB"));

        Assert.Equal("JobBusy", busy.Id);
        Assert.Contains(Environment.ProcessId.ToString(System.Globalization.CultureInfo.InvariantCulture), busy.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("a b")]
    [InlineData("a/b")]
    [InlineData("ü")]
    [InlineData("msgbatch_1")]
    [InlineData("MSGBATCH_")]
    public void A_bad_job_name_is_refused(string name)
        => Assert.Equal("JobNameInvalid", Assert.Throws<ClaudeBatchException>(() => _engine.Seal(name, "a")).Id);

    [Fact]
    public void A_job_that_an_earlier_version_named_as_a_batch_goes_on()
    {
        _engine.Ledger.Jobs.FindOrCreate("msgbatch_1", _engine.Connection, maxAttempts: 1);

        Assert.Single(_engine.Seal("MsgBatch_1", "a").NewBatches);
    }

    private static InputVerdict Add(JobInput input, string id, string prompt = "Hi")
        => input.Add(id, EngineFixture.Request(id, prompt).Utf8.Span, default);

    private static IEnumerable<PreparedRequest> Requests(int count) => Enumerable.Range(0, count).Select(static i => EngineFixture.Request($"row-{i}"));
}
