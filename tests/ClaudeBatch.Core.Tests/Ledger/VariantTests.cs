using ClaudeBatch.Core.Costs;
using ClaudeBatch.Core.Input;
using ClaudeBatch.Core.Ledger;
using ClaudeBatch.Core.Measures;
using ClaudeBatch.Core.Models;
using ClaudeBatch.Core.Results;

namespace ClaudeBatch.Core.Tests.Ledger;

/// <summary>Rows that are asked in several ways: each request says which way it is, and all of a row have its id.</summary>
public sealed class VariantTests : IDisposable
{
    private readonly EngineFixture _engine = new();

    public void Dispose() => _engine.Dispose();

    [Theory]
    [InlineData("row-1_haiku", "haiku", "row-1")]
    [InlineData("row_haiku_haiku", "haiku", "row_haiku")]
    [InlineData("row-1_haiku", null, "row-1_haiku")]
    [InlineData("row-1_Haiku", "haiku", "row-1_Haiku")]
    [InlineData("row-1-haiku", "haiku", "row-1-haiku")]
    [InlineData("haiku", "haiku", "haiku")]
    [InlineData("_haiku", "haiku", "")]
    public void The_id_of_a_row_is_what_stands_before_the_name(string customId, string? variant, string row)
        => Assert.Equal(row, Variant.RowOf(customId, variant));

    [Fact]
    public async Task A_request_has_its_variant_in_the_books_and_its_result_has_it_too()
    {
        SealedInput input = Seal(ConflictRule.Refuse, "Hi", ("a_x", "x"), ("a_y", "y"), ("b", null));
        await _engine.RunAsync(input.NewBatches[0]);
        BatchRecord batch = _engine.Now(input.NewBatches[0]);

        using ResultReader results = new(_engine.Ledger);
        Assert.Equal(["x", "y", null], results.InOrder([batch]).Select(static r => r.Attempt.Variant));
        using SpoolReader requests = new(_engine.Ledger);
        Assert.Equal(["x", "y", null], requests.OfJob(_engine.Job("job"), static (_, _) => true).Select(static r => r.Variant));
        Assert.True(_engine.Ledger.Attempts.HasVariants(_engine.Job("job")));
    }

    [Fact]
    public async Task A_request_that_is_sent_with_other_bytes_has_the_variant_that_came_with_them()
    {
        await _engine.RunAsync(Seal(ConflictRule.Refuse, "Hi", ("a_x", null)).NewBatches[0]);
        Assert.False(_engine.Ledger.Attempts.HasVariants(_engine.Job("job")));
        Seal(ConflictRule.Replace, "Hello", ("a_x", "x"));

        Assert.Equal("x", Assert.Single(_engine.Ledger.Attempts.Requests(_engine.Job("job").Id, -1, 10)).Variant);
    }

    [Fact]
    public async Task What_variants_cost_adds_up_to_what_the_job_did()
    {
        SealedInput input = Seal(ConflictRule.Refuse, "Hi", ("a_y", "y"), ("a_x", "x"), ("b_y", "y"), ("c", null));
        await _engine.RunAsync(input.NewBatches[0]);
        BatchRecord[] batches = [_engine.Now(input.NewBatches[0])];
        UsageBooks books = new(_engine.Ledger, new PriceList(ModelCatalog.Shipped));

        IReadOnlyList<(Variant Variant, ModelUsage Usage)> variants = books.OfVariants(batches);

        Assert.Equal([("y", 2L), ("x", 1L), (null, 1L)], variants.Select(static v => (v.Variant.Name, v.Usage.Answers)));
        Assert.Equal(Assert.Single(books.Of(batches)).Cost, variants.Sum(static v => v.Usage.Cost));
        Assert.Equal([2L, 1L, 1L], variants.Select(v => books.RequestsOf(batches, v.Usage.Model, v.Variant)));
        Assert.Equal((4L, 0L), (books.RequestsOf(batches), books.RequestsOf(batches, "another-model")));
    }

    [Fact]
    public void Variants_of_one_job_are_matched_by_the_ids_of_their_rows()
    {
        RowPlaces places = new();
        MeasuredJob first = new("job", places, needsLabel: true) { Variant = new Variant("x") };
        MeasuredJob second = new("job", places, needsLabel: true) { Variant = new Variant("y") };
        MeasuredJob plain = new("other", places, needsLabel: true);
        first.Add("a_x", new MeasuredRow(0, 0, 0), picodollars: 1);
        first.Add("b_x", new MeasuredRow(0, 1, 0), picodollars: 1);
        second.Add("b_y", new MeasuredRow(0, 0, 0), picodollars: 1);
        plain.Add("a", new MeasuredRow(0, 1, 0), picodollars: 1);

        PairTable both = PairTable.Of(first, second)[0];
        Assert.Equal((1, 0, 1), (both.Rows, both.OnlyFirst, both.OnlySecond));
        Assert.Equal(1, PairTable.Of(first, plain)[0].OnlyFirst);
        Assert.Equal(0, PairTable.Of(second, plain)[0].Rows);
    }

    private SealedInput Seal(ConflictRule onConflict, string prompt, params (string Id, string? Variant)[] rows)
    {
        using JobInput input = _engine.OpenInput("job", onConflict: onConflict);
        foreach ((string id, string? variant) in rows)
        {
            input.Add(id, EngineFixture.Request(id, prompt).Utf8.Span, default, variant: variant);
        }

        return input.Seal();
    }
}
