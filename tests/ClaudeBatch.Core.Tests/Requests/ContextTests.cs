using System.Text;
using ClaudeBatch.Core.Models;
using ClaudeBatch.Core.Requests;

namespace ClaudeBatch.Core.Tests.Requests;

/// <summary>A prompt that cannot fit into the model's context is refused before it is sent.</summary>
public sealed class ContextTests
{
    private const int BytesOfFullContext = 200_000 * 6;

    [Theory]
    [InlineData("claude-haiku-4-5", BytesOfFullContext, null)]
    [InlineData("claude-haiku-4-5", BytesOfFullContext + 6, "Its prompt has 200,000 tokens or more by our low estimate, and claude-haiku-4-5 takes 200,000.")]
    [InlineData("claude-haiku-4-5", BytesOfFullContext * 2, "Its prompt has 400,000 tokens or more")]
    [InlineData("claude-sonnet-4-6", BytesOfFullContext * 2, null)]
    [InlineData("claude-of-tomorrow", BytesOfFullContext * 9, null)]
    public void The_low_estimate_decides_with_its_figures(string model, int bytes, string? words)
    {
        RequestFault fault = Check(model, new string('x', bytes)).Faults.SingleOrDefault(static f => f.IsError);

        Assert.Equal(words is null ? null : "ContextExceeded", fault.Id);
        Assert.StartsWith(words ?? string.Empty, fault.Message ?? string.Empty, StringComparison.Ordinal);
    }

    [Fact]
    public void Prompts_of_nearly_the_same_length_have_one_fault()
        => Assert.Single(Enumerable.Range(0, 5).Select(i => Check("claude-haiku-4-5", new string('x', 1_300_000 + i)).Faults.Single()).Distinct());

    [Fact]
    public void A_beta_for_a_larger_context_leaves_it_to_the_service()
        => Assert.Empty(Check("claude-haiku-4-5", new string('x', BytesOfFullContext * 2), "context-1m-2025-08-07").Faults);

    private static RequestFacts Check(string model, string prompt, params string[] betas)
    {
        using RequestTemplate template = new(model, 100, []);
        return new RequestChecker(ModelCatalog.Shipped, new DateOnly(2026, 11, 21), "2026-10-21", betas).Check(template.Render("a", prompt).Utf8.Span);
    }
}
