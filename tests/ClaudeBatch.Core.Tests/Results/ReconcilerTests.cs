using ClaudeBatch.Core.Api;
using ClaudeBatch.Core.Input;
using ClaudeBatch.Core.Ledger;
using ClaudeBatch.Core.Results;
using ClaudeBatch.Core.Running;

namespace ClaudeBatch.Core.Tests.Results;

/// <summary>What a check of the books tells, about which requests, and what it does not tell.</summary>
public sealed class ReconcilerTests : IDisposable
{
    private readonly EngineFixture _engine;

    private InterferingHandler? _network;

    public ReconcilerTests() => _engine = new EngineFixture(between: service => _network = new InterferingHandler(service));

    private InterferingHandler Network => _network!;

    public void Dispose() => _engine.Dispose();

    [Fact]
    public void An_input_whose_end_was_not_seen_is_told_and_nothing_else()
    {
        _engine.OpenInput("job").Dispose();

        BookProblem problem = Assert.Single(Check().Problems);

        Assert.Equal((ProblemKind.NotSealed, null, 0), (problem.Kind, problem.Batch, problem.Count));
    }

    [Fact]
    public async Task A_request_that_the_books_have_lost_is_told_of_the_job_and_of_its_batch()
    {
        BatchRecord batch = await _engine.RunAsync(_engine.Seal("job", "a", "b", "c").NewBatches[0]);
        _engine.Ledger.Database.Execute("DELETE FROM attempt WHERE row = 0");
        _engine.Ledger.Batches.ForgetTallies(batch.JobId);

        BookProblem[] problems = [.. Check().Problems.Where(static p => p.Kind != ProblemKind.CountsDiffer)];

        Assert.Equal(
            [(ProblemKind.SumDiffers, null, 1, "The buckets hold 2 requests, the input had 3."),
            (ProblemKind.PartDiffers, "job/1", 1, "Batch 'job/1' was sent with 3 requests; the books have 2 of them.")],
            problems.Select(static p => (p.Kind, p.Batch, p.Count, p.Message)));
    }

    [Fact]
    public async Task A_batch_of_which_the_books_have_no_request_is_told_unless_another_tool_has_made_it()
    {
        BatchRecord batch = (await _engine.SendAsync(_engine.Seal("job", "a", "b").NewBatches[0])).Batch;
        _engine.Ledger.Database.Execute("DELETE FROM attempt");
        Assert.Equal(2, Assert.Single(Check().Problems, static p => p.Kind == ProblemKind.PartDiffers).Count);

        _engine.Ledger.Database.Execute("UPDATE batch SET spool_digest = NULL");

        Assert.True(_engine.Now(batch).MadeElsewhere);
        Assert.DoesNotContain(Check().Problems, static p => p.Kind == ProblemKind.PartDiffers);
        _engine.Ledger.Attempts.RecordDiscovered(batch, 0, ["a"]);
        Assert.Equal(1, Assert.Single(Check().Problems, static p => p.Kind == ProblemKind.PartDiffers).Count);
    }

    [Fact]
    public async Task The_first_requests_without_an_outcome_are_named_and_all_are_counted()
    {
        string[] ids = [.. Enumerable.Range(0, 25).Select(static i => $"row-{i}")];
        SealedInput input = _engine.Seal("job", ids.Select(static id => EngineFixture.Request(id)), new SpoolLimits(MaxRequests: 2));
        await _engine.RunAsync(input.NewBatches[1]);

        BookProblem problem = Assert.Single(Check().Problems);

        Assert.Equal((ProblemKind.Pending, null, 23), (problem.Kind, problem.Batch, problem.Count));
        Assert.Equal("23 requests have no outcome yet.", problem.Message);
        Assert.Equal([.. ids[..2], .. ids[4..22]], problem.CustomIds);
    }

    [Fact]
    public void Requests_that_were_given_up_are_told_until_their_job_is_stopped()
    {
        SealedInput input = _engine.Seal("job", [EngineFixture.Request("a"), EngineFixture.Request("b")], new SpoolLimits(MaxRequests: 1));
        new BatchRepair(_engine.Ledger, _engine.Api).Abandon(input.NewBatches[1]);

        BookProblem problem = Assert.Single(Check().Problems, static p => p.Kind == ProblemKind.NotSubmitted);
        Assert.Equal((1, "b"), (problem.Count, Assert.Single(problem.CustomIds)));

        _engine.Ledger.Stop(_engine.Job("job"));

        Assert.Equal((2, true), (Check().Totals.NotSubmitted, Check().IsReconciled));
    }

