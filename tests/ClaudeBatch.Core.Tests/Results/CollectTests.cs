using System.Text;
using ClaudeBatch.Core.Account;
using ClaudeBatch.Core.Costs;
using ClaudeBatch.Core.Input;
using ClaudeBatch.Core.Ledger;
using ClaudeBatch.Core.Models;
using ClaudeBatch.Core.Results;
using ClaudeBatch.Core.Retries;
using ClaudeBatch.Core.Running;
using ClaudeBatch.Core.Sending;
using ClaudeBatch.Emulator;

namespace ClaudeBatch.Core.Tests.Results;

public sealed class CollectTests : IDisposable
{
    private readonly EngineFixture _engine;

    private InterferingHandler? _network;

    public CollectTests() => _engine = new EngineFixture(
        new EmulatorPlan { Errored = 0.2, Expired = 0.1, Seed = 5 }, service => _network = new InterferingHandler(service));

    public void Dispose() => _engine.Dispose();

    [Fact]
    public async Task Results_come_in_input_order_with_their_rows()
    {
        string[] ids = [.. Enumerable.Range(0, 60).Select(static i => $"row-{i}")];
        BatchRecord batch = await _engine.RunAsync(_engine.Seal("job", ids).NewBatches[0]);

        using ResultReader reader = new(_engine.Ledger);
        CollectedResult[] results = [.. reader.InOrder([batch])];

        Assert.Equal(BatchState.Collected, batch.State);
        Assert.Equal(ids, results.Select(static r => r.Attempt.CustomId));
        Assert.All(results, static r => Assert.Equal(r.Attempt.CustomId, ResultLine.Parse(r.Line)!.CustomId));
        Assert.All(results, static r => Assert.Equal("""{"row":1}""", Encoding.UTF8.GetString(r.Source)));
    }

    [Fact]
    public async Task The_books_balance_after_each_round_of_retries()
    {
        SealedInput input = _engine.Seal("job", [.. Enumerable.Range(0, 300).Select(static i => $"row-{i}")]);
        await _engine.RunAsync(input.NewBatches[0]);
        BookCheck first = Check();
        int rounds = 0;
        while (new RetryPlanner(_engine.Ledger).Plan(_engine.Job("job"), new RetryFilter { MaxAttempts = 9 }, new SpoolLimits()) is { Count: > 0 } retry)
        {
            rounds++;
            foreach (BatchRecord batch in retry)
            {
                Assert.False(Check().IsReconciled); // the rows that are sent once more have no results yet
                await _engine.RunAsync(batch);
            }

            Assert.True(Check().IsReconciled, string.Join('\n', Check().Problems));
        }

        Assert.InRange(first.Totals.Errored, 30, 90);
        Assert.InRange(first.Totals.Expired, 10, 50);
        Assert.InRange(rounds, 1, 8);
        JobTotals totals = Check().Totals;
        Assert.Equal((300, 300, 0), (totals.Requests, totals.Succeeded, totals.Errored));
        Assert.Equal(rounds + 1, totals.Attempts);
    }

    [Fact]
    public async Task A_retry_sends_the_very_bytes_of_the_failed_requests()
    {
        SealedInput input = _engine.Seal("job", [.. Enumerable.Range(0, 50).Select(static i => $"row-{i}")]);
        BatchRecord done = await _engine.RunAsync(input.NewBatches[0]);
        string[] failed = [.. _engine.Ledger.Attempts.OfBatch(done, -1, 100).Where(static a => a.Outcome != Outcome.Succeeded).Select(static a => a.CustomId)];

        BatchRecord retry = Assert.Single(
            new RetryPlanner(_engine.Ledger).Plan(_engine.Job("job"), new RetryFilter { MaxAttempts = 5 }, new SpoolLimits()));

        Assert.Equal((failed.Length, 2), (retry.RequestCount, retry.Attempt));
        string expected = "{\"requests\":[" + string.Join(',', failed.Select(static id => Encoding.UTF8.GetString(EngineFixture.Request(id).Utf8.Span))) + "]}";
        Assert.Equal(expected, await File.ReadAllTextAsync(_engine.Ledger.Folder.Spool(retry.JobId, retry.Part)));
    }

    [Fact]
    public async Task A_request_is_tried_as_many_times_as_allowed_and_not_once_more()
    {
        _engine.Plan.Expired = 1;
        await _engine.RunAsync(_engine.Seal("job", "a", "b").NewBatches[0]);
        RetryPlanner planner = new(_engine.Ledger);
        JobRecord job = _engine.Job("job");
        RetryFilter twice = new() { MaxAttempts = 2 };
        Assert.True(planner.Any(job, twice));
        await _engine.RunAsync(Assert.Single(planner.Plan(job, twice, new SpoolLimits())));

        Assert.False(planner.Any(job, twice));
        Assert.Empty(planner.Candidates(job, twice));
        Assert.Empty(planner.Plan(job, twice, new SpoolLimits()));
        Assert.Equal(3, Assert.Single(planner.Plan(job, new RetryFilter { MaxAttempts = 3 }, new SpoolLimits())).Attempt);
    }

