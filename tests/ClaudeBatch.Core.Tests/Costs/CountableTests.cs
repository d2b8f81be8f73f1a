using System.Text;
using ClaudeBatch.Core.Costs;
using ClaudeBatch.Core.Models;
using ClaudeBatch.Core.Requests;

namespace ClaudeBatch.Core.Tests.Costs;

/// <summary>Requests that the service's token counter refuses are recognized before it is called.</summary>
public sealed class CountableTests
{
    [Theory]
    [InlineData("", "\"Hi\"", true)]
    [InlineData("""{"name":"mine","input_schema":{"type":"object"}}""", "\"Hi\"", true)]
    [InlineData("""{"type":"advisor_20260301","name":"advisor","model":"claude-opus-5"}""", "\"Hi\"", true)]
    [InlineData("""{"type":"bash_20250124","name":"bash"}""", "\"Hi\"", true)]
    [InlineData("""{"type":"web_search_20260209","name":"web_search"}""", "\"Hi\"", false)]
    [InlineData("""{"type":"web_fetch_20250910","name":"web_fetch"}""", "\"Hi\"", false)]
    [InlineData("""{"type":"code_execution_20250825","name":"code_execution"}""", "\"Hi\"", false)]
    [InlineData("""{"type":"tool_search_tool_regex_20251119","name":"tool_search"}""", "\"Hi\"", false)]
    [InlineData("""{"type":"mcp_toolset","mcp_server_name":"s"}""", "\"Hi\"", false)]
    [InlineData("", """[{"type":"image","source":{"type":"url","url":"https://example.com/a.png"}}]""", false)]
    [InlineData("", """[{"type":"document","source":{"file_id":"file_1","type":"file"}}]""", false)]
    [InlineData("", """[{"type":"image","source":{"type":"base64","media_type":"image/png","data":"AAAA"}}]""", true)]
    [InlineData("", """[{"type":"image","source":{"type":"url","url":"https://example.com/a.png"}},{"type":"image","source":{"type":"url","url":"https://example.com/b.png"}}]""", false)]
    [InlineData("", """[{"type":"text","text":"the source is a url","source":"url"}]""", true)]
    public async Task What_the_counter_takes_is_what_is_sent_to_it(string tools, string content, bool isCountable)
    {
        using EngineFixture engine = new();
        byte[] item = Encoding.UTF8.GetBytes(
            $$$"""{"custom_id":"a","params":{"model":"claude-haiku-4-5","max_tokens":10,"tools":[{{{tools}}}],"messages":[{"role":"user","content":{{{content}}}}]}}""");
        RequestChecker checker = new(ModelCatalog.Shipped, new DateOnly(2026, 11, 27), "2026-10-21", []);

        Assert.Equal(isCountable, checker.Check(item).IsCountable);
        if (isCountable)
        {
            Assert.True((await engine.Api.CountTokensAsync(CountBody.Of(item), CancellationToken.None)).Value.InputTokens > 0);
            return;
        }

        ClaudeBatchException refused = await Assert.ThrowsAsync<ClaudeBatchException>(() => engine.Api.CountTokensAsync(CountBody.Of(item), CancellationToken.None));
        Assert.Equal("RequestInvalid", refused.Id);
    }

    [Theory]
    [InlineData("""[{"type":"image","source":{"later":{"type":"base64"},"type":"url","url":"https://example.com/a.png"}}]""", false)]
    [InlineData("""[{"type":"tool_use","id":"t","name":"n","input":{"source":"x","type":"url"}}]""", true)]
    [InlineData("""[{"type":"image","source":{"type":7}}]""", true)]
    [InlineData("""[{"type":"image","source":{"type":["url"]}}]""", true)]
    [InlineData("""[{"type":"image","source":{}},{"type":"url"}]""", true)]
    public void The_type_of_a_source_is_what_stands_in_the_source(string content, bool isCountable)
    {
        RequestChecker checker = new(ModelCatalog.Shipped, new DateOnly(2026, 11, 27), "2026-10-21", []);

        Assert.Equal(isCountable, checker.Check(Encoding.UTF8.GetBytes(
            $$$"""{"custom_id":"a","params":{"model":"claude-haiku-4-5","max_tokens":10,"messages":[{"role":"user","content":{{{content}}}}]}}""")).IsCountable);
    }

    [Fact]
    public void Servers_that_are_named_are_reached_by_the_service()
    {
        RequestChecker checker = new(ModelCatalog.Shipped, new DateOnly(2026, 11, 27), "2026-10-21", []);

        Assert.False(checker.Check("""{"custom_id":"a","params":{"model":"claude-haiku-4-5","max_tokens":10,"mcp_servers":[{"type":"url","url":"https://example.com"}],"messages":[{"role":"user","content":"Hi"}]}}"""u8).IsCountable);
    }
}
