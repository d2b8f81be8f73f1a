using System.Text;
using ClaudeBatch.Core.Costs;
using ClaudeBatch.Core.Input;
using ClaudeBatch.Core.Ledger;
using ClaudeBatch.Core.Models;
using ClaudeBatch.Core.Requests;
using ClaudeBatch.Core.Results;

namespace ClaudeBatch.Core.Tests.Input;

/// <summary>Rows that a job has with another request.</summary>
public sealed class OnConflictTests : IDisposable
{
    private readonly EngineFixture _engine = new();

    public void Dispose() => _engine.Dispose();

    [Fact]
    public async Task Kept_rows_stand_as_they_were_sent_and_new_ones_are_sent()
    {
        await _engine.RunAsync(_engine.Seal("job", "a", "b").NewBatches[0]);

        SealedInput again = Seal(ConflictRule.Keep, ("a", "other"), ("b", "Hi"), ("c", "Hi"));

        Assert.Equal((1L, 2L, 1L, 0L), (again.Accepted, again.AlreadyThere, again.Kept, again.Replaced));
        Assert.Equal(["c"], Ids(Assert.Single(again.NewBatches)));
        Assert.Equal("CustomIdConflict", Assert.Throws<ClaudeBatchException>(() => Seal(ConflictRule.Refuse, ("a", "other"))).Id);
    }

    [Fact]
    public async Task Replaced_rows_alone_are_sent_again_as_a_further_attempt_and_the_old_cost_stays()
    {
        await _engine.RunAsync(_engine.Seal("job", "a", "b").NewBatches[0]);
        long before = Cost();

        SealedInput again = Seal(ConflictRule.Replace, ("a", "other"), ("b", "Hi"));

        Assert.Equal((1L, 1L, 1L), (again.Accepted, again.Replaced, again.AlreadyThere));
        BatchRecord batch = Assert.Single(again.NewBatches);
        Assert.Equal((2, 1), (batch.Attempt, batch.RequestCount));
        await _engine.RunAsync(batch);
        Assert.True(Cost() > before);
        JobTotals totals = _engine.Ledger.Jobs.Totals(_engine.Job("job"));
        Assert.Equal((2, 2, 0), (totals.Requests, totals.Succeeded, totals.Pending));
        Assert.True(new Reconciler(_engine.Ledger).Check(_engine.Job("job")).IsReconciled);
    }

    [Fact]
    public async Task A_replaced_row_comes_back_with_its_answer_and_the_same_line_then_sends_nothing()
    {
        await _engine.RunAsync(_engine.Seal("job", "a", "b").NewBatches[0]);
        await _engine.RunAsync(Seal(ConflictRule.Replace, ("a", "other")).NewBatches[0]);

        using ResultReader reader = new(_engine.Ledger);
        string[] rows = [.. reader.InOrder(_engine.Ledger.Batches.OfJob(_engine.Job("job").Id))
            .Select(static r => $"{r.Attempt.CustomId} {Encoding.UTF8.GetString(r.Source)} {r.ReadAnswer()!.Text}")];

        Assert.Equal(["a {\"asks\":\"other\"} other", "b {\"row\":1} Hi"], rows);
        SealedInput again = Seal(ConflictRule.Refuse, ("a", "other"), ("b", "Hi"));
        Assert.Equal((0L, 2L), (again.Accepted, again.AlreadyThere));
    }

