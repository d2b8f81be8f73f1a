using System.Text;
using System.Text.Json;
using ClaudeBatch.Core.Requests;

namespace ClaudeBatch.Core.Tests.Requests;

/// <summary>The request of a next round keeps each byte of the last one.</summary>
public sealed class ConversationTurnTests
{
    private const string Item = """{"custom_id":"a","params":{"model":"m","messages":[{"role":"user","content":"x"}] , "max_tokens":5}}""";

    [Fact]
    public void The_answer_and_the_results_stand_at_the_end_of_the_conversation()
    {
        const string content = """[ {"type":"thinking","thinking":"","signature":"s"},{"type":"tool_use","id":"t","name":"n","input":{"x":1.0}} ]""";

        string next = After(Item, $$$"""{"custom_id":"a","result":{"type":"succeeded","message":{"id":"m","content":{{{content}}},"container":null} } }""", "{\"r\":1}", "{\"r\":2}");

        Assert.Equal(
            """{"custom_id":"a","params":{"model":"m","messages":[{"role":"user","content":"x"},{"role":"assistant","content":"""
                + content + """},{"role":"user","content":[{"r":1},{"r":2}]}] , "max_tokens":5}}""",
            next);
    }

    [Fact]
    public void Without_results_there_is_no_message_of_the_user()
        => Assert.EndsWith(
            """{"role":"assistant","content":[]}] , "max_tokens":5}}""",
            After(Item, """{"result":{"message":{"content":[]}}}"""),
            StringComparison.Ordinal);

    [Theory]
    [InlineData("", "\"c2\"")]
    [InlineData("\"container\":\"c1\",", "\"c2\"")]
    [InlineData("\"container\":null,", "\"c2\"")]
    [InlineData("\"container\":{},", """{"id":"c2"}""")]
    [InlineData("\"container\":{\"skills\":[{\"skill_id\":\"x\"}]},", """{"id":"c2","skills":[{"skill_id":"x"}]}""")]
    [InlineData("\"container\":{\"skills\":[],\"id\":\"c1\"},", """{"skills":[],"id":"c2"}""")]
    public void The_container_of_the_answer_is_that_of_the_next_round(string before, string after)
    {
        string item = $$$"""{"custom_id":"a","params":{ {{{before}}}"messages":[{"role":"user","content":"x"}]} }""";

        string next = After(item, """{"result":{"message":{"container":{"expires_at":"2026-11-28T00:00:00Z","id":"c2"},"content":[]}}}""");

        using JsonDocument document = JsonDocument.Parse(next);
        Assert.Equal(after, document.RootElement.GetProperty("params").GetProperty("container").GetRawText());
    }

    private static string After(string item, string line, params string[] results) => Encoding.UTF8.GetString(ConversationTurn.After(
        Encoding.UTF8.GetBytes(item), Encoding.UTF8.GetBytes(line), [.. results.Select(Encoding.UTF8.GetBytes)]));
}
