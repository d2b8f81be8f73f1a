using System.Text;
using System.Text.Json.Nodes;
using ClaudeBatch.Core.Input;
using ClaudeBatch.Core.Ledger;
using ClaudeBatch.Core.Requests;
using ClaudeBatch.Core.Retries;
using ClaudeBatch.Emulator;

namespace ClaudeBatch.Core.Tests.Retries;

/// <summary>Which requests are sent again, in which parts, and with which bytes: each one that is sent again is paid again.</summary>
public sealed class RetryTests : IDisposable
{
    private static readonly Dictionary<string, string> s_results = new()
    {
        ["ok"] = ScriptedAnswers.Succeeded(),
        ["cut"] = ScriptedAnswers.Succeeded(stopReason: "max_tokens"),
        ["refused"] = ScriptedAnswers.Succeeded(stopReason: "refusal"),
        ["later"] = ScriptedAnswers.Errored("overloaded_error"),
        ["bad"] = ScriptedAnswers.Errored("invalid_request_error"),
        ["key"] = ScriptedAnswers.Errored("permission_error"),
        ["late"] = ScriptedAnswers.Ended("expired"),
        ["stopped"] = ScriptedAnswers.Ended("canceled"),
    };

    private readonly EngineFixture _engine;

    private InterferingHandler? _network;

    public RetryTests()
    {
        _engine = new EngineFixture(new EmulatorPlan(), service => _network = new InterferingHandler(service));
        _network!.Answer(static id => s_results.GetValueOrDefault(id, s_results["later"]));
    }

    public void Dispose() => _engine.Dispose();

    public static TheoryData<string, RetryFilter, string> Filters => new()
    {
        { "nothing named", new RetryFilter(), "later: Transient, late: Expired" },
        { "a class", new RetryFilter { Classes = Set(FailureClass.Permanent) }, "bad: Permanent" },
        { "two classes", new RetryFilter { Classes = Set(FailureClass.OperatorFixable, FailureClass.Transient) }, "later: Transient, key: OperatorFixable, late: Expired" },
        { "a status", new RetryFilter { Statuses = Set(Outcome.Expired) }, "late: Expired" },
        { "a status that has no class", new RetryFilter { Statuses = Set(Outcome.Canceled) }, "stopped: Canceled" },
        { "a status with failures of all classes", new RetryFilter { Statuses = Set(Outcome.Errored) }, "later: Transient" },
        { "a status and a class", new RetryFilter { Statuses = Set(Outcome.Errored), Classes = Set(FailureClass.Permanent) }, "bad: Permanent" },
        { "a status and a class that do not meet", new RetryFilter { Statuses = Set(Outcome.Canceled), Classes = Set(FailureClass.Transient) }, "" },
        { "cut answers", new RetryFilter { TakesCut = true }, "cut: cut at max_tokens, later: Transient, late: Expired" },
        { "incomplete answers", new RetryFilter { TakesIncomplete = true }, "cut: cut at max_tokens, refused: not complete, later: Transient, late: Expired" },
        { "ids", new RetryFilter { CustomIds = Set("later", "bad", "ok") }, "later: Transient" },
        { "one attempt", new RetryFilter { MaxAttempts = 1 }, "" },
        { "two attempts", new RetryFilter { MaxAttempts = 2 }, "later: Transient, late: Expired" },
    };

    [Fact]
    public async Task A_job_that_was_stopped_since_it_was_looked_at_sends_nothing()
    {
        await RunAsync("later");
        JobRecord job = Job;
        _engine.Ledger.Jobs.MarkStopped(job);

        Assert.Empty(Planner.Plan(job, new RetryFilter(), new SpoolLimits()));

        _engine.Ledger.Jobs.Restart(job);
        Assert.Single(Planner.Plan(job, new RetryFilter(), new SpoolLimits()));
    }

    [Theory]
    [MemberData(nameof(Filters))]
    public async Task What_is_sent_again_is_what_was_named(string name, RetryFilter filter, string expected)
    {
        Assert.NotEmpty(name);
        BatchRecord batch = await RunAsync([.. s_results.Keys]);

        RetryCandidate[] candidates = [.. Planner.Candidates(Job, filter)];

        Assert.Equal(expected, string.Join(", ", candidates.Select(static c => $"{c.Attempt.CustomId}: {c.Reason}")));
        Assert.All(candidates, c => Assert.Equal(batch.Id, c.Batch.Id));
    }

    [Fact]
    public async Task Whether_there_is_anything_to_send_again_is_known_without_looking_at_the_answers()
    {
        BatchRecord batch = await RunAsync("ok", "cut", "bad", "later");

        Assert.True(Planner.Any(Job, new RetryFilter()));
        Assert.True(Planner.Any(Job, new RetryFilter { Classes = Set(FailureClass.OperatorFixable, FailureClass.Permanent) }));
        Assert.False(Planner.Any(Job, new RetryFilter { Classes = Set(FailureClass.OperatorFixable) }));
        Assert.True(Planner.Any(Job, new RetryFilter { MaxAttempts = 2 }));
        Assert.False(Planner.Any(Job, new RetryFilter { MaxAttempts = 1 }));

        File.Delete(_engine.Ledger.Folder.Spool(batch.JobId, batch.Part));

        Assert.False(Planner.Any(Job, new RetryFilter()));
    }

    [Fact]
    public async Task One_part_with_something_to_send_again_is_enough()
    {
        SealedInput input = _engine.Seal("job", [EngineFixture.Request("ok"), EngineFixture.Request("later")], new SpoolLimits(MaxRequests: 1));
        await _engine.RunAsync(input.NewBatches[0]);
        await _engine.RunAsync(input.NewBatches[1]);

        Assert.True(Planner.Any(Job, new RetryFilter()));
    }

