using System.Text;
using ClaudeBatch.Core.Results;

namespace ClaudeBatch.Core.Tests.Results;

public sealed class PlainAnswerTests
{
    [Theory]
    [InlineData("", "null", "null")]
    [InlineData("""{"result":{"type":"errored","error":{}}}""", "null", "null")]
    [InlineData("""{"result":{"message":null}}""", "null", "null")]
    [InlineData("""{"result":{"message":{}}}""", "\"\"", "null")]
    [InlineData("""{"result":{"message":{"content":[{"type":"thinking"},{"text":"a\n","type":"text","citations":null}],"usage":{"a":1}}}}""", "\"a\\n\"", "{\"a\":1}")]
    public void It_gives_the_text_and_the_usage_as_they_stand(string line, string text, string usage)
    {
        Assert.True(PlainAnswer.TryRead(Encoding.UTF8.GetBytes(line), out PlainAnswer answer));
        Assert.Equal(text, Encoding.UTF8.GetString(answer.Text));
        Assert.Equal(usage, Encoding.UTF8.GetString(answer.Usage));
    }

    [Theory]
    [InlineData("""[{"type":"text","text":"a"},{"type":"text","text":"b"}]""")]
    [InlineData("""[{"type":"text","text":"a","citations":[]}]""")]
    [InlineData("""[{"type":"text","text":"a","text":"b"}]""")]
    [InlineData("""[{"type":"tool_use","name":"n","input":{}}]""")]
    [InlineData("""[],"content":[]""")]
    [InlineData("""[],"usage":{},"usage":{}""")]
    [InlineData("""[{"type":"text",""")]
    [InlineData("""[{"\ud800":1}]""")]
    public void It_leaves_what_has_more_to_it(string content)
        => Assert.False(PlainAnswer.TryRead(Encoding.UTF8.GetBytes($$$"""{"result":{"message":{"content":{{{content}}}} } }"""), out _));

    [Fact]
    public void It_leaves_what_is_not_UTF_8()
        => Assert.False(PlainAnswer.TryRead([.. "{\"result\":{\"message\":{\"content\":[{\"type\":\"text\",\"text\":\""u8, 0xFF, .. "\"}]}}}"u8], out _));
}