    [Fact]
    public async Task Answers_that_are_lost_are_unknown()
    {
        BatchRecord batch = (await _engine.SendAsync(_engine.Seal("job", "a").NewBatches[0])).Batch;
        _engine.Change(batch, static b => b with { State = BatchState.Lost });

        BookProblem problem = Assert.Single(Check().Problems);

        Assert.Equal((ProblemKind.Unknown, 1, "a"), (problem.Kind, problem.Count, Assert.Single(problem.CustomIds)));
        Assert.Empty(CheckBatch(batch)); // nothing more will come
    }

    [Fact]
    public async Task A_batch_that_is_not_confirmed_is_told_with_all_its_requests()
    {
        BatchRecord batch = (await _engine.SendAsync(_engine.Seal("job", "a", "b").NewBatches[0])).Batch;
        Assert.DoesNotContain(CheckBatch(batch), static p => p.Kind == ProblemKind.Tentative);
        _engine.Change(batch, static b => b with { Adopted = Adoption.Tentative });

        BookProblem problem = Assert.Single(CheckBatch(batch), static p => p.Kind == ProblemKind.Tentative);

        Assert.Equal(("job/1", 2), (problem.Batch, problem.Count));
        Assert.Contains(Check().Problems, static p => p.Kind == ProblemKind.Tentative);
    }

    [Theory]
    [InlineData(1, 1, 1, 1, null)]
    [InlineData(2, 1, 1, 1, "Succeeded")]
    [InlineData(1, 0, 1, 1, "Errored")]
    [InlineData(1, 1, 2, 1, "Canceled")]
    [InlineData(1, 1, 1, 0, "Expired")]
    public async Task Counts_that_are_not_the_services_are_told_when_the_batch_is_collected(int succeeded, int errored, int canceled, int expired, string? told)
    {
        Network.Answer(static id => id switch
        {
            "e" => ScriptedAnswers.Errored("api_error"),
            "c" => ScriptedAnswers.Ended("canceled"),
            "x" => ScriptedAnswers.Ended("expired"),
            _ => null,
        });
        BatchRecord batch = await _engine.RunAsync(_engine.Seal("job", "s", "e", "c", "x").NewBatches[0]);
        batch = _engine.Change(batch, b => b with { Counts = new RequestCounts(0, succeeded, errored, canceled, expired) });

        string? message = CheckBatch(batch).SingleOrDefault()?.Message;

        Assert.Equal(told is null, message is null);
        Assert.Contains($"has 1 {told} lines", message ?? "has 1  lines", StringComparison.Ordinal);
        _engine.Change(batch, static b => b with { State = BatchState.Ended });
        Assert.DoesNotContain(CheckBatch(batch), static p => p.Kind == ProblemKind.CountsDiffer);
    }

    [Fact]
    public async Task What_a_batch_waits_for_and_what_it_lacks_for_good_are_told_apart()
    {
        Network.ChangeResults(static body => ScriptedAnswers.LinesOf(body, "a", "b"));
        BatchRecord batch = _engine.Seal("job", "a", "b", "c").NewBatches[0];
        await Assert.ThrowsAsync<ClaudeBatchException>(() => _engine.RunAsync(batch));

        BookProblem waits = Assert.Single(CheckBatch(batch));
        _engine.Clock.Advance(TimeSpan.FromMinutes(1));
        await Assert.ThrowsAsync<ClaudeBatchException>(() => _engine.CollectAsync(batch));
        await _engine.CollectAsync(batch);
        BookProblem lacks = Assert.Single(CheckBatch(batch), static p => p.Kind != ProblemKind.CountsDiffer);

        Assert.Equal((ProblemKind.Pending, "job/1", 1, "1 requests of batch 'job/1' have no answer yet."), (waits.Kind, waits.Batch, waits.Count, waits.Message));
        Assert.Equal((ProblemKind.Missing, "job/1", 1, "1 requests of batch 'job/1' were left out of the service's answer."), (lacks.Kind, lacks.Batch, lacks.Count, lacks.Message));
        Assert.Equal("c", Assert.Single(Assert.Single(Check().Problems, static p => p.Kind == ProblemKind.Missing).CustomIds));
    }

