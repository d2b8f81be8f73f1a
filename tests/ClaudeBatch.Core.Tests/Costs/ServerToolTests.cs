using System.Text;
using ClaudeBatch.Core.Account;
using ClaudeBatch.Core.Costs;
using ClaudeBatch.Core.Ledger;
using ClaudeBatch.Core.Models;
using ClaudeBatch.Core.Requests;
using ClaudeBatch.Core.Results;

namespace ClaudeBatch.Core.Tests.Costs;

/// <summary>
/// Web searches and code execution cost the same in a batch. What can be known of their costs is in the figures; the user is told about the
/// rest.
/// </summary>
public sealed class ServerToolTests
{
    private const string Search = """{"type":"web_search_20250305","name":"web_search"}""";

    private const string ThreeSearches = """{"type":"web_search_20260209","name":"web_search","max_uses":3}""";

    private const string Code = """{"type":"code_execution_20250825","name":"code_execution"}""";

    [Fact]
    public void The_high_end_holds_the_searches_that_max_uses_allows_at_full_price()
    {
        CostEstimate without = Estimate(10, "");
        CostEstimate with = Estimate(10, ThreeSearches);

        Assert.Equal(0.30m, PriceList.ToDollars(with.High!.Value) - PriceList.ToDollars(without.High!.Value), 3);
        Assert.True(PriceList.ToDollars(with.Low!.Value) < 0.001m);
        Assert.Empty(with.NotHeld);
        Assert.Contains("$10 per 1,000", with.SearchBasis, StringComparison.Ordinal);
        Assert.Empty(without.SearchBasis);
    }

    [Fact]
    public void Without_max_uses_there_is_no_high_end_and_no_most_cost_can_be_held()
    {
        CostEstimate estimate = Estimate(2, Search);

        Assert.NotNull(estimate.Low);
        Assert.Null(estimate.High);
        Assert.True(estimate.Models.Single().HasPrice);
        Assert.Contains("2 requests have a web search tool without max_uses", Assert.Single(estimate.NotHeld), StringComparison.Ordinal);
        Assert.Equal(
            "2 requests have a web search tool without max_uses, and a search costs the same in a batch as outside, $10 per 1,000. -MaxCost cannot be held so; give the tool max_uses.",
            estimate.Above(1_000));
        Assert.Contains("-MaxCost is $0.01", Estimate(1, ThreeSearches).Above(0.01m)!, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Code, true)]
    [InlineData(Code + "," + Search, true)]
    [InlineData(Code + "," + ThreeSearches, false)]
    [InlineData(Code + """,{"type":"web_fetch_20260318","name":"web_fetch"}""", false)]
    [InlineData(ThreeSearches, false)]
    public void Containers_are_paid_where_no_web_tool_brings_them_along(string tools, bool isPaid)
    {
        CostEstimate estimate = Estimate(3, tools);

        Assert.Equal(isPaid, estimate.NotHeld.Any(static n => n.StartsWith("3 requests may run code", StringComparison.Ordinal)));
        Assert.Equal(isPaid, estimate.BeforeSending(isCapped: true).Any());
        Assert.Empty(estimate.BeforeSending(isCapped: false));
    }

    [Theory]
    [InlineData(999, null)]
    [InlineData(1_000, "1,000 requests have a web search tool, and a search costs the same in a batch as outside, $10 per 1,000: $10 at one search each.")]
    [InlineData(100_000, "100,000 requests have a web search tool, and a search costs the same in a batch as outside, $10 per 1,000: $1,000 at one search each.")]
    public void Many_requests_that_may_search_are_told_before_they_are_sent(int count, string? words)
        => Assert.Equal(words, Estimate(count, ThreeSearches).BeforeSending(isCapped: false).SingleOrDefault());

    [Fact]
    public async Task Searches_cost_the_same_in_both_sums_of_what_a_job_has_cost()
    {
        InterferingHandler? network = null;
        using EngineFixture engine = new(between: service => network = new InterferingHandler(service));
        network!.After = static (request, response) =>
        {
            if (request.RequestUri!.AbsolutePath.EndsWith("/results", StringComparison.Ordinal))
            {
                string lines = response.Content.ReadAsStringAsync().GetAwaiter().GetResult();
                response.Content = new StringContent(lines.Replace("\"output_tokens\"", "\"server_tool_use\":{\"web_search_requests\":3},\"output_tokens\"", StringComparison.Ordinal));
            }

            return response;
        };

        PriceList prices = new(ModelCatalog.Shipped);
        BatchRecord batch = engine.Seal("job", "a").NewBatches[0];
        await engine.SendAsync(batch);
        engine.Clock.Advance(TimeSpan.FromHours(1));
        await new BatchPoller(engine.Ledger, engine.Api, engine.Clock).RefreshAsync(engine.Ledger.Batches.Get(batch.Id), CancellationToken.None);
        await new BatchCollector(engine.Ledger, engine.Api, engine.Clock, static () => ModelCatalog.Shipped).CollectAsync(batch.Id, null, CancellationToken.None);

        ModelUsage usage = Assert.Single(new UsageBooks(engine.Ledger, prices).Of([engine.Ledger.Batches.Get(batch.Id)]));

        long searches = PriceList.OfSearches(3);
        Assert.Equal(3, usage.Usage.WebSearches);
        Assert.True(usage.Cost > searches);
        Assert.Equal((usage.Cost - searches) * 2, usage.StandardCost - searches);
    }

    private static CostEstimate Estimate(int count, string tools)
    {
        RequestChecker checker = new(ModelCatalog.Shipped, new DateOnly(2026, 11, 27), "2026-10-21", []);
        CostEstimate estimate = new(ModelCatalog.Shipped);
        RequestFacts facts = checker.Check(Encoding.UTF8.GetBytes(
            $$$"""{"custom_id":"a","params":{"model":"claude-haiku-4-5","max_tokens":10,"tools":[{{{tools}}}],"messages":[{"role":"user","content":"Hi"}]}}"""));
        for (int i = 0; i < count; i++)
        {
            estimate.Add(facts);
        }

        return estimate;
    }
}