    [Fact]
    public async Task All_requests_of_a_part_are_tried_for_the_same_time_and_those_of_one_time_are_together()
    {
        _engine.Plan.Expired = 1;
        RetryPlanner planner = new(_engine.Ledger);
        await _engine.RunAsync(_engine.Seal("job", "a", "b").NewBatches[0]);
        RetryFilter onlyOne = new() { CustomIds = new HashSet<string> { "a" } };
        await _engine.RunAsync(Assert.Single(planner.Plan(_engine.Job("job"), onlyOne, new SpoolLimits())));
        await _engine.RunAsync(Assert.Single(_engine.Seal("job", "a", "b", "c").NewBatches));

        IReadOnlyList<BatchRecord> parts = planner.Plan(_engine.Job("job"), new RetryFilter(), new SpoolLimits());

        Assert.Equal([(2, "b c"), (3, "a")], parts.Select(
            p => (p.Attempt, string.Join(' ', _engine.Ledger.Attempts.OfBatch(p, -1, 10).Select(static a => a.CustomId)))));
    }

    [Fact]
    public async Task A_batch_that_expired_as_a_whole_is_retried_as_a_whole()
    {
        _engine.Plan.Expired = 1;
        await _engine.RunAsync(_engine.Seal("job", "a", "b", "c").NewBatches[0]);
        _engine.Plan.Expired = 0;

        BatchRecord retry = Assert.Single(new RetryPlanner(_engine.Ledger).Plan(
            _engine.Job("job"), new RetryFilter { MaxAttempts = 5 }, new SpoolLimits()));
        BatchRecord collected = await _engine.RunAsync(retry);

        Assert.Equal((3, 2, BatchState.Collected), (collected.RequestCount, collected.Attempt, collected.State));
        Assert.Equal(3, _engine.Ledger.Jobs.Totals(_engine.Job("job")).Succeeded);
    }

