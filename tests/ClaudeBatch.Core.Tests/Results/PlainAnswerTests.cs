using System.Text;
using ClaudeBatch.Core.Results;
using ClaudeBatch.Core.Tests.Json;
using FsCheck;
using FsCheck.Fluent;

namespace ClaudeBatch.Core.Tests.Results;

public sealed class PlainAnswerTests
{
    // Lines of one text, and of more, less and other things than that.
    private static readonly string[] s_lines =
    [
        Line("""{"type":"text","text":"One \"quoted\" line,\nanother \\ \/ \u00e9 \u0000 é 漢 😀 \b\f\r\t of more than thirty-two bytes"}"""),
        Line("""{"type":"thinking","thinking":"x"},{"text":"a","citations":null,"type":"text"}"""),
        Line("""{"type":"text","text":"a"},{"type":"text","text":"b"}"""),
        Line("""{"type":"text","text":"half \ud83d and whole \uD83D\ude00"}"""),
        Line("""{"type":"tool_use","id":"t","name":"n","input":{"type":"text","text":"a"}},{"type":"text","text":7}"""),
        Line("""{"\u0074ype":"text","text":"a"}"""),
        Line(string.Empty),
        """{"custom_id":"b","result":{"type":"errored","error":{"type":"error","message":"x"}}}""",
    ];

    [Fact]
    public void Its_text_is_that_of_the_whole_answer_however_a_line_is_damaged()
        => Check.One(
            Config.QuickThrowOnFailure.WithMaxTest(20_000),
            Prop.ForAll(
                Gen.Elements(s_lines).ToArbitrary(),
                ArbMap.Default.ArbFor<(ushort At, byte Value, byte Kind)[]>(),
                static (line, damages) =>
                {
                    byte[] bytes = Damage.Of(Encoding.UTF8.GetBytes(line), damages.Take(3));
                    return !PlainAnswer.TryReadText(bytes, out string? text) || text == AnswerContent.Read(bytes)?.Text;
                }));

    [Theory]
    [InlineData("plain é", "plain é")]
    [InlineData("""a\n\"\u00e9\\""", "a\n\"é\\")]
    [InlineData("", "")]
    public void It_gives_the_text_as_a_string(string escaped, string text)
    {
        string block = $$"""{"type":"text","text":"{{escaped}}"}""";
        Assert.True(PlainAnswer.TryReadText(Encoding.UTF8.GetBytes(Line(block)), out string? read));
        Assert.Equal(text, read);
    }

    [Fact]
    public void It_leaves_a_text_with_a_pair_of_surrogates_that_is_escaped()
        => Assert.False(PlainAnswer.TryReadText(Encoding.UTF8.GetBytes(Line("""{"type":"text","text":"\ud83d\ude00"}""")), out _));

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

    private static string Line(string content) => """{"custom_id":"a","result":{"type":"succeeded","message":{"content":["""
        + content + """],"stop_reason":"end_turn","usage":{"output_tokens":5}}}}""";
}
