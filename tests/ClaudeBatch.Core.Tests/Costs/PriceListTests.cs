using System.Text;
using ClaudeBatch.Core.Costs;
using ClaudeBatch.Core.Ledger;
using ClaudeBatch.Core.Models;
using ClaudeBatch.Core.Results;

namespace ClaudeBatch.Core.Tests.Costs;

/// <summary>Costs worked out by hand from the price table, one for each kind of usage.</summary>
public sealed class PriceListTests
{
    private readonly PriceList _prices = new(ModelCatalog.Shipped);

    // Prices in USD for a million tokens. Haiku 4.5: 1 for input, 5 for output, 1.25 and 2 for writing to the cache, 0.10 for reading from
    // it. Haiku 5.5: 0.10 for input, 0.50 for output; with prompts above 100,000 tokens 0.50 and 2.50.
    [Theory]
    [InlineData("claude-haiku-4-5-20251001", "1000,0,0,0,0,0", "0.0005")]
    [InlineData("claude-haiku-4-5-20251001", "0,0,0,0,1000,0", "0.0025")]
    [InlineData("claude-haiku-4-5-20251001", "0,1000,0,0,0,0", "0.000625")]
    [InlineData("claude-haiku-4-5-20251001", "0,0,1000,0,0,0", "0.001")]
    [InlineData("claude-haiku-4-5-20251001", "0,0,0,1000,0,0", "0.00005")]
    [InlineData("claude-haiku-4-5-20251001", "16,1,2,2,5,4", "0.040023225")]
    [InlineData("claude-haiku-4-5", "7,0,0,0,3,0", "0.000011")]
    [InlineData("claude-haiku-5-5", "100000,0,0,0,1,0", "0.00500025")]
    [InlineData("claude-haiku-5-5", "100001,0,0,0,1,0", "0.02500150")]
    [InlineData("claude-haiku-5-5", "1,0,0,100000,1,0", "0.0025015")]
    [InlineData("claude-opus-5-5", "0,0,0,1,0,0", "0.0000001")]
    public void A_batch_costs_what_the_table_says(string model, string usage, string dollars)
        => Assert.Equal(decimal.Parse(dollars, System.Globalization.CultureInfo.InvariantCulture), PriceList.ToDollars(_prices.Cost(model, Usage(usage), isBatch: true)));

    [Fact]
    public void In_the_us_everything_but_searches_costs_a_tenth_more()
    {
        TokenUsage usage = Usage("1000,0,0,0,1000,1") with { InferenceGeo = "us" };

        Assert.Equal(0.0005m * 1.1m + 0.0025m * 1.1m + 0.01m, PriceList.ToDollars(_prices.Cost("claude-haiku-4-5", usage, isBatch: true)));
    }

    [Fact]
    public void The_standard_price_is_double_but_for_searches()
        => Assert.Equal(0.002m + 0.01m, PriceList.ToDollars(_prices.Cost("claude-haiku-4-5", Usage("2000,0,0,0,0,1"), isBatch: false)));

    [Theory]
    [InlineData("claude-not-there")]
    [InlineData("claude-mythos-preview")]
    [InlineData(null)]
    public void What_has_no_price_has_no_cost_and_not_none(string? model)
        => Assert.Null(_prices.Cost(model, Usage("1,0,0,0,1,0"), isBatch: true));

    [Theory]
    [InlineData("1000,0,0,0,1000,0", "0.024")]
    [InlineData("1000,1,0,0,1000,0", null)]
    [InlineData("1000,0,0,1,1000,0", null)]
    public void A_price_that_is_not_known_matters_only_where_it_is_needed(string usage, string? dollars) // Mythos 5.2: 8 and 40, none for the cache
        => Assert.Equal(
            dollars is null ? null : decimal.Parse(dollars, System.Globalization.CultureInfo.InvariantCulture),
            PriceList.ToDollars(_prices.Cost("claude-mythos-5-2", Usage(usage), isBatch: true)));

    [Theory]
    [InlineData("0", "$0.00")]
    [InlineData("1.5", "$1.50")]
    [InlineData("0.0065824", "$0.006582")]
    [InlineData("0.0000005", "$0.0000005")]
    [InlineData("-0.000000000001", "$-0.000000000001")]
    public void An_amount_is_never_written_as_nothing_where_it_is_something(string dollars, string text)
        => Assert.Equal(text, PriceList.Text(decimal.Parse(dollars, System.Globalization.CultureInfo.InvariantCulture)));

    [Fact]
    public void What_is_too_much_to_count_is_an_error_and_no_small_cost()
    {
        Assert.Throws<OverflowException>(() => PriceList.OfSearches(long.MaxValue));
        Assert.Throws<OverflowException>(() => _prices.Cost("claude-haiku-4-5", new TokenUsage(long.MaxValue, 0, 0, 0, 0, 0), isBatch: true));
    }

    [Fact]
    public void An_amount_is_the_same_in_both_units()
    {
        Assert.Equal(1_500_000_000_000, PriceList.FromDollars(1.5m));
        Assert.Equal(1.5m, PriceList.ToDollars(1_500_000_000_000));
        Assert.Null(PriceList.FromDollars(null));
    }

    [Fact]
    public void Nothing_used_costs_nothing_whatever_the_model()
        => Assert.Equal(0, _prices.Cost("claude-not-there", default, isBatch: true));

    [Fact]
    public void Without_the_cache_all_of_the_prompt_is_input()
        => Assert.Equal(0.0015m, PriceList.ToDollars(_prices.Cost("claude-haiku-4-5", Usage("1000,500,500,1000,0,0").WithoutCache(), isBatch: true)));

    [Fact]
    public void Where_it_ran_is_read_from_the_line()
    {
        ResultLine line = ResultLine.Parse(Encoding.UTF8.GetBytes(
            """{"custom_id":"a","result":{"type":"succeeded","message":{"model":"m","content":[],"usage":{"input_tokens":1,"inference_geo":"us","output_tokens":2}}}}"""))!;

        Assert.Equal("us", line.Usage.InferenceGeo);
    }

    private static TokenUsage Usage(string text)
    {
        long[] n = [.. text.Split(',').Select(static t => long.Parse(t, System.Globalization.CultureInfo.InvariantCulture))];
        return new TokenUsage(n[0], n[1], n[2], n[3], n[4], n[5]);
    }
}
