using ClaudeBatch.Core.Api;
using ClaudeBatch.Core.Input;
using ClaudeBatch.Core.Ledger;
using ClaudeBatch.Core.Ledger.Sqlite;
using ClaudeBatch.Core.Retries;

namespace ClaudeBatch.Core.Tests.Ledger;

/// <summary>Attempts are written as they came, and read in the order of their rows, however many there are.</summary>
public sealed class AttemptBooksTests : IDisposable
{
    private readonly EngineFixture _engine;

    private InterferingHandler? _network;

    public AttemptBooksTests() => _engine = new EngineFixture(between: service => _network = new InterferingHandler(service));

    private InterferingHandler Network => _network!;

    private AttemptBooks Books => _engine.Ledger.Attempts;

    public void Dispose() => _engine.Dispose();

    [Theory]
    [InlineData(1_999)]
    [InlineData(2_000)]
    [InlineData(2_001)]
    [InlineData(4_000)]
    public void All_attempts_of_a_batch_are_read_once_and_in_order(int count)
    {
        BatchRecord batch = _engine.Seal("job", [.. Enumerable.Range(0, count).Select(static i => $"row-{i}")]).NewBatches[0];

        Assert.Equal(Enumerable.Range(0, count).Select(static i => (long)i), Books.All(batch).Select(static a => a.Row));
    }

    [Fact]
    public async Task Attempts_of_many_batches_come_in_the_order_of_their_rows()
    {
        Network.Answer(static id => id is "b" or "d" ? ScriptedAnswers.Ended("expired") : null);
        SealedInput input = _engine.Seal("job", ["a", "b", "c", "d", "e"]);
        await _engine.RunAsync(input.NewBatches[0]);
        Network.Answer(static _ => null);
        BatchRecord retry = Assert.Single(new RetryPlanner(_engine.Ledger).Plan(_engine.Job("job"), new RetryFilter(), new SpoolLimits()));
        IReadOnlyList<BatchRecord> batches = [retry, _engine.Now(input.NewBatches[0])];

        Assert.Equal(
            [("a", 1), ("b", 2), ("c", 1), ("d", 2), ("e", 1)], Books.LastOf(batches).Select(static a => (a.Attempt.CustomId, a.Batch.Part)));
        Assert.Equal(
            ["a", "b", "b", "c", "d", "d", "e"], Books.InRowOrder(batches, onlyLast: false).Select(static a => a.Attempt.CustomId));
        Assert.Equal(["a", "c", "e"], Books.OfBatch(batches[1], -1, 10, onlyLast: true).Select(static a => a.CustomId));
        Assert.Equal(["b", "d"], Books.OfBatch(batches[1], -1, 10, onlyFailed: true).Select(static a => a.CustomId));
        Assert.Equal(["d"], Books.OfBatch(batches[1], 1, 10, onlyFailed: true).Select(static a => a.CustomId));
        Assert.Equal(["a", "b"], Books.OfBatch(batches[1], -1, 2).Select(static a => a.CustomId));
        Assert.Equal(["b", "d"], Books.All(batches[1], onlyFailed: true).Select(static a => a.CustomId));
        Assert.Empty(Books.All(batches[1], onlyLast: true, onlyFailed: true));
    }

    [Fact]
    public async Task The_cost_of_a_last_attempt_is_that_of_all_attempts_of_its_request()
    {
        Network.Answer(static _ => ScriptedAnswers.Succeeded("\"input_tokens\":10,\"output_tokens\":0", stopReason: "max_tokens"));
        BatchRecord first = await _engine.RunAsync(_engine.Seal("job", "a").NewBatches[0]);
        BatchRecord again = Assert.Single(new RetryPlanner(_engine.Ledger).Plan(_engine.Job("job"), new RetryFilter { TakesCut = true }, new SpoolLimits()));
        Network.Answer(static _ => ScriptedAnswers.Succeeded("\"input_tokens\":100,\"output_tokens\":0"));
        again = await _engine.RunAsync(again);

        Assert.Equal((5_000_000, 50_000_000, 55_000_000), (Cost(first, onlyLast: false), Cost(again, onlyLast: false), Cost(again, onlyLast: true)));

        long? Cost(BatchRecord batch, bool onlyLast) => Assert.Single(Books.OfBatch(batch, -1, 10, onlyLast)).CostInPicodollars;
    }

