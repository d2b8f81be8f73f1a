using System.Text;
using ClaudeBatch.Core.Costs;
using ClaudeBatch.Core.Models;
using ClaudeBatch.Core.Requests;

namespace ClaudeBatch.Core.Tests.Costs;

/// <summary>What requests may cost before they are sent, against figures by hand. -MaxCost holds because of the high end.</summary>
public sealed class EstimateTests
{
    // 600 bytes of text: 100 tokens at 6 bytes a token.
    private static readonly string s_text = new('x', 600);

    // Haiku 4.5 in a batch, in USD for a token: 0.50 input, 2.50 output, 0.625 and 1.00 for writing to the cache, 0.05 for reading from it.
    private const decimal Million = 1_000_000m;

    [Fact]
    public void The_low_end_is_the_text_and_one_token_of_answer()
    {
        CostEstimate estimate = Estimate(3, Request(s_text));

        ModelEstimate model = Assert.Single(estimate.Models);
        Assert.Equal(("claude-haiku-4-5", 3, 300), (model.Model, model.Requests, model.LowInputTokens));
        Assert.Equal(3, estimate.Requests);
        Assert.Equal(3 * ((100 * 0.5m) + 2.5m) / Million, PriceList.ToDollars(estimate.Low));
    }

    [Fact]
    public void The_high_end_is_every_byte_of_the_prompt_and_max_tokens_of_answer()
    {
        byte[] request = Request(s_text);
        int prompt = (int)(Facts(request).PromptBytes / 2); // tokens, at 2 bytes a token

        CostEstimate estimate = Estimate(3, request);

        ModelEstimate model = Assert.Single(estimate.Models);
        Assert.InRange(prompt, 300, 360);
        Assert.Equal((3L * prompt, 30L), (model.HighInputTokens, model.HighOutputTokens));
        Assert.Equal(3 * ((prompt * 0.5m) + (10 * 2.5m)) / Million, PriceList.ToDollars(estimate.High));
    }

    [Theory]
    [InlineData("""{"type":"ephemeral"}""", 0.625)]
    [InlineData("""{"type":"ephemeral","ttl":"1h"}""", 1.0)]
    public void What_is_marked_for_the_cache_is_read_from_it_at_best_and_written_to_it_at_worst(string mark, double price)
    {
        byte[] request = Request(s_text, $$""","system":[{"type":"text","text":"{{s_text}}{{s_text}}","cache_control":{{mark}} }]""");
        RequestFacts facts = Facts(request);
        long cached = (long)(facts.CachedBytes / 2.0);
        long rest = (long)((facts.PromptBytes - facts.CachedBytes) / 2.0);

        CostEstimate estimate = Estimate(1, request);

        Assert.InRange(cached, 600, 680);
        Assert.Equal(((200 * 0.05m) + (100 * 0.5m) + 2.5m) / Million, PriceList.ToDollars(estimate.Low));
        Assert.Equal(((cached * (decimal)price) + (rest * 0.5m) + (10 * 2.5m)) / Million, PriceList.ToDollars(estimate.High));
    }

    [Fact]
    public void What_is_cached_and_what_is_not_have_no_more_tokens_together_than_the_models_context()
    {
        string Marked(int length) => $$$""","system":[{"type":"text","text":"{{{new string('y', length)}}}","cache_control":{"type":"ephemeral"}}]""";

        Assert.Equal(200_000, Assert.Single(Estimate(1, Request(new string('x', 300_000), Marked(300_000))).Models).HighInputTokens);
        Assert.Equal(200_000, Assert.Single(Estimate(1, Request(s_text, Marked(1_000_000))).Models).HighInputTokens);
    }

    [Theory]
    [InlineData("""{"type":"ephemeral"}""", 0.625)]
    [InlineData("""{"type":"ephemeral","ttl":"1h"}""", 1.0)]
    public void With_the_mark_on_the_whole_request_all_of_the_prompt_may_be_written_to_the_cache(string mark, double price)
    {
        byte[] request = Request(s_text, $",\"cache_control\":{mark}");
        long prompt = Facts(request).PromptBytes / 2;

        CostEstimate estimate = Estimate(1, request);

        Assert.Equal(((100 * 0.05m) + 2.5m) / Million, PriceList.ToDollars(estimate.Low));
        Assert.Equal(((prompt * (decimal)price) + (10 * 2.5m)) / Million, PriceList.ToDollars(estimate.High));
    }

    [Theory]
    [InlineData("""{"type":"text","cache_control":{"type":"ephemeral"},"text":"TEXT"}""")]
    [InlineData("""{"type":"text","text":"TEXT","cache_control":{"type":"ephemeral"}}""")]
    public void A_text_is_cached_whether_its_mark_stands_before_it_or_after(string block)
    {
        byte[] request = Request(content: $"[{block.Replace("TEXT", s_text, StringComparison.Ordinal)}]");
        long most = Facts(request).PromptBytes / 2;

        CostEstimate estimate = Estimate(1, request);

        Assert.Equal(((100 * 0.05m) + 2.5m) / Million, PriceList.ToDollars(estimate.Low));
        Assert.InRange(PriceList.ToDollars(estimate.High)!.Value, ((most - 5) * 0.625m + 25m) / Million, (most * 0.625m + 25m) / Million);
    }