    [Fact]
    public async Task The_same_bytes_are_sent_again_and_a_request_is_planned_once()
    {
        await RunAsync("ok", "later", "late");

        BatchRecord again = Assert.Single(Plan(new RetryFilter()));

        Assert.Equal((2, 2, 2, BatchState.Spooled), (again.Part, again.Attempt, again.RequestCount, again.State));
        Assert.Empty(Planner.Candidates(Job, new RetryFilter { Statuses = Set(Outcome.Errored, Outcome.Expired) }));
        Assert.False(Planner.Any(Job, new RetryFilter()));
        Assert.Empty(Plan(new RetryFilter()));
        await _engine.SendAsync(again);
        Assert.Equal(
            [.. Bodies().Single(static b => b.Count == 3).Where(static r => r!["custom_id"]!.ToString() != "ok").Select(static r => r!.ToJsonString())],
            Bodies().Single(static b => b.Count == 2).Select(static r => r!.ToJsonString()));
        EventRecord planned = Assert.Single(_engine.Ledger.Events.Read(null, null, 0, 1000), static e => e.Kind == nameof(EventKind.RetryPlanned));
        Assert.Equal("2 requests in 1 part.", planned.Message);
    }

    [Fact]
    public async Task A_request_that_fails_again_and_again_is_tried_as_often_as_was_said()
    {
        await RunAsync("later");

        List<int> attempts = [];
        while (Plan(new RetryFilter { MaxAttempts = 3 }) is [var again])
        {
            attempts.Add(again.Attempt);
            await _engine.RunAsync(again);
        }

        Assert.Equal([2, 3], attempts);
        Assert.Equal(3, Bodies().Count());
    }

    [Fact]
    public async Task Requests_that_were_tried_equally_often_make_a_part()
    {
        _network!.Answer(static id => id == "b" ? s_results["bad"] : s_results["later"]);
        await RunAsync("a", "b", "c");
        await _engine.RunAsync(Assert.Single(Plan(new RetryFilter()))); // a and c fail for the second time

        IReadOnlyList<BatchRecord> again = Plan(new RetryFilter { Classes = Set(FailureClass.Transient, FailureClass.Permanent) });

        Assert.Equal([(2, "b"), (3, "a c")], again.Select(b => (b.Attempt, string.Join(' ', _engine.Ledger.Attempts.All(b).Select(static a => a.CustomId)))));
    }

    [Fact]
    public async Task Parts_of_a_retry_are_as_large_as_allowed_and_no_larger()
    {
        await RunAsync("a", "b", "c", "d", "e");

        IReadOnlyList<BatchRecord> again = Planner.Plan(Job, new RetryFilter(), new SpoolLimits(MaxRequests: 2));

        Assert.Equal([2, 2, 1], again.Select(static b => b.RequestCount));
        Assert.All(again, static b => Assert.Equal(2, b.Attempt));
    }

    [Fact]
    public async Task A_request_whose_bytes_were_removed_is_left_out_or_told()
    {
        BatchRecord batch = await RunAsync("later");
        File.Delete(_engine.Ledger.Folder.Spool(batch.JobId, batch.Part));

        Assert.Empty(Plan(new RetryFilter { SkipsRemoved = true }));
        ClaudeBatchException failure = Assert.Throws<ClaudeBatchException>(() => Plan(new RetryFilter()));

        Assert.Equal("PayloadRemoved", failure.Id);
        Assert.Single(_engine.Ledger.Batches.OfJob(batch.JobId));
    }

    [Fact]
    public async Task Changed_requests_are_sent_in_place_of_theirs_and_no_others()
    {
        await RunAsync("a", "b", "c");
        using RewrittenRequests changed = new(_engine.Ledger, Job, new InputRules(new SpoolLimits(), checker: null));
        PreparedRequest longer = EngineFixture.Request("b", new string('x', 500));
        Assert.Null(changed.Add(1, "b", longer.Utf8.Span));
        changed.Complete();

        BatchRecord again = Assert.Single(Planner.Plan(Job, new RetryFilter(), new SpoolLimits(), changed));

        await _engine.SendAsync(again);
        Assert.Equal(Encoding.UTF8.GetString(longer.Utf8.Span), Bodies().Single(static b => b.Count == 1)[0]!.ToJsonString());
        Assert.Equal("1 request, changed, in 1 part.", Assert.Single(_engine.Ledger.Events.Read(null, null, 0, 1000), static e => e.Kind == nameof(EventKind.RetryPlanned)).Message);
        Assert.Equal(["a", "c"], Planner.Candidates(Job, new RetryFilter()).Select(static c => c.Attempt.CustomId));
    }

    private RetryPlanner Planner => new(_engine.Ledger);

    private JobRecord Job => _engine.Job("job");

    private static HashSet<T> Set<T>(params T[] of) => [.. of];

    private Task<BatchRecord> RunAsync(params string[] ids) => _engine.RunAsync(_engine.Seal("job", ids).NewBatches[0]);

    private IReadOnlyList<BatchRecord> Plan(RetryFilter filter) => Planner.Plan(Job, filter, new SpoolLimits());

    private IEnumerable<JsonArray> Bodies() => Directory.EnumerateFiles(Path.Combine(_engine.Root, "service", "batches"), "*.body")
        .Select(static file => JsonNode.Parse(File.ReadAllBytes(file))!["requests"]!.AsArray());
}