    [Fact]
    public async Task Whether_a_failure_waits_for_somebody_is_told_until_its_request_is_sent_again()
    {
        Network.Answer(static id => id == "a" ? ScriptedAnswers.Errored("permission_error") : null);
        BatchRecord batch = await _engine.RunAsync(_engine.Seal("job", "a", "b").NewBatches[0]);
        _engine.Seal("other", "a");

        Assert.True(Books.AnyWaitsForOperator(_engine.Job("job")));
        Assert.False(Books.AnyWaitsForOperator(_engine.Job("other")));
        Assert.True(Books.AnyFailed(batch, [FailureClass.Transient, FailureClass.OperatorFixable]));
        Assert.False(Books.AnyFailed(batch, [FailureClass.Transient]));
        Assert.False(Books.AnyFailed(batch, []));

        Assert.Single(new RetryPlanner(_engine.Ledger).Plan(_engine.Job("job"), new RetryFilter { Classes = new HashSet<FailureClass> { FailureClass.OperatorFixable } }, new SpoolLimits()));

        Assert.False(Books.AnyWaitsForOperator(_engine.Job("job")));
        Assert.False(Books.AnyFailed(batch, [FailureClass.OperatorFixable]));
    }

    [Fact]
    public void Requests_that_only_their_answers_tell_are_written_with_their_outcomes_however_many_they_are()
    {
        const int count = LedgerDatabase.RowsPerTransaction + 1;
        _engine.Seal("job", "own-0", "own-1");
        JobRecord job = _engine.Job("job");
        BatchRecord batch = _engine.Ledger.Batches.Get(_engine.Ledger.Batches.AddMadeElsewhere(job.Id, count, new ReplyHeaders()));

        Books.RecordDiscovered(batch, job.SealedRows, [.. Enumerable.Range(0, count).Select(static i => $"row-{i}")]);
        Books.RecordOutcomes(
            batch,
            Enumerable.Range(0, count).Select(i => new OutcomeRecord { Row = 2 + i, WordsIndex = i == count - 2 ? 0 : 1 + (i % 2), ResultLength = i == 0 ? 0 : 7, ResultOffset = i, ResultDigest = i }).ToArray(),
            [new OutcomeWords(Outcome.Canceled), new OutcomeWords(Outcome.Expired)]);

        Assert.Equal(count + 2, _engine.Job("job").SealedRows);
        AttemptRecord[] attempts = [.. Books.All(batch)];
        Assert.Equal(Enumerable.Range(0, count).Select(static i => (2L + i, $"row-{i}")), attempts.Select(static a => (a.Row, a.CustomId)));
        Assert.Equal(
            Enumerable.Range(0, count).Select(static i => (Outcome?)(i == count - 2 ? null : i % 2 == 0 ? Outcome.Canceled : Outcome.Expired)),
            attempts.Select(static a => a.Outcome));
        Assert.Equal((null, 0, 0), (attempts[0].ResultOffset, attempts[0].ResultLength, attempts[0].ResultDigest));
        Assert.Equal((count - 1, 7, count - 1), (attempts[^1].ResultOffset, attempts[^1].ResultLength, attempts[^1].ResultDigest));
    }