    [Fact]
    public void A_picture_before_the_mark_is_cached_and_one_after_it_is_not()
    {
        const string picture = """{"type":"image","source":{"type":"base64","media_type":"image/png","data":"AAAA"}}""";
        string marked = picture[..^1] + ""","cache_control":{"type":"ephemeral"}}""";
        byte[] request = Request(content: $"[{marked},{picture}]");
        RequestFacts facts = Facts(request);

        CostEstimate estimate = Estimate(1, request);

        Assert.Equal(((100 * 0.05m) + (100 * 0.5m) + 2.5m) / Million, PriceList.ToDollars(estimate.Low));
        Assert.Equal(
            ((((facts.CachedBytes / 2) + 4_800) * 0.625m) + ((((facts.PromptBytes - facts.CachedBytes) / 2) + 4_800) * 0.5m) + 25m) / Million,
            PriceList.ToDollars(estimate.High));
    }

    [Theory]
    [InlineData("""{"type":"image","source":{"type":"url","url":"https://example.com/a.png"},"cache_control":{"type":"ephemeral"}}""", 4_800)]
    [InlineData("""{"type":"document","source":{"type":"base64","media_type":"application/pdf","data":"PDF"},"cache_control":{"type":"ephemeral"}}""", 45_000)]
    public void A_file_that_is_cached_is_in_the_high_end_once(string marked, long most)
    {
        byte[] request = Request(content: $"[{marked.Replace("PDF", new string('A', 40_000), StringComparison.Ordinal)}]");
        RequestFacts facts = Facts(request);

        Assert.Equal(
            most + (facts.CachedBytes / 2) + ((facts.PromptBytes - facts.CachedBytes) / 2),
            Assert.Single(Estimate(1, request).Models).HighInputTokens);
    }

    [Fact]
    public void A_document_that_is_not_in_the_request_is_written_to_the_cache_where_the_mark_is_on_it()
    {
        byte[] request = Request(content: """[{"type":"document","source":{"type":"file","file_id":"file_1"},"cache_control":{"type":"ephemeral"}}]""");

        Assert.Equal(((200_000 * 0.625m) + 25m) / Million, PriceList.ToDollars(Estimate(1, request).High));
    }

    [Fact]
    public void A_picture_that_is_not_in_the_request_is_a_picture()
    {
        byte[] request = Request(content: """[{"type":"image","source":{"type":"url","url":"https://example.com/a.png"}}]""");

        Assert.Equal((Facts(request).PromptBytes / 2) + 4_800, Assert.Single(Estimate(1, request).Models).HighInputTokens);
    }

    [Fact]
    public void A_prompt_of_just_as_many_tokens_as_the_limit_is_not_long_yet()
    {
        CostEstimate at = Estimate(1, Request(new string('x', 600_000), model: "claude-haiku-5-5"));
        CostEstimate above = Estimate(1, Request(new string('x', 600_006), model: "claude-haiku-5-5"));

        Assert.Equal(((100_000 * 0.05m) + 0.25m) / Million, PriceList.ToDollars(at.Low));
        Assert.Equal(((100_001 * 0.25m) + 1.25m) / Million, PriceList.ToDollars(above.Low));
    }

    [Theory]
    [InlineData("claude-mythos-5-2", "", true)]
    [InlineData("claude-mythos-5-2", ""","system":[{"type":"text","text":"SHARED","cache_control":{"type":"ephemeral"}}]""", false)]
    [InlineData("claude-fable-5-2", ""","system":[{"type":"text","text":"SHARED","cache_control":{"type":"ephemeral"}}]""", true)]
    public void Only_prices_that_the_requests_need_must_be_known(string model, string fields, bool hasPrice)
    {
        CostEstimate estimate = Estimate(1, Request(s_text, fields.Replace("SHARED", s_text, StringComparison.Ordinal), model));

        Assert.Equal(hasPrice, Assert.Single(estimate.Models).HasPrice);
        Assert.Equal(hasPrice, estimate.Above(1_000) is null);
    }

    [Fact]
    public void A_prompt_has_no_more_tokens_than_the_models_context()
    {
        ModelEstimate model = Assert.Single(Estimate(2, Request(new string('x', 1_000_000))).Models);

        Assert.Equal(2 * 200_000, model.HighInputTokens);
    }

    [Fact]
    public void A_prompt_that_may_be_long_has_the_price_of_a_long_one_at_the_high_end()
    {
        CostEstimate estimate = Estimate(1, Request(new string('x', 300_000), model: "claude-haiku-5-5"));

        ModelEstimate model = Assert.Single(estimate.Models);
        Assert.Equal(((model.LowInputTokens * 0.05m) + 0.25m) / Million, PriceList.ToDollars(estimate.Low)); // 50,000 tokens
        Assert.Equal(((model.HighInputTokens * 0.25m) + (10 * 1.25m)) / Million, PriceList.ToDollars(estimate.High)); // 150,000 tokens
    }