    [Fact]
    public async Task Results_that_are_denied_are_lost_only_after_fifteen_minutes_without_the_batch_in_any_list()
    {
        BatchRecord sent = (await _engine.SendAsync(_engine.Seal("job", "a", "b").NewBatches[0])).Batch;
        _engine.Clock.Advance(TimeSpan.FromHours(1));
        BatchRecord ended = await new BatchPoller(_engine.Ledger, _engine.Api, _engine.Clock).RefreshAsync(sent, CancellationToken.None);
        await _engine.Api.DeleteAsync(ended.ServiceId!, CancellationToken.None); // as somebody else with the same account would

        ClaudeBatchException first = await Assert.ThrowsAsync<ClaudeBatchException>(() => _engine.CollectAsync(ended));
        _engine.Clock.Advance(TimeSpan.FromMinutes(14));
        ClaudeBatchException second = await Assert.ThrowsAsync<ClaudeBatchException>(() => _engine.CollectAsync(ended));
        _engine.Clock.Advance(TimeSpan.FromMinutes(2));
        ClaudeBatchException third = await Assert.ThrowsAsync<ClaudeBatchException>(() => _engine.CollectAsync(ended));

        Assert.Equal(("ResultsNotFound", "ResultsNotFound", "BatchNotEnded"), (first.Id, second.Id, third.Id));
        Assert.Equal(BatchState.Lost, _engine.Ledger.Batches.Get(ended.Id).State);
        Assert.Equal(2, Check().Totals.Unknown);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_was_lost_and_is_there_again_is_taken_up_again_and_nothing_is_sent(bool isGivenUp)
    {
        BatchRecord sent = (await _engine.SendAsync(_engine.Seal("job", "a", "b").NewBatches[0])).Batch;
        _engine.Change(sent, static b => b with { State = BatchState.Lost });
        BatchRepair repair = new(_engine.Ledger, _engine.Api);
        if (isGivenUp)
        {
            repair.Abandon(_engine.Now(sent));
        }

        BatchRecord again = await repair.AdoptAsync(_engine.Now(sent), sent.ServiceId!, CancellationToken.None);
        await _engine.RunAsync(again);

        Assert.Equal((0, 0), (Check().Totals.Pending, Check().Totals.Unknown));
        Assert.Single(await _engine.AtServiceAsync());
    }

    [Fact]
    public async Task What_an_answer_cost_is_in_the_books()
    {
        BatchRecord batch = await _engine.RunAsync(_engine.Seal("job", [.. Enumerable.Range(0, 40).Select(static i => $"row-{i}")]).NewBatches[0]);

        using ResultReader reader = new(_engine.Ledger);
        CollectedResult[] results = [.. reader.InOrder([batch])];
        // Calculated by hand: in a batch, a million input tokens cost half of 1 USD, and a million output tokens half of 5 USD.
        long expected = results.Select(static r => ResultLine.Parse(r.Line)!.Usage).Sum(static u => (u.InputTokens * 500_000) + (u.OutputTokens * 2_500_000));

        Assert.All(results.Where(static r => r.Attempt.Outcome != Outcome.Succeeded), static r => Assert.Equal(0, r.Attempt.CostInPicodollars));
        Assert.Equal(expected, results.Sum(static r => r.Attempt.CostInPicodollars));
        Assert.Equal(expected, Check().Totals.CostInPicodollars);
        Assert.True(expected > 0);
    }

    [Fact]
    public async Task A_sum_of_costs_of_which_one_is_not_known_is_not_known()
    {
        (_engine.Plan.Errored, _engine.Plan.Expired) = (0, 0);
        // The second answer has other prices, so that it is in a sum of its own.
        AnswerWith(static text => string.Join('\n', text.Replace("\"end_turn\"", "\"max_tokens\"", StringComparison.Ordinal).Split('\n').Select(
            static line => line.Contains("\"custom_id\":\"b\"", StringComparison.Ordinal)
                ? line.Replace("\"not_available\"", "\"us\"", StringComparison.Ordinal)
                : line)));
        SealedInput input = _engine.Seal("job", [EngineFixture.Request("a"), EngineFixture.Request("b"), EngineFixture.Request("c")], new SpoolLimits(MaxRequests: 2));
        BatchRecord first = await _engine.RunAsync(input.NewBatches[0]);
        BatchRecord second = await _engine.RunAsync(input.NewBatches[1]);
        Assert.True(Check().Totals.CostInPicodollars > 0);
        Assert.Equal("us", ResultLine.Parse(Read(first)[1].Line)!.Usage.InferenceGeo);
        // The price of the model was not known when the first answer was collected.
        _engine.Ledger.Database.Execute("UPDATE attempt SET cost_in_picodollars = NULL WHERE row = 0");
        _engine.Ledger.Batches.ForgetTallies(first.JobId);

        AssertUnknown([first, second]);
        AnswerWith(static text => text);
        BatchRecord again = Assert.Single(
            new RetryPlanner(_engine.Ledger).Plan(_engine.Job("job"), new RetryFilter { TakesCut = true }, new SpoolLimits()));
        again = await _engine.RunAsync(again);

        AssertUnknown([first, second, again]);
        Assert.Equal(
            [false, true, true],
            _engine.Ledger.Attempts.OfBatch(again, -1, 10, onlyLast: true).Select(static a => a.CostInPicodollars > 0));

        void AssertUnknown(BatchRecord[] batches)
        {
            Assert.Null(Check().Totals.CostInPicodollars);
            ModelUsage sum = Assert.Single(new UsageBooks(_engine.Ledger, new PriceList(ModelCatalog.Shipped)).Of(batches));
            Assert.Equal((batches.Sum(static b => b.RequestCount), (long?)null, (long?)null), (sum.Answers, sum.Cost, sum.StandardCost));
        }
    }

    [Fact]
    public async Task A_second_collection_asks_nobody()
    {
        BatchRecord batch = await _engine.RunAsync(_engine.Seal("job", "a").NewBatches[0]);
        _network!.Before = static _ => throw new HttpRequestException("no network");

        Assert.Equal(BatchState.Collected, (await _engine.CollectAsync(batch)).State);
    }

    [Fact]
    public async Task A_death_between_the_rename_and_the_books_is_gone_on_from()
    {
        BatchRecord batch = await _engine.RunAsync(_engine.Seal("job", "a", "b").NewBatches[0]);
        _engine.Ledger.Database.Execute("UPDATE attempt SET outcome = NULL, result_offset = NULL");
        _engine.Ledger.Batches.Change(batch, batch with { State = BatchState.Downloaded });
        _network!.Before = static _ => throw new HttpRequestException("no network");

        await _engine.CollectAsync(batch);

        Assert.Equal(2, Check().Totals.Sum - Check().Totals.Pending);
        Assert.True(Check().IsReconciled);
    }

    [Fact]
    public async Task Results_of_a_running_batch_say_how_to_wait()
    {
        SendResult sent = await _engine.SendAsync(_engine.Seal("job", "a").NewBatches[0]);

        ClaudeBatchException early = await Assert.ThrowsAsync<ClaudeBatchException>(() => _engine.CollectAsync(sent.Batch));

        Assert.Equal("BatchNotEnded", early.Id);
        Assert.Contains("InProgress", early.Message, StringComparison.Ordinal);
        Assert.Contains("Wait-ClaudeBatch", early.Message, StringComparison.Ordinal);
    }

    private void AnswerWith(Func<string, string> change) => _network!.After = (request, response) =>
    {
        if (request.RequestUri!.AbsolutePath.EndsWith("/results", StringComparison.Ordinal))
        {
            response.Content = new StringContent(change(response.Content.ReadAsStringAsync().GetAwaiter().GetResult()));
        }

        return response;
    };

    private CollectedResult[] Read(BatchRecord batch)
    {
        using ResultReader reader = new(_engine.Ledger);
        return [.. reader.InOrder([batch])];
    }

    private BookCheck Check() => new Reconciler(_engine.Ledger).Check(_engine.Job("job"));
}
