using System.Text;
using ClaudeBatch.Core.Models;
using ClaudeBatch.Core.Requests;

namespace ClaudeBatch.Core.Tests.Requests;

/// <summary>What a model gives a tool becomes a part of the next request, however deep it is nested.</summary>
public sealed class DeepRequestTests
{
    private static readonly string s_deep = $"{string.Concat(Enumerable.Repeat("""{"a":""", 200))}1{new string('}', 200)}";

    private static readonly byte[] s_request = Encoding.UTF8.GetBytes(
        $$$"""{"custom_id":"a","params":{"model":"claude-haiku-4-5","max_tokens":9,"messages":[{"role":"user","content":[{"type":"x","input":{{{s_deep}}}}]}]}}""");

    [Fact]
    public void It_is_changed_for_a_retry()
    {
        string changed = Encoding.UTF8.GetString(ParamsEdit.Apply(s_request, "claude-sonnet-5", 20));

        Assert.Equal(Encoding.UTF8.GetString(s_request).Replace("claude-haiku-4-5", "claude-sonnet-5", StringComparison.Ordinal).Replace(":9,", ":20,", StringComparison.Ordinal), changed);
    }

    [Fact]
    public void It_is_read_and_checked()
    {
        PreparedRequest request = RequestLine.Parse(s_request, "here");

        Assert.Equal("a", request.CustomId);
        Assert.Contains(s_deep, Encoding.UTF8.GetString(RequestLine.ParamsOf(s_request).Span), StringComparison.Ordinal);
        Assert.Null(new RequestChecker(ModelCatalog.Shipped, new DateOnly(2026, 11, 29), "2026-10-21", []).Check(s_request).EnvelopeFault);
    }
}
