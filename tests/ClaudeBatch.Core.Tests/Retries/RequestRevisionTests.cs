using System.Text;
using System.Text.Json;
using ClaudeBatch.Core.Models;
using ClaudeBatch.Core.Retries;

namespace ClaudeBatch.Core.Tests.Retries;

public sealed class RequestRevisionTests
{
    private const string Item =
        """{"custom_id":"a", "params":{"model":"claude-haiku-4-5","max_tokens":100, "messages":[{"role":"user","content":"2 + 2?"}],"metadata":{"user_id":"é"}}}""";

    // An answer with empty fields, unknown fields, a signature and unusual white space, which a typed model of the content would lose.
    private const string Content =
        """[ {"type":"thinking","thinking":"","signature":"Eq/+=="},{"type":"tool_use","id":"toolu_1","name":"add","input":{ "a":2.0},"caller":null,"x":[]}]""";

    private const string Line =
        """{"custom_id":"a","result":{"type":"succeeded","message":{"id":"msg_1","usage":{"content":1},"content":""" + Content + ""","stop_reason":"tool_use"}}}""";

    [Fact]
    public void Unchanged_is_the_same_bytes() => Assert.Equal(Item, Apply(RequestRevision.Unchanged, "max_tokens"));

    [Theory]
    [InlineData("max_tokens", 2.5, "\"max_tokens\":250,")]
    [InlineData("max_tokens", 1.001, "\"max_tokens\":101,")] // rounded up
    [InlineData("max_tokens", 1e9, "\"max_tokens\":64000,")] // the most output tokens of the model
    [InlineData("end_turn", 2, "\"max_tokens\":100,")]
    [InlineData(null, 2, "\"max_tokens\":100,")]
    public void More_tokens_go_to_answers_that_were_cut(string? stopReason, double factor, string expected)
    {
        string revised = Apply(RequestRevision.MoreTokens(factor, ModelCatalog.Shipped), stopReason);

        Assert.Equal(Item.Replace("\"max_tokens\":100,", expected, StringComparison.Ordinal), revised);
    }

    [Fact]
    public void Another_model_is_asked_first_for_how_much_it_may_answer()
    {
        RequestRevision both = RequestRevision.AnotherModel("claude-opus-4-6").Then(RequestRevision.MoreTokens(1e9, ModelCatalog.Shipped));

        Assert.Contains("\"model\":\"claude-opus-4-6\",\"max_tokens\":128000,", Apply(both, "max_tokens"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_turn_goes_on_with_what_came_byte_for_byte()
    {
        const string results = """{"role":"user","content":[{"type":"tool_result","tool_use_id":"toolu_1","content":"4"}]}""";

        string revised = Apply(RequestRevision.ContinuedTurn(Encoding.UTF8.GetBytes(results)), "tool_use");

        Assert.Equal(Item.Replace("}],\"metadata", $"}},{{\"role\":\"assistant\",\"content\":{Content}}},{results}],\"metadata", StringComparison.Ordinal), revised);
        Assert.Equal(3, JsonDocument.Parse(revised).RootElement.GetProperty("params").GetProperty("messages").GetArrayLength());
    }

    [Fact]
    public void A_paused_turn_goes_on_without_a_word()
        => Assert.EndsWith($"{{\"role\":\"assistant\",\"content\":{Content}}}],\"metadata\":{{\"user_id\":\"é\"}}}}}}", Apply(RequestRevision.ContinuedTurn(default), "pause_turn"), StringComparison.Ordinal);

    [Theory]
    [InlineData("")]
    [InlineData("""{"custom_id":"a","result":{"type":"expired"}}""")]
    [InlineData("""{"custom_id":"a","result":{"type":"errored","error":{"message":"content"}}}""")]
    public void A_turn_that_never_was_cannot_go_on(string line)
    {
        ClaudeBatchException failure = Assert.Throws<ClaudeBatchException>(
            () => RequestRevision.ContinuedTurn(default).Apply(Encoding.UTF8.GetBytes(Item), null, Encoding.UTF8.GetBytes(line)));

        Assert.Equal("AnswerMissing", failure.Id);
    }

    private static string Apply(RequestRevision revision, string? stopReason)
        => Encoding.UTF8.GetString(revision.Apply(Encoding.UTF8.GetBytes(Item), stopReason, Encoding.UTF8.GetBytes(Line)).Span);
}
