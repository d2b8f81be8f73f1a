using ClaudeBatch.Core.Account;
using ClaudeBatch.Core.Costs;
using ClaudeBatch.Core.Ledger;
using ClaudeBatch.Core.Models;
using ClaudeBatch.Core.Results;
using ClaudeBatch.Emulator;

namespace ClaudeBatch.Core.Tests.Costs;

/// <summary>What the answers of batches have cost, summed up, against sums by hand.</summary>
public sealed class UsageBooksTests : IDisposable
{
    // In USD for a million tokens, of which a batch costs half. Haiku 4.5: 1 for input, 5 for output, 1.25 for writing to the cache, 0.10
    // for reading from it. Haiku 5.5: 0.10 and 0.50; with prompts above 100,000 tokens 0.50 and 2.50.
    private const string Known = "claude-haiku-4-5-20251001";

    private readonly EngineFixture _engine;

    private readonly Dictionary<string, string> _results = [];

    public UsageBooksTests()
    {
        InterferingHandler? network = null;
        _engine = new EngineFixture(new EmulatorPlan(), service => network = new InterferingHandler(service));
        network!.Answer(_results.GetValueOrDefault);
    }

    public void Dispose() => _engine.Dispose();

    [Fact]
    public async Task Each_model_has_a_sum_of_all_batches()
    {
        _results["a"] = ScriptedAnswers.Succeeded(Usage(1000, 100), model: Known);
        _results["b"] = ScriptedAnswers.Succeeded(Usage(3000, 300), model: Known);
        _results["c"] = ScriptedAnswers.Succeeded(Usage(10, 1), model: "claude-haiku-5-5");

        IReadOnlyList<ModelUsage> usage = Sum(await CollectAsync("first", "a", "c"), await CollectAsync("second", "b"));

        Assert.Equal([Known, "claude-haiku-5-5"], usage.Select(static u => u.Model));
        Assert.Equal((2, 4000, 400), (usage[0].Answers, usage[0].Usage.InputTokens, usage[0].Usage.OutputTokens));
        Assert.Equal(0.003m, PriceList.ToDollars(usage[0].Cost)); // (4000 at 1 and 400 at 5) / 2
        Assert.Equal(0.006m, PriceList.ToDollars(usage[0].StandardCost));
        Assert.Equal(0, usage[0].SavedByCache);
    }

    [Fact]
    public async Task What_the_cache_saved_is_what_the_same_tokens_would_have_cost_as_input()
    {
        _results["a"] = ScriptedAnswers.Succeeded("\"input_tokens\":100,\"cache_creation_input_tokens\":0,\"cache_read_input_tokens\":10000,\"output_tokens\":0", model: Known);
        _results["b"] = ScriptedAnswers.Succeeded("\"input_tokens\":100,\"cache_creation_input_tokens\":1000,\"cache_read_input_tokens\":0,\"output_tokens\":0", model: Known);

        ModelUsage read = Assert.Single(Sum(await CollectAsync("first", "a")));
        ModelUsage written = Assert.Single(Sum(await CollectAsync("second", "b")));

        Assert.Equal(0.0045m, PriceList.ToDollars(read.SavedByCache)); // 10,000 at 1 instead of 0.10, half of it
        Assert.Equal(-0.000125m, PriceList.ToDollars(written.SavedByCache)); // 1,000 at 1 instead of 1.25, half of it
    }

    [Fact]
    public async Task A_long_prompt_costs_more_and_is_summed_up_apart()
    {
        _results["a"] = ScriptedAnswers.Succeeded(Usage(100_000, 1000), model: "claude-haiku-5-5");
        _results["b"] = ScriptedAnswers.Succeeded(Usage(100_001, 1000), model: "claude-haiku-5-5");

        ModelUsage usage = Assert.Single(Sum(await CollectAsync("job", "a", "b")));

        Assert.Equal(2, usage.Answers);
        Assert.Equal((0.01m + 0.0005m + 0.0500005m + 0.0025m) / 2, PriceList.ToDollars(usage.Cost));
        Assert.Equal(0.01m + 0.0005m + 0.0500005m + 0.0025m, PriceList.ToDollars(usage.StandardCost));
    }