    [Theory]
    [InlineData(ConflictRule.Refuse)]
    [InlineData(ConflictRule.Keep)]
    public async Task A_replacement_that_was_never_sent_costs_no_answer_and_the_row_as_it_was_is_not_paid_again(ConflictRule rule)
    {
        await _engine.RunAsync(_engine.Seal("job", "a", "b").NewBatches[0]);
        BatchRecord refused = Seal(ConflictRule.Replace, ("a", "other"), ("b", "other")).NewBatches[0];
        _engine.Change(refused, static b => b with { State = BatchState.Rejected });

        SealedInput again = Seal(rule, ("a", "Hi"), ("b", "Hi"));

        Assert.Equal((0L, 2L), (again.Accepted, again.AlreadyThere));
        Assert.Equal((2, 0), (_engine.Ledger.Jobs.Totals(again.Job).Succeeded, _engine.Ledger.Jobs.Totals(again.Job).NotSubmitted));
        Assert.True(new Reconciler(_engine.Ledger).Check(again.Job).IsReconciled);
        using ResultReader reader = new(_engine.Ledger);
        Assert.Equal(
            ["Hi", "Hi"],
            reader.InOrder(_engine.Ledger.Batches.OfJob(again.Job.Id).Where(static b => b.State == BatchState.Collected)).Select(static r => r.ReadAnswer()!.Text));
        SealedInput replaced = Seal(ConflictRule.Replace, ("a", "other"), ("b", "Hi"));
        Assert.Equal((1L, 1L), (replaced.Replaced, replaced.AlreadyThere));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_row_in_flight_is_not_replaced_and_nothing_of_the_line_is_sent(bool isSent)
    {
        BatchRecord batch = _engine.Seal("job", "a", "b").NewBatches[0];
        if (isSent)
        {
            await _engine.SendAsync(batch);
        }

        ClaudeBatchException refused = Assert.Throws<ClaudeBatchException>(() => Seal(ConflictRule.Replace, ("a", "other"), ("c", "Hi")));

        Assert.Equal(("RequestInFlight", "a"), (refused.Id, refused.Target));
        Assert.Contains("1 (a)", refused.Message, StringComparison.Ordinal);
        Assert.Equal(2, _engine.Ledger.Jobs.Totals(_engine.Job("job")).Requests);
        Assert.Single(_engine.Ledger.Batches.All());
    }

    [Fact]
    public async Task A_row_that_is_in_flight_and_has_not_changed_is_no_obstacle()
    {
        await _engine.RunAsync(_engine.Seal("job", "a").NewBatches[0]);
        await _engine.SendAsync(_engine.Seal("job", "b").NewBatches[0]);

        SealedInput again = Seal(ConflictRule.Replace, ("a", "other"), ("b", "Hi"));

        Assert.Equal((1L, 1L), (again.Replaced, again.AlreadyThere));
    }

    [Fact]
    public async Task What_a_replacement_may_cost_is_estimated_and_what_the_service_would_refuse_replaces_nothing()
    {
        await _engine.RunAsync(_engine.Seal("job", "a", "b").NewBatches[0]);
        CostEstimate estimate = new(ModelCatalog.Shipped);
        using JobInput input = JobInput.Open(_engine.Ledger, new JobInputOptions
        {
            Name = "job",
            Connection = _engine.Connection,
            OnConflict = ConflictRule.Replace,
            Checker = new RequestChecker(ModelCatalog.Shipped, new DateOnly(2026, 11, 28), null, []),
            Estimate = estimate,
        });

        SealedInput again = EngineFixture.Seal(input, [EngineFixture.Request("a", "other"), EngineFixture.Request("b", " ")]);

        Assert.Equal((1L, 1L, 1L), (again.Replaced, again.Accepted, again.Refused));
        Assert.True(estimate.High > 0);
    }

    [Fact]
    public void Rows_of_an_input_are_told_from_the_others_of_the_job()
    {
        _engine.Seal("job", "a", "b", "c");

        InputRows rows = _engine.Seal("job", "d", "b").Rows;

        Assert.Equal([false, true, false, true], new long[] { 0, 1, 2, 3 }.Select(rows.Has));
        Assert.Equal(2, rows.Absent);
    }

    [Fact]
    public async Task What_a_preview_counts_is_what_an_input_would_do()
    {
        await _engine.RunAsync(_engine.Seal("job", "a", "b").NewBatches[0]);
        (string, string)[] rows = [("a", "Hi"), ("a", "Hi"), ("b", "other"), ("c", "Hi"), ("c", "other")];

        foreach (ConflictRule rule in new[] { ConflictRule.Keep, ConflictRule.Replace })
        {
            JobInputOptions options = new() { Name = "job", Connection = _engine.Api.Connection, OnConflict = rule };
            using InputPreview preview = new(_engine.Ledger, options);
            using JobInput input = JobInput.Open(_engine.Ledger, options);
            foreach ((string id, string prompt) in rows)
            {
                preview.Add(id, EngineFixture.Request(id, prompt).Utf8.Span);
                input.Add(id, EngineFixture.Request(id, prompt).Utf8.Span, default);
            }

            // At first "c" is new and "b" stays; then "c" is there, and "b" is replaced.
            Assert.Equal((1L, 2L, 2L), (preview.Accepted, preview.AlreadyThere, preview.Refused));
            SealedInput done = input.Seal();
            Assert.Equal((preview.Accepted, preview.AlreadyThere, preview.Refused), (done.Accepted, done.AlreadyThere, done.Refused));
        }
    }

    [Fact]
    public async Task A_row_that_goes_back_to_its_answer_is_the_variant_that_was_answered()
    {
        await _engine.RunAsync(Variant(ConflictRule.Refuse, "short", "Hi").NewBatches[0]);
        BatchRecord longer = Variant(ConflictRule.Replace, "long", "other").NewBatches[0];
        Assert.Equal("long", VariantOf());
        _engine.Ledger.SetState(longer, BatchState.Abandoned, "not wanted");

        Variant(ConflictRule.Refuse, "short", "Hi");

        Assert.Equal("short", VariantOf());

        SealedInput Variant(ConflictRule rule, string name, string prompt)
        {
            using JobInput input = _engine.OpenInput("job", onConflict: rule);
            input.Add("a", EngineFixture.Request("a", prompt).Utf8.Span, default, variant: name);
            return input.Seal();
        }

        string? VariantOf() => _engine.Ledger.Database.Read("SELECT variant FROM request", static row => row.TextOrNull("variant")).Single();
    }

    private SealedInput Seal(ConflictRule rule, params (string Id, string Prompt)[] requests)
    {
        using JobInput input = _engine.OpenInput("job", onConflict: rule);
        foreach ((string id, string prompt) in requests)
        {
            input.Add(id, EngineFixture.Request(id, prompt).Utf8.Span, Encoding.UTF8.GetBytes($$"""{"asks":"{{prompt}}"}"""));
        }

        return input.Seal();
    }

    private IEnumerable<string> Ids(BatchRecord batch) => _engine.Ledger.Attempts.OfBatch(batch, -1, 10).Select(static a => a.CustomId);

    private long Cost() => _engine.Ledger.Database.Scalar("SELECT sum(cost_in_picodollars) FROM attempt");
}