    [Theory]
    [InlineData("""{"type":"image","source":{"type":"base64","media_type":"image/png","data":"AAAA"}}""", 100, 4_800)]
    [InlineData("""{"type":"document","source":{"type":"base64","media_type":"application/pdf","data":"AAAA"}}""", 1_500, 1_500)]
    public void A_picture_and_a_document_have_tokens_of_their_own(string block, long least, long most)
    {
        byte[] with = Request(content: $"[{{\"type\":\"text\",\"text\":\"{s_text}\"}},{block}]");
        ModelEstimate model = Assert.Single(Estimate(1, with).Models);

        Assert.Equal(100 + least, model.LowInputTokens);
        Assert.Equal((Facts(with).PromptBytes / 2) + most, model.HighInputTokens);
    }

    [Fact]
    public void A_large_document_may_have_more_tokens_than_bytes()
    {
        string data = new('A', 40_000); // 30,000 bytes
        byte[] request = Request(content: $$$"""[{"type":"document","source":{"type":"base64","media_type":"application/pdf","data":"{{{data}}}"}}]""");

        ModelEstimate model = Assert.Single(Estimate(1, request).Models);

        Assert.Equal(1_500, model.LowInputTokens);
        Assert.Equal(45_000 + (Facts(request).PromptBytes / 2), model.HighInputTokens);
        Assert.InRange(model.HighInputTokens, 45_000, 45_100);
    }

    [Fact]
    public void What_is_not_in_the_request_may_fill_the_context()
    {
        byte[] request = Request(content: """[{"type":"document","source":{"type":"file","file_id":"file_1"}}]""");

        Assert.Equal(200_000, Assert.Single(Estimate(1, request).Models).HighInputTokens);
    }

    [Fact]
    public void A_model_without_a_price_leaves_the_sum_unknown_and_MaxCost_cannot_be_held()
    {
        CostEstimate estimate = new(ModelCatalog.Shipped);
        estimate.Add(Facts(Request(s_text)));
        estimate.Add(Facts(Request(s_text, model: "claude-new")));

        Assert.Equal(2, estimate.Requests);
        Assert.Null(estimate.Low);
        Assert.Null(estimate.High);
        Assert.Equal([true, false], estimate.Models.Select(static m => m.HasPrice));
        Assert.Equal("Of 'claude-new' no price is known here, so -MaxCost cannot be held.", estimate.Above(1_000));
    }

    [Fact]
    public void The_highest_cost_may_be_the_most_and_not_a_cent_above()
    {
        CostEstimate estimate = Estimate(10, Request(s_text));
        decimal high = PriceList.ToDollars(estimate.High!.Value);

        Assert.Null(estimate.Above(high));
        string why = estimate.Above(high - 0.000001m)!;
        Assert.StartsWith("These 10 requests will cost between $", why, StringComparison.Ordinal);
        Assert.Contains("-MaxCost is $", why, StringComparison.Ordinal);
    }

    [Fact]
    public void A_sample_that_was_counted_narrows_both_ends_of_the_prompt_and_not_of_the_answer()
    {
        CostEstimate estimate = Estimate(1, Request(s_text));
        ModelEstimate model = estimate.Models.Single();
        (long low, long high) = (model.LowInputTokens, model.HighInputTokens);

        model.Narrow(lowFactor: 1.5, highFactor: 0.5);

        Assert.Equal(((long)(low * 1.5), (long)(high * 0.5)), (model.LowInputTokens, model.HighInputTokens));
        Assert.Equal(((low * 1.5m * 0.5m) + 2.5m) / Million, PriceList.ToDollars(estimate.Low));
        Assert.Equal(((high * 0.5m * 0.5m) + 25m) / Million, PriceList.ToDollars(estimate.High));
    }

    [Fact]
    public void The_low_end_is_never_above_the_high_one_whatever_a_sample_says()
    {
        CostEstimate estimate = Estimate(1, Request(s_text));

        estimate.Models.Single().Narrow(lowFactor: 40, highFactor: 0.5);

        Assert.Equal(estimate.Models.Single().HighInputTokens, estimate.Models.Single().LowInputTokens);
        Assert.Equal(estimate.High, estimate.Low);
    }

    private static byte[] Request(string text = "Hi", string fields = "", string model = "claude-haiku-4-5", string? content = null) => Encoding.UTF8.GetBytes(
        $$$"""{"custom_id":"a","params":{"model":"{{{model}}}","max_tokens":10{{{fields}}},"messages":[{"role":"user","content":{{{content ?? $"\"{text}\""}}} }]}}""");

    private static RequestFacts Facts(byte[] request)
        => new RequestChecker(ModelCatalog.Shipped, new DateOnly(2026, 11, 27), "2026-10-21", []).Check(request);

    private static CostEstimate Estimate(int count, byte[] request)
    {
        CostEstimate estimate = new(ModelCatalog.Shipped);
        for (int i = 0; i < count; i++)
        {
            estimate.Add(Facts(request));
        }

        return estimate;
    }
}