    [Fact]
    public async Task Each_part_of_an_outcome_is_written_and_what_was_counted_before_is_counted_anew()
    {
        BatchRecord batch = await _engine.RunAsync(_engine.Seal("job", "a").NewBatches[0]);
        Assert.Equal(1, _engine.Ledger.Jobs.Totals(_engine.Job("job")).Succeeded);
        OutcomeRecord outcome = new()
        {
            WordsIndex = 1,
            Usage = new TokenUsage(1, 2, 3, 4, 5, 6),
            CostInPicodollars = 7,
            ResultOffset = 8,
            ResultLength = 9,
            ResultDigest = 10,
        };

        Books.RecordOutcomes(batch, new[] { outcome }, [new OutcomeWords(Outcome.Errored, "api_error", FailureClass.Transient, "stop", "model", "us")]);

        Assert.Equal(
            "Errored api_error Transient stop model us 1 2 3 4 5 6 7 8 9 10",
            Assert.Single(_engine.Ledger.Database.Read(
                """
                SELECT concat_ws(' ', outcome, error_type, failure_class, stop_reason, model, inference_geo, input_tokens, cache_write_5m_tokens,
                    cache_write_1h_tokens, cache_read_tokens, output_tokens, web_searches, cost_in_picodollars, result_offset, result_length,
                    result_digest) AS row FROM attempt
                """,
                static row => row.Text("row"))));
        JobTotals totals = _engine.Ledger.Jobs.Totals(_engine.Job("job"));
        Assert.Equal((0, 1, 7), (totals.Succeeded, totals.Errored, totals.CostInPicodollars));
    }

    [Fact]
    public async Task Requests_that_become_known_are_counted_with_what_was_counted_before()
    {
        JobRecord job = _engine.Job(_engine.Seal("job", "own").NewBatches[0].Job);
        BatchRecord batch = await _engine.RunAsync(_engine.Ledger.Batches.Find("job/1")!);
        Assert.Equal(1, _engine.Ledger.Jobs.Totals(job).Sum);

        Books.RecordDiscovered(batch, 1, ["late"]);

        Assert.Equal((2, 1), (_engine.Ledger.Jobs.Totals(_engine.Job("job")).Sum, _engine.Ledger.Jobs.Totals(_engine.Job("job")).Pending));
    }

    [Fact]
    public async Task Usage_is_summed_up_by_whether_the_prompt_is_long()
    {
        Network.Answer(static id => ScriptedAnswers.Succeeded($"\"input_tokens\":{(id == "a" ? 10 : 1000)},\"output_tokens\":1", model: "m"));
        BatchRecord batch = await _engine.RunAsync(_engine.Seal("job", "a", "b").NewBatches[0]);

        Assert.Equal(["m"], Books.ModelsOf([batch.Id]));
        Assert.Single(Books.Usage([batch.Id], "m", longFrom: null));
        Assert.Equal(2, Books.Usage([batch.Id], "m", longFrom: 100).Count);
    }

    [Fact]
    public async Task A_request_that_is_sent_with_other_bytes_has_their_digest_and_rows_that_are_gone_are_looked_for_nowhere()
    {
        BatchRecord batch = await _engine.RunAsync(_engine.Seal("job", "a", "b").NewBatches[0]);
        byte[] digest = [.. Enumerable.Range(0, 16).Select(static i => (byte)i)];

        Books.SetContent(batch.JobId, batch.Id, new RequestRecord(1, "b", digest, 20, 30, 40, Refusal: null));
        RequestRecord changed = Books.Requests(batch.JobId, 0, 10).Single();
        Assert.Equal((20, 30, 40), (changed.SourceOffset, changed.SourceLength, changed.SourceDigest));
        Books.ForgetRows(batch.JobId);

        IReadOnlyList<RequestRecord> requests = Books.Requests(batch.JobId, -1, 10);
        Assert.Equal([false, true], requests.Select(r => r.Digest.SequenceEqual(digest)));
        Assert.All(requests, static r => Assert.Equal((0, 0), (r.SourceOffset, r.SourceLength)));
        Assert.Equal([1L], Books.Requests(batch.JobId, 0, 10).Select(static r => r.Row));
    }
}
