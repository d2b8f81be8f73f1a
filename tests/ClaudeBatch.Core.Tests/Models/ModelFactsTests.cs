using System.Globalization;
using System.Text;
using System.Text.Json;
using ClaudeBatch.Core.Models;
using ClaudeBatch.Core.Requests;

namespace ClaudeBatch.Core.Tests.Models;

/// <summary>The facts in the table of models, as of the date of the table.</summary>
public sealed class ModelFactsTests
{
    private static readonly ModelCatalog s_catalog = ModelCatalog.Shipped;

    [Theory]
    [InlineData("claude-sonnet-4-5", "2026-11-29", "?ModelRetiring", "retires on 2026-11-30")]
    [InlineData("claude-sonnet-4-5-20250929", "2026-11-30", "ModelRetired", "was retired on 2026-11-30")]
    [InlineData("claude-opus-4-5", "2026-11-27", "?ModelRetiring", "retires on 2027-01-22")]
    [InlineData("claude-opus-4-5", "2027-01-22", "ModelRetired", "was retired on 2027-01-22")]
    [InlineData("claude-mythos-preview", "2026-11-27", "?ModelRetiring", "is deprecated;")]
    public void A_model_is_warned_of_before_its_end_and_refused_from_it_on(string model, string today, string id, string words)
    {
        RequestFault fault = Assert.Single(Check(model, DateOnly.ParseExact(today, "yyyy-MM-dd", CultureInfo.InvariantCulture)).Faults);

        Assert.Equal(id, (fault.IsError ? string.Empty : "?") + fault.Id);
        Assert.Contains(words, fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("claude-mythos-5-2", "8", "40", null)]
    [InlineData("claude-fable-5-2", "8", "40", "0.2")]
    [InlineData("claude-opus-4-5", "5", "25", "0.5")]
    public void Prices_are_those_that_were_read_and_no_others(string model, string input, string output, string? cacheRead)
    {
        ModelPrices prices = s_catalog.Find(model)!.Prices!;

        Assert.Equal((Number(input), Number(output), Number(cacheRead)), (prices.Input, prices.Output, prices.CacheRead));
    }

    [Fact]
    public void Limits_of_the_newest_are_known()
    {
        Assert.Equal(new DateOnly(2026, 11, 27), s_catalog.AsOf);
        Assert.All(["claude-fable-5-2", "claude-mythos-5-2"], static m => Assert.Equal((1_000_000, 128_000), (s_catalog.Find(m)!.Context, s_catalog.Find(m)!.MaxOutput)));
    }

    [Fact]
    public void Each_row_names_sources_that_are_listed()
    {
        using Stream stream = typeof(ModelCatalog).Assembly.GetManifestResourceStream("models.json")!;
        using JsonDocument file = JsonDocument.Parse(stream);
        JsonElement sources = file.RootElement.GetProperty("sources");

        Assert.All(file.RootElement.GetProperty("models").EnumerateArray(), model =>
        {
            Assert.NotEqual(0, model.GetProperty("source").GetArrayLength());
            Assert.All(model.GetProperty("source").EnumerateArray(), s => Assert.True(sources.TryGetProperty(s.GetString()!, out _), s.GetString()));
        });
    }

    private static decimal? Number(string? text) => text is null ? null : decimal.Parse(text, CultureInfo.InvariantCulture);

    private static RequestFacts Check(string model, DateOnly today) => new RequestChecker(s_catalog, today, "2026-10-21", []).Check(
        Encoding.UTF8.GetBytes($$$"""{"custom_id":"a","params":{"model":"{{{model}}}","max_tokens":10,"messages":[{"role":"user","content":"Hi"}]}}"""));
}