    [Fact]
    public async Task Lines_that_are_too_many_are_counted_for_the_job_and_named_for_each_batch()
    {
        Network.ChangeResults(static body => body + body.Split('\n')[0] + "\n" + ScriptedAnswers.Line("theirs-1", ScriptedAnswers.Ended("expired"))
            + ScriptedAnswers.Line("theirs-2", ScriptedAnswers.Ended("expired")));
        SealedInput input = _engine.Seal("job", [EngineFixture.Request("a"), EngineFixture.Request("b")], new SpoolLimits(MaxRequests: 1));
        foreach (BatchRecord batch in input.NewBatches)
        {
            await CollectPatientlyAsync(batch);
        }

        BookCheck check = Check();

        Assert.Equal((2, 2, 4), (check.Batches, check.Duplicated, check.Foreign));
        Assert.Equal(
            [(ProblemKind.Duplicated, "job/1", 1, "a"), (ProblemKind.Foreign, "job/1", 2, "theirs-1 theirs-2"),
            (ProblemKind.Duplicated, "job/2", 1, "b"), (ProblemKind.Foreign, "job/2", 2, "theirs-1 theirs-2")],
            check.Problems.Select(static p => (p.Kind, p.Batch, p.Count, string.Join(' ', p.CustomIds))));

        // Without the file, which is told, too, nobody knows which lines they are.
        File.Delete(Assert.Single(_engine.Ledger.Folder.AllResults(input.NewBatches[0].JobId, 1)));
        Assert.Equal([0, 0, 0, 1, 2], Check(readsFiles: true).Problems.Select(static p => p.CustomIds.Count));
    }

    [Theory]
    [InlineData(1, 0, "Duplicated")]
    [InlineData(0, 1, "Foreign")]
    public async Task Lines_of_one_kind_that_are_too_many_are_told_alone(int repeated, int foreign, string told)
    {
        Network.ChangeResults(body => body + string.Concat(Enumerable.Repeat(body, repeated))
            + string.Concat(Enumerable.Repeat(ScriptedAnswers.Line("theirs", ScriptedAnswers.Ended("expired")), foreign)));

        await CollectPatientlyAsync(_engine.Seal("job", "a").NewBatches[0]);

        Assert.Equal(told, Assert.Single(Check().Problems).Kind.ToString());
    }

    [Fact]
    public async Task Lines_that_cannot_be_read_are_told_with_their_numbers_while_answers_are_lacking()
    {
        Network.ChangeResults(static body => ScriptedAnswers.LinesOf(body, "a") + "{\n" + ScriptedAnswers.LinesOf(body, "b") + "{\n");
        BatchRecord batch = _engine.Seal("job", "a", "b", "c").NewBatches[0];
        await Assert.ThrowsAsync<ClaudeBatchException>(() => _engine.RunAsync(batch));

        BookProblem problem = Assert.Single(CheckBatch(batch), static p => p.Kind == ProblemKind.Unreadable);

        Assert.Equal(("job/1", 2), (problem.Batch, problem.Count));
        Assert.Equal("2 lines of the results of batch 'job/1' cannot be read: line 2, 4.", problem.Message);
    }

    [Fact]
    public async Task A_line_that_cannot_be_read_is_no_problem_where_all_answers_came()
    {
        Network.ChangeResults(static body => body + "{\n");

        await CollectPatientlyAsync(_engine.Seal("job", "a").NewBatches[0]);

        Assert.True(Check().IsReconciled);
    }

    [Fact]
    public async Task Answers_that_are_gone_are_told_unless_they_were_removed_by_a_command()
    {
        BatchRecord batch = await _engine.RunAsync(_engine.Seal("job", "a").NewBatches[0]);
        File.Delete(_engine.Ledger.Folder.Spool(batch.JobId, batch.Part));
        Assert.True(Check(readsFiles: true).IsReconciled);
        File.Delete(Assert.Single(_engine.Ledger.Folder.AllResults(batch.JobId, batch.Part)));

        BookProblem problem = Assert.Single(Check(readsFiles: true).Problems);
        Assert.Equal((ProblemKind.FileChanged, "job/1"), (problem.Kind, problem.Batch));
        Assert.Contains("Get-ClaudeBatchResult -Refresh", problem.Message, StringComparison.Ordinal);

        _engine.Ledger.Events.Add(EventKind.PayloadRemoved, "Removed.", batch.JobId, batch.Id);
        Assert.True(Check(readsFiles: true).IsReconciled);
    }

    private async Task CollectPatientlyAsync(BatchRecord batch)
    {
        await Assert.ThrowsAsync<ClaudeBatchException>(() => _engine.RunAsync(batch));
        _engine.Clock.Advance(TimeSpan.FromMinutes(1));
        await Assert.ThrowsAsync<ClaudeBatchException>(() => _engine.CollectAsync(batch));
        await _engine.CollectAsync(batch);
    }

    private BookCheck Check(bool readsFiles = false) => new Reconciler(_engine.Ledger).Check(_engine.Job("job"), readsFiles);

    private IReadOnlyList<BookProblem> CheckBatch(BatchRecord batch) => new Reconciler(_engine.Ledger).Check(_engine.Now(batch));
}