    [Fact]
    public async Task What_ran_in_another_region_costs_more_and_counts_the_same()
    {
        // Sonnet 5: 2 for input, 10 for output, 2.50 and 4 for writing to the cache, 0.20 for reading from it; a tenth more in the us. A search is 0.01.
        _results["a"] = ScriptedAnswers.Succeeded(OfAllKinds("global", 1), model: "claude-sonnet-5");
        _results["b"] = ScriptedAnswers.Succeeded(OfAllKinds("us", 10), model: "claude-sonnet-5");

        ModelUsage usage = Assert.Single(Sum(await CollectAsync("job", "a", "b")));

        Assert.Equal((2, 11_000, 2_200, 3_300, 4_400, 550, 66), (
            usage.Answers, usage.Usage.InputTokens, usage.Usage.CacheWrite5mTokens, usage.Usage.CacheWrite1hTokens,
            usage.Usage.CacheReadTokens, usage.Usage.OutputTokens, usage.Usage.WebSearches));
        const decimal one = ((1_000 * 2m) + (200 * 2.5m) + (300 * 4m) + (400 * 0.2m) + (50 * 10m)) / 1_000_000m;
        Assert.Equal((one * 12m / 2) + 0.66m, PriceList.ToDollars(usage.Cost)); // 1 of it, and 10 at a tenth more
        Assert.Equal((one * 12m) + 0.66m, PriceList.ToDollars(usage.StandardCost));
        const decimal saved = ((900 * 2m) - (200 * 2.5m) - (300 * 4m) - (400 * 0.2m)) / 1_000_000m;
        Assert.Equal(saved * 12m / 2, PriceList.ToDollars(usage.SavedByCache));
    }

    [Fact]
    public async Task A_sum_with_one_unknown_cost_is_unknown()
    {
        _results["a"] = ScriptedAnswers.Succeeded(Usage(1000, 100), model: "claude-not-there");
        _results["b"] = ScriptedAnswers.Succeeded(Usage(1000, 100), model: Known);

        IReadOnlyList<ModelUsage> usage = Sum(await CollectAsync("job", "a", "b"));

        Assert.Equal([(Known, true), ("claude-not-there", false)], usage.Select(static u => (u.Model, u.Cost is not null)).OrderBy(static u => u.Model));
        ModelUsage unknown = usage.Single(static u => u.Cost is null);
        Assert.Equal((1L, null, null), (unknown.Answers, unknown.StandardCost, unknown.SavedByCache));
        Assert.Null(usage[0].Plus(usage[1]).Cost);
        Assert.Equal(2, usage[0].Plus(usage[1]).Answers);
    }

    [Fact]
    public async Task Failures_are_no_answers()
    {
        _results["a"] = ScriptedAnswers.Errored("api_error");

        Assert.Empty(Sum(await CollectAsync("job", "a")));
    }

    private static string Usage(int input, int output) => $"\"input_tokens\":{input},\"output_tokens\":{output}";

    private static string OfAllKinds(string region, int times) => $$"""
        "input_tokens":{{1_000 * times}},"cache_creation_input_tokens":{{500 * times}},"cache_read_input_tokens":{{400 * times}},"output_tokens":{{50 * times}},
        "cache_creation":{"ephemeral_5m_input_tokens":{{200 * times}},"ephemeral_1h_input_tokens":{{300 * times}} },
        "server_tool_use":{"web_search_requests":{{6 * times}} },"inference_geo":"{{region}}"
        """.ReplaceLineEndings(string.Empty);

    private IReadOnlyList<ModelUsage> Sum(params BatchRecord[] batches) => new UsageBooks(_engine.Ledger, new PriceList(ModelCatalog.Shipped)).Of(batches);

    private async Task<BatchRecord> CollectAsync(string job, params string[] ids)
    {
        BatchRecord batch = _engine.Seal(job, ids).NewBatches[0];
        await _engine.SendAsync(batch);
        _engine.Clock.Advance(TimeSpan.FromHours(1));
        await new BatchPoller(_engine.Ledger, _engine.Api, _engine.Clock).RefreshAsync(_engine.Ledger.Batches.Get(batch.Id), CancellationToken.None);
        return await new BatchCollector(_engine.Ledger, _engine.Api, _engine.Clock, static () => ModelCatalog.Shipped)
            .CollectAsync(batch.Id, null, CancellationToken.None);
    }
}
